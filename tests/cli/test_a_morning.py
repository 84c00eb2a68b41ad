"""The morning of the day by commands alone, by people who each log in for themselves; and what else commands do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gridgov.cli import _hand, _saying, app, report
from gridgov.clock import SHANGHAI
from gridgov.errors import GridgovError, InputError, NotAllowedError, NotAuthenticatedError, NotFoundError, StaleError
from gridgov.settings import settings
from tests.day.town import beside_the_market, photo
from tests.support import SetClock

pytestmark = [pytest.mark.usefixtures("as_before"), pytest.mark.slow]

CLEANING = "370102-D-HW"
ENFORCEMENT = "370102-D-ZF"
STREET = "370102001"
OFFICE = f"{STREET}-S"
COMMUNITY = "370102001006"
MORNING = datetime(2026, 6, 15, 8, 30, tzinfo=SHANGHAI)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\d{6}-\d{6}-[0-9A-Z]{8}")


@dataclass
class Desk:
    """One machine that everybody uses, each with a folder of their own for what they came in with."""

    home: Path
    patch: pytest.MonkeyPatch
    clock: SetClock
    passwords: dict[str, str] = field(default_factory=dict)

    def says(self, who: str, *words: str, typed: str = "") -> str:
        """Run a command as somebody, and return what it says; what it refuses is raised."""
        self.patch.setenv("XDG_CONFIG_HOME", str(self.home / who))
        settings.cache_clear()
        done = CliRunner().invoke(app, [str(word) for word in words], input=typed, env={"COLUMNS": "240"})
        if isinstance(done.exception, GridgovError):
            raise done.exception
        assert done.exit_code == 0, (who, words, done.output, done.exception)
        return done.output

    def hire(self, login: str, role: str, area: str, organisation: str | None = None, *, by: str = "chief") -> None:
        """Make an account with a role, whose holder chooses a password and is logged in from then on."""
        first = self.says(by, "account", "add", login, "--name", login).split(" logs in with ")[1].split()[0]
        of = ("--organisation", organisation) if organisation else ()
        self.says(by, "account", "grant", login, role, "--area", area, *of)
        self.enters(login, first)

    def enters(self, login: str, first: str) -> None:
        chosen = self.passwords[login] = f"along the lake {len(self.passwords)} lanes"
        self.says(login, "login", login, typed=f"{first}\n{chosen}\n{chosen}\n")

    def passes(self, **time: float) -> None:
        self.clock.move(timedelta(**time))


@pytest.fixture
def desk(own_sample_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)
    monkeypatch.setenv("GRIDGOV_EVIDENCE_URL", f"file://{tmp_path / 'evidence'}")
    clock = SetClock(MORNING)
    for module in (_hand, report):
        monkeypatch.setattr(module, "system_clock", clock)
    desk = Desk(tmp_path, monkeypatch, clock)
    first = desk.says("chief", "account", "add", "chief", "--name", "管理员", "--area", "3701")
    desk.says("chief", "account", "grant", "chief", "administrator", "--area", "3701")
    desk.enters("chief", first.split(" logs in with ")[1].split()[0])
    yield desk
    settings.cache_clear()


def test_a_morning_by_commands_alone(desk: Desk):
    desk.hire("worker", "grid_worker", COMMUNITY)
    desk.hire("centre", "command_centre", "370102")
    desk.hire("cleaning", "department_officer", "370102", CLEANING)
    desk.hire("cleaner", "street_officer", STREET, OFFICE)
    number = rubbish_is_reported_and_found(desk)
    it_is_filed_dispatched_handed_back_and_dispatched_again(desk, number)
    it_is_taken_on_and_fed_back_with_a_photo(desk, number)
    another_verifies_it_is_closed_and_reopened(desk, number)
    what_is_listed_is_taken_away_and_told_in_full(desk, number)


def rubbish_is_reported_and_found(desk: Desk) -> str:
    says, place = desk.says, beside_the_market()
    where = ("--datum", "wgs84", "--lon", place.x, "--lat", place.y)

    # Nobody reports without a name; the worker does, and says it in their own.
    reported = ("report", "--matter", "20401", "--text", "市场旁堆了一车垃圾", "--channel", "grid_worker", *where)
    with pytest.raises(NotAuthenticatedError, match="--local"):
        says("stranger", *reported)
    said = says("worker", *reported)
    number, case = NUMBER.search(said)[0], ID.search(said)[0]
    assert number in says("worker", "case", "list", "--stage", "reported", "--cell", _cell(said))
    assert "worker" in says("centre", "case", "facts", number)
    with pytest.raises(NotFoundError):
        says("cleaning", "case", "show", case)
    with pytest.raises(NotAllowedError):
        says("worker", "case", "file", number)
    return number


def it_is_filed_dispatched_handed_back_and_dispatched_again(desk: Desk, number: str) -> None:
    says, place = desk.says, beside_the_market()
    desk.passes(minutes=5)
    says("centre", "case", "file", number)
    says("centre", "case", "dispatch", number, CLEANING)
    shown = says("cleaning", "case", "show", number)
    for words in ("市场旁堆了一车垃圾", "暴露", f"{place.x:.4f}", "accept -> handling", "not verify", "2026-06-15"):
        assert words in shown
    assert "+00:00" not in shown
    says("cleaning", "case", "return", number, "--reason", "属于市场自管范围")
    says("centre", "case", "dispatch", number, OFFICE, "--reason", "市场由街道代管", "--revision", "4")
    with pytest.raises(StaleError) as stale:
        says("centre", "case", "urge", number, "请尽快", "--revision", "4")
    told = "\n".join(_saying.said_of(stale.value))
    assert "请尽快" in told
    assert "stage dispatched" in told
    assert "+00:00" not in told


def it_is_taken_on_and_fed_back_with_a_photo(desk: Desk, number: str) -> None:
    says = desk.says
    says("cleaner", "case", "accept", number)
    picture, copy = desk.home / "现场.jpg", desk.home / "copy.jpg"
    picture.write_bytes(photo())
    attached = ID.search(says("cleaner", "case", "attach", number, picture))[0]
    says("cleaner", "case", "feed-back", number, "--report", "已清运", "--evidence", attached)
    assert attached in says("worker", "evidence", "list", number)
    says("worker", "evidence", "save", attached, copy)
    assert copy.read_bytes().startswith(b"\xff\xd8")


def another_verifies_it_is_closed_and_reopened(desk: Desk, number: str) -> None:
    says = desk.says
    with pytest.raises(NotAllowedError):
        says("cleaner", "case", "verify", number)
    says("worker", "case", "verify", number, "--report", "现场已看")
    assert "closed" in says("centre", "case", "close", number)
    desk.passes(days=1)
    assert "handling" in says("centre", "case", "reopen", number, "--reason", "居民来电：又堆上了")


def what_is_listed_is_taken_away_and_told_in_full(desk: Desk, number: str) -> None:
    says, table = desk.says, desk.home / "cases.csv"
    says("centre", "case", "list", "--csv", table)
    assert number in table.read_text(encoding="utf-8-sig")
    kinds = says("centre", "case", "facts", number)
    for kind in ("reported", "filed", "dispatched", "returned", "evidence_added", "fed_back", "verified", "reopened"):
        assert kind in kinds
    assert "not read." in says("cleaner", "inbox")


def test_rules_and_audits_ask_who_is_logged_in(desk: Desk):
    desk.hire("worker", "grid_worker", COMMUNITY)
    limit = ("rules", "limit", "handle", "1", "minutes", "--source", "hack", "--priority", "9")
    with pytest.raises(NotAllowedError):
        desk.says("worker", *limit)
    with pytest.raises(NotAllowedError):
        desk.says("worker", "audit", "verify")
    for asked in (limit, ("audit", "verify"), ("rules", "limits")):
        with pytest.raises(NotAuthenticatedError, match="--local"):
            desk.says("stranger", *asked)
    desk.says("stranger", *limit, "--local")
    desk.says("chief", "rules", "limit", "handle", "2", "working_days", "--source", "decision", "--priority", "9")
    authors = desk.says("chief", "rules", "changes")
    assert "machine:" in authors
    assert "chief" in authors
    assert "command line" not in authors


def test_a_channel_says_who_reported_and_a_look_takes_a_purpose_and_is_written_down(desk: Desk):
    says = desk.says
    desk.hire("hotline", "command_centre", "370102")
    desk.hire("auditor", "auditor", "370102")
    place = beside_the_market()
    said = says(
        "hotline",
        "report",
        "--matter",
        "20401",
        "--text",
        "垃圾",
        "--datum",
        "wgs84",
        "--lon",
        place.x,
        "--lat",
        place.y,
        "--reporter-name",
        "张三丰",
        "--reporter-phone",
        "13800001234",
    )
    number = NUMBER.search(said)[0]
    assert "13800001234" not in says("hotline", "case", "reporter", number)
    assert "13800001234" in says("hotline", "case", "reporter", number, "--purpose", "回访：问题没有解决")
    assert "回访：问题没有解决" in says("auditor", "audit", "looks")


def test_everybody_looks_after_their_own_password_tokens_and_wishes(desk: Desk):
    says = desk.says
    desk.hire("centre", "command_centre", "370102")
    made = says(
        "centre", "tokens", "make", "大屏", "--scope", "case.read", "--days", "7", typed=f"{desk.passwords['centre']}\n"
    )
    assert "大屏" in says("centre", "tokens", "list")
    says("centre", "tokens", "end", ID.search(made)[0])
    assert "大屏" not in says("centre", "tokens", "list")
    assert "21:00-06:30" in says("centre", "preferences", "--quiet", "21:00-06:30", "--mute", "case.closed")
    assert "case.closed" in says("centre", "preferences")
    old, new = desk.passwords["centre"], "another stroll through the lanes"
    says("centre", "password", typed=f"{old}\n{new}\n{new}\n")
    assert "command_centre" in says("centre", "whoami")
    assert "command_centre" in says("chief", "account", "roles")
    assert "granted" in says("chief", "account", "events", "centre")


def test_kinds_and_teams_are_arranged_and_programs_hear(desk: Desk):
    says = desk.says
    desk.hire("street", "street_officer", STREET)
    made = says("street", "whistle", "add-team", "清运组", "370102-D-ZF", CLEANING, "--area", STREET)
    team = ID.search(made)[0]
    assert "清运组" in says("street", "whistle", "teams")
    says("street", "whistle", "retire-team", team)
    assert "清运组" not in says("street", "whistle", "teams")
    kind = says("chief", "whistle", "kinds").splitlines()[1].split()[0]
    assert "21" in says("chief", "whistle", "kind", kind, "--check-in-minutes", "21", "--source", "decision 12")
    says("chief", "whistle", "kind", "flood", "--like", kind, "--name", "防汛", "--source", "decision 13")
    assert "防汛" in says("chief", "whistle", "kinds")
    endpoint = says("chief", "endpoint", "add", "大屏", "https://board.example.org/hooks", "--district", "370102")
    assert "secret" in endpoint
    says("chief", "endpoint", "change", ID.search(endpoint)[0], "--name", "大屏二", "--kind", "case.closed")
    listed = says("chief", "endpoint", "list")
    for words in ("大屏二", "https://board.example.org/hooks", "case.closed"):
        assert words in listed
    assert "No message" in says("chief", "endpoint", "deliveries")
    with pytest.raises(InputError, match="--since"):
        says("chief", "endpoint", "retry")


def test_who_acts_on_an_older_whistle_reads_their_act_and_the_whistle(desk: Desk):
    says, place = desk.says, beside_the_market()
    desk.hire("enforcer", "department_officer", "370102", ENFORCEMENT)
    desk.hire("centre", "command_centre", "370102")
    where = ("--datum", "wgs84", "--lon", place.x, "--lat", place.y)
    said = says("centre", "report", "--matter", "20601", "--text", "搭建违建", *where)
    number, street = NUMBER.search(said)[0], _cell(said)[:9]
    desk.hire("street", "street_officer", street)
    called = ("--not-by-list", "--organisation", ENFORCEMENT, "--reason", "需执法到场")
    blown = says("street", "whistle", "blow", number, *called)
    whistle = ID.search(blown)[0]
    says("enforcer", "whistle", "acknowledge", whistle, ENFORCEMENT, "--revision", "1")
    with pytest.raises(StaleError) as stale:
        says("street", "whistle", "withdraw", whistle, "--reason", "误报", "--revision", "1")
    told = "\n".join(_saying.said_of(stale.value))
    for words in ("act withdraw", "reason 误报", "stage blown", ENFORCEMENT, "acknowledged_at 2026"):
        assert words in told
    assert "+00:00" not in told


def _cell(said: str) -> str:
    return re.search(r"\b\d{15}\b", said)[0]
