"""The functions for people who explore by SQL follow the locator's rule."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import create_engine, text

from gridgov.locate import CellLocator
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def cells() -> gpd.GeoDataFrame:
    return gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")


@pytest.fixture(scope="module")
def locator(cells) -> CellLocator:
    return CellLocator.from_frame(cells, code="code")


@pytest.fixture
def sample(sample_url):
    engine = create_engine(sample_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def points(cells: gpd.GeoDataFrame) -> np.ndarray:
    """Return points anywhere, on vertices, on edges and beside them by one unit in the last place."""
    dice = np.random.default_rng(11)
    west, south, east, north = cells.total_bounds
    anywhere = dice.uniform([west - 0.01, south - 0.01], [east + 0.01, north + 0.01], (1500, 2))
    vertices = dice.permutation(shapely.get_coordinates(cells.geometry.to_numpy()))[:800]
    lines = dice.permutation(shapely.get_parts(shapely.boundary(cells.geometry.to_numpy())))[:200]
    edges = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.37, normalized=True))
    return np.vstack([anywhere, vertices, np.nextafter(vertices[:200], np.inf), edges])


def test_a_point_is_in_the_same_cell_by_sql_and_by_the_locator(sample, cells, locator):
    where = points(cells)
    ours = locator.locate(where[:, 0], where[:, 1])
    query = text(
        "SELECT gridgov_cell_at(lon, lat) FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) "
        "WITH ORDINALITY AS p (lon, lat, n) ORDER BY n"
    )
    theirs = sample.execute(query, {"lon": where[:, 0].tolist(), "lat": where[:, 1].tolist()}).scalars().all()
    assert list(ours) == theirs
    assert any(code is None for code in theirs)


def test_a_footprint_has_the_same_shares_by_sql_and_by_the_locator(sample, locator):
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    border = buildings[buildings["id"] == "B-BORDER-1"]
    chosen = [*border.geometry, *buildings.geometry.sample(60, random_state=3)]
    ours = locator.shares(chosen)
    query = text("SELECT cell_code, share FROM gridgov_shares(ST_GeomFromText(:wkt, 4326))")
    for number, shape in enumerate(chosen):
        wkt = shapely.to_wkt(shape, rounding_precision=-1)
        theirs = {row[0]: row[1] for row in sample.execute(query, {"wkt": wkt})}
        part = ours[(ours["footprint"] == number) & ours["cell"].notna()]
        mine = dict(zip(part["cell"], part["share"], strict=True))
        assert mine == pytest.approx({code: share for code, share in theirs.items() if code in mine}, abs=1e-6)
        assert sum(share for code, share in theirs.items() if code not in mine) < 1e-6


def test_before_the_first_grid_a_point_is_in_no_cell(sample):
    query = text("SELECT gridgov_cell_at(117.09, 36.65, '1980-01-01')")
    assert sample.execute(query).scalar() is None
