"""The grid: cells and areas as GeoJSON, who answers for a cell, where a position lies; whistles."""

import json
from typing import Annotated, Any, Literal

import geopandas as gpd
import shapely
from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from api.auth import TheCaller, TheSubject, logged_in
from api.deps import TheDesk, TheIntake
from api.grid import AddressOut, AreaOut, CellOut, DutyOut, FeatureCollection, NumberedGridOut, PlaceOut, SummaryOut
from api.problems import Problem
from api.schemas import Finite, Page
from gridgov.areas import Level
from gridgov.clock import instant
from gridgov.incidents import GivenPosition

router = APIRouter(prefix="/api/v1", tags=["grid"], dependencies=[Depends(logged_in)])

_READ: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours reads the grid, or your token was not made for it"},
}
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such cell, or the book knows no such address"}
}
_LEVELS = {"districts": Level.DISTRICT, "streets": Level.STREET, "communities": Level.COMMUNITY}

AsOf = Annotated[AwareDatetime | None, Query(description="The moment that is asked about; now if left out")]

CellCode = Annotated[str, Path(pattern="^[0-9]{15}$", examples=["370102001002001"])]


class GeoJson(JSONResponse):
    """A GeoJSON answer (RFC 7946), lon/lat, that was written already."""

    media_type = "application/geo+json"

    def render(self, content: str) -> bytes:
        """Return the answer as it is sent."""
        return content.encode()


def reads_the_grid(subject: TheSubject) -> None:
    """Refuse whoever may not read the grid, for routes whose service asks for nobody."""
    subject.require("grid.read")


@router.get("/cells", response_class=GeoJson, responses={200: {"model": FeatureCollection[CellOut]}, **_READ})
def list_cells(desk: TheDesk, caller: TheCaller, as_of: AsOf = None) -> GeoJson:
    """Return the cells as a GeoJSON FeatureCollection that QGIS and GDAL open by this address."""
    frame = desk.cells(caller, as_of=instant(as_of, field="as_of") if as_of else None)
    return _collection(frame.drop(columns=["id", "street_id"]))


@router.get("/areas/{level}", response_class=GeoJson, responses={200: {"model": FeatureCollection[AreaOut]}, **_READ})
def list_areas(
    level: Literal["districts", "streets", "communities"], desk: TheDesk, caller: TheCaller, as_of: AsOf = None
) -> GeoJson:
    """Return the areas of a level as a GeoJSON FeatureCollection."""
    return _collection(desk.areas(caller, _LEVELS[level], as_of=instant(as_of, field="as_of") if as_of else None))


@router.get("/grid-versions", responses=_READ)
def list_grid_versions(desk: TheDesk, caller: TheCaller) -> Page[NumberedGridOut]:
    """List the versions of the grids that you read, the newest first, also those that begin later."""
    return Page[NumberedGridOut].told(desk.versions(caller))


@router.get("/cells/{cell_code}/duties", responses=_READ | _MISSING)
def who_answers(cell_code: CellCode, desk: TheDesk, caller: TheCaller, as_of: AsOf = None) -> Page[DutyOut]:
    """Return who answers for a cell: its own people first, then those of its community and street."""
    return Page[DutyOut].told(desk.who(caller, cell_code, as_of=instant(as_of, field="as_of") if as_of else None))


@router.get("/locate", responses=_READ, dependencies=[Depends(reads_the_grid)])
def locate(
    intake: TheIntake,
    datum: Annotated[str, Query(max_length=40, description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n")],
    lon: Finite,
    lat: Finite,
    accuracy_m: Annotated[float | None, Query(ge=0, le=20_000, allow_inf_nan=False)] = None,
) -> PlaceOut:
    """Return the cell of a position, and the probability per cell where an accuracy is given. Stores nothing."""
    return PlaceOut.of(intake.place(GivenPosition(datum, shapely.Point(lon, lat), accuracy_m)))


@router.get("/addresses", responses=_READ | _MISSING, dependencies=[Depends(reads_the_grid)])
def find_address(intake: TheIntake, text: Annotated[str, Query(min_length=1, max_length=500)]) -> AddressOut:
    """Return what an address means: `sure`, or `unsure` with a question; 404 where the book knows no such address."""
    return AddressOut.of(intake.look_up(text))


@router.get("/summary")
def summary(desk: TheDesk, caller: TheCaller) -> SummaryOut:
    """Return the counts of the 24 hours up to the newest report that you see."""
    return SummaryOut.model_validate(desk.last_day(caller), from_attributes=True)


def _collection(frame: gpd.GeoDataFrame) -> GeoJson:
    """Return the frame as GeoJSON; shapely writes the coordinates, ten times faster than a loop over them."""
    columns = frame.drop(columns=frame.geometry.name).to_dict("records")
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    features = (
        f'{{"type":"Feature","properties":{json.dumps(row, ensure_ascii=False)},"geometry":{shape}}}'
        for row, shape in zip(columns, shapes, strict=True)
    )
    return GeoJson(f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}')
