"""Every notebook runs from top to bottom in a fresh kernel, and is kept without its outputs."""

import html
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from gridgov.clock import system_clock
from gridgov.services.sample_accounts import sample_accounts
from gridgov.store.unit import Store
from tests.conftest import SAMPLE

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_there_is_one():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_what_it_put_out(path):
    notebook = read(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_says_what_it_shows_before_it_shows_it(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")


@pytest.fixture
def installation(own_sample_url, tmp_path, monkeypatch) -> None:
    """Make a copy of the sample district, with its accounts, what a kernel connects to."""
    store = Store(own_sample_url)
    sample_accounts(store, SAMPLE, tmp_path, now=system_clock())
    store.close()
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)


@pytest.mark.slow
@pytest.mark.timeout(600)  # a district is redrawn in one of them, which takes a minute where others work as well
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own libraries
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_top_to_bottom(path, tmp_path, monkeypatch, request):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")]))
    notebook = read(path)
    if any("gridgov.connect(" in cell.source for cell in notebook.cells):
        request.getfixturevalue("installation")
    NotebookClient(
        notebook, timeout=500, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    pages = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    maps = [page for page in pages if "<iframe" in page]
    assert maps
    for page in maps:
        markup = re.sub(r"<script>.*?</script>", "", html.unescape(page), flags=re.DOTALL)
        assert "default-src 'none'" in markup
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", markup)
