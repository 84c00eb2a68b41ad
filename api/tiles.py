"""What the catalogue of layers says, as types."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from api.shapes import Moment
from layers.tiles import Described, Sight


class WordsOut(BaseModel):
    """The same in both tongues."""

    zh: str
    en: str


class TileFieldOut(BaseModel):
    """A column that a person reads; in the English view `columnEn` stands for it, where there is one."""

    column: str
    columnEn: str | None  # noqa: N815 - as the maps in files have it
    title: WordsOut
    kind: Literal["text", "number", "decimal", "metres", "share", "time"]


class LayerOut(BaseModel):
    """A layer of the catalogue: what it is called, how it is drawn, and where its tiles are."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: WordsOut
    shape: Literal["point", "line", "polygon", "mixed"]
    order: int = Field(description="Higher lies over lower")
    zoom: tuple[int, int] = Field(description="The first and the last zoom level at which it is worth drawing")
    group: str | None = Field(description="Of the layers of one group at most one is shown")
    visible: bool = Field(description="Whether it is shown at first")
    listed: bool = Field(description="Whether a legend offers it")
    label: str | None = Field(description="The column whose text stands on the map")
    note: WordsOut | None
    look: dict[str, Any] = Field(
        description="How it is drawn: `kind` plain, value, rank or class, with the paints as Leaflet's path options; "
        "as on the map in a file. Values of incidents have a `count`, but of a moment of which it still is being told "
        "how they stood"
    )
    fields: list[TileFieldOut]
    tiles: str = Field(description="Where its tiles are; append `since`, `until`, `as_of` and `stage` as needed")
    periodic: bool = Field(description="Whether it shows incidents of a period, as you may see them")
    version: str = Field(description="Changes whenever the grid or the base map does; as `v` a tile may be kept")


class BaseMapOut(BaseModel):
    """A base map that somebody else draws, fetched by this server."""

    name: str
    attribution: str
    tiles: str
    zoom: tuple[int, int]


class GridVersionOut(BaseModel):
    """The version of a district's grid that is shown."""

    district_code: str
    version: int = Field(description="Numbered from 1, a number for each time that cells came or went")
    valid_from: Moment = Field(description="Since when it is in force; a first one is taken to have been so for ever")


class CatalogueOut(BaseModel):
    """Every layer, and where to look first."""

    bounds: tuple[float, float, float, float] = Field(description="West, south, east, north in degrees")
    center: tuple[float, float] = Field(description="Longitude, latitude")
    at: Moment = Field(description="The moment whose grid it is")
    since: Moment = Field(description="The period whose incidents are counted, both ends included")
    until: Moment
    behind_days: int = Field(
        description="So many days of what you see changed and are being counted anew: what is counted of whole days "
        "may be of some seconds ago, after an upgrade of some minutes"
    )
    counted_from: Moment | None = Field(
        description="Where you take part in more cases outside your own districts than are looked through for one "
        "answer, 100,000, or see more of a moment of the past: since when those were reported that are counted. What "
        "lacks others says `at_least`"
    )
    grids: list[GridVersionOut] = Field(description="The version of each district's grid as of the moment")
    layers: list[LayerOut]
    base_map: BaseMapOut | None

    @classmethod
    def of(cls, sight: Sight, described: Described, base_map: BaseMapOut | None) -> Self:
        """Return it as it goes out."""
        west, south, east, north = described.bounds
        return cls(
            bounds=described.bounds,
            center=(round((west + east) / 2, 6), round((south + north) / 2, 6)),
            at=sight.at,
            since=sight.since,
            until=sight.until,
            behind_days=described.behind_days,
            counted_from=described.counted_from,
            grids=[GridVersionOut.model_validate(one, from_attributes=True) for one in described.grids],
            layers=[LayerOut.model_validate(one) for one in described.layers],
            base_map=base_map,
        )
