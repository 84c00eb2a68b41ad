"""Whistles as they go out: with their sides, their summons, and all that was done about these."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.shapes import Metres, Moment, Shape, Share
from gridgov.whistles import Answerer, IssuerLevel, Stage, Vouching
from gridgov.whistles.lifecycle import SummonsStage
from gridgov.whistles.presence import Flag, Reason, Verdict

_STEPS = "How often its lateness was escalated"
_EVIDENCE = "Ids of attachments"


class SideFields(BaseModel):
    """An issuing street."""

    street_code: str = Field(description="9 digits; it may lie in another district")
    street_district_code: str
    organisation_code: str | None = Field(description="Its office")
    share: Share = Field(description="Of the extent; 1 where there is one side")
    measure: float = Field(description="How much of the extent that is: square metres of an area, metres of a line")
    leads: bool
    confirm_due_at: Moment | None = Field(description="Until when it should confirm")
    confirmed_at: Moment | None
    closed_at: Moment | None
    confirm_step: int = Field(description=_STEPS)
    confirmed_by: str | None = Field(description="A login")
    confirmed_above: str | None = Field(description="The area above that confirmed in its stead")
    lead_choice: str | None = Field(description="Which side it wants to lead")
    withdrawn_at: Moment | None = Field(description="When it said that the whistle may be withdrawn")


class SideOut(SideFields):
    """An issuing street, with its name."""

    street_name: str | None


class SidePartOut(SideOut):
    """An issuing street, with its part of the place."""

    part: Shape | None = Field(description="What of the place lies in the street, as both were; null where none does")


class SummonsFields(BaseModel):
    """A summoned organisation."""

    organisation_code: str
    leads: bool
    due_at: Moment | None = Field(description="Until when it should be on site")
    arrived_at: Moment | None
    released_at: Moment | None = Field(description="When every side needed it no longer")
    stage: SummonsStage
    origin: str = Field(description="Who named it: list, team, named")
    summoned_at: Moment | None
    acknowledged_at: Moment | None
    check_in_step: int = Field(description=_STEPS)
    time_to_scene_s: int | None = Field(description="Seconds from the summons to the arrival")
    measure_due_at: Moment | None = Field(description="Until when it should say what it did")
    measure_step: int = Field(description=_STEPS)
    measured_at: Moment | None = Field(description="Null in one that was released: it filed no measure")
    left_at: Moment | None


class SummonsOut(SummonsFields):
    """A summoned organisation, with its name."""

    name: str


class CheckInFields(BaseModel):
    """An attempt to check in, and what became of it."""

    id: UUID
    organisation_code: str
    author: str = Field(description="Whose phone it was: a login")
    verdict: Verdict
    reasons: list[Reason] = Field(description="Why it did not count at once")
    flags: list[Flag] = Field(description="What a person should look at")
    device_at: Moment = Field(description="The arrival by the device's clock, in the time of Asia/Shanghai")
    sent_at: Moment | None = Field(description="When it was sent, by the same clock")
    received_at: Moment = Field(description="When it came in, by the server's clock, in the time of Asia/Shanghai")
    arrived_at: Moment | None = Field(description="The arrival that counts")
    datum: str | None = Field(description="What the position was given in")
    accuracy_m: float | None = Field(description="Radius in metres, as the device says")
    distance_m: float | None = Field(
        description="Metres from the incident's geometry, in the CGCS2000 3-degree zone of the place"
    )
    evidence: list[UUID] = Field(description=_EVIDENCE)
    vouched_by: str | None = Field(description="A login")
    vouched_at: Moment | None
    vouch_distance_m: float | None = Field(description="Metres from which the voucher vouched")


class CheckInOut(CheckInFields):
    """An attempt to check in, and from where."""

    raw_wkt: str | None = Field(description="The position as the device gave it, in `datum`, x before y")
    geometry: Shape | None
    awaited: list[UUID] = Field(description="The attachments that it names and that have not come yet")


class MeasureOut(BaseModel):
    """What an organisation did on site."""

    id: UUID
    organisation_code: str
    author: str
    at: Moment
    text: str
    evidence: list[UUID] = Field(description=_EVIDENCE)


class ReleaseOut(BaseModel):
    """A side's word that it needs an organisation no longer."""

    organisation_code: str
    street_code: str
    author: str
    at: Moment
    excused: bool = Field(description="It was let off without having come")
    reason: str | None


class RatingOut(BaseModel):
    """How much a side says an organisation helped; the newest `seq` counts, the earlier ones stay."""

    organisation_code: str
    street_code: str
    seq: int
    author: str
    at: Moment
    score: int = Field(ge=1, le=5, description="1 did not help, 5 solved it")
    words: str


class AttemptOut(BaseModel):
    """What somebody tried and could not."""

    id: UUID
    organisation_code: str
    author: str
    at: Moment
    act: str = Field(examples=["leave"])
    stage: SummonsStage = Field(description="Where the summons stood")


class RulesOut(BaseModel):
    """The kind of a whistle as it stood when it was blown: later changes judge later whistles only."""

    code: str
    name_zh: str
    name_en: str
    check_in_minutes: int
    confirm_minutes: int
    measure_minutes: int
    close_minutes: int
    late_minutes: int = Field(description="How late an arrival may be sent in")
    skew_minutes: int = Field(description="How far a device's clock may be off")
    min_share: Share = Field(description="The least share that makes a street a side")
    geofence_m: Metres = Field(description="How far from the place counts as there, in metres")
    accuracy_limit_m: Metres = Field(description="The coarsest position that shows an arrival, in metres")
    issuers: list[IssuerLevel]
    answerers: list[Answerer]
    vouching: Vouching
    source: str
    retired: bool


class NoRulesOut(BaseModel):
    """Nothing: it was not blown yet."""

    model_config = ConfigDict(extra="forbid")


class WhistleFields(BaseModel):
    """A whistle as it stands."""

    id: UUID
    incident_id: UUID
    kind: str = Field(description="A code of GET /api/v1/whistle-kinds", examples=["comprehensive_enforcement"])
    stage: Stage
    combined: bool = Field(description="Whether several streets own it")
    crosses_district: bool
    drafted_at: Moment
    level: IssuerLevel | None = Field(
        description="Who blew it; null: it was drafted because an extent crosses a border"
    )
    issuer_area_code: str | None
    issued_by: str | None = Field(description="A login")
    reason: str | None = Field(description="Why somebody beside the list comes, or of it stays away")
    list_version: int | None = Field(description="The version of the responsibility list that named who comes")
    blown_at: Moment | None = Field(description="When the summons went out")
    closed_at: Moment | None
    withdrawn_at: Moment | None
    close_due_at: Moment | None = Field(description="Until when it should be closed")
    close_step: int = Field(description=_STEPS)
    revision: int = Field(description="The ETag: grows with every act")


class WhistleRowOut(WhistleFields):
    """A whistle as it stands, with its sides and summons."""

    district_code: str = Field(description="The district of its incident", examples=["370102"])
    incident_number: str
    matter_code: str = Field(description="As reported")
    text: str = Field(description="Of the incident, as it was reported")
    geometry: Shape = Field(description="Where the incident is")
    sides: list[SideOut] = Field(description="The largest share first")
    summons: list[SummonsOut] = Field(description="Whoever leads first")


class WhistleOut(WhistleRowOut):
    """A whistle as it stands, with everything that was done in it, each in order of time."""

    sides: list[SidePartOut] = Field(  # type: ignore[assignment]  # of the same kind, with more to tell
        description="The largest share first"
    )
    rules: RulesOut | NoRulesOut = Field(description="What it is judged by; empty until it is blown")
    check_ins: list[CheckInOut] = Field(description="The refused ones as well")
    measures: list[MeasureOut]
    releases: list[ReleaseOut]
    ratings: list[RatingOut]
    attempts: list[AttemptOut]


class WhistleProspectOut(BaseModel):
    """Whether an act can be done now by whoever asks, for which side and upon whom."""

    act: str = Field(examples=["confirm"])
    possible: bool
    why_not: str | None
    street_code: str | None = Field(description="The side that it would be done for")
    organisation_code: str | None = Field(description="Upon or for which organisation; null: the whole whistle")
    in_stead: bool = Field(description="By the area above in the side's stead: that wants a reason")


class WhistleActsOut(BaseModel):
    """What whoever asks may do with a whistle now, and why not the rest."""

    whistle_id: UUID
    revision: int = Field(description="The ETag to act upon")
    acts: list[WhistleProspectOut]
