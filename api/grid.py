"""The grid as it goes out: cells and areas as GeoJSON, who answers for a cell, where a position or an address lies."""

from typing import Generic, Literal, TypeVar

import shapely
from pydantic import BaseModel, Field

from api.shapes import Geometry, Lat, Lon, Metres, Moment, Share
from gridgov.gazetteer import Candidate, Level, Sure, Unsure
from gridgov.incidents import Placement
from gridgov.incidents.case import Place
from gridgov.incidents.report import Finding

P = TypeVar("P")


class Feature(BaseModel, Generic[P]):
    """A GeoJSON feature (RFC 7946, section 3.2)."""

    type: Literal["Feature"]
    properties: P
    geometry: Geometry


class FeatureCollection(BaseModel, Generic[P]):
    """A GeoJSON feature collection (RFC 7946, section 3.3): WGS 84, longitude before latitude."""

    type: Literal["FeatureCollection"]
    features: list[Feature[P]]


class AreaOut(BaseModel):
    """A district, a street or a community."""

    district_code: str = Field(examples=["370102"])
    code: str = Field(description="6, 9 or 12 digits; the ones below begin with it", examples=["370102001"])
    name: str


class CellOut(BaseModel):
    """A cell of the grid."""

    district_code: str = Field(examples=["370102"])
    code: str = Field(description="15 digits: those of its community and three more", examples=["370102001002001"])
    name: str
    kind: str = Field(description="ordinary, or dedicated: made for one site", examples=["ordinary"])
    area_m2: float = Field(description="Square metres, in the CGCS2000 3-degree zone of the place")
    street_code: str
    community_code: str


class NumberedGridOut(BaseModel):
    """A version of a district's grid."""

    district_code: str = Field(examples=["370102"])
    version: int = Field(description="1, 2, 3 ... in the order in which they begin")
    valid_from: Moment = Field(description="In force from then on, until the next one begins; may be to come")
    cells: int = Field(description="How many it has")
    source: str = Field(description="Where it came from: a file, or the draft that was published")


class DutyOut(BaseModel):
    """Somebody who answers for a cell."""

    staff_code: str
    name: str
    role: str = Field(description="As what", examples=["grid_worker"])
    of_the_cell: bool = Field(description="Whether for this cell itself, or for all of its community or street")
    area_name: str | None = Field(description="The community or the street, if so")


class SpotOut(BaseModel):
    """A position in degrees, whatever datum it was asked in."""

    lon: Lon
    lat: Lat


class ChanceOut(BaseModel):
    """How likely a position with an accuracy lies in a cell."""

    cell_code: str | None = Field(description="null: outside every cell")
    probability: Share


class PlaceOut(BaseModel):
    """Where a position lies."""

    placement: Placement
    cell_code: str | None = Field(description="null: outside every cell")
    position: SpotOut
    probabilities: list[ChanceOut] = Field(description="The likeliest first; none where no accuracy was given")

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        """Return a place as it goes out."""
        chances = [(c.cell.code if c.cell else None, c.probability) for c in place.chances]
        return cls(
            placement=place.placement,
            cell_code=place.cell.code if place.cell else None,
            position=SpotOut(lon=shapely.get_x(place.geometry), lat=shapely.get_y(place.geometry)),
            probabilities=[ChanceOut(cell_code=code, probability=chance) for code, chance in chances],
        )


class CandidateOut(BaseModel):
    """A place that an address may mean."""

    address_id: str | None = Field(description="Of the address book; null for what holds many: an estate, a road")
    label: str = Field(description="The address in the book's own words")
    lon: Lon
    lat: Lat
    score: float = Field(description="0: nothing fits, 1: everything that was said fits")
    level: Level = Field(description="How finely the place is known")
    accuracy_m: Metres = Field(description="Radius in metres of what the level and words like 对面 leave open")
    matched: list[str] = Field(description="The pieces of the text that speak for it")
    unmatched: list[str] = Field(description="The pieces of the text that do not")

    @classmethod
    def of(cls, candidate: Candidate) -> "CandidateOut":
        """Return a candidate as it goes out."""
        return cls.model_validate(candidate, from_attributes=True).model_copy(
            update={"score": round(candidate.score, 4)}
        )


class AddressOut(BaseModel):
    """What an address means."""

    answer: Literal["sure", "unsure"]
    question: str | None = Field(description="What to ask whoever reported, where it is not sure")
    candidates: list[CandidateOut] = Field(description="Best first; one, if it is sure")

    @classmethod
    def of(cls, answer: Sure | Unsure) -> "AddressOut":
        """Return an answer of the address book as it goes out."""
        sure = isinstance(answer, Sure)
        return cls(
            answer="sure" if sure else "unsure",
            question=None if isinstance(answer, Sure) else answer.question,
            candidates=[CandidateOut.of(candidate) for candidate in answer.candidates],
        )


class SummaryOut(BaseModel):
    """What happened in the 24 hours up to the newest report that you see."""

    since: Moment
    until: Moment
    reports: int
    placements: dict[Placement, int] = Field(description="How many reports were placed how")
    findings: dict[Finding, int] = Field(description="In how many reports there is what to look at")
    combined_whistles: int = Field(description="How many were drafted because an extent crosses a border")
