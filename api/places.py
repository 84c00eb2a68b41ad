"""Where something lies and what would become of it: what a screen says before anything is sent."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.grid import DutyOut
from api.schemas import PositionIn
from api.shapes import Share
from gridgov.incidents import Placement
from gridgov.services.foretelling import Foretold, Part

_PROBABILITY = Field(description="How likely it lies there; null of an extent")
_SHARE = Field(description="Which part of an extent lies there; null of a point")


class PlaceIn(BaseModel):
    """Where something is, and what it would be reported as."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {
                    "position": {"datum": "gcj02", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 12},
                    "matter": "20908",
                }
            ]
        },
    )
    position: PositionIn
    matter: Annotated[str | None, Field(max_length=40, description="A code of GET /api/v1/matters")] = None


class PlacedCellOut(BaseModel):
    """A cell that it may lie in, or does in part."""

    cell_code: str
    name: str | None
    street_code: str
    street: str | None
    community: str | None
    probability: Annotated[Share | None, _PROBABILITY]
    share: Annotated[Share | None, _SHARE]


class PlacedStreetOut(BaseModel):
    """A street that it may lie in, or does in part."""

    street_code: str
    street: str | None
    district: str | None
    probability: Annotated[Share | None, _PROBABILITY]
    share: Annotated[Share | None, _SHARE]


class AnswererOut(BaseModel):
    """An organisation."""

    code: str
    name: str


class AnswersOut(BaseModel):
    """Who answers for it."""

    cell_people: list[DutyOut] = Field(description="Of the cell: its own people first, then its community's, street's")
    lead: AnswererOut | None = Field(description="Of the matter, at this place; null without a matter, or for nobody")
    cooperating: list[AnswererOut]


class ForetoldSideOut(BaseModel):
    """A street that would own a part of a combined whistle."""

    street_code: str
    street: str | None
    share: Share


class ForetoldWhistleOut(BaseModel):
    """The combined whistle that a report would be drafted with."""

    will_be_drafted: bool
    kind: str | None = Field(description="A code of GET /api/v1/whistle-kinds")
    sides: list[ForetoldSideOut] = Field(description="The one that would lead first")


class ForetoldOut(BaseModel):
    """What would become of a report."""

    placement: Placement
    cell_code: str | None = Field(description="The cell that would answer; null: outside every cell")
    cells: list[PlacedCellOut] = Field(description="The likeliest, or the largest, first; at most 200")
    streets: list[PlacedStreetOut]
    answers: AnswersOut
    combined_whistle: ForetoldWhistleOut

    @classmethod
    def of(cls, foretold: Foretold) -> "ForetoldOut":
        """Return what would become of a report, as it goes out."""
        names, place = foretold.names, foretold.place
        lead = foretold.lead
        return cls(
            placement=place.placement,
            cell_code=place.cell.code if place.cell else None,
            cells=[_cell(part, names) for part in foretold.cells],
            streets=[_street(part, names) for part in foretold.streets],
            answers=AnswersOut(
                cell_people=[DutyOut.model_validate(row) for row in foretold.people],
                lead=AnswererOut(code=lead[0], name=lead[1]) if lead else None,
                cooperating=[AnswererOut(code=code, name=name) for code, name in foretold.cooperating],
            ),
            combined_whistle=_whistle(foretold),
        )


def _cell(part: Part, names: dict[str, str]) -> PlacedCellOut:
    return PlacedCellOut(
        cell_code=part.code,
        name=names.get(part.code),
        street_code=part.code[:9],
        street=names.get(part.code[:9]),
        community=names.get(part.code[:12]),
        probability=part.probability,
        share=part.share,
    )


def _street(part: Part, names: dict[str, str]) -> PlacedStreetOut:
    return PlacedStreetOut(
        street_code=part.code,
        street=names.get(part.code),
        district=names.get(part.code[:6]),
        probability=part.probability,
        share=part.share,
    )


def _whistle(foretold: Foretold) -> ForetoldWhistleOut:
    draft, names = foretold.draft, foretold.names
    sides = draft.sides if draft else ()
    return ForetoldWhistleOut(
        will_be_drafted=draft is not None,
        kind=draft.kind.code if draft else None,
        sides=[
            ForetoldSideOut(street_code=s.street_code, street=names.get(s.street_code), share=s.share) for s in sides
        ],
    )
