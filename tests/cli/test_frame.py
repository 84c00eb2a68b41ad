from importlib.metadata import EntryPoint

import pytest
import typer
from typer.testing import CliRunner

from gridgov import cli
from gridgov.errors import ConflictError, CoordinateError, StaleError

pytestmark = pytest.mark.usefixtures("as_before")


def _point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, "gridgov.commands")


def greet(name: str) -> None:
    """Greet somebody."""
    typer.echo(f"Hello, {name}")


def collide() -> None:
    raise ConflictError("Already\n  there: ask again.")  # noqa: EM101, TRY003 - the words are what is tested


def overtake() -> None:
    summons = [{"name": "执法大队", "on_site_at": "2026-06-15T00:10:00Z"}, {"name": "公安分局", "on_site_at": None}]
    stored = {"stage": "closed", "deadline_at": "2026-06-15T00:30:00+00:00", "summons": summons}
    facts = {"yours": {"act": "urge"}, "stored": stored}
    message = "Somebody was quicker: GET /api/v1/incidents lists what there is."
    raise StaleError(message, field="If-Match", details=[facts])


def mislead() -> None:
    raise CoordinateError("No datum: name one.", field="position.datum")  # noqa: EM101, TRY003 - the same


@pytest.fixture(autouse=True)
def _entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    here = "tests.cli.test_frame" if __name__.startswith("tests.") else __name__
    points = [
        _point("greet", f"{here}:greet"),
        _point("collide", f"{here}:collide"),
        _point("mislead", f"{here}:mislead"),
        _point("overtake", f"{here}:overtake"),
        _point("gone", "no_such_floor.cli:gone_command"),
        _point("db", f"{here}:greet"),
    ]
    monkeypatch.setattr(cli, "entry_points", lambda group: points if group == "gridgov.commands" else [])


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["gridgov", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_command_of_another_floor_runs_by_the_name_of_its_entry_point():
    done = CliRunner().invoke(cli.app, ["greet", "历下"])
    assert (done.exit_code, done.output) == (0, "Hello, 历下\n")


def test_a_broken_command_says_so_and_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert _run(monkeypatch, "gone", "--what", "ever") == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: The command `gone` cannot be loaded (ModuleNotFoundError")
    assert said.count("\n") == 1
    assert _run(monkeypatch, "greet", "you") == 0
    assert capsys.readouterr().out == "Hello, you\n"


def test_the_help_lists_every_command_with_its_first_sentence():
    shown = CliRunner().invoke(cli.app, ["--help"], env={"COLUMNS": "200"}).output
    for part in ("greet", "Greet somebody.", "gone", "(cannot be loaded:", "db", "private database"):
        assert part in shown


def test_the_core_keeps_its_own_names():
    shown = CliRunner().invoke(cli.app, ["db", "--help"]).output
    assert "psql" in shown


@pytest.mark.parametrize(
    ("command", "code", "line"),
    [
        ("collide", 1, "Error: Already there: ask again.\n"),
        ("mislead", 2, "Error: position.datum: No datum: name one.\n"),
    ],
)
def test_an_error_is_one_line_and_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, code: int, line: str
):
    assert _run(monkeypatch, command) == code
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", line)


def test_who_was_overtaken_sees_both_versions_in_local_time_and_which_command_lists_what_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert _run(monkeypatch, "overtake") == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Error: If-Match: Somebody was quicker: `gridgov case list` lists what there is."
    called = "summons (name 执法大队, on_site_at 2026-06-15 08:10:00), (name 公安分局)"
    assert said[1:] == ["  yours: act urge", f"  stored: stage closed, deadline_at 2026-06-15 08:30:00, {called}"]


def test_an_error_of_no_ones_making_is_not_hidden(monkeypatch: pytest.MonkeyPatch):
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_an_unknown_command_is_answered_with_the_nearest():
    done = CliRunner().invoke(cli.app, ["gret"])
    assert done.exit_code == 2
    assert "Did you mean 'greet'" in done.output


def test_the_version_is_told():
    assert CliRunner().invoke(cli.app, ["--version"]).output.startswith("gridgov 0.")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("GRIDGOV_PORT", "eighty")
    assert _run(monkeypatch, "greet", "you") == 1
    assert "GRIDGOV_PORT: Input should be a valid integer" in capsys.readouterr().err
