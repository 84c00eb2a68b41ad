"""What a wall reads, as types: what is late and soon, and the numbers of the moment."""

import gzip
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.shapes import Lat, Lon, Moment
from gridgov.services.watching import Watch

_LEVEL = 4  # of gzip: a wall is near, and asks often


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it goes out, to one or to all who asked at once."""

    plain: bytes
    zipped: bytes

    @classmethod
    def of(cls, answer: BaseModel) -> Self:
        """Return an answer written down."""
        plain = answer.model_dump_json().encode()
        return cls(plain, gzip.compress(plain, _LEVEL, mtime=0))

    def answer(self, request: Request) -> Response:
        """Return it as a request can take it."""
        headers = {"Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.zipped, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
        return Response(self.plain, media_type="application/json", headers=headers)


class DueOut(BaseModel):
    """Something with a deadline: a case, a side that must confirm or close, an organisation that must come or act."""

    subject: Literal["case", "side", "summons"]
    incident_id: UUID
    whistle_id: UUID | None = Field(description="Of a side or a summons")
    number: str = Field(description="The incident's", examples=["370102-260305-0000001C"])
    matter_code: str | None = Field(description="A code of GET /api/v1/matters")
    matter: str | None = Field(description="What it is called")
    priority: int | None = Field(description="1 is the most urgent")
    emergency: bool = Field(description="Its matter, or a whistle of it, is for the emergency whistle")
    due_kind: str | None = Field(
        description="What is due: file, dispatch, accept, handle, verify, close, resume; "
        "confirm, close of a side; check_in, measure of a summons"
    )
    deadline_at: Moment
    late_s: int = Field(description="Seconds since the deadline; negative: seconds left")
    stage: str = Field(description="Of the case, of the whistle, of the summons")
    organisation_code: str | None = Field(
        description="Who is to do it: who handles the case, the side's office, who is summoned"
    )
    organisation: str | None
    street_code: str | None = Field(description="The side's street; else where the case lies")
    street: str | None
    cell_code: str | None
    lon: Lon | None
    lat: Lat | None


class WatchOut(BaseModel):
    """What is late and what soon will be, the most pressing first: emergencies, then by deadline."""

    at: Moment
    late: list[DueOut]
    soon: list[DueOut]
    late_total: int = Field(description="How many are late, shown or not")
    soon_total: int

    @classmethod
    def of(cls, watch: Watch) -> Self:
        """Return what was found as it goes out."""
        found = watch.found
        late, soon = ([_timed(row, watch.at) for row in rows] for rows in (found.late, found.soon))
        return cls.model_validate(
            {
                "at": watch.at,
                "late": late,
                "soon": soon,
                "late_total": found.late_total,
                "soon_total": found.soon_total,
            }
        )


def _timed(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {**row, "late_s": int((at - row["deadline_at"]).total_seconds())}


class WhistleFiguresOut(BaseModel):
    """Whistles that are neither closed nor withdrawn, and what of them is past its deadline."""

    open: int
    combined: int = Field(description="Of these, owned by several streets")
    drafted: int = Field(description="Of these, not confirmed by all sides yet")
    late_confirm: int = Field(description="Sides that should have confirmed")
    late_check_in: int = Field(description="Organisations that should have come")
    late_measure: int = Field(description="Organisations on site that should have filed a measure")
    late_close: int = Field(description="Whistles that should have been closed")


class StreetFiguresOut(BaseModel):
    """The numbers of one street: of cases whose cell lies in it."""

    street_code: str
    street: str | None = Field(description="What it is called; null of one that is not yours")
    open: int
    late: int
    reports_24h: int


class FiguresOut(BaseModel):
    """The numbers of a moment, of what you see."""

    at: Moment
    reports_24h: int = Field(description="Incidents reported in the 24 hours before")
    proactive_24h: int = Field(description="Cases opened in them before anybody complained, which are no reports")
    open: int = Field(description="Cases that are neither closed, rejected nor merged")
    by_stage: dict[str, int] = Field(description="The same, by stage")
    late: int = Field(description="Open cases past their deadline, as `overdue` lists them")
    soon: int = Field(description="Open cases whose deadline is within 30 minutes")
    whistles: WhistleFiguresOut
    on_duty: int | None = Field(
        description="People on duty, as shifts are known by now; null where you may not know where staff are"
    )
    streets: list[StreetFiguresOut]


class LabelOut(BaseModel):
    """What something is called; names of places and people are Chinese, and spelled in Latin letters."""

    zh: str
    en: str


class HitOut(BaseModel):
    """Something that was found. Nobody's telephone number is."""

    kind: Literal["incident", "whistle", "area", "cell", "organisation", "person", "address"]
    id: str
    code: str | None = Field(description="The number of an incident; a staff number of a person; else the code")
    label: LabelOut
    detail: str | None = Field(description="Words of an incident, the stage of a whistle, what kind of area ...")
    lon: Lon | None
    lat: Lat | None
    bounds: tuple[float, float, float, float] | None = Field(description="West, south, east, north in degrees")
    score: float = Field(description="0 to 1: how well it fits")


class FoundOut(BaseModel):
    """What was found, the best first."""

    items: list[HitOut]
