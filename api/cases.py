"""What acts upon cases take in and give out, as types: one small body for each act."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.schemas import PositionIn
from api.shapes import Moment
from gridgov.clock import instant
from gridgov.incidents import Clock, Stage, asked
from gridgov.incidents.hops import Measured, plain_hop
from gridgov.incidents.lifecycle import Act, Possibility
from gridgov.incidents.report import ADDRESS_LIMIT, TEXT_LIMIT
from gridgov.lateness import Device

_ID = "019a5f3e-7c00-7abc-8def-0123456789ab"
_REASON: dict[str, Any] = {"min_length": 1, "max_length": asked.REASON_LIMIT}
_TEXT: dict[str, Any] = {"min_length": 1, "max_length": TEXT_LIMIT}
_EVIDENCE = "Attachments of this case"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [{"id": _ID, **fields}]})


class ActIn(BaseModel):
    """What every act carries."""

    model_config = _example()
    kind: ClassVar[type[asked.Asked]]

    id: UUID = Field(description="A UUID made by the sender: sent again it does nothing, and is answered the same")
    device_time: AwareDatetime | None = Field(
        default=None, description="When it was done by the phone's clock, if that had no signal: the fact keeps it"
    )
    sent_at: AwareDatetime | None = Field(
        default=None, description="Now by the phone's clock: it shows what that clock is worth"
    )

    def device(self) -> Device | None:
        """Return when the phone says that it was done."""
        if self.device_time is None:
            return None
        sent_at = instant(self.sent_at, field="sent_at") if self.sent_at else None
        return Device(instant(self.device_time, field="device_time"), sent_at)

    def asked(self) -> asked.Asked:
        """Return the act as the core takes it."""
        return self.kind(**{name: _given(getattr(self, name)) for name in self._own()})

    def _own(self) -> list[str]:
        return [name for name in type(self).model_fields if name not in ActIn.model_fields]


def _given(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value.given() if isinstance(value, PositionIn) else value


class FileIn(ActIn):
    """Take a report as a case. The limit to dispatch it begins."""

    kind = asked.File
    text: str | None = Field(default=None, **_TEXT)


class RejectIn(ActIn):
    """Turn a report away."""

    model_config = _example(reason="不属于受理范围")
    kind = asked.Reject
    reason: str = Field(**_REASON)


class DispatchIn(ActIn):
    """Give a case to an organisation, for the first time or again. The limits to accept and to handle it begin.

    Against the responsibility list it takes a reason, which is kept and reported.
    """

    model_config = _example(organisation_code="370102-D-CG")
    kind = asked.Dispatch
    organisation_code: str = Field(min_length=1, max_length=40)
    reason: str | None = Field(default=None, **_REASON)
    text: str | None = Field(default=None, **_TEXT)


class AcceptIn(ActIn):
    """Take a dispatched case on."""

    kind = asked.Accept


class ReturnIn(ActIn):
    """Give a case back to be dispatched again. The clock of handling stands meanwhile."""

    model_config = _example(reason="非本部门职责")
    kind = asked.Return
    reason: str = Field(**_REASON)


class FeedBackIn(ActIn):
    """Report what was done, with the measures and photos."""

    model_config = _example(report="已清运", measures="加装围挡")
    kind = asked.FeedBack
    report: str = Field(**_TEXT)
    measures: str | None = Field(default=None, **_TEXT)
    evidence: list[UUID] = Field(default=[], max_length=asked.MOST_EVIDENCE, description=_EVIDENCE)


class VerifyIn(ActIn):
    """Say that it is done, having looked. Never by whoever handled it."""

    model_config = _example(report="现场已看")
    kind = asked.Verify
    report: str | None = Field(default=None, **_TEXT)
    evidence: list[UUID] = Field(default=[], max_length=asked.MOST_EVIDENCE, description=_EVIDENCE)


class SendBackIn(ActIn):
    """Say that it is not done: the same organisation goes on, with what is left of its time."""

    model_config = _example(reason="仍有残留")
    kind = asked.SendBack
    reason: str = Field(**_REASON)
    evidence: list[UUID] = Field(default=[], max_length=asked.MOST_EVIDENCE, description=_EVIDENCE)


class CloseIn(ActIn):
    """End a verified case."""

    kind = asked.Close
    text: str | None = Field(default=None, **_TEXT)


class ReopenIn(ActIn):
    """Take a closed or rejected case up again. The clock goes on with what was left."""

    model_config = _example(reason="居民反映未解决")
    kind = asked.Reopen
    reason: str = Field(**_REASON)


class SuspendIn(ActIn):
    """Let a case wait until a moment, at which it goes on by itself. The clock stands meanwhile."""

    model_config = _example(reason="等待汛期结束", until="2026-07-01T09:00:00+08:00")
    kind = asked.Suspend
    reason: str = Field(**_REASON)
    until: AwareDatetime

    def asked(self) -> asked.Asked:
        """Return the act as the core takes it."""
        return asked.Suspend(reason=self.reason, until=instant(self.until, field="until"))


class ResumeIn(ActIn):
    """Go on before the suspension ends."""

    kind = asked.Resume
    reason: str | None = Field(default=None, **_REASON)


class AskExtensionIn(ActIn):
    """Ask for more time to handle."""

    model_config = _example(reason="需要吊车", minutes=240)
    kind = asked.AskExtension
    reason: str = Field(**_REASON)
    minutes: int = Field(ge=1, le=asked.MOST_MINUTES, description="Of the organisation's working time")


class GrantExtensionIn(ActIn):
    """Grant what was asked for, or less. Never by whoever handles it."""

    kind = asked.GrantExtension
    minutes: int | None = Field(default=None, ge=1, le=asked.MOST_MINUTES)
    reason: str | None = Field(default=None, **_REASON)


class RefuseExtensionIn(ActIn):
    """Leave the deadline as it is."""

    model_config = _example(reason="不同意")
    kind = asked.RefuseExtension
    reason: str = Field(**_REASON)


class UrgeIn(ActIn):
    """Remind whoever must act."""

    model_config = _example(text="请尽快")
    kind = asked.Urge
    text: str = Field(**_REASON)


class SuperviseIn(ActIn):
    """Put a case under the district's eye."""

    model_config = _example(text="区级督办")
    kind = asked.Supervise
    text: str = Field(**_REASON)


class MergeIn(ActIn):
    """Say that a case is the same as another, which goes on for both; whoever reported it sees that one."""

    model_config = _example(into_id="019a5f3e-7c00-7abc-8def-0123456789ac")
    kind = asked.Merge
    into_id: UUID
    reason: str | None = Field(default=None, **_REASON)


class UnmergeIn(ActIn):
    """Say that it was another one after all: the case and its clock go on where they were."""

    model_config = _example(reason="并非同一件")
    kind = asked.Unmerge
    reason: str = Field(**_REASON)


class ReclassifyIn(ActIn):
    """Say that it is another matter of the case's list."""

    model_config = _example(matter="20908", reason="类别有误")
    kind = asked.Reclassify
    matter: str = Field(min_length=1, max_length=40)
    reason: str = Field(**_REASON)


class RelocateIn(ActIn):
    """Say that it is at another place."""

    model_config = _example(position={"datum": "gcj02", "lon": 117.0902, "lat": 36.6512}, reason="位置有误")
    kind = asked.Relocate
    reason: str = Field(**_REASON)
    position: PositionIn | None = None
    address: str | None = Field(default=None, min_length=1, max_length=ADDRESS_LIMIT)

    @model_validator(mode="after")
    def _somewhere(self) -> "RelocateIn":
        if self.position is None and self.address is None:
            message = "give a position or an address"
            raise ValueError(message)
        return self


class NoteIn(ActIn):
    """Write something down."""

    model_config = _example(text="已电话联系")
    kind = asked.Note
    text: str = Field(**_TEXT)
    evidence: list[UUID] = Field(default=[], max_length=asked.MOST_EVIDENCE, description=_EVIDENCE)


BODIES: tuple[type[ActIn], ...] = tuple(ActIn.__subclasses__())
"""The bodies of all acts, in the order of a case's life."""


class CaseOut(BaseModel):
    """Where a case stands."""

    incident_id: UUID
    number: str
    revision: int = Field(description="The ETag: grows with every act")
    stage: Stage
    matter_code: str
    cell_code: str | None
    clock: Clock
    due_kind: str | None = Field(description="What is due: file, dispatch, accept, handle, verify, close, resume")
    deadline_at: Moment | None
    calendar_short: date | None = Field(
        default=None,
        description="The day on which the working calendar ended before the deadline could be reckoned; it is reckoned "
        "as soon as the next year is loaded",
    )
    remaining_s: int | None = Field(description="Working seconds left of a clock that stands; negative: late")
    suspended_until: Moment | None
    extension_s: int | None = Field(description="Working seconds asked for, and not answered yet")
    lead_organisation_code: str | None
    first_organisation_code: str | None = Field(description="First dispatched: stays accountable")
    handling_organisation_code: str | None
    merged_into_id: UUID | None
    transfers: int
    reopenings: int


class CaseActOut(CaseOut):
    """What an act led to."""

    act_id: UUID
    act: Act
    at: Moment

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "CaseActOut":
        """Return an act's answer as it goes out."""
        return cls.model_validate(answer)


class PossibilityOut(BaseModel):
    """Whether an act can be done now by whoever asks."""

    act: Act
    possible: bool
    to: Stage | None = Field(description="Where it leads")
    why_not: str | None

    @classmethod
    def of(cls, found: Possibility) -> "PossibilityOut":
        """Return a possibility as it goes out."""
        return cls(act=found.act, possible=found.possible, to=found.to, why_not=found.why_not)


class ProspectOut(BaseModel):
    """Where a case stands, and what whoever asks may do with it now."""

    case: CaseOut
    acts: list[PossibilityOut]
    whistle_kinds: list[str] = Field(
        description="Kinds of whistle that you may blow over it now, that which the list gives its matter first: codes "
        "of GET /api/v1/whistle-kinds; none while it has a whistle that is neither closed nor withdrawn"
    )


class HopOut(BaseModel):
    """A stay in an organisation's hands; all times in seconds, plain and of its working time."""

    seq: int
    organisation_code: str
    dispatched_at: Moment
    accepted_at: Moment | None
    ended_at: Moment | None
    ended_by: str | None = Field(description="The act that took it from them")
    waited_s: int = Field(description="From the dispatch to the acceptance, or until it was taken away, or now")
    waited_working_s: int | None = Field(description="null where the working calendar does not reach")
    held_s: int | None = Field(description="From the acceptance to the end, or now")
    held_working_s: int | None

    @classmethod
    def of(cls, found: Measured) -> "HopOut":
        """Return a hop as it goes out."""
        return cls.model_validate(plain_hop(found))
