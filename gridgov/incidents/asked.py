"""What is asked of a case: one small type for each act, checked at the edge, said in the fact that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from shapely import to_wkt

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.incidents.facts import FactKind
from gridgov.incidents.lifecycle import Act
from gridgov.incidents.report import ADDRESS_LIMIT, TEXT_LIMIT, GivenPosition, require_text

REASON_LIMIT = 1_000
"""Characters a reason may have: it is read in lists and in messages."""

MOST_EVIDENCE = 50
LONGEST_SUSPENSION = timedelta(days=366)
HANDLERS_SUSPENSION = timedelta(days=7)
MOST_MINUTES = 366 * 24 * 60
"""An extension longer than a year is a slip of the pen."""

_CODE = 40


def _words(limit: int = REASON_LIMIT, *, optional: bool = False) -> Any:
    metadata = {"limit": limit}
    return field(metadata=metadata, default=None) if optional else field(metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An act with what it needs."""

    act: ClassVar[Act]

    def require_valid(self, *, now: datetime) -> None:  # noqa: ARG002 - some acts look at the time
        """Refuse what cannot be meant, whatever the case; nothing is stored.

        Raises
        ------
        InputError
            A reason that is missing or too long, too many attachments, a time that is past.
        """
        for each in fields(self):
            value = getattr(self, each.name)
            if "limit" in each.metadata and value is not None:
                require_text(value, each.name, each.metadata["limit"])
            if each.name == "evidence" and len(value) > MOST_EVIDENCE:
                message = f"{len(value)} attachments are too many for one act: name at most {MOST_EVIDENCE}."
                raise InputError(message, field="evidence")

    def said(self) -> dict[str, Any]:
        """Return what the fact of the act says, as JSON."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _plain(value) for name, value in values.items() if value is not None and value != ()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case tuple():
            return [_plain(each) for each in value]
        case GivenPosition():
            wkt = to_wkt(value.geometry, rounding_precision=-1)
            return {"datum": value.datum, "wkt": wkt, "accuracy_m": value.accuracy_m}
        case _:
            return value


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Asked):
    """Take a report as a case."""

    act = Act.FILE
    text: str | None = _words(TEXT_LIMIT, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Asked):
    """Turn a report away."""

    act = Act.REJECT
    reason: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(Asked):
    """Give a case to an organisation; `reason` is needed where that goes against the responsibility list."""

    act = Act.DISPATCH
    organisation_code: str = _words(_CODE)
    reason: str | None = _words(optional=True)
    text: str | None = _words(TEXT_LIMIT, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Asked):
    """Take a dispatched case on."""

    act = Act.ACCEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Asked):
    """Give a case back."""

    act = Act.RETURN
    reason: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBack(Asked):
    """Report what was done."""

    act = Act.FEED_BACK
    report: str = _words(TEXT_LIMIT)
    measures: str | None = _words(TEXT_LIMIT, optional=True)
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(Asked):
    """Say that it is done, having looked."""

    act = Act.VERIFY
    report: str | None = _words(TEXT_LIMIT, optional=True)
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(Asked):
    """Say that it is not done."""

    act = Act.SEND_BACK
    reason: str = _words()
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Asked):
    """End a case."""

    act = Act.CLOSE
    text: str | None = _words(TEXT_LIMIT, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Asked):
    """Take a closed or rejected case up again."""

    act = Act.REOPEN
    reason: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Asked):
    """Let a case wait, until a moment that is named."""

    act = Act.SUSPEND
    reason: str = _words()
    until: datetime

    def require_valid(self, *, now: datetime) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        InputError
            As for every act; and an end that is past or more than a year away.
        """
        super(Suspend, self).require_valid(now=now)
        if not now < self.until <= now + LONGEST_SUSPENSION:
            until = self.until.astimezone(SHANGHAI).isoformat()
            message = f"A case cannot wait until {until}: name a moment within the coming year."
            raise InputError(message, field="until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Asked):
    """Go on before the suspension ends."""

    act = Act.RESUME
    reason: str | None = _words(optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExtension(Asked):
    """Ask for more time to handle: minutes of the organisation's working time."""

    act = Act.ASK_EXTENSION
    reason: str = _words()
    minutes: int

    def require_valid(self, *, now: datetime) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        InputError
            As for every act; and no time at all, or more than a year.
        """
        super(AskExtension, self).require_valid(now=now)
        _require_minutes(self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantExtension(Asked):
    """Grant what was asked for, or fewer minutes."""

    act = Act.GRANT_EXTENSION
    minutes: int | None = None
    reason: str | None = _words(optional=True)

    def require_valid(self, *, now: datetime) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        InputError
            As for every act; and no time at all, or more than a year.
        """
        super(GrantExtension, self).require_valid(now=now)
        if self.minutes is not None:
            _require_minutes(self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseExtension(Asked):
    """Leave the deadline as it is."""

    act = Act.REFUSE_EXTENSION
    reason: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Urge(Asked):
    """Remind whoever must act."""

    act = Act.URGE
    text: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise(Asked):
    """Put a case under the district's eye."""

    act = Act.SUPERVISE
    text: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Asked):
    """Say that a case is the same as another, which goes on for both."""

    act = Act.MERGE
    into_id: UUID
    reason: str | None = _words(optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerge(Asked):
    """Say that it was another one after all."""

    act = Act.UNMERGE
    reason: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassify(Asked):
    """Say that it is another matter."""

    act = Act.RECLASSIFY
    matter: str = _words(_CODE)
    reason: str = _words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocate(Asked):
    """Say that it is at another place: a position, or an address that names one place."""

    act = Act.RELOCATE
    reason: str = _words()
    position: GivenPosition | None = None
    address: str | None = _words(ADDRESS_LIMIT, optional=True)

    def require_valid(self, *, now: datetime) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        InputError
            As for every act; and no place at all.
        """
        super(Relocate, self).require_valid(now=now)
        if self.position is None and self.address is None:
            message = "Say where it is: give a position or an address."
            raise InputError(message, field="position")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Asked):
    """Write something down."""

    act = Act.NOTE
    text: str = _words(TEXT_LIMIT)
    evidence: tuple[UUID, ...] = ()


def _require_minutes(minutes: int) -> None:
    if not 1 <= minutes <= MOST_MINUTES:
        message = f"{minutes} minutes cannot be meant: ask for 1 to {MOST_MINUTES}."
        raise InputError(message, field="minutes")


FACT_OF: Mapping[Act, FactKind] = MappingProxyType(
    {
        Act.FILE: FactKind.FILED,
        Act.REJECT: FactKind.REJECTED,
        Act.DISPATCH: FactKind.DISPATCHED,
        Act.ACCEPT: FactKind.ACCEPTED,
        Act.RETURN: FactKind.RETURNED,
        Act.FEED_BACK: FactKind.FED_BACK,
        Act.VERIFY: FactKind.VERIFIED,
        Act.SEND_BACK: FactKind.SENT_BACK,
        Act.CLOSE: FactKind.CLOSED,
        Act.REOPEN: FactKind.REOPENED,
        Act.SUSPEND: FactKind.SUSPENDED,
        Act.RESUME: FactKind.RESUMED,
        Act.ASK_EXTENSION: FactKind.EXTENSION_ASKED,
        Act.GRANT_EXTENSION: FactKind.EXTENSION_GRANTED,
        Act.REFUSE_EXTENSION: FactKind.EXTENSION_REFUSED,
        Act.URGE: FactKind.URGED,
        Act.SUPERVISE: FactKind.SUPERVISED,
        Act.MERGE: FactKind.MERGED,
        Act.UNMERGE: FactKind.UNMERGED,
        Act.RECLASSIFY: FactKind.RECLASSIFIED,
        Act.RELOCATE: FactKind.RELOCATED,
        Act.NOTE: FactKind.NOTED,
    }
)
"""The fact that each act becomes; ``case.<fact>`` is its change and its notice."""
