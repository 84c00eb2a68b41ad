"""Vector tiles: the catalogue of layers, and each layer tile by tile."""

from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.auth import TheCaller
from api.basemap import BaseMap
from api.deps import service
from api.problems import Problem
from api.routes.grid import reads_the_grid
from api.tiles import CatalogueOut
from gridgov.clock import instant
from gridgov.incidents.standing import Stage
from layers.tiles import DEEPEST, Tile, Tiles, Wanted

router = APIRouter(tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"
TheTiles = Annotated[Tiles, Depends(service(Tiles))]
TheBaseMap = Annotated[BaseMap, Depends(service(BaseMap))]

_READ: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours reads the grid, or your token was not made for it"}
}
_ETAG: dict[str, Any] = {
    "ETag": {"description": "The version of the grid, or of what the tile holds", "schema": {"type": "string"}},
    "Cache-Control": {"description": "Whether it may be kept", "schema": {"type": "string"}},
}
_TILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The tile", "content": {MVT: {}}, "headers": _ETAG},
    204: {"description": "Nothing of this layer lies there"},
    304: {"description": "You have it already"},
    404: {"model": Problem, "description": "There is no such layer"},
    503: {"model": Problem, "description": "After an upgrade it still is being told how incidents stood then"},
}
_HELD = {"Cache-Control": "private, no-cache"}
_KEPT = {"Cache-Control": "private, max-age=604800, immutable"}
_OWN = {"Cache-Control": "no-store"}
"""What hangs on incidents is somebody's own and of the moment: its tag only tells a map that nothing changed in it."""


class PeriodAsked(BaseModel):
    """The moment and the period that are asked about; what is not known is refused: it would show too much."""

    model_config = ConfigDict(extra="forbid")

    as_of: Annotated[
        AwareDatetime | None,
        Field(description="The moment whose grid is shown, and how incidents stood; now if left out"),
    ] = None
    since: Annotated[
        AwareDatetime | None, Field(description="Incidents reported at this moment or later; 24 hours if left out")
    ] = None
    until: Annotated[AwareDatetime | None, Field(description="Incidents reported up to this moment; `as_of`")] = None

    def wanted(self) -> Wanted:
        """Return it as the layers know it."""
        as_of, since, until = (_moment(name, getattr(self, name)) for name in ("as_of", "since", "until"))
        return Wanted(as_of, since, until)


def _moment(name: str, given: datetime | None) -> datetime | None:
    return instant(given, field=name) if given else None


class TileAsked(PeriodAsked):
    """What a tile shows."""

    stage: Annotated[Stage | None, Field(description="Incidents in this stage alone")] = None
    v: Annotated[
        str | None,
        Field(max_length=40, description="The layer's version: of the present one, the tile may be kept for a week"),
    ] = None

    def wanted(self) -> Wanted:
        """Return it as the layers know it."""
        found = super().wanted()
        return Wanted(found.as_of, found.since, found.until, str(self.stage) if self.stage else None)


@router.get("/tiles", responses=_READ)
def list_layers(
    tiles: TheTiles, base_map: TheBaseMap, caller: TheCaller, asked: Annotated[PeriodAsked, Query()]
) -> CatalogueOut:
    """List the layers that maps draw, with their classes, their legends and the addresses of their tiles."""
    sight, described = tiles.catalogue(caller, asked.wanted())
    return CatalogueOut.of(sight, described, base_map.described())


_Number = Annotated[int, Path(ge=0, lt=2**DEEPEST)]


def _tile(z: Annotated[int, Path(ge=0, le=DEEPEST)], x: _Number, y: _Number) -> Tile:
    return Tile.at(z, x, y)


def _held(if_none_match: Annotated[str | None, Header(max_length=400)] = None) -> frozenset[str]:
    """Return the versions that the asker has."""
    return frozenset(tag.strip().removeprefix("W/").strip('"') for tag in (if_none_match or "").split(","))


@router.get(
    "/tiles/base/{z}/{x}/{y}",
    responses={
        **_READ,
        200: {"description": "The tile", "content": {kind: {} for kind in ("image/png", "image/jpeg", "image/webp")}},
        404: {"model": Problem, "description": "No base map is configured, or it has no such tile"},
    },
    response_class=Response,
    dependencies=[Depends(reads_the_grid)],
)
def read_base_map(tile: Annotated[Tile, Depends(_tile)], base_map: TheBaseMap) -> Response:
    """Return a tile of the base map that is configured, fetched by this server: its key never leaves it."""
    image = base_map.image(tile)
    return Response(image.data, media_type=image.media_type, headers={"Cache-Control": "private, max-age=86400"})


@router.get("/tiles/{layers}/{z}/{x}/{y}.mvt", responses=_READ | _TILE, response_class=Response)
def read_tile(
    layers: Annotated[str, Path(max_length=400, examples=["streets,communities"])],
    tile: Annotated[Tile, Depends(_tile)],
    tiles: TheTiles,
    caller: TheCaller,
    asked: Annotated[TileAsked, Query()],
    held: Annotated[frozenset[str], Depends(_held)],
) -> Response:
    """Return a tile of a layer as Mapbox Vector Tile 2.1, in Web Mercator, with what you may see of it.

    Several names with commas between them are one tile that has a source-layer of each. Layers that hang on the grid
    alone may be kept by their `ETag`; of all others it only tells whether a tile holds what it held before. At low zoom
    levels, and where a tile would hold thousands, `incidents` come as hexagons with a `count`, each in the one tile
    that its middle lies in; `at_least` where it does not hold all. A hexagon of `heat` lies in each tile that it
    reaches into, with the same id: add it up once.
    """
    drawn = tiles.tile(caller, layers.split(","), tile, asked.wanted(), held=held)
    tag = drawn.version or blake2b(drawn.data or b"", digest_size=12).hexdigest()
    kept = _KEPT if asked.v == drawn.version else _HELD
    headers = {"ETag": f'"{tag}"', **(_OWN if drawn.version is None else kept)}
    if drawn.data is None or tag in held:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    if not drawn.data:
        return Response(status_code=status.HTTP_204_NO_CONTENT, headers=headers)
    return Response(drawn.data, media_type=MVT, headers=headers)
