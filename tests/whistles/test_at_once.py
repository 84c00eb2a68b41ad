"""Several at once, on a database that commits: nobody's act is lost, nothing is done twice; and the command line."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from gridgov.cli.whistle import app
from gridgov.clock import SHANGHAI, system_clock
from gridgov.errors import ConflictError, DatabaseUnavailableError, GridgovError, RuleError
from gridgov.ids import new_id
from gridgov.incidents import first_break
from gridgov.incidents.asked import Reject
from gridgov.services.casework import Casework
from gridgov.services.intake import Intake
from gridgov.services.whistling import Asked, Which, Whistling
from gridgov.settings import settings
from gridgov.store.unit import Store
from gridgov.whistles import Stage
from tests.support import SetClock, secret_of, somebody, until_somebody_waits
from tests.whistles.stage import INSIDE, Cast, passed


@pytest.fixture
def town(own_sample_url, keeper):
    store = Store(own_sample_url)
    clock = SetClock(system_clock())
    intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    yield Cast(store, clock, intake, Whistling(store, clock=clock))
    store.close()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls at once, and return what each returned or raised."""

    def safe(call):
        try:
            return call()
        except GridgovError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(safe, calls))


def test_a_busy_whistle_loses_nothing_and_does_nothing_twice(town):
    play = town.blown()
    street, codes = play.lead_street(), play.organisations()
    passed(town, 5)

    # All departments come at the same moment, each of them twice with one id: each is on site once.
    sightings = {code: (Asked(new_id()), play.sighting(code)) for code in codes}
    people = {code: town.department(code) for code in codes}
    came = at_once(
        *(
            (lambda c=code: town.whistling.check_in(people[c], play.whistle_id, *sightings[c]))
            for code in codes
            for _ in range(2)
        )
    )
    assert all(answer["says"]["time_to_scene_s"] == 300 for answer in came)
    assert play.kinds().count("checked_in") == len(codes)

    # Two people release the same department at once: one does, one hears of it.
    for code in codes:
        play.measure(code)
    two = at_once(*(lambda: town.whistling.release(street, play.whistle_id, Asked(new_id()), Which(codes[0])),) * 2)
    assert sum(isinstance(one, ConflictError) for one in two) == 1

    # Two close at once: one does, one hears of it; the chain of facts holds.
    for code in codes[1:]:
        play.release(code)
    two = at_once(*(lambda: town.whistling.close(street, play.whistle_id, Asked(new_id())),) * 2)
    assert sorted(type(one) for one in two if isinstance(one, Exception)) in ([RuleError], [ConflictError])
    assert play.now().stage is Stage.CLOSED
    assert first_break(play.facts()) is None


def test_sweepers_at_once_and_somebody_coming_meanwhile_fire_each_step_once(town):
    plays = [town.blown_at(INSIDE.x + step * 1e-4) for step in range(4)]
    passed(town, 30)
    late = plays[0].organisations()
    by = town.department(late[0])
    seen = plays[0].sighting(late[0])
    at_once(
        *(lambda: town.sweep(2),) * 4,
        lambda: town.whistling.check_in(by, plays[0].whistle_id, Asked(new_id()), seen),
    )
    while town.sweep(2):
        pass
    for play in plays:
        fired = [(f.payload["target"], f.payload["step"]) for f in play.facts() if f.kind == "whistle_escalated"]
        assert len(fired) == len(set(fired))
        assert set(fired) >= {(code, 1) for code in play.organisations() if code != late[0]}
        assert first_break(play.facts()) is None


def test_a_case_and_its_whistle_are_acted_upon_at_once_and_neither_waits_for_the_other_for_ever(town, keeper):
    casework = Casework(town.store, clock=town.clock, keeper=keeper)
    city = town.centre("3701")
    ends = set()
    for turn in range(4):
        play = town.drafted()
        incident_id, streets = play.now().incident_id, [town.street(s.street_code) for s in play.now().sides]
        passed(town, 60)
        play.confirm(streets[0])
        deeds = [
            partial(play.confirm, streets[1]),
            partial(casework.act, city, incident_id, Reject(reason="误报"), act_id=new_id()),
            partial(town.sweep, 5),
        ]
        told = at_once(*deeds[turn % 3 :], *deeds[: turn % 3])
        assert not [one for one in told if isinstance(one, DatabaseUnavailableError)]
        with town.store.transaction() as unit:
            case = unit.cases.read(incident_id)
        ends.add((case.stage.value, play.now().stage.value))
        assert first_break(play.facts()) is None
    assert ends <= {("rejected", "withdrawn"), ("reported", "blown")}


def test_the_command_line_does_the_same_acts(town, own_sample_url, monkeypatch, as_before):  # noqa: ARG001 - undoes
    town.clock.moment -= timedelta(minutes=10)
    receipt = town.reported_inside()
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)

    def run(who: str, *arguments: str) -> str:
        monkeypatch.setenv("GRIDGOV_TOKEN", secret_of(who))
        settings.cache_clear()
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments))
        if result.exception:
            raise result.exception
        return result.output

    somebody(town.store, "street_officer", receipt.cell_code[:9], login="street")
    somebody(town.store, "department_officer", "370102", "370102-D-ZF", login="zf")
    zf = "370102-D-ZF"
    said = run("street", "blow", receipt.number, "--not-by-list", "--organisation", zf, "--reason", "只需一家")
    whistle = said.split()[1].rstrip(":")
    run("zf", "acknowledge", whistle, zf)
    where = ("--datum", "wgs84", "--lon", str(INSIDE.x), "--lat", str(INSIDE.y), "--accuracy-m", "9")
    with pytest.raises(GridgovError, match="wgs84, cgcs2000"):
        run("zf", "check-in", whistle, zf, *where[2:])
    assert "accepted" in run("zf", "check-in", whistle, zf, *where)
    with pytest.raises(RuleError, match="before you are released"):
        run("zf", "leave", whistle, zf)
    run("zf", "measure", whistle, zf, "--text", "责令停工")
    run("street", "release", whistle, zf)
    run("street", "rate", whistle, zf, "5", "--words", "到场及时")
    assert "closed" in run("street", "close", whistle)
    assert "closed" in run("street", "show", whistle)
    with town.store.transaction() as unit:
        blown_at = unit.whistles.live.read(UUID(whistle)).blown_at.isoformat()
    assert ": blown, revision 1\n" in run("street", "show", whistle, "--as-of", blown_at)
    assert whistle in run("zf", "list")


def test_whoever_is_summoned_reads_on_the_command_line_where_to_go_until_when_and_what_was_done(
    town,
    own_sample_url,
    monkeypatch,
    as_before,  # noqa: ARG001 - it undoes what a command does to the process
):
    play = town.blown()
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)
    monkeypatch.setenv("GRIDGOV_TOKEN", secret_of("centre"))
    somebody(town.store, "command_centre", "3701", login="centre")
    settings.cache_clear()
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["show", str(play.whistle_id)]).output
    with town.store.transaction() as unit:
        row = unit.whistles.detail(unit.whistles.live.read(play.whistle_id).district_code, play.whistle_id)
    assert row["text"] in shown
    assert f"{row['geometry'].representative_point().x:.4f}" in shown
    assert row["matter_code"] in shown
    for call in row["summons"]:
        assert f"{call['due_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" in shown
    assert "no measure filed" not in shown
    mute = play.organisations()[0]
    play.check_in(mute)
    passed(town, 24 * 60)
    play.do("release", play.lead_street(), Which(mute), "无人填报")
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["show", str(play.whistle_id)]).output
    assert "released, no measure filed" in shown
    assert "无人填报" in shown


def test_who_arrives_in_time_is_not_late_because_others_had_to_be_waited_for(town):
    play = town.blown()
    code = play.organisations()[0]
    seen, asked, who = play.sighting(code), Asked(new_id()), town.department(code)
    arrived_at = town.clock()
    with ThreadPoolExecutor(1) as pool:
        with town.store.transaction() as unit:
            unit.cases.lock(unit.whistles.live.incident_of(play.whistle_id))
            told = pool.submit(town.whistling.check_in, who, play.whistle_id, asked, seen)
            until_somebody_waits(unit)
            passed(town, 45)
        assert told.result()["says"]["time_to_scene_s"] == 0
    with town.store.transaction() as unit:
        call = unit.whistles.live.read(play.whistle_id).call(code)
    assert call.arrived_at == arrived_at


def test_a_kind_is_changed_while_a_whistle_of_it_is_being_drafted(own_sample_url):
    store = Store(own_sample_url)
    with store.transaction() as drafting, store.transaction() as changing:
        kind = drafting.whistles.kinds.all()["emergency"]
        # As the whistle's foreign key does.
        drafting.connection.execute(text("SELECT FROM whistle_kind WHERE code = 'emergency' FOR KEY SHARE"))
        changing.connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        changing.whistles.kinds.put(replace(kind, geofence_m=300.0))
    with store.transaction() as unit:
        assert unit.whistles.kinds.all()["emergency"].geofence_m == 300
    store.close()
