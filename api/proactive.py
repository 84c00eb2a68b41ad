"""What is suspected before anybody complains, as types."""

from datetime import datetime
from math import isfinite
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.shapes import Lat, Lon, Moment, Said
from gridgov.clock import instant
from gridgov.proactive import Kind, State
from gridgov.proactive.load import NAMES, Expected
from gridgov.services.proactive import Scan


class ProposalOut(BaseModel):
    """A suspected problem: what, where, why, and what a person decided about it."""

    id: UUID
    district_code: str
    kind: Kind = Field(
        description="hotspot, repeat (the same at one place on many days), rising (a matter in a street)"
    )
    state: State = Field(description="proposed, confirmed (a case was opened), dismissed")
    area_code: str = Field(description="The cell, or the street, that it lies in")
    matter_code: str = Field(description="A code of GET /api/v1/matters")
    since: Moment = Field(description="The numbers are of this time on")
    until: Moment = Field(description="and up to this")
    lon: Lon
    lat: Lat
    reason: Said
    numbers: dict[str, Any] = Field(description="What the reason is made of: count, expected, q, days ...")
    proposed_at: Moment
    author: str = Field(description="Who looked")
    decided_at: Moment | None
    decided_by: str | None
    note: str | None = Field(description="Why it was dismissed")
    incident_id: UUID | None = Field(description="The case that was opened")
    incident_number: str | None

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        """Return a proposal as it goes out."""
        return cls.model_validate({**found, "reason": {"zh": found["reason"], "en": found["reason_en"]}})


class ScanIn(BaseModel):
    """A look at what stands out."""

    model_config = ConfigDict(extra="forbid")

    as_of: AwareDatetime | None = Field(
        default=None,
        description="The moment to look back from, none that is still to come: what was reported before it is looked "
        "at, as it stands today. Now if left out",
        examples=["2026-06-30T16:00:00+00:00"],
    )

    def moment(self) -> datetime | None:
        """Return the moment that is meant, in UTC."""
        return instant(self.as_of, field="as_of") if self.as_of else None


class ScanOut(BaseModel):
    """What became of a look."""

    at: Moment
    added: list[UUID] = Field(description="What is proposed anew")
    found: int = Field(description="How much stands out, proposed before or now")
    left_out: dict[str, str] = Field(description="By kind, why it could not be looked for")

    @classmethod
    def of(cls, scan: Scan) -> Self:
        """Return a look as it goes out."""
        return cls(at=scan.at, added=list(scan.added), found=scan.found, left_out=dict(scan.left_out))


Method = Literal["smoothed", "naive_last", "naive_mean", "naive_year_ago"]
"""A way of telling a month to come."""


class ExpectedPlaceOut(BaseModel):
    """What a place is expected to have in the month."""

    code: str = Field(description="Of the street, or of the cell")
    expected: float = Field(description="Incidents in the whole month")
    low: float = Field(description="Low and high hold what comes in the share `level` of months")
    high: float
    last: float = Field(description="Incidents of the last whole month")


class MethodOut(BaseModel):
    """How well a way of telling would have told the last months, each from those before it alone."""

    method: Literal["given", Method] = Field(
        description="smoothed, or a naive guess: naive_last, naive_mean, naive_year_ago (measured from eighteen months "
        "on); given: what would have been given, each month's method being chosen from the months before it"
    )
    name: Said
    mae: float = Field(description="Mean absolute error, in incidents a place and month")
    ratio: float | None = Field(
        description="To the best naive guess; below 1 is better than it; null where that guess was never wrong"
    )
    coverage: float = Field(description="Share of what came that lay between low and high")
    months: int = Field(description="So many were measured")


class ExpectedOut(BaseModel):
    """The load of a month to come, and what telling it is worth."""

    month: str = Field(examples=["2026-08"])
    method: Method = Field(description="The one that is given: the best naive guess, unless another was clearly better")
    level: float
    summary: Said
    places: list[ExpectedPlaceOut] = Field(description="Most expected first")
    measured: list[MethodOut]

    @classmethod
    def of(cls, told: Expected) -> Self:
        """Return what is expected as it goes out."""
        places = told.frame.rename_axis("code").reset_index().sort_values(["expected", "code"], ascending=[False, True])
        measured = told.measured.rename_axis("method").reset_index().to_dict("records")
        names = {one["method"]: dict(zip(("zh", "en"), NAMES[one["method"]], strict=True)) for one in measured}
        return cls.model_validate(
            {
                "month": str(told.month),
                "method": told.method,
                "level": told.level,
                "summary": {"zh": told.sentence, "en": told.sentence_en},
                "places": places.to_dict("records"),
                "measured": [{**one, "name": names[one["method"]], "ratio": _known(one["ratio"])} for one in measured],
            }
        )


def _known(ratio: float) -> float | None:
    return ratio if isfinite(ratio) else None


class DismissalIn(BaseModel):
    """Why nothing is to be done."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=1_000, examples=["已知的夜市，另有安排"])
