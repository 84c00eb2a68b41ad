"""Rules of the house that matter are tests themselves."""

import ast
import re
from pathlib import Path

import pytest

from gridgov.cli import Commands
from gridgov.settings import Settings
from tests.house.tree import ROOT, tracked

PACKAGES = ("gridgov", "layers", "api", "sample_geo")
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "node_modules" not in path.parts
)
SCRIPTS = sorted(path for kind in ("*.ts", "*.tsx", "*.css") for path in (ROOT / "api" / "web" / "src").rglob(kind))
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST_MODULE = 350
LONGEST_BODY = 60


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*MODULES, *(path for path in SCRIPTS if path.stem != "schema.d")], ids=_name)
def test_a_module_is_one_room(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_body_fits_a_screen(path):
    long = [
        f"{node.name}: {node.end_lineno - node.body[0].lineno + 1}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.body[0].lineno >= LONGEST_BODY
        and "migrations" not in path.parts
    ]
    assert long == []


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_has_its_meaning_and_its_place_in_the_readme(name):
    assert Settings.model_fields[name].description
    assert f"GRIDGOV_{name.upper()}" in README


@pytest.mark.parametrize("name", sorted(Commands()))
def test_every_command_has_its_place_in_the_readme(name):
    assert f"gridgov {name}" in README


@pytest.mark.parametrize("target", re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
def test_every_make_target_has_its_place_in_the_readme(target):
    assert f"make {target}" in README


def test_nothing_loads_from_elsewhere():
    elsewhere = re.compile(r"""(?:src|href|url\(|import)\s*[=(]?\s*["']?(?:https?:)?//(?!127\.0\.0\.1|localhost)""")
    suffixes = {".html", ".js", ".css", ".py", ".ts", ".tsx"}
    guilty = [
        _name(path)
        for path in tracked()
        if path.suffix in suffixes and path.parts[len(ROOT.parts)] != "tests"
        if path.exists() and elsewhere.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def test_nothing_is_left_unfinished():
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|NotImplemented" + r"Error)\b")
    guilty = [
        _name(path)
        for path in tracked()
        if path.suffix in {".py", ".ts", ".tsx"} and path.exists() and marks.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def test_lock_files_name_no_host():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text
    for name in ("package.json", "package-lock.json", ".npmrc"):
        assert "://" not in (ROOT / "api" / "web" / name).read_text()


def test_sql_stands_in_the_store_only():
    words = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s', re.IGNORECASE)
    guilty = [
        _name(path)
        for path in MODULES
        if "store" not in path.parts
        and path.name != "geopackages.py"
        and words.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
