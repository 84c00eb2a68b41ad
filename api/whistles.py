"""Whistles as they come in and go out, as types. Parsed once, here."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.etags import Edited
from api.schemas import Finite, PositionIn
from api.shapes import Moment
from gridgov.clock import instant
from gridgov.services.whistling import Callers, Measure, Rating, Sighting, TeamOrder, Which
from gridgov.whistles import Answerer, IssuerLevel, Stage, Vouching, WhistleKind
from gridgov.whistles.acts import LONGEST_WORDS
from gridgov.whistles.teams import AT_MOST, Team, TeamKind

_ID = "019a5f3e-7c00-7abc-8def-0123456789ab"
_DEPARTMENT = "370102-D-ZF"
_STREET = "370102001"
_POSITION: dict[str, Any] = {"datum": "gcj02", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 12}

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{1,40}$")]
Street = Annotated[str, StringConstraints(pattern="^[0-9]{9}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORDS, pattern=r"^[^\x00]*$")]
Evidence = Annotated[tuple[UUID, ...], Field(max_length=50, description="Attachments of the incident")]
_ON_ITS_WAY = "Attachments of the incident; those that are still on their way are written down as awaited"
Promised = Annotated[tuple[UUID, ...], Field(max_length=50, description=_ON_ITS_WAY)]


class ActIn(BaseModel):
    """An act. Its id is made by the sender; sent twice it is done once and answered the same."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, json_schema_extra={"examples": [{"id": _ID}]})

    id: UUID = Field(description="A UUID of version 7 (RFC 9562), made by the sender: the idempotency key")


class SideIn(ActIn):
    """An act of one side."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "street_code": _STREET}]})

    street_code: Street | None = Field(default=None, description="Which side; one's own if left out")


class CloseIn(SideIn):
    """A side to close."""

    reason: Words | None = Field(default=None, description="Why; wanted of the area above, in a side's stead")


class LeadIn(ActIn):
    """Which side should lead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "choice": _STREET}]})

    choice: Street = Field(description="The side that should lead")
    street_code: Street | None = Field(default=None, description="Which side says so; one's own if left out")


class ReasonIn(ActIn):
    """An act of one side that needs a reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "reason": "误报，现场无违建"}]})

    reason: Words
    street_code: Street | None = Field(default=None, description="Which side; one's own if left out")


class CallersIn(ActIn):
    """Who is to come: by the responsibility list, by teams, by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": _ID, "by_list": False, "organisations": [_DEPARTMENT], "reason": "只需执法大队到场"},
            ]
        }
    )

    by_list: bool = Field(default=True, description="Whether those come whom the responsibility list names")
    teams: tuple[UUID, ...] = Field(default=(), max_length=10, description="Ids of GET /api/v1/teams")
    organisations: tuple[Code, ...] = Field(default=(), max_length=AT_MOST)
    reason: Words | None = Field(default=None, description="Why somebody beside the list comes, or of it stays away")

    def callers(self) -> Callers:
        """Return who is to come, as the service takes it."""
        return Callers(self.by_list, self.teams, self.organisations, self.reason)


class BlowIn(CallersIn):
    """A whistle to blow."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "kind": "comprehensive_enforcement"}]})

    kind: Code | None = Field(default=None, description="A code of GET /api/v1/whistle-kinds; by the list if left out")


class OrganisationIn(ActIn):
    """An act of a summoned organisation."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "organisation_code": _DEPARTMENT}]})

    organisation_code: Code


class SightingIn(OrganisationIn):
    """Where and when somebody is, by their device."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "organisation_code": _DEPARTMENT,
                    "device_time": "2026-03-05T12:18:00+08:00",
                    "sent_at": "2026-03-05T12:18:02+08:00",
                    "position": _POSITION,
                }
            ]
        }
    )

    device_time: AwareDatetime = Field(description="When it happened, by the device's clock")
    sent_at: AwareDatetime | None = Field(default=None, description="When it was sent, by the same clock")
    position: PositionIn | None = Field(default=None, description="A point; none where the device has no fix")
    evidence: Promised = ()

    def sighting(self) -> Sighting:
        """Return it as the service takes it."""
        return Sighting(
            organisation_code=self.organisation_code,
            device_at=instant(self.device_time, field="device_time"),
            position=self.position.given() if self.position else None,
            sent_at=instant(self.sent_at, field="sent_at") if self.sent_at else None,
            evidence=self.evidence,
        )


class MeasureIn(OrganisationIn):
    """What was done on site."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": _ID, "organisation_code": _DEPARTMENT, "text": "责令停工，限期三日拆除"}]
        }
    )

    text: Words
    evidence: Evidence = ()

    def measure(self) -> Measure:
        """Return it as the service takes it."""
        return Measure(self.organisation_code, self.text, self.evidence)


class WhichIn(OrganisationIn):
    """Which organisation, for which side."""

    street_code: Street | None = Field(default=None, description="For which side; one's own if left out")

    def which(self) -> Which:
        """Return it as the service takes it."""
        return Which(self.organisation_code, self.street_code)


class ReleaseIn(WhichIn):
    """An organisation to release."""

    reason: Words | None = Field(
        default=None, description="Why; wanted where it filed no measure, and of the area above in a side's stead"
    )


class ExcuseIn(WhichIn):
    """Why an organisation that never came is let off."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": _ID, "organisation_code": _DEPARTMENT, "reason": "另有防汛任务"}]}
    )

    reason: Words


class RatingIn(OrganisationIn):
    """How much an organisation helped."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": _ID, "organisation_code": _DEPARTMENT, "score": 5, "words": "到场及时，处置有力"}]
        }
    )

    score: int = Field(ge=1, le=5, strict=True, description="1 did not help, 5 solved it")
    words: Words
    street_code: Street | None = Field(default=None, description="For which side; one's own if left out")

    def rating(self) -> Rating:
        """Return it as the service takes it."""
        return Rating(self.organisation_code, self.score, self.words, self.street_code)


class ActOut(BaseModel):
    """What became of an act. The same act sent again has the same answer."""

    whistle_id: UUID
    incident_id: UUID
    district_code: str
    act: str = Field(examples=["check_in"])
    at: datetime
    stage: Stage = Field(description="Of the whistle, after the act")
    revision: int = Field(description="Of the whistle, after the act: the ETag")
    says: dict[str, Any] = Field(description="What the act itself found: distance, who is waited for, who was summoned")


class KindIn(BaseModel):
    """A kind of whistle: who blows it, who answers, and every limit. Minutes count day and night."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
    name_en: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    check_in_minutes: int = Field(ge=1, le=527_040, strict=True)
    confirm_minutes: int = Field(ge=1, le=527_040, strict=True)
    measure_minutes: int = Field(ge=1, le=527_040, strict=True)
    close_minutes: int = Field(ge=1, le=527_040, strict=True)
    min_share: Finite = Field(gt=0, le=1, description="The least share that makes a street a side")
    issuers: tuple[IssuerLevel, ...] = Field(min_length=1, max_length=4)
    answerers: tuple[Answerer, ...] = Field(min_length=1, max_length=4)
    geofence_m: Finite = Field(ge=10, le=20_000, description="How far from the place counts as there")
    accuracy_limit_m: Finite = Field(ge=1, le=20_000, description="The coarsest position that shows an arrival")
    late_minutes: int = Field(ge=0, le=527_040, strict=True, description="How late an arrival may be sent in")
    skew_minutes: int = Field(ge=0, le=1_440, strict=True, description="How far a device's clock may be off")
    vouching: Vouching
    source: Words
    retired: bool = False

    def kind(self, code: str) -> WhistleKind:
        """Return it as the service takes it."""
        return WhistleKind(
            code=code,
            name=self.name,
            name_en=self.name_en,
            check_in_within=timedelta(minutes=self.check_in_minutes),
            confirm_within=timedelta(minutes=self.confirm_minutes),
            measure_within=timedelta(minutes=self.measure_minutes),
            close_within=timedelta(minutes=self.close_minutes),
            min_share=self.min_share,
            issuers=frozenset(self.issuers),
            answerers=frozenset(self.answerers),
            geofence_m=self.geofence_m,
            accuracy_limit_m=self.accuracy_limit_m,
            late_within=timedelta(minutes=self.late_minutes),
            skew_within=timedelta(minutes=self.skew_minutes),
            vouching=self.vouching,
            source=self.source,
            retired=self.retired,
        )


class KindOut(Edited, KindIn):
    """A kind of whistle."""

    code: str

    @classmethod
    def of(cls, kind: WhistleKind) -> "KindOut":
        """Return a kind as it goes out."""
        minute = timedelta(minutes=1)
        return cls(
            code=kind.code,
            name=kind.name,
            name_en=kind.name_en,
            check_in_minutes=kind.check_in_within // minute,
            confirm_minutes=kind.confirm_within // minute,
            measure_minutes=kind.measure_within // minute,
            close_minutes=kind.close_within // minute,
            min_share=kind.min_share,
            issuers=tuple(sorted(kind.issuers)),
            answerers=tuple(sorted(kind.answerers)),
            geofence_m=kind.geofence_m,
            accuracy_limit_m=kind.accuracy_limit_m,
            late_minutes=kind.late_within // minute,
            skew_minutes=kind.skew_within // minute,
            vouching=kind.vouching,
            source=kind.source,
            retired=kind.retired,
        )


class TeamIn(BaseModel):
    """A standing command group, or a template that fits every district; its id is made by the sender."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "kind": "group",
                    "name": "拆违联合指挥组",
                    "area_code": "370102001",
                    "members": ["370102-D-ZF", "370102-D-GA"],
                    "lead": "370102-D-ZF",
                }
            ]
        },
    )

    id: UUID = Field(description="A UUID of version 7 (RFC 9562), made by the sender: the idempotency key")
    kind: TeamKind
    name: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
    area_code: Annotated[str, StringConstraints(pattern="^(?:[0-9]{6}|[0-9]{9}|[0-9]{12})$")]
    members: tuple[Code, ...] = Field(min_length=1, max_length=AT_MOST)
    lead: Code | None = Field(default=None, description="One of the members; by the list if left out")

    def order(self) -> TeamOrder:
        """Return it as the service takes it."""
        return TeamOrder(self.kind, self.name, self.area_code, self.members, self.lead, self.id)


class TeamOut(Edited):
    """A team that can be summoned at once, until it is retired."""

    id: UUID
    district_code: str
    kind: TeamKind
    name: str
    area_code: str
    members: tuple[str, ...]
    lead: str | None
    retired_at: Moment | None = Field(description="Since when it can be summoned no more; null while it can")

    @classmethod
    def of(cls, team: Team) -> "TeamOut":
        """Return a team as it goes out."""
        return cls.model_validate(team, from_attributes=True)
