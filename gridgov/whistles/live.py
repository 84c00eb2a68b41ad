"""A whistle as it stands: its sides, its summons, its deadlines. Acts return the next one and change nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from gridgov.errors import NotFoundError
from gridgov.whistles.kinds import IssuerLevel, WhistleKind
from gridgov.whistles.lifecycle import OVER, Stage, SummonsStage


@dataclass(frozen=True, slots=True)
class LiveSide:
    """An issuing street.

    `confirm_step` says how often its silence was escalated, `withdrawn_at` when it said that it needs nobody after all.
    """

    street_code: str
    organisation_code: str | None
    share: float
    leads: bool
    confirm_due_at: datetime | None = None
    confirm_step: int = 0
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    confirmed_above: str | None = None
    lead_choice: str | None = None
    withdrawn_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LiveSummons:
    """A summoned organisation. `let_go` and `rated` name the sides that need it no longer, and that rated it."""

    organisation_code: str
    leads: bool
    stage: SummonsStage = SummonsStage.PENDING
    origin: str = "list"
    summoned_at: datetime | None = None
    due_at: datetime | None = None
    check_in_step: int = 0
    acknowledged_at: datetime | None = None
    arrived_at: datetime | None = None
    time_to_scene_s: int | None = None
    measure_due_at: datetime | None = None
    measure_step: int = 0
    measured_at: datetime | None = None
    released_at: datetime | None = None
    left_at: datetime | None = None
    let_go: frozenset[str] = frozenset()
    rated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Whistle:
    """One whistle. `kind` is the kind as it stood when it was blown; `district_code` says where its row lives."""

    district_code: str
    id: UUID
    incident_id: UUID
    kind: WhistleKind
    stage: Stage
    sides: tuple[LiveSide, ...]
    summons: tuple[LiveSummons, ...]
    drafted_at: datetime
    revision: int = 1
    level: IssuerLevel | None = None
    issuer_area_code: str | None = None
    issued_by: str | None = None
    reason: str | None = None
    list_version: int | None = None
    blown_at: datetime | None = None
    close_due_at: datetime | None = None
    close_step: int = 0
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def living(self) -> bool:
        """Whether it is neither closed nor withdrawn."""
        return self.stage not in OVER

    @property
    def combined(self) -> bool:
        """Whether several streets own it."""
        return len(self.sides) > 1

    @property
    def streets(self) -> frozenset[str]:
        """The codes of its sides."""
        return frozenset(side.street_code for side in self.sides)

    @property
    def called(self) -> tuple[LiveSummons, ...]:
        """The summons of those who are to come: without those that were taken back."""
        return tuple(s for s in self.summons if s.stage is not SummonsStage.WITHDRAWN)

    @property
    def lead(self) -> LiveSide:
        """The side that leads."""
        return next(side for side in self.sides if side.leads)

    @property
    def silent(self) -> tuple[LiveSide, ...]:
        """The sides that have said nothing yet of its end; one that withdraws has, until somebody comes or closes."""
        may_withdraw = self.stage is Stage.BLOWN and not any(call.arrived_at for call in self.summons)
        return tuple(s for s in self.sides if not s.closed_at and not (may_withdraw and s.withdrawn_at))

    @property
    def parent(self) -> str:
        """The code of the area above all sides: their district, else their city (4 digits), else their province."""
        return common_parent(self.streets)

    def side(self, street_code: str) -> LiveSide:
        """Return the side of a street.

        Raises
        ------
        NotFoundError
            If the street has no part in it.
        """
        found = next((side for side in self.sides if side.street_code == street_code), None)
        if found is None:
            message = f"Street {street_code} is no side of this whistle: {', '.join(sorted(self.streets))} are."
            raise NotFoundError(message, field="street_code")
        return found

    def call(self, organisation_code: str) -> LiveSummons:
        """Return the summons of an organisation.

        Raises
        ------
        NotFoundError
            If it was not summoned.
        """
        found = next((s for s in self.summons if s.organisation_code == organisation_code), None)
        if found is None:
            message = f"{organisation_code} is not summoned by this whistle: GET it to see who is."
            raise NotFoundError(message, field="organisation_code")
        return found

    def with_side(self, side: LiveSide) -> "Whistle":
        """Return it with `side` in place of the one of the same street."""
        return replace(self, sides=tuple(side if s.street_code == side.street_code else s for s in self.sides))

    def with_call(self, call: LiveSummons) -> "Whistle":
        """Return it with `call` in place of the one of the same organisation."""
        one = call.organisation_code
        return replace(self, summons=tuple(call if s.organisation_code == one else s for s in self.summons))


def common_parent(codes: frozenset[str]) -> str:
    """Return the code of the lowest area above all `codes`: district (6 digits), city (4), province (2), else ''."""
    for digits in (6, 4, 2):
        above = {code[:digits] for code in codes}
        if len(above) == 1:
            return above.pop()
    return ""
