"""At the door: what is refused, what is kept, and what is told."""

import os
import sys
from pathlib import Path
from subprocess import run
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgov import CellLocator, compiled
from gridgov.errors import CodeError, CoordinateError, FileFormatError, GeometryError, InputError
from gridgov.locate import points
from tests.bench.coverages import frame_of, mixed_points, voronoi_coverage

BOX = shapely.box(117, 36, 118, 37)


def frame(codes: list[Any], cells: list[Any], crs: Any = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": pd.Series(codes, dtype=object)}, geometry=cells, crs=crs)


@pytest.mark.parametrize(
    ("cells", "error", "hint"),
    [
        (frame(["a"], [BOX], None), CoordinateError, "set_crs"),
        (frame(["a"], [BOX], 4548), CoordinateError, "to_crs"),
        (frame(["a"], [BOX], 4214), CoordinateError, "to_crs"),
        (frame(["a"], [shapely.box(36, 117, 37, 118)]), CoordinateError, "latitude given before longitude"),
        (frame([3.70102e14], [BOX]), CodeError, "text"),
        (frame([None], [BOX]), CodeError, "text"),
        (frame(["a", "a"], [BOX, BOX]), CodeError, "more than one"),
        (frame(["a"], [shapely.Point(117, 36)]), GeometryError, "not a filled polygon"),
        (frame(["a"], [shapely.Polygon()]), GeometryError, "not a filled polygon"),
        (frame(["a"], [None]), GeometryError, "not a filled polygon"),
        (frame(["a"], [shapely.Polygon([(117, 36), (118, 37), (118, 36), (117, 37)])]), GeometryError, "not valid"),
        (frame([], []), InputError, "no cell"),
        (pd.DataFrame({"code": ["a"]}), InputError, "GeoDataFrame"),
    ],
)
def test_cells_that_cannot_be_used_are_refused_with_a_hint(cells: Any, error: type[Exception], hint: str) -> None:
    with pytest.raises(error, match=hint):
        CellLocator.from_frame(cells)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="'number'"):
        CellLocator.from_frame(frame(["a"], [BOX]), code="number")


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert CellLocator.from_frame(frame(["a"], [BOX], 4490)).locate(117.5, 36.5).tolist() == ["a"]


def test_codes_are_ordered_as_text() -> None:
    locator = CellLocator.from_frame(frame(["9", "10"], [BOX, BOX]))
    assert locator.codes.tolist() == ["10", "9"]
    assert locator.locate_one(117.5, 36.5) == "10"


@pytest.mark.parametrize(("lon", "lat"), [([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]]), (["east"], [1.0])])
def test_points_that_do_not_fit_are_refused(lon: Any, lat: Any) -> None:
    with pytest.raises(CoordinateError):
        CellLocator.from_frame(frame(["a"], [BOX])).locate(lon, lat)


def test_an_array_to_write_to_that_does_not_fit_is_refused() -> None:
    with pytest.raises(CoordinateError, match="int32"):
        CellLocator.from_frame(frame(["a"], [BOX])).locate_index([117.5], [36.5], out=np.empty(1, np.int64))


def test_the_nearest_cell_is_found_outside_and_the_lowest_of_equals() -> None:
    cells = [shapely.box(117, 36, 117.01, 36.01), shapely.box(117, 36.01, 117.01, 36.02)]
    locator = CellLocator.from_frame(frame(["b", "a"], cells))
    east = 117.01 + 40 / 90_200
    assert locator.nearest([east, east, 117.005], [36.005, 36.01, 36.005], 50).tolist() == ["b", "a", "b"]
    assert locator.nearest([east, np.nan], [36.005, 36.005], 30).tolist() == [None, None]
    with pytest.raises(CoordinateError, match="within_m"):
        locator.nearest([east], [36.005], -1)


def test_a_locator_saved_and_loaded_answers_the_same(tmp_path: Path) -> None:
    cells = voronoi_coverage(40)
    locator = CellLocator.from_frame(cells)
    locator.save(tmp_path / "grid.locator")
    loaded = CellLocator.load(tmp_path / "grid.locator")
    lon, lat = mixed_points(cells.geometry.array, 5_000, np.random.default_rng(0))
    assert loaded.locate(lon, lat).tolist() == locator.locate(lon, lat).tolist()
    assert loaded.locate_one(lon[0], lat[0]) == locator.locate_one(lon[0], lat[0])
    assert (loaded.checksum, loaded.is_clean) == (locator.checksum, True)
    shapes = [shapely.Point(x, y).buffer(1e-4) for x, y in zip(lon[:50], lat[:50], strict=True)]
    pd.testing.assert_frame_equal(loaded.shares(shapes), locator.shares(shapes))
    assert [path.name for path in tmp_path.iterdir()] == ["grid.locator"]


def test_overlapping_cells_are_kept_too(tmp_path: Path) -> None:
    locator = CellLocator.from_frame(frame(["b", "a"], [BOX, shapely.box(117.5, 36, 118.5, 37)]))
    locator.save(tmp_path / "grid.locator")
    loaded = CellLocator.load(str(tmp_path / "grid.locator"))
    shapes = [shapely.box(117.25, 36.2, 117.75, 36.4)]
    pd.testing.assert_frame_equal(loaded.shares(shapes), locator.shares(shapes))


@pytest.mark.parametrize("place", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_damaged_file_is_refused(tmp_path: Path, place: float) -> None:
    path = tmp_path / "grid.locator"
    CellLocator.from_frame(voronoi_coverage(12)).save(path)
    content = bytearray(path.read_bytes())
    at = int(len(content) * place)
    content[at : at + 64] = bytes(255 - value for value in content[at : at + 64])
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="anew"):
        CellLocator.load(path)


@pytest.mark.parametrize("content", [b"", b"not a locator", b"ARROW1\0\0" + bytes(100)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "grid.locator"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"grid\.locator"):
        CellLocator.load(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "grid.locator"
    CellLocator.from_frame(voronoi_coverage(12)).save(path)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(FileFormatError):
        CellLocator.load(path)


def test_a_missing_file_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="No such file"):
        CellLocator.load(tmp_path / "none")
    with pytest.raises(InputError, match="folder"):
        CellLocator.from_frame(frame_of([BOX])).save(tmp_path / "none" / "grid")


def test_importing_gridgov_brings_no_compiler_along() -> None:
    program = "import sys, gridgov; sys.exit('numba' in sys.modules or 'geopandas' in sys.modules)"
    assert run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    import gridgov  # noqa: PLC0415 - the package itself is what is asked

    with pytest.raises(AttributeError, match="Nonsense"):
        _ = gridgov.Nonsense


def test_any_function_may_be_the_first_that_is_compiled(tmp_path: Path) -> None:
    """What only borrows cannot bring code along that makes arrays, unless that was compiled before."""
    program = tmp_path / "first.py"
    program.write_text(
        "import numpy as np\n"
        "from gridgov import compiled\n"
        "from gridgov.locate import plane\n"
        "@compiled.borrowing\n"
        "def first(found):\n"
        "    return plane._distinct(found, 5)\n"
        "found = np.array([5, 3, 5, 1, 3])\n"
        "assert found[:first(found)].tolist() == [1, 3, 5]\n"
    )
    kept = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    assert run([sys.executable, str(program)], env=kept, check=False).returncode == 0


def test_compiled_code_is_kept_only_while_the_whole_package_is_unchanged() -> None:
    dispatcher: Any = points.ranks_at
    assert dispatcher._cache._cache_file._source_stamp == compiled._stamp_of(Path(points.__file__).parent)
