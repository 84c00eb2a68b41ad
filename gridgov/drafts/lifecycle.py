"""The life of a draft as one table: which act leads from which state to which, and who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gridgov.errors import RuleError

PLAN, APPROVE = "grid.plan", "grid.approve"


class State(StrEnum):
    """How far a draft has come."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What can be done with a draft."""

    EDIT = "edit"
    REBASE = "rebase"
    PROPOSE = "propose"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    CALL_OFF = "call_off"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Move:
    """What an act leads to.

    Attributes
    ----------
    permission
        What whoever acts must hold over the district.
    by_author
        Whether its author may.
    whole
        Whether the cells must be a partition, drawn on the grid as it is now.
    """

    to: State
    permission: str
    by_author: bool = True
    whole: bool = False


_BACK, _GONE = Move(State.DRAFT, APPROVE), Move(State.WITHDRAWN, PLAN)

TABLE: Mapping[tuple[State, Act], Move] = MappingProxyType(
    {
        (State.DRAFT, Act.EDIT): Move(State.DRAFT, PLAN),
        (State.DRAFT, Act.REBASE): Move(State.DRAFT, PLAN),
        (State.DRAFT, Act.PROPOSE): Move(State.PROPOSED, PLAN, whole=True),
        (State.DRAFT, Act.WITHDRAW): _GONE,
        (State.PROPOSED, Act.APPROVE): Move(State.APPROVED, APPROVE, by_author=False, whole=True),
        (State.PROPOSED, Act.SEND_BACK): _BACK,
        (State.PROPOSED, Act.WITHDRAW): _GONE,
        (State.APPROVED, Act.PUBLISH): Move(State.PUBLISHED, PLAN, whole=True),
        (State.APPROVED, Act.SEND_BACK): _BACK,
        (State.APPROVED, Act.WITHDRAW): _GONE,
        (State.PUBLISHED, Act.CALL_OFF): Move(State.APPROVED, PLAN),
    }
)
"""What stands here is allowed, and nothing else.

What was published for later is called off until its moment; from then on it stays, and undoing is a new draft.
"""


def move(state: State, act: Act) -> Move:
    """Return what an act leads to.

    Raises
    ------
    RuleError
        If it is not allowed in this state; the message names those that are.
    """
    found = TABLE.get((state, act))
    if found is None:
        allowed = [str(one) for at, one in TABLE if at is state]
        then = f"From here one may {', '.join(allowed)}." if allowed else "Make a new draft, or undo."
        message = f"A draft that is {state} cannot {str(act).replace('_', ' ')}. {then}"
        raise RuleError(message, field="state", details=[{"state": state, "act": act, "allowed": allowed}])
    return found
