"""What a phone carries and is told, as it goes out."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.grid import FeatureCollection
from api.patrols import ChecklistOut, DuePatrolsOut, DueWalkOut
from api.shapes import Lat, Lon, Metres, Moment, Shape, Share
from api.staff import ShiftOut
from gridgov.incidents import Stage
from gridgov.incidents.lifecycle import Act
from gridgov.services.workday import Call, Called, Day, Reported, Task
from gridgov.whistles.lifecycle import Stage as WhistleStage
from gridgov.whistles.lifecycle import SummonsStage


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


class CarriedOrganisationOut(BaseModel):
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
    organisations: list[CarriedOrganisationOut]
    matters: CarriedListOut
    combined_threshold: Share = Field(description="The least of all kinds' `min_share`")
    whistle_kinds: list[CarriedKindOut]
    look: dict[str, Any] = Field(description="How each layer is drawn, as the catalogue of layers says")


class StaffOut(BaseModel):
    """A member of staff."""

    id: UUID
    name: str = Field(description="As the account is called")


class HeldDutyOut(BaseModel):
    """What you answer for, and as what."""

    code: str = Field(description="15 digits: a cell; fewer: an area, with all below it")
    is_cell: bool
    name: str
    role: str = Field(examples=["grid_worker"])
    role_zh: str
    role_en: str
    since: Moment
    until: Moment | None = Field(description="null: until further notice")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "HeldDutyOut":
        """Return a duty as it goes out."""
        return cls(**{**row, "role_zh": row["name_zh"], "role_en": row["name_en"]})


class TaskOut(BaseModel):
    """A case that waits for you."""

    incident_id: UUID
    number: str
    revision: int = Field(description="Goes into If-Match of the act")
    matter: str | None
    matter_code: str
    text: str | None
    stage: Stage
    due_kind: str | None = Field(description="file, dispatch, accept, handle, verify, close")
    deadline_at: Moment | None
    cell_code: str | None
    lon: Lon | None
    lat: Lat | None
    address: str | None
    acts: list[Act] = Field(description="What you may do with it now")

    @classmethod
    def of(cls, task: Task) -> "TaskOut":
        """Return a task as it goes out."""
        names = ("incident_id", "number", "revision", "matter_code", "stage", "due_kind", "deadline_at", "cell_code")
        told = {name: task.told.get(name) for name in ("matter", "text", "lon", "lat", "address")}
        return cls(**{name: getattr(task.standing, name) for name in names}, **told, acts=list(task.acts))


class ReportedOut(BaseModel):
    """What you reported, and what became of it."""

    incident_id: UUID
    number: str
    reported_at: Moment
    matter: str | None
    matter_code: str
    text: str
    stage: Stage
    stage_since: Moment | None
    cell_code: str | None
    lon: Lon | None
    lat: Lat | None
    merged_into: str | None = Field(description="The number of the case that goes on for it")
    outcome_zh: str = Field(examples=["已处置，待核查"])
    outcome_en: str = Field(examples=["Handled: waiting for somebody to look"])
    said: str | None = Field(description="The last words of whoever handled it, or turned it away")

    @classmethod
    def of(cls, reported: Reported) -> "ReportedOut":
        """Return a report as it goes out."""
        return cls(**reported.row, outcome_zh=reported.outcome_zh, outcome_en=reported.outcome_en, said=reported.said)


class CallOut(BaseModel):
    """A summons of a whistle."""

    organisation_code: str
    organisation: str
    leads: bool
    mine: bool = Field(description="Whether you act for this organisation")
    stage: SummonsStage
    due_kind: Literal["confirm", "check_in", "measure"] | None = Field(description="What of it is due next")
    due_at: Moment | None
    arrived: bool
    arrived_at: Moment | None
    measured_at: Moment | None
    released_at: Moment | None

    @classmethod
    def of(cls, call: Call) -> "CallOut":
        """Return a summons as it goes out."""
        said = call.summons
        return cls(
            organisation_code=said.organisation_code,
            organisation=call.organisation,
            leads=said.leads,
            mine=call.mine,
            stage=said.stage,
            due_kind=call.due.value if call.due else None,
            due_at=call.due_at,
            arrived=said.arrived_at is not None,
            arrived_at=said.arrived_at,
            measured_at=said.measured_at,
            released_at=said.released_at,
        )


class SiteOut(BaseModel):
    """Where a whistle calls to; a check-in counts within `radius_m` of the nearest point of `geometry`."""

    lon: Lon
    lat: Lat
    radius_m: Metres
    accuracy_limit_m: Metres = Field(description="A coarser position wants somebody on site to vouch")
    geometry: Shape | None


class CalledOut(BaseModel):
    """A whistle that is not over, and that summons you or lies where you work."""

    whistle_id: UUID
    incident_id: UUID
    number: str = Field(description="Of the incident")
    revision: int
    kind: str
    kind_zh: str
    kind_en: str
    stage: WhistleStage
    combined: bool
    streets: list[str] = Field(description="Codes of the streets that own it, the leading one first")
    blown_at: Moment | None
    close_due_at: Moment | None
    summons: list[CallOut]
    site: SiteOut | None = Field(description="null while nobody knows where it is")

    @classmethod
    def of(cls, called: Called) -> "CalledOut":
        """Return a whistle as it goes out."""
        whistle, kind = called.whistle, called.whistle.kind
        limits = {"radius_m": kind.geofence_m, "accuracy_limit_m": kind.accuracy_limit_m, "geometry": called.geometry}
        return cls(
            whistle_id=whistle.id,
            incident_id=whistle.incident_id,
            number=called.number,
            revision=whistle.revision,
            kind=kind.code,
            kind_zh=kind.name,
            kind_en=kind.name_en,
            stage=whistle.stage,
            combined=whistle.combined,
            streets=[side.street_code for side in whistle.sides],
            blown_at=whistle.blown_at,
            close_due_at=whistle.close_due_at,
            summons=[CallOut.of(call) for call in called.calls],
            site=SiteOut(lon=called.point[0], lat=called.point[1], **limits) if called.point else None,
        )


class DayOut(BaseModel):
    """Your working day."""

    at: Moment = Field(description="By the server's clock: what a phone's may be held against")
    person: StaffOut | None = Field(description="null where the account is no person's")
    shift: ShiftOut | None = Field(description="The one that you are on")
    duties: list[HeldDutyOut]
    tasks: list[TaskOut] = Field(description="The first due first; at most 100")
    reports: list[ReportedOut] = Field(description="Of the last 30 days, newest first; at most 100")
    whistles: list[CalledOut] = Field(description="The first due first; at most 100")
    patrols: DuePatrolsOut

    @classmethod
    def of(cls, day: Day) -> "DayOut":
        """Return a day as it goes out."""
        return cls(
            at=day.at,
            person=StaffOut(id=day.person[1], name=day.name) if day.person else None,
            shift=ShiftOut.of(day.shift) if day.shift else None,
            duties=[HeldDutyOut.of(row) for row in day.duties],
            tasks=[TaskOut.of(task) for task in day.tasks],
            reports=[ReportedOut.of(one) for one in day.reports],
            whistles=[CalledOut.of(one) for one in day.whistles],
            patrols=DuePatrolsOut(
                checklists=[ChecklistOut.of(one) for one in day.checklists],
                due=[DueWalkOut.of(one) for one in day.due_walks],
            ),
        )
