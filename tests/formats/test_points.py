"""Points are read in pieces; a bad row stops nothing."""

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from gridgov.coordinates import BD09, from_wgs84
from gridgov.errors import CoordinateError, FileFormatError
from gridgov.formats import count_points, read_points

COUNT = 2500


@pytest.fixture
def places() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "案件编号": [f"{n:05d}" for n in range(COUNT)],
            "lon": rng.uniform(117, 117.2, COUNT),
            "lat": rng.uniform(36.6, 36.7, COUNT),
        }
    )


def as_layer(places: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(places[["案件编号"]], geometry=gpd.points_from_xy(places["lon"], places["lat"]), crs=4326)


def save(places: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        places.to_csv(path, index=False)
    elif path.name == "plain.parquet":
        places.to_parquet(path)
    elif path.suffix == ".parquet":
        as_layer(places).to_parquet(path)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in [list(places.columns), *places.to_numpy().tolist()]:
            book.active.append(row)
        book.save(path)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of names cut short
            as_layer(places).to_file(path)
    return path


@pytest.mark.parametrize(
    "name",
    ["points.csv", "points.gpkg", "points.parquet", "plain.parquet", "points.shp", "points.geojson", "points.xlsx"],
)
def test_every_format_streams_in_pieces_and_loses_no_row(places: pd.DataFrame, tmp_path: Path, name: str):
    path = save(places, tmp_path / name)
    pieces = list(read_points(path, 1000, datum="wgs84"))
    assert [len(piece) for piece in pieces] == [1000, 1000, 500]
    whole = pd.concat(pieces, ignore_index=True)
    assert np.allclose(whole["lon"], places["lon"], rtol=0, atol=1e-6 if name.endswith("json") else 1e-12)
    assert (whole["x"] == whole["lon"]).all()
    assert whole["fault"].isna().all()
    assert list(whole["number"]) == list(places["案件编号"])
    assert count_points(path) in {COUNT, None}


def test_a_bad_row_is_marked_and_the_others_go_on(tmp_path: Path):
    path = tmp_path / "points.csv"
    path.write_text("经度,纬度\n117.05,36.65\n36.65,117.05\n,\n0,0\nabc,36\n117.06,36.66\n")
    (piece,) = read_points(path, datum="wgs84")
    assert list(piece["fault"]) == [None, "swapped", "not-finite", "null-island", "not-finite", None]
    assert list(piece["lon"].isna()) == [False, True, True, True, True, False]


def test_each_row_is_converted_from_its_own_datum_and_its_raw_values_stay(tmp_path: Path):
    x, y = (float(value) for value in from_wgs84(117.05, 36.65, BD09))
    path = tmp_path / "points.csv"
    path.write_text(f"经度,纬度,坐标系\n117.05,36.65,\n{x!r},{y!r},百度\n")
    (piece,) = read_points(path, datum="wgs84")
    assert np.allclose(piece["lon"], 117.05, rtol=0, atol=1e-10)
    assert piece["x"].to_list() == [117.05, x]


def test_wkt_points_are_points(tmp_path: Path):
    path = tmp_path / "points.csv"
    path.write_text("wkt\nPOINT (117.05 36.65)\nnothing\n")
    (piece,) = read_points(path, datum="wgs84")
    assert piece["lon"][0] == 117.05
    assert piece["fault"][1] == "not-finite"


def test_a_stream_without_datum_or_positions_is_refused(tmp_path: Path):
    path = tmp_path / "points.csv"
    path.write_text("经度,纬度\n117.05,36.65\n")
    with pytest.raises(CoordinateError, match="no default"):
        next(read_points(path))
    path.write_text("地址\n解放路1号\n")
    with pytest.raises(FileFormatError, match="经度"):
        next(read_points(path, datum="wgs84"))


def test_what_is_no_point_is_marked(tmp_path: Path):
    layer = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(117, 36, 117.1, 36.1)], crs=4326)
    layer.to_file(tmp_path / "areas.gpkg")
    (piece,) = read_points(tmp_path / "areas.gpkg")
    assert piece["fault"][0] == "not-finite"


def test_a_damaged_stream_is_refused_where_it_breaks(tmp_path: Path):
    path = tmp_path / "points.csv"
    path.write_text("lon,lat\n" + "117.05,36.65\n" * 50 + '117.05,"36.65\n')
    with pytest.raises(FileFormatError, match="cut off"):
        list(read_points(path, 10, datum="wgs84"))
