"""A file of cells is checked and repaired from the command line."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely.affinity
from typer.testing import CliRunner

from gridgov.cli import app
from gridgov.formats import list_layers, read_layer, write_layer, write_layers
from gridgov.services.checking import Source, check_file, repair_file

pytestmark = pytest.mark.usefixtures("as_before")
run = CliRunner()


@pytest.fixture
def damaged(grid: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = grid.geometry.to_list()
    shapes[4] = shapely.affinity.translate(shapes[4], 5e-6, 3e-6)
    return grid.set_geometry(gpd.GeoSeries(shapes, index=grid.index, crs=4326))


def test_a_clean_file_ends_with_zero(grid: gpd.GeoDataFrame, tmp_path: Path):
    result = run.invoke(app, ["check", str(write_layer(grid, tmp_path / "cells.gpkg"))])
    assert result.exit_code == 0, result.output
    assert "12 cells, no faults" in result.output


def test_faults_are_told_in_words_and_written_as_a_layer(damaged: gpd.GeoDataFrame, tmp_path: Path):
    path = write_layer(damaged, tmp_path / "cells.geojson")
    result = run.invoke(app, ["check", str(path), "--out", str(tmp_path / "faults.gpkg"), "--most", "1"])
    assert result.exit_code == 1
    assert "gridgov repair closes it" in result.output
    assert "at 117." in result.output
    assert len(read_layer(tmp_path / "faults.gpkg")) == len(check_file(Source(path)).faults)


def test_a_repair_writes_cells_changes_and_what_is_left(damaged: gpd.GeoDataFrame, tmp_path: Path):
    path, out = write_layer(damaged, tmp_path / "cells.gpkg"), tmp_path / "repaired.gpkg"
    result = run.invoke(app, ["repair", str(path), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "The result is a partition" in result.output
    assert list_layers(out) == ["cells", "changes"]
    assert run.invoke(app, ["check", str(out), "--layer", "cells"]).exit_code == 0


def test_what_is_left_for_people_ends_with_one(grid: gpd.GeoDataFrame, tmp_path: Path):
    path, out = write_layer(grid.drop(index=4), tmp_path / "cells.gpkg"), tmp_path / "repaired.gpkg"
    result = run.invoke(app, ["repair", str(path), "--out", str(out)])
    assert result.exit_code == 1
    assert "people to decide" in result.output
    assert list_layers(out) == ["cells", "faults_left"]


def test_areas_in_the_same_file_are_checked_too(grid: gpd.GeoDataFrame, tmp_path: Path):
    outline = gpd.GeoDataFrame({"code": ["370102"]}, geometry=[grid.union_all()], crs=4326)
    elsewhere = gpd.GeoDataFrame({"code": ["370103"]}, geometry=[shapely.box(117.2, 36.7, 117.3, 36.8)], crs=4326)
    both = gpd.GeoDataFrame(
        {"code": [*outline.code, *elsewhere.code]}, geometry=[*outline.geometry, *elsewhere.geometry], crs=4326
    )
    path = write_layers({"cells": grid.drop(index=0), "districts": both}, tmp_path / "grid.gpkg")
    report = check_file(Source(path))
    assert report.counts() == {"gap": 1}
    assert not repair_file(Source(path)).complete


def test_a_file_that_cannot_be_read_is_named_without_a_traceback(tmp_path: Path):
    path = tmp_path / "cells.gpkg"
    path.write_bytes(b"not a geopackage")
    result = run.invoke(app, ["check", str(path)])
    assert result.exit_code != 0
    assert "holds CSV" in str(result.exception)
