"""What is written is whole, comes back alike, and runs nothing in a spreadsheet."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import FileFormatError, GeometryError
from gridgov.formats import (
    csv_pieces,
    guarded,
    list_layers,
    read_layer,
    read_points,
    write_layer,
    write_layers,
    write_stream,
)
from gridgov.formats.formulas import as_meant, disarmed

SUFFIXES = [".gpkg", ".geojson", ".parquet", ".csv"]


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code": ["370102001002001", "370102001002002"], "name": ["=1+1", "@解放路"], "households": [4, 5]},
        geometry=[shapely.box(117.05, 36.65, 117.1, 36.7), shapely.box(117.1, 36.65, 117.123456789012345, 36.7)],
        crs=4326,
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_written_format_comes_back_alike(layer: gpd.GeoDataFrame, tmp_path: Path, suffix: str):
    path = write_layer(layer, tmp_path / f"out{suffix}")
    frame = read_layer(path)
    assert list(frame["code"]) == list(layer["code"])
    assert list(frame["name"]) == list(layer["name"])
    assert frame.geometry.normalize().geom_equals_exact(layer.geometry.normalize(), 1e-14).all()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_existing_file_is_replaced_whole(layer: gpd.GeoDataFrame, tmp_path: Path, suffix: str):
    path = write_layer(layer, tmp_path / f"out{suffix}")
    write_layer(layer.head(1), path)
    assert len(read_layer(path)) == 1


def test_points_in_a_csv_have_longitude_and_latitude(tmp_path: Path):
    points = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(117.05, 36.65)], crs=4326).to_crs(4548)
    (piece,) = read_points(write_layer(points, tmp_path / "points.csv"))
    assert (piece["lon"][0], piece["lat"][0]) == pytest.approx((117.05, 36.65), abs=1e-9)


def test_a_csv_begins_with_the_mark_that_lets_excel_see_utf8(layer: gpd.GeoDataFrame, tmp_path: Path):
    content = write_layer(layer, tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in content


FORMULAS = ["=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@x", "\t=1", "\r=1", "\n=1"]
FULL_WIDTH = ["\uff1d1+1", "\uff0bSUM(A1)", "\uff0d2+3", "\uff20x"]


@pytest.mark.parametrize("text", [*FORMULAS, *FULL_WIDTH])
def test_every_formula_is_disarmed(text: str):
    assert guarded(pd.DataFrame({"a": [text]}))["a"][0] == f"'{text}"


@given(st.text(st.sampled_from("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20 5e.a"), max_size=6))
def test_every_text_that_was_disarmed_is_read_as_it_was_meant(text: str):
    assert as_meant(str(disarmed(text))) == text


def test_what_was_disarmed_is_read_as_it_was_meant(layer: gpd.GeoDataFrame, tmp_path: Path):
    texts = [*FORMULAS[:4], *FULL_WIDTH, "'=1", "'-5", "'\uff1d1", "''=1"]
    frame = gpd.GeoDataFrame({"text": texts}, geometry=[layer.geometry[0]] * len(texts), crs=4326)
    path = write_layer(frame, tmp_path / "out.csv")
    assert path.read_text("utf-8-sig").count("\n'") + path.read_text("utf-8-sig").count("\n\"'") == len(texts)
    assert list(read_layer(path)["text"]) == texts


@pytest.mark.parametrize("value", ["-5", "+86", "解放路", "a=b", "", None, -5.5, "-1e3"])
def test_numbers_and_plain_text_are_left_alone(value: object):
    kept = guarded(pd.DataFrame({"a": [value]}))["a"][0]
    assert kept == value or (pd.isna(kept) and value is None)


def test_tables_piece_by_piece_are_one_csv_wherever_they_go(tmp_path: Path):
    tables = [pd.DataFrame({"a": [1], "b": ["路"]}), pd.DataFrame({"a": [2], "b": ["街"]})]
    assert b"".join(csv_pieces(tables)) == b"\xef\xbb\xbf" + "a,b\r\n1,路\r\n2,街\r\n".encode()
    assert write_stream(tables, tmp_path / "out.csv") == 2
    assert (tmp_path / "out.csv").read_bytes() == b"".join(csv_pieces(tables))


def test_a_table_that_cannot_be_written_says_so(tmp_path: Path):
    with pytest.raises(FileFormatError, match=r"cannot be written.*does the folder exist"):
        write_stream([pd.DataFrame({"a": [1]})], tmp_path / "nowhere" / "out.csv")


def test_several_layers_go_into_one_geopackage_only(layer: gpd.GeoDataFrame, tmp_path: Path):
    path = write_layers({"cells": layer, "faults": layer.head(1)}, tmp_path / "out.gpkg")
    assert list_layers(path) == ["cells", "faults"]
    with pytest.raises(FileFormatError, match="one layer only"):
        write_layers({"cells": layer, "faults": layer}, tmp_path / "out.csv")


def test_what_cannot_be_written_is_refused_and_leaves_nothing(layer: gpd.GeoDataFrame, tmp_path: Path):
    with pytest.raises(FileFormatError, match=r"ends in \.gpkg"):
        write_layer(layer, tmp_path / "out.shp")
    with pytest.raises(FileFormatError):
        write_layer(layer, tmp_path / "missing" / "out.gpkg")
    with pytest.raises(FileFormatError):
        write_layer(layer, tmp_path / "missing" / "out.csv")
    with pytest.raises(GeometryError, match="set_crs"):
        write_layer(layer.set_crs(None, allow_override=True), tmp_path / "out.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_breaks_leaves_the_old_file(layer: gpd.GeoDataFrame, tmp_path: Path):
    path = write_layer(layer, tmp_path / "out.parquet")
    broken = layer.assign(name=[object(), object()])
    with pytest.raises(FileFormatError):
        write_layer(broken, path)
    assert len(read_layer(path)) == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_stream_is_written_piece_by_piece(tmp_path: Path, suffix: str):
    pieces = (
        pd.DataFrame({"lon": [117.0 + n], "lat": [36.0], "cell": [None if n else "370102001002001"]}) for n in range(3)
    )
    path = tmp_path / f"out{suffix}"
    assert write_stream(pieces, path) == 3
    assert sum(len(piece) for piece in read_points(path, 2, datum="wgs84")) == 3
    with pytest.raises(FileFormatError, match="pieces"):
        write_stream([], tmp_path / "out.gpkg")
