import pytest
from typer.testing import CliRunner

from gridgov.cli import app
from gridgov.errors import InputError, SetupError
from layers.cli import _write_aside

pytestmark = pytest.mark.usefixtures("as_before")


@pytest.fixture
def run(monkeypatch, own_sample_url):
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)
    return lambda *words: CliRunner().invoke(app, ["map", *words], catch_exceptions=True)


def test_it_writes_the_map_and_says_so(run, tmp_path):
    out = tmp_path / "地图.html"
    out.write_text("old")
    done = run("--out", str(out), "--since", "2026-03-05", "--until", "2026-03-06T12:00:00+08:00")
    assert done.exit_code == 0, done.output
    assert "2026-03-05 00:00 to 2026-03-06 12:00" in done.output
    assert "gridgovMap(" in out.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["地图.html"]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--out", "no/such/folder/map.html"], "out"),
        (["--out", "."], "out"),
        (["--out", "map.html", "--since", "yesterday"], "since"),
        (["--out", "map.html", "--since", "2026-03-05T10:00:00"], "since"),
        (["--out", "map.html", "--since", "2026-03-05", "--until", "2026-03-04"], "since"),
        (["--out", "map.html", "--until", "2026-02-30"], "until"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_nothing_is_written(run, tmp_path, monkeypatch, words, field):
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert isinstance(done.exception, InputError)
    assert done.exception.field == field
    assert list(tmp_path.iterdir()) == []


def test_without_a_grid_it_says_what_to_do(monkeypatch, database_url, tmp_path):
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", database_url)
    done = CliRunner().invoke(app, ["map", "--out", str(tmp_path / "map.html")])
    assert isinstance(done.exception, SetupError)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing_half_done(tmp_path):
    with pytest.raises(InputError, match="could not be written"):
        _write_aside(tmp_path / ("m" * 300), "new")
    assert list(tmp_path.iterdir()) == []
