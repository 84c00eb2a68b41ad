"""Layers are read from the formats districts have, whatever their encoding, headers and coordinate system."""

import json
import shutil
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from gridgov.coordinates import GCJ02, geometry_from_wgs84
from gridgov.errors import CoordinateError, FileFormatError
from gridgov.formats import list_layers, read_layer, write_layers

CODES = ["370102001002001", "370102001002002"]
WRITERS = {
    "cells.gpkg": "GPKG",
    "cells.geojson": "GeoJSON",
    "cells.shp": "ESRI Shapefile",
    "cells.gdb": "OpenFileGDB",
}


def write(cells: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    driver = WRITERS[f"cells{path.suffix}"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of names cut short and 64-bit integers
        pyogrio.write_dataframe(cells, path, driver=driver, **options)
    return path


def assert_read(frame: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> None:
    assert list(frame["code"]) == CODES
    assert list(frame["name"]) == list(cells["网格名称"])
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.normalize().geom_equals_exact(cells.geometry.normalize(), 1e-9).all()


@pytest.mark.parametrize("name", WRITERS)
def test_every_vector_format_gives_the_same_cells(cells: gpd.GeoDataFrame, tmp_path: Path, name: str):
    frame = read_layer(write(cells, tmp_path / name))
    assert_read(frame, cells)
    assert list(frame["community"]) == ["解放桥社区"] * 2
    assert frame.attrs["datum"] == "wgs84"
    assert frame.attrs["source"] == name


def test_geoparquet_gives_the_same_cells(cells: gpd.GeoDataFrame, tmp_path: Path):
    cells.to_parquet(tmp_path / "cells.parquet")
    assert_read(read_layer(tmp_path / "cells.parquet"), cells)


@pytest.mark.parametrize("epsg", [4490, 4548, 4547, 3857, 32650])
def test_every_known_coordinate_system_comes_out_as_wgs84(cells: gpd.GeoDataFrame, tmp_path: Path, epsg: int):
    moved = cells.to_crs(epsg)
    frame = read_layer(write(moved, tmp_path / "cells.gpkg"))
    assert_read(frame, cells)
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())


@pytest.mark.parametrize(("encoding", "keep_cpg"), [("GBK", True), ("GBK", False), ("UTF-8", True), ("UTF-8", False)])
def test_a_shapefile_shows_its_names_whatever_its_cpg_says(
    cells: gpd.GeoDataFrame,
    tmp_path: Path,
    encoding: str,
    keep_cpg: bool,  # noqa: FBT001 - a parametrised case
):
    path = write(cells, tmp_path / "cells.shp", encoding=encoding)
    cpg = path.with_suffix(".cpg")
    if keep_cpg:
        cpg.write_text("UTF-8" if encoding == "GBK" else "GBK")
    else:
        cpg.unlink()
    assert_read(read_layer(path), cells)


def test_headers_cut_to_ten_bytes_are_recognised(cells: gpd.GeoDataFrame, tmp_path: Path):
    longer = cells.rename(columns={"网格编码": "单元网格编码"}).assign(所属街道编码="370102001")
    path = write(longer, tmp_path / "cells.shp", encoding="GBK")
    assert "所属街道编码" not in pyogrio.read_info(path, encoding="gb18030")["fields"]
    frame = read_layer(path)
    assert list(frame["code"]) == CODES
    assert set(frame["street_code"]) == {"370102001"}


def test_codes_kept_as_numbers_become_text(cells: gpd.GeoDataFrame, tmp_path: Path):
    cells["网格编码"] = cells["网格编码"].astype(float)
    cells["所属社区"] = [370102001002, 370102001002]
    frame = read_layer(write(cells, tmp_path / "cells.gpkg"))
    assert list(frame["code"]) == CODES
    assert list(frame["community_code"]) == ["370102001002"] * 2
    assert "community" not in frame


def test_a_missing_coordinate_system_is_asked_for_and_can_be_stated(cells: gpd.GeoDataFrame, tmp_path: Path):
    path = write(cells, tmp_path / "cells.shp", encoding="UTF-8")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CoordinateError, match=r"--crs.*wgs84.*no default"):
        read_layer(path)
    assert_read(read_layer(path, datum="cgcs2000"), cells)


def test_what_is_stated_wins_over_a_wrong_label(cells: gpd.GeoDataFrame, tmp_path: Path):
    shifted = cells.set_geometry(geometry_from_wgs84(cells.geometry, GCJ02).set_crs(4326, allow_override=True))
    frame = read_layer(write(shifted, tmp_path / "cells.geojson", COORDINATE_PRECISION=15), datum="gcj02")
    assert_read(frame, cells)
    assert frame.attrs["datum"] == "gcj02"


def test_a_wrong_coordinate_system_is_told_by_its_numbers(cells: gpd.GeoDataFrame, tmp_path: Path):
    metres = cells.to_crs(4548).set_crs(4326, allow_override=True)
    with pytest.raises(CoordinateError, match=r"look like metres.*EPSG:4548"):
        read_layer(write(metres, tmp_path / "cells.gpkg"))
    degrees = cells.set_crs(4548, allow_override=True)
    with pytest.raises(CoordinateError, match="look like degrees"):
        read_layer(write(degrees, tmp_path / "degrees.gpkg"))
    swapped = cells.set_geometry(
        gpd.GeoSeries(shapely.transform(cells.geometry.to_numpy(), lambda c: c[:, ::-1]), crs=4326)
    )
    with pytest.raises(CoordinateError, match="swapped"):
        read_layer(write(swapped, tmp_path / "swapped.gpkg"))


def test_a_coordinate_system_without_epsg_code_is_named(cells: gpd.GeoDataFrame, tmp_path: Path):
    local = cells.to_crs("+proj=tmerc +lon_0=117.1 +x_0=50000 +y_0=-4000000 +ellps=GRS80 +units=m")
    with pytest.raises(CoordinateError, match="not in the EPSG register"):
        read_layer(write(local, tmp_path / "cells.gpkg"))


def test_several_layers_are_listed_and_one_must_be_chosen(cells: gpd.GeoDataFrame, tmp_path: Path):
    path = write_layers({"cells": cells, "streets": cells.head(1)}, tmp_path / "grid.gpkg")
    assert list_layers(path) == ["cells", "streets"]
    with pytest.raises(FileFormatError, match="one of cells, streets") as caught:
        read_layer(path)
    assert caught.value.field == "layer"
    with pytest.raises(FileFormatError, match="no layer roads"):
        read_layer(path, layer="roads")
    assert len(read_layer(path, layer="streets")) == 1


def test_heights_are_dropped(cells: gpd.GeoDataFrame, tmp_path: Path):
    high = cells.set_geometry(shapely.force_3d(cells.geometry.to_numpy(), 30.0)).set_crs(4326)
    assert_read(read_layer(write(high, tmp_path / "cells.gpkg")), cells)


def test_a_geojson_in_gb18030_is_read(cells: gpd.GeoDataFrame, tmp_path: Path):
    path = write(cells, tmp_path / "cells.geojson")
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert_read(read_layer(path), cells)


def test_a_zipped_shapefile_or_geodatabase_is_read(cells: gpd.GeoDataFrame, tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    write(cells, inside / "cells.shp", encoding="GBK")
    shutil.make_archive(str(tmp_path / "shape"), "zip", inside)
    frame = read_layer(tmp_path / "shape.zip")
    assert_read(frame, cells)
    assert frame.attrs["source"] == "shape.zip"
    base = tmp_path / "base"
    base.mkdir()
    write(cells, base / "cells.gdb")
    shutil.make_archive(str(tmp_path / "base"), "zip", base)
    assert_read(read_layer(tmp_path / "base.zip"), cells)
    write(cells, inside / "other.shp")
    shutil.make_archive(str(tmp_path / "two"), "zip", inside)
    with pytest.raises(FileFormatError, match=r"exactly one.*cells\.shp, other\.shp"):
        read_layer(tmp_path / "two.zip")


def test_an_archive_that_leads_outside_itself_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "trap.zip", "w") as archive:
        archive.writestr("../../cells.csv", "x,y")
    with pytest.raises(FileFormatError, match="outside"):
        read_layer(tmp_path / "trap.zip")


def test_too_many_rows_are_refused_with_the_way_out(cells: gpd.GeoDataFrame, tmp_path: Path):
    cells.to_parquet(tmp_path / "cells.parquet")
    pd.DataFrame({"经度": [117.1] * 3, "纬度": [36.6] * 3}).to_csv(tmp_path / "cells.csv", index=False)
    for path in (write(cells, tmp_path / "cells.gpkg"), tmp_path / "cells.parquet", tmp_path / "cells.csv"):
        with pytest.raises(FileFormatError, match="gridgov locate"):
            read_layer(path, most_rows=1, datum="wgs84")


@pytest.mark.parametrize("name", [*WRITERS, "cells.parquet"])
def test_every_cut_off_file_is_refused(cells: gpd.GeoDataFrame, tmp_path: Path, name: str):
    path = tmp_path / name
    many = pd.concat([cells] * 200, ignore_index=True)
    if name == "cells.parquet":
        many.to_parquet(path)
    else:
        write(many, path)
    victim = max(path.glob("*.gdbtable"), key=lambda file: file.stat().st_size) if path.is_dir() else path
    whole = victim.read_bytes()
    for share in (0.3, 0.6, 0.95):
        victim.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(FileFormatError):
            read_layer(path)


def test_a_cut_off_table_of_a_shapefile_is_refused(cells: gpd.GeoDataFrame, tmp_path: Path):
    path = write(cells, tmp_path / "cells.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-60])
    with pytest.raises(FileFormatError, match="cut off"):
        read_layer(path)
    table.unlink()
    with pytest.raises(FileFormatError, match=r"no \.dbf"):
        read_layer(path)
    path.with_suffix(".shx").unlink()
    with pytest.raises(FileFormatError, match=r"no \.shx"):
        read_layer(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.gpkg", b"", "empty"),
        ("cells.gpkg", b"name,code\n1,2\n", "named like a GeoPackage but holds CSV"),
        ("cells.csv", b"SQLite format 3\x00", "holds GeoPackage"),
        ("cells.xlsx", b"\xd0\xcf\x11\xe0old", "before 2007"),
        ("cells.csv", b"PK\x03\x04broken", "cut off or damaged"),
        ("cells.geojson", b"<html>Not found</html>", "XML or HTML"),
        ("cells.geojson", b'{"type": "FeatureCollection", "features": [{"ty', "cannot be read"),
        ("cells.parquet", b"PAR1", "cannot be read"),
        ("cells.csv", b"\x00\x01\x02\x03", "binary"),
        ("cells.dwg", b"AC1015", "says nothing about its kind"),
        ("cells.shp", b"\x00\x00\x27\x0a", "no .shx"),
        ("cells", b"x", "says nothing about its kind"),
    ],
)
def test_every_mislabelled_or_broken_file_is_refused_by_name(tmp_path: Path, name: str, content: bytes, says: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=says.replace(".", r"\.")) as caught:
        read_layer(path, datum="wgs84")
    assert name in caught.value.message


def test_missing_files_folders_and_huge_files_are_refused(tmp_path: Path):
    with pytest.raises(FileFormatError, match="cannot be opened"):
        read_layer(tmp_path / "nothing.gpkg")
    with pytest.raises(FileFormatError, match="folder"):
        read_layer(tmp_path)
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(5 * 1024**3)
    with pytest.raises(FileFormatError, match=r"5\.4 GB large.*gridgov locate"):
        read_layer(huge)


def test_a_layer_without_rows_is_refused(cells: gpd.GeoDataFrame, tmp_path: Path):
    with pytest.raises(FileFormatError, match="no rows"):
        read_layer(write(cells.iloc[:0], tmp_path / "cells.gpkg", geometry_type="Polygon"))


def test_parquet_without_geometry_is_a_table(tmp_path: Path):
    pd.DataFrame({"lon": [117.1], "lat": [36.6], "number": [5]}).to_parquet(tmp_path / "points.parquet")
    frame = read_layer(tmp_path / "points.parquet", datum="wgs84")
    assert (frame.geometry.x[0], frame["number"][0]) == (117.1, "5")


def test_geojson_is_wgs84_by_its_standard(tmp_path: Path):
    feature = {
        "type": "Feature",
        "properties": {"code": CODES[0]},
        "geometry": {"type": "Point", "coordinates": [117.1, 36.6]},
    }
    path = tmp_path / "points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    frame = read_layer(path)
    assert np.allclose(shapely.get_coordinates(frame.geometry), [[117.1, 36.6]])
    assert frame.attrs["datum"] == "wgs84"
