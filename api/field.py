"""What a phone carries and is told, as it goes out."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.grid import FeatureCollection
from api.shapes import Moment, Share


class NamedOut(BaseModel):
    """An area."""

    code: str = Field(examples=["370102001"])
    name: str


class StreetOut(NamedOut):
    """A street."""

    district_code: str


class CarriedCellOut(NamedOut):
    """A cell of the grid, with its whole outline."""

    street_code: str
    community_code: str


class DrawnOut(BaseModel):
    """Something to draw on the map."""

    id: str
    name: str | None


class KindOfOut(DrawnOut):
    """Something to draw by its kind."""

    kind: str | None


class OrganisationOut(BaseModel):
    """An organisation."""

    code: str
    name: str
    area_code: str = Field(description="What it answers for, with everything below")


class CarriedMatterOut(BaseModel):
    """A class of incident, and how to find it."""

    code: str
    name: str
    category: str
    subcategory: str
    priority: int = Field(description="1 is the most urgent")
    admitted: bool = Field(description="Whether grid workers may be given it")
    whistle_kind: str | None = Field(description="By which kind of whistle it may be whistled for; null: by none")
    handle_within_minutes: int
    lead: str = Field(description="A code of an organisation, or STREET_OFFICE: the office of the street")
    cooperating: list[str]
    initials: str = Field(description="First letters of its pinyin", examples=["jgps"])
    pinyin: str = Field(description="Its pinyin, without tones", examples=["jinggaiposun"])


class CarriedListOut(BaseModel):
    """The responsibility list in force."""

    version: int
    items: list[CarriedMatterOut]


class CarriedKindOut(BaseModel):
    """A kind of whistle."""

    code: str
    name_zh: str
    name_en: str
    min_share: Share = Field(description="The least share of a footprint that makes a street a side")


class PackOut(BaseModel):
    """All that a phone carries. Degrees of WGS 84, longitude before latitude, seven decimals; outlines are whole."""

    version: str = Field(description="Another one for other content")
    made_at: Moment = Field(description="When any of it was changed last")
    bounds: Annotated[list[float], Field(min_length=4, max_length=4, description="West, south, east, north")]
    cells: FeatureCollection[CarriedCellOut] = Field(description="All that meet `bounds`; a border: the lowest code")
    communities: FeatureCollection[NamedOut]
    streets: FeatureCollection[StreetOut]
    districts: FeatureCollection[NamedOut]
    roads: FeatureCollection[KindOfOut]
    water: FeatureCollection[DrawnOut]
    green: FeatureCollection[DrawnOut]
    buildings: FeatureCollection[KindOfOut] = Field(description="At most 20,000")
    organisations: list[OrganisationOut]
    matters: CarriedListOut
    combined_threshold: Share = Field(description="The least of all kinds' `min_share`")
    whistle_kinds: list[CarriedKindOut]
    look: dict[str, Any] = Field(description="How each layer is drawn, as the catalogue of layers says")
