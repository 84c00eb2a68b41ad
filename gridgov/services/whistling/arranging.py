"""Arranging: the kinds of whistle, and the teams that are summoned at once."""

from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, InputError, NotAllowedError, RuleError
from gridgov.ids import moment_of, new_id
from gridgov.services.whistling.asked import words
from gridgov.settings import Settings
from gridgov.store.unit import Store, Unit
from gridgov.store.whistles.kinds import to_row
from gridgov.whistles import WhistleKind, answerer, require_sound
from gridgov.whistles.authority import require_arranges
from gridgov.whistles.teams import AT_MOST, Team, TeamKind

_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class TeamOrder:
    """A team to make; `lead` is one of `members`, or None where the list says who leads. `id` is its maker's."""

    kind: TeamKind
    name: str
    area_code: str
    members: tuple[str, ...]
    lead: str | None = None
    id: UUID = field(default_factory=new_id)


class Arranging:
    """Looks after kinds of whistle and teams. Whoever is logged in may read them.

    Parameters
    ----------
    home_district
        Over whose area a grant to manage rules must reach: kinds of whistle are the installation's, not a street's.
    """

    def __init__(self, store: Store, *, clock: Clock, home_district: str) -> None:
        self._store = store
        self._clock = clock
        self._home = home_district

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, home_district=settings.home_district)

    def kinds(self, caller: Caller) -> list[WhistleKind]:
        """Return the kinds of whistle, the retired ones as well, by code."""
        with self._store.acting(caller, now=self._clock()) as unit:
            return list(unit.whistles.kinds.all().values())

    def put_kind(self, caller: Caller, kind: WhistleKind, *, seen: Seen | None = None) -> WhistleKind:
        """Add a kind of whistle, or change it; whistles that were blown keep the numbers they were blown by.

        What it was and what it is stands in the log of rules. Setting it to what it is already changes nothing.

        Raises
        ------
        NotAllowedError
            If the caller does not look after the rules of the home district.
        InputError
            If its numbers cannot be lived by.
        StaleError
            If the kind is not what was `seen`.
        """
        require_sound(kind)
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require("rules.manage", self._home)
            unit.hold_loading()
            before = unit.whistles.kinds.all().get(kind.code)
            if before == kind:
                return kind
            require_seen(seen, before)
            unit.whistles.kinds.put(kind)
            unit.worktime.log_change("whistle_kind", _changed(before, kind), at=now, author=unit.subject.login)
            # Running programs read the kinds anew when something was loaded.
            summary = {"whistle_kind": kind.code, "by": unit.subject.login}
            unit.summary.log_load(self._home, at=now, source=f"whistle kind {kind.code}", summary=summary)
        return kind

    def teams(self, caller: Caller) -> list[Team]:
        """Return the teams that can be summoned, by area and name."""
        with self._store.acting(caller, now=self._clock()) as unit:
            return unit.whistles.teams.all()

    def add_team(self, caller: Caller, order: TeamOrder) -> tuple[Team, bool]:
        """Make a team for whistles in an area that the caller may blow for; return it, and whether it was there before.

        One that was retired since is returned as such, and stays so.

        Raises
        ------
        NotAllowedError
            If the area is not theirs.
        ConflictError
            If the area has one of that name, or the id stands for another team.
        InputError
            If it names nobody, too many, or somebody whom nobody knows.
        """
        now = self._clock()
        name = _name(order)
        moment_of(order.id)
        with self._store.acting(caller, now=now) as unit:
            require_arranges(unit.subject, order.area_code)
            members = _known(unit, order)
            wanted = Team(order.id, order.area_code[:6], order.kind, name, order.area_code, members, order.lead)
            made = unit.whistles.teams.made(wanted.id)
            if made is None and unit.whistles.teams.add(wanted, at=now, by=unit.subject.login):
                return wanted, False
            return _same(made or unit.whistles.teams.made(wanted.id), wanted), True

    def retire_team(self, caller: Caller, team_id: UUID, *, seen: Seen | None = None) -> Team:
        """Let a team be summoned no more; whistles that summoned it stay as they are.

        Raises
        ------
        NotFoundError
            If there is no such team any more.
        NotAllowedError
            If its area is not the caller's.
        StaleError
            If the team is not what was `seen`.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            found = unit.whistles.teams.one(team_id)
            if not unit.subject.may("whistle.blow", found.area_code):
                message = f"The team belongs to {found.area_code}: whoever may blow there retires it."
                raise NotAllowedError(message)
            found = unit.whistles.teams.one(team_id, hold=True)
            require_seen(seen, found)
            unit.whistles.teams.retire(found, at=now)
        return replace(found, retired_at=now)


def _name(order: TeamOrder) -> str:
    name = words(order.name[: _NAME_LIMIT + 1], "name") or ""
    if len(name) > _NAME_LIMIT or not order.area_code.isdecimal() or len(order.area_code) not in {6, 9, 12}:
        message = f"Give a name of at most {_NAME_LIMIT} characters, and a district, street or community code."
        raise InputError(message, field="name" if len(name) > _NAME_LIMIT else "area_code")
    return name


def _same(made: Team | None, wanted: Team) -> Team:
    if made is None:
        message = f"{wanted.area_code} has, or had, a team named {wanted.name}: choose another name."
        raise ConflictError(message, field="name")
    if made != wanted:
        message = "This id already stands for another team: make this one under a new id."
        raise ConflictError(message, field="id")
    return made


def _changed(before: WhistleKind | None, after: WhistleKind) -> dict[str, Any]:
    """Return a kind's code, and of all that changes what it was (None: a new kind) and what it is."""
    new = to_row(after)
    old = to_row(before) if before else dict.fromkeys(new)
    changed = [name for name in new if new[name] != old[name]]
    return {
        "code": after.code,
        "was": {n: old[n] for n in changed} if before else None,
        "is": {n: new[n] for n in changed},
    }


def _known(unit: Unit, order: TeamOrder) -> tuple[str, ...]:
    members = tuple(sorted(set(order.members)))
    if not 1 <= len(members) <= AT_MOST:
        message = f"A team has 1 to {AT_MOST} members, not {len(members)}."
        raise InputError(message, field="members")
    if order.lead is not None and order.lead not in members:
        message = f"{order.lead} leads the team, so it must be one of its members."
        raise InputError(message, field="lead")
    book = unit.people.book()
    for code in members:
        organisation = book.open(code)
        if organisation is None:
            message = f"There is no organisation {code}: correct its code."
            raise InputError(message, field="members")
        if answerer(organisation, book) is None:
            message = f"{organisation.name} ({organisation.kind}) never answers a whistle: leave it out."
            raise RuleError(message, field="members")
    return members
