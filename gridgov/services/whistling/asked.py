"""What is asked of whistles, as types; parsed at the edge, judged by the service."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridgov.errors import InputError
from gridgov.incidents import GivenPosition
from gridgov.whistles.acts import LONGEST_WORDS


@dataclass(frozen=True, slots=True)
class Asked:
    """An act as it is asked for.

    Attributes
    ----------
    id
        A UUIDv7 made by the sender: the same act sent again is answered the same.
    revision
        The whistle's revision that the act was decided on (If-Match), or None for whichever it has.
    """

    id: UUID
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Callers:
    """Who is to come.

    Attributes
    ----------
    by_list
        Whether those come whom the responsibility list names.
    teams
        Command groups and team templates that come as well, or instead.
    organisations
        Others that come as well, or instead; whoever is not on the list needs the `reason`.
    """

    by_list: bool = True
    teams: tuple[UUID, ...] = ()
    organisations: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def said(self) -> str | None:
        """The reason, or None where none is given."""
        return words(self.reason, "reason", wanted=False)


@dataclass(frozen=True, slots=True)
class BlowOrder:
    """Which whistle to blow; `kind` None is the one that the responsibility list gives the matter."""

    incident_id: UUID
    kind: str | None = None
    callers: Callers = Callers()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a device says of where and when, for an organisation; see `gridgov.whistles.Arrival`."""

    organisation_code: str
    device_at: datetime
    position: GivenPosition | None = None
    sent_at: datetime | None = None
    evidence: tuple[UUID, ...] = ()


def words(text: str | None, field: str, *, wanted: bool = True) -> str | None:
    """Return a text without blanks around it, or None where nothing is said.

    Raises
    ------
    InputError
        If it is too long or holds a NUL, or is wanted and empty.
    """
    said = (text or "").strip()
    if wanted and not said:
        message = f"Say it in words: {field} must not be empty."
        raise InputError(message, field=field)
    if len(said) > LONGEST_WORDS or "\x00" in said:
        message = f"{field} may have {LONGEST_WORDS} characters and no NUL: shorten it."
        raise InputError(message, field=field)
    return said or None
