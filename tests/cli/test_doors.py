"""The commands that people type: load, locate, report, demo, each in a process of its own on a database of its own."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.conftest import SAMPLE

GRIDGOV = [sys.executable, "-c", "from gridgov.cli import main; main()"]


def run(*words: str, url: str, code: int = 0) -> str:
    environment = {**os.environ, "GRIDGOV_DATABASE_URL": url, "COLUMNS": "200"}
    done = subprocess.run([*GRIDGOV, *words], env=environment, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def empty(cluster) -> Iterator[str]:
    with cluster.running(f"gridgov_cli_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(scope="module")
def loaded(cluster) -> Iterator[str]:
    """Yield the URL of a database into which the command has loaded the sample's grid."""
    with cluster.running("gridgov_cli_loaded") as url:
        assert "773 cells opened" in run("load", str(SAMPLE / "grid.gpkg"), url=url)
        yield url


@pytest.fixture(scope="module")
def played(cluster) -> Iterator[tuple[str, str]]:
    """Yield the URL of a database in which the demo was played, and what it said."""
    with cluster.running("gridgov_cli_played") as url:
        yield url, run("demo", "--no-serve", url=url)


def test_before_a_grid_is_loaded_a_report_is_refused_with_what_to_do(empty):
    words = ("report", "--matter", "1", "--text", "x", "--datum", "wgs84", "--lon", "117", "--lat", "36.6")
    said = run(*words, url=empty, code=1)
    assert "gridgov load" in said


def test_a_file_that_is_no_partition_is_refused_and_says_where(empty, tmp_path: Path):
    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells").iloc[:40]
    broken = tmp_path / "broken.gpkg"
    cells.drop(index=5).to_file(broken, layer="cells")
    said = run("load", str(broken), url=empty, code=2)
    assert "not a partition" in said
    assert "117." in said


def test_a_second_load_of_the_same_file_changes_nothing(loaded):
    assert "nothing new; 773 cells are as they were" in run("load", str(SAMPLE / "grid.gpkg"), url=loaded)


def test_a_file_of_points_is_located_and_bad_rows_are_named(loaded, tmp_path: Path):
    points = pd.read_csv(SAMPLE / "incidents_days.csv", dtype=str, keep_default_na=False)
    points = points[(points["datum"] == "gcj02") & (points["lon"] != "")].head(200)
    points = points[["number", "lon", "lat"]]
    points.iloc[3, 1] = "nonsense"
    source, out = tmp_path / "points.csv", tmp_path / "located.csv"
    points.to_csv(source, index=False)
    said = run("locate", "--points", str(source), "--crs", "gcj02", "--out", str(out), url=loaded)
    assert f"{len(points)} rows" in said
    located = pd.read_csv(out, dtype=str)
    truth = pd.read_csv(SAMPLE / "incidents_truth.csv", dtype=str).set_index("number")
    clean = located[located["number"].map(truth["kind"]) == "clean"].dropna(subset=["cell_code"])
    assert (clean["cell_code"] == clean["number"].map(truth["cell_code"])).all()
    assert located.iloc[3]["fault"]
    assert pd.isna(located.iloc[3]["cell_code"])


def test_an_unknown_datum_is_refused_and_leaves_no_file(loaded, tmp_path: Path):
    source, out = tmp_path / "points.csv", tmp_path / "located.csv"
    source.write_text("lon,lat\n117.0,36.6\n")
    said = run("locate", "--points", str(source), "--crs", "mars", "--out", str(out), url=loaded, code=2)
    assert "gcj02" in said
    assert not out.exists()


def test_the_demo_played_a_second_time_loses_nothing_and_adds_nothing(played):
    url, first = played
    second = run("demo", "--no-serve", url=url)
    assert "combined whistles drafted" in first
    assert "every report is still there" in second
    assert figures(first) == figures(second)


def figures(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.strip()[:1].isdigit()]


def test_a_report_from_the_command_line_is_taken_in_once(played):
    url, _ = played
    words = [
        "report",
        "--matter",
        "20908",
        "--text",
        "楼下施工",
        "--datum",
        "wgs84",
        "--lon",
        "117.09",
        "--lat",
        "36.65",
    ]
    assert "--local" in run(*words, url=url, code=1)
    words += ["--local", "--id", "019a5f3e-7c00-7abc-8def-0123456789ab", "--at"]
    assert "370102" in run(*words, "2026-03-05T14:30:00+08:00", url=url)
    assert "taken in before" in run(*words, "2026-03-05T14:30:00+08:00", url=url)
    assert "offset" in run(*words, "2026-03-05T14:30:00", url=url, code=2)


def test_the_map_is_written_as_one_file(played, tmp_path: Path):
    url, _ = played
    out = tmp_path / "map.html"
    run("map", "--out", str(out), url=url)
    text = out.read_text(encoding="utf-8")
    assert "<html" in text
    assert "370102" in text
