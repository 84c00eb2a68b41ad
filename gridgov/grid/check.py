"""Is this a grid? Every fault with its place and size."""

import re
from collections import Counter
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from gridgov import codes
from gridgov.coordinates import WGS84, position_faults, to_plane
from gridgov.coordinates.checks import FAULTS
from gridgov.errors import CodeError, PartitionError
from gridgov.grid.coverage import SLIVER_WIDTH_M, Coverage
from gridgov.grid.faults import CheckReport, Fault, placed, polygons_of, report

_LEAST_OUTSIDE_M2: Final = 1.0
_LEAST_CELL_M2: Final = 10.0
_MOST_CLEANED: Final = 2_000
_PLACE: Final = re.compile(r"\[(\S+) (\S+)\]")


def check_cells(
    cells: gpd.GeoDataFrame, *, communities: Any = None, streets: Any = None, district: Any = None
) -> CheckReport:
    """Find all that keeps `cells` from being a partition of their district.

    Parameters
    ----------
    cells
        Column ``code`` (15 digits) and polygons in EPSG:4326 or 4490, lon/lat; ``community_code`` where the register
        and not the code names the community.
    communities, streets
        GeoDataFrames with ``code`` and geometry: parents must be among them, cells must not reach out of them by 1 m2
        or more.
    district
        The district's outline (a geometry or a GeoDataFrame), which the cells must fill. Without it only holes among
        the cells are known to be gaps.

    Returns
    -------
    CheckReport
        ``ok`` if nothing was found.

    Notes
    -----
    A self-crossing cell is reported once and taken with its cleaned outline for what concerns its neighbours.
    Areas are measured in the CGCS2000 3-degree zone of the cells' middle.
    """
    labels = labels_of(cells)
    faults = _code_faults(cells, labels)
    wrong = _crs_faults(cells)
    if wrong:
        return report(len(cells), faults + wrong)
    shapes = np.asarray(cells.geometry, dtype=object)
    lon = middle_longitude(shapes)
    faults += _shape_faults(shapes, labels, lon)
    coverage, rows = usable_coverage(shapes, labels, lon)
    faults += _fit_faults(coverage, outline_of(district))
    for noun, areas in (("community", communities), ("street", streets)):
        if areas is not None:
            faults += _parent_faults(coverage, noun, _parents(cells, noun), areas, rows)
    return report(len(cells), faults)


def require_partition(
    cells: gpd.GeoDataFrame, *, communities: Any = None, streets: Any = None, district: Any = None
) -> None:
    """Refuse cells that are not a partition.

    Raises
    ------
    PartitionError
        With every fault in ``details``: kind, cells, lon, lat, area_m2 and a message.
    """
    found = check_cells(cells, communities=communities, streets=streets, district=district)
    if not found.ok:
        message = (
            f"These cells are not a partition: {found.summary()} Run gridgov check to see each, gridgov repair to mend."
        )
        raise PartitionError(message, field="cells", details=[fault.as_dict() for fault in found.faults])


def labels_of(cells: gpd.GeoDataFrame) -> list[str]:
    """Return what each cell is called: its code, or its row where there is no usable one or it stands twice."""
    values = list(cells["code"]) if "code" in cells else [None] * len(cells)
    read, _ = codes.read_codes(values, "cell")
    twice = {code for code, count in Counter(read).items() if count > 1}
    return [
        f"row {number}" if code is None else f"{code} (row {number})" if code in twice else code
        for number, code in enumerate(read, 1)
    ]


def middle_longitude(shapes: Any) -> float:
    """Return the longitude in the middle of some geometries, 0 if there is none (then no plane is needed either)."""
    if not len(shapes):
        return 0.0
    west, _, east, _ = shapely.total_bounds(shapes)
    return float(west + east) / 2 if np.isfinite(west) else 0.0


def usable_coverage(
    shapes: Any, labels: list[str], lon: float
) -> tuple[Coverage, "np.ndarray[Any, np.dtype[np.intp]]"]:
    """Return the polygonal cells as a coverage, self-crossing ones cleaned, and the row of each."""
    rows = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    rows = rows[np.isin(shapely.get_type_id(shapes[rows]), (3, 6))]
    # A precision model that a geometry carries would round whatever is computed from it.
    kept = shapely.set_precision(shapes[rows], 0, mode="pointwise")
    invalid = np.flatnonzero(~shapely.is_valid(kept))
    kept[invalid] = [clean_outline(shape) for shape in kept[invalid]]
    solid = ~shapely.is_empty(kept)
    return Coverage(kept[solid], [labels[row] for row in rows[solid]], lon), rows[solid]


def clean_outline(shape: Any) -> Any:
    """Return a self-crossing polygon as a valid one, without the lines that it collapses to.

    One of more than 2,000 vertices is left out (empty): the crossings may be as many as the square of them.
    """
    if shapely.get_num_coordinates(shape) > _MOST_CLEANED:
        return shapely.Polygon()
    parts, _ = polygons_of(np.array([shapely.make_valid(shape, method="structure")]))
    return shapely.union_all(parts)


def outline_of(district: Any) -> Any:
    """Return a district's outline as one geometry, whether it came as one or as a frame."""
    if isinstance(district, gpd.GeoDataFrame | gpd.GeoSeries):
        return shapely.union_all(np.asarray(district.geometry, dtype=object))
    return district


def _code_faults(cells: gpd.GeoDataFrame, labels: list[str]) -> list[Fault]:
    if "code" not in cells:
        return [Fault("code-bad", (), "there is no column of codes: name it code or 网格编码")] if len(cells) else []
    read, errors = codes.read_codes(list(cells["code"]), "cell")
    places = _places(cells)
    faults = [
        Fault("code-bad", (label,), error.message, *places[number])
        for number, (label, error) in enumerate(zip(labels, errors, strict=True))
        if error is not None
    ]
    rows_of: dict[str, list[int]] = {}
    for number, code in enumerate(read):
        if code is not None:
            rows_of.setdefault(code, []).append(number)
    for code, rows in rows_of.items():
        if len(rows) > 1:
            names = tuple(labels[row] for row in rows)
            faults.append(Fault("code-duplicate", names, f"{code} stands {len(rows)} times", *places[rows[1]]))
    return faults


def _places(cells: gpd.GeoDataFrame) -> list[tuple[float | None, float | None]]:
    """Return a point per cell to show faults that have no geometry of their own."""
    shapes = np.asarray(cells.geometry, dtype=object)
    bounds = shapely.bounds(shapes)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    return [(float(x), float(y)) if np.isfinite([x, y]).all() else (None, None) for x, y in middle]


def _crs_faults(cells: gpd.GeoDataFrame) -> list[Fault]:
    if cells.crs is None:
        return [Fault("crs-missing", (), "the layer does not say what its coordinates mean")]
    if cells.crs.to_epsg() not in {4326, 4490}:
        return [Fault("crs-wrong", (), f"cells are checked in EPSG:4326, these are in {cells.crs.to_string()}")]
    x, y = shapely.get_coordinates(np.asarray(cells.geometry, dtype=object)).T
    found = position_faults(x, y, WGS84)
    bad = np.flatnonzero(found >= 0)
    if not len(bad):
        return []
    fault = FAULTS[found[bad[0]]]
    return [Fault("crs-wrong", (), f"{fault.message} First: {x[bad[0]]:.9g}, {y[bad[0]]:.9g}; {len(bad)} vertices")]


def _shape_faults(shapes: Any, labels: list[str], lon: float) -> list[Fault]:
    faults: list[Fault] = []
    for number, shape in enumerate(shapes):
        label = (labels[number],)
        if shape is None or shape.is_empty:
            faults.append(Fault("geometry-empty", label))
        elif shape.geom_type not in {"Polygon", "MultiPolygon"}:
            faults.append(placed("geometry-kind", label, shape, lon, f"it is a {shape.geom_type}"))
        elif not shape.is_valid:
            faults.append(_invalid(label, shape))
        else:
            faults += _odd_outline(label, shape, lon)
    return faults


def _invalid(label: tuple[str, ...], shape: Any) -> Fault:
    reason = shapely.is_valid_reason(shape)
    found = _PLACE.search(reason)
    point = (float(found[1]), float(found[2])) if found else (None, None)
    return Fault("geometry-invalid", label, reason.split("[")[0].strip(), *point)


def _odd_outline(label: tuple[str, ...], shape: Any, lon: float) -> list[Fault]:
    plane = to_plane(shape, lon)
    faults = []
    parts = shapely.get_parts(plane)
    if len(parts) > 1:
        largest = int(np.argmax(shapely.area(parts)))
        rest = shapely.MultiPolygon([part for n, part in enumerate(shapely.get_parts(shape)) if n != largest])
        faults.append(placed("multi-part", label, rest, lon, f"{len(parts)} parts, the smaller ones are shown"))
    if plane.area < _LEAST_CELL_M2 or 2 * plane.area / plane.length < SLIVER_WIDTH_M:
        faults.append(placed("cell-sliver", label, shape, lon))
    return faults


def _fit_faults(coverage: Coverage, district: Any) -> list[Fault]:
    if not len(coverage.shapes):
        return []
    found = coverage.overlaps() + coverage.gaps(district)
    found += coverage.edges(found)
    if district is not None:
        found += coverage.outside("outside-district", district, np.arange(len(coverage.shapes)), _LEAST_OUTSIDE_M2)
    return found


def _parents(cells: gpd.GeoDataFrame, noun: str) -> list[str | None]:
    """Return per cell the code of its community or street: its own column says it, else the cell's code does."""
    if f"{noun}_code" in cells:
        return codes.read_codes(list(cells[f"{noun}_code"]), noun)[0]
    if "code" not in cells:
        return [None] * len(cells)
    read, _ = codes.read_codes(list(cells["code"]), "cell")
    return [None if code is None else codes.ancestor(code, noun) for code in read]


def _parent_faults(
    coverage: Coverage, noun: str, parents: list[str | None], areas: Any, rows: "np.ndarray[Any, np.dtype[np.intp]]"
) -> list[Fault]:
    outlines = dict(zip(_area_codes(areas, noun), np.asarray(areas.geometry, dtype=object), strict=True))
    faults: list[Fault] = []
    members: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        parent = parents[row]
        if parent is None:
            continue
        if parent in outlines:
            members.setdefault(parent, []).append(position)
        else:
            reason = f"its {noun} {parent} is not in the register"
            faults.append(
                placed("parent-unknown", (coverage.labels[position],), coverage.shapes[position], coverage.lon, reason)
            )
    for parent, positions in members.items():
        outline = outlines[parent]
        shapely.prepare(outline)
        faults += coverage.outside(f"outside-{noun}", outline, np.array(positions), _LEAST_OUTSIDE_M2)
    return faults


def _area_codes(areas: Any, noun: str) -> list[str]:
    try:
        return [codes.area_code(value) for value in areas["code"]]
    except (KeyError, CodeError) as error:
        reason = error.message if isinstance(error, CodeError) else "there is no column code."
        message = f"The layer of {noun} areas cannot be used: {reason}"
        raise CodeError(message, field="code") from error
