"""What is installed: the wheel carries the built pages, and nothing that they are built from."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tracked

_OURS = {"api", "gridgov", "layers", "sample_geo"}


@pytest.fixture(scope="module")
def carried(tmp_path_factory) -> list[str]:
    """Return the names in a wheel that is built from a copy: the pages of this tree may be in use."""
    tree: Path = tmp_path_factory.mktemp("tree")
    for path in tracked():
        inside = path.relative_to(ROOT)
        if path.is_file() and (len(inside.parts) == 1 or inside.parts[0] in _OURS) and inside.suffix != ".parquet":
            (tree / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, tree / inside)
    (tree / "api" / "web" / "node_modules").symlink_to(ROOT / "api" / "web" / "node_modules")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tree / "dist")]
    built = subprocess.run(build, cwd=tree, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next((tree / "dist").glob("*.whl"))) as wheel:
        return wheel.namelist()


def test_the_wheel_carries_the_three_pages_and_what_they_are_made_of(carried):
    assert {f"api/pages/{name}" for name in ("field.html", "command.html", "desk.html", "field-worker.js")} <= {
        *carried
    }
    assert any(name.startswith("api/pages/assets/") and name.endswith(".js") for name in carried)


def test_the_wheel_carries_no_sources_of_pages_and_nothing_fetched(carried):
    assert [name for name in carried if name.startswith("api/web/") or "node_modules" in name] == []


def test_the_wheel_carries_templates_words_and_migrations(carried):
    wanted = {"api/templates/login.html", "gridgov/messages/words.toml", "gridgov/py.typed"}
    assert wanted <= {*carried}
    assert any(name.endswith("0017_marks.sql") for name in carried)
