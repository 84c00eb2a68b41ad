"""What a rule must be, wherever it comes from: refused before anything is stored."""

from collections.abc import Sequence

from gridgov.errors import InputError
from gridgov.organisations import OrganisationKind
from gridgov.worktime import Escalation

_LONGEST_SOURCE = 500


def require_source(source: str) -> None:
    """Refuse a rule of which nobody knows where it comes from.

    Raises
    ------
    InputError
        If nothing is said, or too much.
    """
    if not source.strip() or len(source) > _LONGEST_SOURCE:
        message = f"Say where this rule comes from, in at most {_LONGEST_SOURCE} characters."
        raise InputError(message, field="source")


def require_order(steps: Sequence[Escalation]) -> None:
    """Refuse steps of escalation that are not taken in their order.

    Raises
    ------
    InputError
        If they are not numbered 1, 2, ..., or a later one comes earlier.
    """
    if [step.step for step in steps] != list(range(1, len(steps) + 1)):
        message = "The steps are numbered 1, 2, 3 ... in the order in which they are taken."
        raise InputError(message, field="step")
    # Steps in different units cannot be told apart without a calendar; those that can must not go back in time.
    known = [step.after.seconds for step in steps if step.after.seconds is not None]
    if known != sorted(known):
        message = "A later step comes before an earlier one: each counts from the deadline, not from the step before."
        raise InputError(message, field="after")


def require_roles(steps: Sequence[Escalation], roles: set[str]) -> None:
    """Refuse steps of escalation that tell a role which there is not.

    Raises
    ------
    InputError
        Naming the first.
    """
    unknown = next((step.role for step in steps if step.role not in roles), None)
    if unknown is not None:
        message = f"There is no role {unknown!r}: there are {', '.join(sorted(roles))}."
        raise InputError(message, field="role")


def require_keeper(organisation_code: str | None, kind: str | None) -> None:
    """Refuse hours of nobody, of both an organisation and a kind, or of a kind that there is not.

    Raises
    ------
    InputError
        Naming what is wrong.
    """
    if (organisation_code is None) == (kind is None):
        message = "Say whose hours these are: one organisation's, or one kind's."
        raise InputError(message, field="organisation_code")
    if kind is not None and kind not in set(OrganisationKind):
        message = f"There is no kind {kind!r} of organisation: there are {', '.join(OrganisationKind)}."
        raise InputError(message, field="kind")
