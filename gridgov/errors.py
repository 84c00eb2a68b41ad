"""What can go wrong, as one small tree.

GridgovError
|- InputError               what was given cannot be used; nothing was stored
|  |- CoordinateError       a position without a datum, swapped axes, not finite, off the map
|  |- GeometryError         an empty, self-crossing or absurd outline
|  |- CodeError             a code of the wrong length, alphabet or parent; lost to a spreadsheet
|  |- FileFormatError       a file that cannot be read as what it claims to be
|  |- DeliveryRefusedError  a channel will never carry this message to this address
|  |- PartitionError        cells with gaps or overlaps; carries the faults, each with its place
|  `- RuleError             the rules of the house forbid it (a matter not admitted, a stage not allowed)
|- NotAuthenticatedError    nobody is logged in, or the proof is unknown, expired or revoked
|- NotAllowedError          somebody is logged in and may not do this
|- TooManyError             too many attempts in too short a time
|- NotFoundError            no such thing, or not visible to who asks
|  `- AddressNotFoundError  the gazetteer works and knows no such address
|- ConflictError            another state is already stored (the same id with another content)
|  `- StaleError            the edit was made on an older state; carries both
|- UnavailableError         something outside is down; the same call may succeed later
|  |- DatabaseUnavailableError
|  |- DatabaseBusyError        others changed the same, or took all connections, and this one had to give way
|  |- GeocoderUnavailableError
|  `- EvidenceUnavailableError   the store of attachments is full or does not answer
`- SetupError               this installation is not ready: PostGIS missing, another major version, no grid loaded

Every error says what to do next. `field` names the offending part of the input, `code` is stable for programs.
Foreign errors do not escape the core: each is turned into one of these where it happens.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class GridgovError(Exception):
    """The root of every error that gridgov raises on purpose.

    Parameters
    ----------
    message
        What happened and what to do next, for a person.
    field
        The part of the input that is wrong, dotted (``position.datum``), or None.
    details
        JSON-serialisable facts for programs: places, sizes, candidates.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, field: str | None = None, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = list(details)


class InputError(GridgovError):
    """What was given cannot be used; nothing was stored."""

    code = "invalid-input"


class CoordinateError(InputError):
    """A position without a known datum, with swapped axes, not finite, or off the map."""

    code = "invalid-coordinate"


class GeometryError(InputError):
    """An outline that is empty, crosses itself or is larger than any incident can be."""

    code = "invalid-geometry"


class CodeError(InputError):
    """A code of the wrong length or alphabet, without its parent, or lost to a spreadsheet."""

    code = "invalid-code"


class FileFormatError(InputError):
    """A file that cannot be read as what it claims to be."""

    code = "invalid-file"


class PartitionError(InputError):
    """Cells that leave gaps or overlap; ``details`` holds every fault with its place and size."""

    code = "not-a-partition"


class DeliveryRefusedError(InputError):
    """A channel will never carry this message to this address."""

    code = "delivery-refused"


class RuleError(InputError):
    """The rules of the house forbid it."""

    code = "rule-forbids"


class NotAuthenticatedError(GridgovError):
    """Nobody is logged in, or what they prove it with is unknown, expired or revoked."""

    code = "not-authenticated"


class NotAllowedError(GridgovError):
    """Somebody is logged in and may not do this."""

    code = "not-allowed"


class TooManyError(GridgovError):
    """Too many attempts in too short a time; ``details`` says after how many seconds to try again."""

    code = "too-many"


class NotFoundError(GridgovError):
    """No such thing, or not visible to who asks."""

    code = "not-found"


class AddressNotFoundError(NotFoundError):
    """The gazetteer works and knows no such address."""

    code = "address-not-found"


class ConflictError(GridgovError):
    """Another state is already stored; ``details`` holds what is."""

    code = "conflict"


class StaleError(ConflictError):
    """The edit was made on an older state: ``details`` holds both, what is stored and what was wanted."""

    code = "stale"


class UnavailableError(GridgovError):
    """Something outside this program is down; the same call may succeed later."""

    code = "unavailable"


class DatabaseUnavailableError(UnavailableError):
    """The database does not answer."""

    code = "database-unavailable"


class DatabaseBusyError(UnavailableError):
    """Others changed the same or took all connections, and this one had to give way; nothing of it was stored."""

    code = "database-busy"


class DeliveryDelayedError(UnavailableError):
    """A channel could not carry a message now; later it may."""

    code = "delivery-delayed"


class GeocoderUnavailableError(UnavailableError):
    """The outside geocoder does not answer; this says nothing about the address."""

    code = "geocoder-unavailable"


class EvidenceUnavailableError(UnavailableError):
    """The store of attachments is full or does not answer."""

    code = "evidence-unavailable"


class SetupError(GridgovError):
    """The installation is not ready; the message names the command that makes it so."""

    code = "not-set-up"
