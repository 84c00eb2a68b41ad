"""One case's whole story as it goes out: what `GET /incidents/{id}/story` and `gridgov audit export` write as JSON."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.shapes import Moment
from api.summons import (
    AttemptOut,
    CheckInFields,
    MeasureOut,
    NoRulesOut,
    RatingOut,
    RulesOut,
    SideFields,
    SummonsFields,
    WhistleFields,
)
from gridgov.incidents import Placement, Stage
from gridgov.incidents.report import Finding


class ToldIncident(BaseModel):
    """What was reported, and where it stands."""

    district_code: str
    id: UUID
    number: str
    reported_at: Moment
    received_at: Moment
    channel: str
    external_number: str | None
    list_version: int
    reported_matter_code: str
    text: str
    channel_zh: str
    channel_en: str
    stage: Stage
    placement: Placement
    findings: list[Finding]
    cell_code: str | None
    cell_district_code: str | None
    matter_code: str | None
    priority: int | None
    lead_organisation_code: str | None
    first_organisation_code: str | None = Field(description="First dispatched: stays accountable")
    handling_organisation_code: str | None
    handler: str | None
    transfers: int
    reopenings: int
    merged_into_id: UUID | None
    lon: float | None = Field(description="Degrees, WGS 84 (EPSG:4326)")
    lat: float | None = Field(description="Degrees, WGS 84 (EPSG:4326)")
    matter: str | None
    category: str | None
    subcategory: str | None


class ToldReporter(BaseModel):
    """Whether it is known who reported; who it was is never told."""

    known: bool
    masked: Literal[True]


class ToldHop(BaseModel):
    """A stay in an organisation's hands."""

    seq: int
    organisation_code: str
    dispatched_at: Moment
    accepted_at: Moment | None
    ended_at: Moment | None
    ended_by: str | None = Field(description="The act that took it from them")


class ToldSide(SideFields):
    """An issuing street."""

    whistle_id: UUID
    street_id: UUID


class ToldCheckIn(CheckInFields):
    """An attempt to check in."""

    whistle_id: UUID


class ToldMeasure(MeasureOut):
    """What an organisation did on site."""

    whistle_id: UUID


class ToldRating(RatingOut):
    """How much a side says an organisation helped."""

    whistle_id: UUID


class ToldAttempt(AttemptOut):
    """What somebody tried and could not."""

    whistle_id: UUID


class ToldSummons(SummonsFields):
    """A summoned organisation, with all that was done about it."""

    whistle_id: UUID
    check_ins: list[ToldCheckIn]
    measures: list[ToldMeasure]
    ratings: list[ToldRating]
    attempts: list[ToldAttempt]


class ToldWhistle(WhistleFields):
    """A whistle of the case."""

    due_at: Moment | None = Field(description="When something of it is due next")
    rules: RulesOut | NoRulesOut = Field(description="The kind as it stood when it was blown; empty until then")
    sides: list[ToldSide]
    summons: list[ToldSummons]


class ToldEvidence(BaseModel):
    """An attachment."""

    id: UUID
    whistle_id: UUID | None
    fact_seq: int = Field(description="The fact that says it was added")
    name: str
    media_type: str
    size: int = Field(description="Bytes")
    sha256: str = Field(description="Of what is shown, in hexadecimal")
    original_size: int = Field(description="Bytes")
    original_sha256: str = Field(description="Of what was sent, in hexadecimal")
    width: int | None = Field(description="Pixels")
    height: int | None = Field(description="Pixels")
    duration_s: float | None = Field(description="Seconds")
    thumbnail_sha256: str | None
    author: str
    added_at: Moment


class ToldFact(BaseModel):
    """A fact, and the seal that covers it."""

    seq: int
    kind: str
    at: Moment
    author: str
    payload: dict[str, Any]
    previous_hash: str = Field(description="In hexadecimal")
    hash: str = Field(description="SHA-256 over this fact and `previous_hash`, in hexadecimal")
    seal: int | None = Field(description="The number of the seal; null: not sealed yet")


class ToldFinding(BaseModel):
    """Something that is not as it was written."""

    what: str
    seq: int | None
    detail: str


class ToldVerification(BaseModel):
    """Whether the record of the case is whole."""

    whole: bool
    unwitnessed: list[str] = Field(
        description="Tables with rows of the case that no fact witnesses: it is older than that"
    )
    overdue: int = Field(description="Facts that should have been sealed by now")
    findings: list[ToldFinding]
    unsealed: int = Field(description="Facts that no seal covers yet")
    head: str | None = Field(description="The district's newest seal, for `gridgov audit verify --head`")
    head_at: Moment | None


class StoryOut(BaseModel):
    """One case's whole story. Who reported it is not in it."""

    format: Literal["gridgov-story/1"] = Field(description="Grows when the form changes")
    exported_at: Moment
    exported_by: str
    incident: ToldIncident
    reporter: ToldReporter
    hops: list[ToldHop]
    whistles: list[ToldWhistle]
    evidence: list[ToldEvidence]
    facts: list[ToldFact]
    verification: ToldVerification
    names: dict[str, str] = Field(description="Of the codes of organisations, areas and matters in it")
