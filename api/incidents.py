"""Incidents as they go out: the line of a list, one in full, its facts, who reported it and who looked."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.cases import HopOut
from api.shapes import Metres, Moment, Said, Shape, Share
from gridgov.incidents import Clock, Fact, Placement, Stage
from gridgov.incidents.report import Finding
from gridgov.services.revealing import Identity
from gridgov.story import Told


class IncidentRowOut(BaseModel):
    """An incident as it stands now, without what hangs on it. Who reported it is not shown."""

    district_code: str = Field(description="Whose it is; never changes", examples=["370102"])
    id: UUID = Field(description="A UUID of version 7: the order of ids is that of their times")
    number: str = Field(description="For people: district, day, eight signs", examples=["370102-260305-0000001C"])
    received_at: Moment = Field(description="When the server took it in, in the time of Asia/Shanghai")
    channel: str = Field(description="By which way it came", examples=["grid_worker"])
    external_number: str | None = Field(description="The channel's own number")
    list_version: int = Field(description="The version of the responsibility list that judges it")
    text: str = Field(description="As it was reported")
    stage: Stage = Field(description="Where the case is on its way")
    placement: Placement = Field(description="What locating found out")
    findings: list[Finding] = Field(description="What a person should look at")
    cell_district_code: str | None = Field(description="The district of the cell: it may be a neighbour's")
    cell_code: str | None = Field(description="The cell that answers for it: 15 digits")
    lead_organisation_code: str | None = Field(description="Who leads by the responsibility list")
    due_at: Moment | None = Field(description="When the program looks at it next: at the deadline or a step after it")
    deadline_at: Moment | None = Field(description="Until when what `due_kind` names should be done")
    due_kind: str | None = Field(description="What is due: file, dispatch, accept, handle, verify, close, resume")
    due_step: int = Field(description="How many steps of escalation were taken")
    revision: int = Field(description="The ETag: grows with every act")
    matter_code: str | None = Field(description="A code of GET /api/v1/matters", examples=["20908"])
    priority: int | None = Field(description="1 is the most urgent")
    handling_organisation_code: str | None = Field(description="In whose hands it is")
    first_organisation_code: str | None = Field(description="First dispatched: stays accountable")
    stage_since: Moment | None = Field(description="Since when it is at this stage, in the time of Asia/Shanghai")
    clock: Clock = Field(description="What the clock of the deadline does")
    remaining_s: int | None = Field(description="Working seconds left of a clock that stands; negative: late")
    handling_left_s: int | None = Field(description="Working seconds left of handling while its limit does not run")
    handling_whole_s: int | None = Field(description="Working seconds of all of the limit to handle")
    handling_hours: str | None = Field(description="In which hours both are counted: a code of GET /api/v1/hours")
    handling_step: int = Field(description="How many steps of escalation handling had taken when its limit stood still")
    first_dispatched_at: Moment | None = Field(description="When it was first given to anybody")
    counted_since: Moment | None = Field(description="From when the limit that runs is counted")
    calendar_short: date | None = Field(
        description="The day on which the working calendar ended before the deadline could be reckoned"
    )
    extension_s: int | None = Field(description="Working seconds asked for, and not answered yet")
    suspended_until: Moment | None = Field(description="When a suspended case goes on by itself")
    stage_before: Stage | None = Field(description="Where a suspended or merged case goes back to")
    merged_into_id: UUID | None = Field(description="The incident that goes on for it")
    handler: str | None = Field(description="Who fed back: never verifies")
    transfers: int = Field(description="How often it went from one organisation to another")
    reopenings: int = Field(description="How often it was taken up again")
    reported_at: Moment = Field(description="When it was reported, by whoever did, in the time of Asia/Shanghai")
    position_source: str | None = Field(description="given, or address: found in the address book")
    datum: str | None = Field(description="What `raw_wkt` is written in: wgs84, cgcs2000, gcj02, bd09 or EPSG:n")
    raw_wkt: str | None = Field(
        description="The position exactly as it was given, in `datum`, east or longitude before north or latitude"
    )
    address: str | None = Field(description="The words of the report for its place")
    accuracy_m: float | None = Field(description="Radius in metres that holds the true position in 68 % of cases")
    grid_checksum: str | None = Field(description="SHA-256 of the grid that it was located in, in hexadecimal")
    geometry: Shape | None = Field(description="Where it is; null while nobody knows")


class ProbabilityOut(BaseModel):
    """How likely a position with an accuracy lies in a cell; all of an incident's add up to 1."""

    cell_district_code: str | None = Field(description="null: outside every cell")
    cell_code: str | None
    probability: Share


class ShareOut(BaseModel):
    """Which part of an extent lies in a cell; all of an incident's add up to exactly 1."""

    cell_district_code: str | None = Field(description="null: outside every cell")
    cell_code: str | None
    share: Share
    area_m2: float | None = Field(description="Square metres, in the CGCS2000 3-degree zone of the place; of a polygon")
    length_m: float | None = Field(description="Metres, in the same zone; of a line")
    sliver: bool = Field(description="Too little to count: named, not hidden")


class DuplicateOut(BaseModel):
    """Another incident that may be the same; only those that you may see."""

    other_district_code: str
    other_id: UUID
    score: float = Field(description="0 to 1: how much speaks for it")
    distance_m: Metres
    similarity: float = Field(description="0 to 1: how alike the texts are")


class IncidentOut(IncidentRowOut):
    """An incident as it stands now, with its place, whose hands it went through, and what hangs on it."""

    probabilities: list[ProbabilityOut] = Field(description="Of a position with an accuracy, the likeliest first")
    shares: list[ShareOut] = Field(description="Of an extent, the largest first")
    possible_duplicates: list[DuplicateOut]
    hops: list[HopOut] = Field(description="Whose hands it went through, in order")
    whistles: list[UUID] = Field(description="Ids of its whistles, oldest first")


class FactLineOut(BaseModel):
    """One field of a fact, and what it says."""

    label: Said = Field(examples=[{"zh": "单位", "en": "Organisation"}])
    text: Said = Field(examples=[{"zh": "城管局", "en": "城管局"}])


class FactOut(BaseModel):
    """A fact of a case. Facts are appended and never edited."""

    seq: int = Field(description="Its number in the case, from 1")
    kind: str = Field(description="What it says", examples=["dispatched"])
    at: Moment
    author: str = Field(description="Whose hand it was: a login, or the program itself", examples=["centre"])
    payload: dict[str, Any] = Field(description="What it says in particular: other fields for each kind")
    previous_hash: str = Field(description="Of the fact before it, in hexadecimal; of the first, zeros")
    hash: str = Field(description="SHA-256 over this fact and `previous_hash`, in hexadecimal")
    title: Said = Field(description="What happened, in words", examples=[{"zh": "派遣", "en": "Dispatched"}])
    lines: list[FactLineOut] = Field(description="What of `payload` is for people, in words and by today's names")
    grave: bool = Field(description="Whether something went wrong or is late: worth another look")

    @classmethod
    def of(cls, fact: Fact, told: Told) -> "FactOut":
        """Return a fact as it goes out, with what it says to people."""
        hashes = {"previous_hash": fact.previous_hash.hex(), "hash": fact.hash.hex()}
        said = {
            "title": Said.of(told.title),
            "lines": [FactLineOut(label=Said.of(one.label), text=Said.of(one.text)) for one in told.lines],
            "grave": told.grave,
        }
        return cls(seq=fact.seq, kind=fact.kind, at=fact.at, author=fact.author, payload=fact.payload, **hashes, **said)


class ReporterOut(BaseModel):
    """Who reported; null for what was not said."""

    name: str | None
    phone: str | None

    @classmethod
    def of(cls, identity: Identity) -> "ReporterOut":
        """Return an identity as it goes out."""
        return cls(name=identity.name, phone=identity.phone)


class LookOut(BaseModel):
    """A look at what is hidden: who looked, when and what for."""

    district_code: str
    id: UUID
    at: Moment
    kind: Literal["reporter", "position", "table"] = Field(
        description="At whoever reported, at where staff are, or at a table that was taken away"
    )
    account_id: UUID
    login: str = Field(description="Who looked")
    incident_id: UUID | None = Field(description="Whose reporter")
    person_id: UUID | None = Field(description="Whose position")
    purpose: str = Field(description="What for, in the words of whoever looked")
