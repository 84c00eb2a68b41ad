"""`gridgov rules` over a database of its own."""

import pytest
from typer.testing import CliRunner

from gridgov.cli.rules import app
from gridgov.errors import FileFormatError, GridgovError, InputError, RuleError
from tests.conftest import SAMPLE
from tests.rules.conftest import written

HEAD = "day,kind,name,source"
YEAR = [f"2027-{day},holiday,元旦,通知" for day in ("01-01", "05-01", "10-01")]


def called(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments))
    if result.exception:
        raise result.exception
    return result.output


@pytest.fixture
def run(own_sample_url, monkeypatch, as_before):  # noqa: ARG001 - undoes what the command sets
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)
    return called


@pytest.fixture
def refused(sample_url, monkeypatch, as_before):  # noqa: ARG001 - undoes what the command sets
    """Return what runs a command that changes nothing, over the database that the worker's tests share."""
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", sample_url)
    return called


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_year_is_loaded_from_a_file_in_the_encodings_of_spreadsheets(run, tmp_path, encoding):
    assert "up to 2026-12-31" in run("calendar")
    path = written(tmp_path, "2027.csv", HEAD, *YEAR, encoding=encoding)
    assert "up to 2027-12-31" in run("calendar", str(path))
    assert "元旦" not in run("calendar")
    assert "通知" in run("calendar")


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        ([HEAD], FileFormatError, "no rows"),
        (["day,kind,name", "2027-01-01,holiday,x"], FileFormatError, "lacks the column source"),
        ([HEAD, *YEAR[:2]], InputError, "lacks National Day"),
        ([HEAD, "2027-01-01,holiday"], FileFormatError, "line 2.*more or fewer"),
        ([HEAD, "2027-01-01,holiday,元旦,通知,更多"], FileFormatError, "line 2.*more or fewer"),
        ([HEAD, *(row.replace("2027", "2029") for row in YEAR)], InputError, "2026 to 2029"),
        (["PK\x03\x04\x00\x00", "\x00"], GridgovError, "lacks|no CSV|no rows"),
    ],
)
def test_a_file_that_is_no_calendar_changes_nothing(refused, tmp_path, lines, error, words):
    path = written(tmp_path, "bad.csv", *lines)
    with pytest.raises(error, match=words):
        refused("calendar", str(path))
    assert "up to 2026-12-31" in refused("calendar")


def test_a_file_that_is_not_there_is_named(refused, tmp_path):
    with pytest.raises(FileFormatError, match=r"nothing\.csv cannot be read"):
        refused("calendar", str(tmp_path / "nothing.csv"))


def test_a_list_is_published_from_two_files(run, tmp_path):
    text = (SAMPLE / "matters.csv").read_text(encoding="utf-8").replace("路灯不亮", "路灯熄灭")
    matters = written(tmp_path, "matters.csv", text.rstrip("\n"))
    parts = str(SAMPLE / "responsibilities.csv")
    assert "Version 2" in run("publish", str(matters), parts, "--source", "decision 9")
    assert "decision 9" in run("lists")
    with pytest.raises(RuleError, match="contradicts itself"):
        run(
            "publish",
            str(matters),
            str(written(tmp_path, "parts.csv", "matter_code,organisation_code,part", "10101,X,lead")),
            "--source",
            "s",
        )
    with pytest.raises(InputError, match="lead or cooperating"):
        run(
            "publish",
            str(matters),
            str(written(tmp_path, "parts.csv", "matter_code,organisation_code,part", "10101,X,boss")),
            "--source",
            "s",
        )


def test_limits_hours_and_steps_are_set_and_shown(run):
    run("limit", "handle", "5", "working_days", "--matter", "10102", "--source", "decision 10")
    assert "decision 10" in run("limits")
    start = ("--start", "2026-06-15T09:00:00+08:00", "--organisation", "370102-D-CG")
    assert "2026-06-23 18:00" in run("due", "handle", "--matter", "10102", *start)
    run("drop-limit", "handle", "--matter", "10102")
    assert "2026-06-18 18:00" in run("due", "handle", "--matter", "10102", *start)
    run("hours", "hall", "--weekdays", "08:30-12:00", "--source", "s")
    run("keep", "hall", "--organisation", "370102-D-CG")
    assert "2026-06-18 12:00" in run("due", "handle", "--matter", "10102", *start)
    run("escalation", "file", "0 minutes district command_centre", "2 hours parent command_centre", "--source", "mine")
    assert "command_centre, parent" in run("escalations")
    assert "nothing" in run("against")


@pytest.mark.parametrize(
    "arguments",
    [
        ("escalation", "file", "soon", "--source", "s"),
        ("escalation", "file", "--source", "s", "--", "-5 minutes district command_centre"),
        ("hours", "hall"),
        ("hours", "hall", "--weekdays", "early", "--source", "s"),
        ("limit", "handle", "9999", "working_days", "--source", "s"),
        ("due", "handle", "--start", "2026-06-15T09:00:00"),
        ("due", "handle", "--start", "tomorrow"),
        ("due", "handle", "--organisation", "nobody"),
    ],
)
def test_what_makes_no_sense_is_refused_on_the_command_line(refused, arguments):
    with pytest.raises(InputError):
        refused(*arguments)
