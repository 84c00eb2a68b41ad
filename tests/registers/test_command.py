"""`gridgov register` over a database of its own."""

import pytest
from typer.testing import CliRunner

from gridgov.cli.register import app
from gridgov.errors import FileFormatError, InputError, NotFoundError


@pytest.fixture
def run(own_sample_url, monkeypatch, as_before):  # noqa: ARG001 - undoes what the command sets
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)

    def called(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*arguments, "--local"])
        if result.exception:
            raise result.exception
        return result.output

    return called


def test_a_register_is_taken_away_and_brought_back(run, tmp_path):
    assert "责任清单" in run("list")
    for form in ("people.csv", "people.xlsx"):
        run("export", "people", str(tmp_path / form))
        assert "0 added, 0 fields changed, 0 ended, 1500 rows" in run("import", "people", str(tmp_path / form))
    file = tmp_path / "people.csv"
    text = file.read_text(encoding="utf-8-sig").replace("吕宝瑶", "吕瑶")
    file.write_text(text, encoding="gb18030")
    assert "Would be done: 0 added, 1 fields changed" in run("import", "people", str(file), "--dry-run")
    assert "Done: 0 added, 1 fields changed" in run("import", "people", str(file))
    file.write_text(text.replace("370102001002-C", "nobody"), encoding="utf-8")
    assert "is not registered" in run("import", "people", str(file), "--dry-run")
    with pytest.raises(FileFormatError, match="Nothing was changed"):
        run("import", "people", str(file))
    with pytest.raises(NotFoundError, match="no table"):
        run("export", "accounts", str(tmp_path / "a.csv"))
    with pytest.raises(InputError, match=r"\.csv or \.xlsx"):
        run("export", "people", str(tmp_path / "a.txt"))
    with pytest.raises(FileFormatError, match="cannot be read"):
        run("import", "people", str(tmp_path / "none.csv"))
