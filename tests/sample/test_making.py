"""The files are what the seed makes: checked by their checksums, and made again."""

import hashlib
import subprocess
import sys
from datetime import date

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from sample_geo import files, make, year
from sample_geo.common import DATA, HERE, sha256
from sample_geo.incidents import COLUMNS, DAYS, day_rows

REGISTERS = (
    *("organisations.csv", "matters.csv", "responsibilities.csv", "checklists.csv"),
    *("staff.csv", "duties.csv"),
)
MIB = 1024 * 1024


def _sums(name: str) -> dict[str, str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return {line.split()[1]: line.split()[0] for line in lines}


def test_every_file_has_the_checksum_that_is_written_down():
    sums = _sums("SHA256SUMS")
    assert set(sums) == {path.name for path in DATA.iterdir() if not path.name.endswith("SUMS")}
    assert all(sha256(DATA / name) == digest for name, digest in sums.items())


def test_every_layer_has_the_content_that_is_written_down():
    assert files.content_checksums() == (DATA / "CONTENT256SUMS").read_text(encoding="utf-8").splitlines()


def test_no_file_is_too_large_to_keep():
    sizes = [path.stat().st_size for path in HERE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert max(sizes) < 4.5 * MIB
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 12 * MIB


def test_registers_and_days_come_out_the_same_again_under_another_hash_seed(tmp_path):
    program = (
        "from pathlib import Path; import sys\n"
        "from sample_geo import checklists, make, organisations, matters, people\n"
        "for module in (checklists, make, organisations, matters, people):\n"
        "    read, module.DATA = module.DATA, Path(sys.argv[1])\n"
        "from sample_geo.common import DATA\n"
        "for name in ('grid.gpkg',): (Path(sys.argv[1]) / name).write_bytes((DATA / name).read_bytes())\n"
        "make.registers(); make.reports()\n"
    )
    environment = {"PYTHONHASHSEED": "12345", "PATH": "/usr/bin:/bin", "TZ": "America/New_York"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=environment, cwd=HERE.parent)
    for name in (*REGISTERS, "incidents_days.csv", "incidents_truth.csv"):
        assert sha256(tmp_path / name) == sha256(DATA / name), name


def test_the_checked_in_days_are_those_of_the_generated_year(tmp_path):
    out = tmp_path / "days.csv"
    year.main(["--out", str(out), "--start", DAYS[0].isoformat(), "--days", str(len(DAYS))])
    assert hashlib.sha256(out.read_bytes()).hexdigest() == sha256(DATA / "incidents_days.csv")


def test_the_year_can_be_streamed_to_parquet_with_its_truth(tmp_path, scene):
    out, truth = tmp_path / "days.parquet", tmp_path / "truth.csv"
    written = year.stream(out, truth, 2, date(2025, 12, 30))
    table = pq.read_table(out)
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == written == len(truth.read_text(encoding="utf-8").splitlines()) - 1
    assert table.slice(0, 1).to_pylist()[0]["number"] == day_rows(scene, date(2025, 12, 30))[0][0][0]


@pytest.mark.slow
def test_the_geometry_comes_out_the_same_again(tmp_path, monkeypatch):
    # Attributes must be equal; coordinates may differ in the last place where another processor's sine does.
    monkeypatch.setattr(make, "DATA", tmp_path)
    make.geometry()
    for name in ("grid.gpkg", "base.gpkg"):
        for layer in (
            ("districts", "streets", "communities", "cells") if name == "grid.gpkg" else ("roads", "water", "green")
        ):
            _same(files.read_layer(tmp_path / name, layer), files.read_layer(DATA / name, layer))
    _same(gpd.read_parquet(tmp_path / "buildings.parquet"), gpd.read_parquet(DATA / "buildings.parquet"))
    assert sha256(tmp_path / "addresses.csv") == sha256(DATA / "addresses.csv")


def _same(made: gpd.GeoDataFrame, kept: gpd.GeoDataFrame) -> None:
    assert made.drop(columns="geometry").equals(kept.drop(columns="geometry"))
    left, right = (shapely.get_coordinates(frame.geometry.to_numpy()) for frame in (made, kept))
    assert left.shape == right.shape
    assert np.abs(left - right).max() <= 1.1e-8


def test_a_geopackage_holds_no_time_of_day(tmp_path):
    frame = files.read_layer(DATA / "grid.gpkg", "districts")
    files.write_gpkg(tmp_path / "one.gpkg", {"districts": frame})
    files.write_gpkg(tmp_path / "two.gpkg", {"districts": frame})
    assert sha256(tmp_path / "one.gpkg") == sha256(tmp_path / "two.gpkg")
    assert b"2025-01-01T00:00:00" in (tmp_path / "one.gpkg").read_bytes()
