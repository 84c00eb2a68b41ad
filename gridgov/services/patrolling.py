"""Patrolling: checklists as a district looks after them, and patrols as phones send them, maybe hours later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock, shown
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import moment_of
from gridgov.lateness import Device, believed
from gridgov.patrols import (
    LONGEST,
    NOTE_LIMIT,
    Answer,
    Checklist,
    DueWalk,
    Finding,
    PatrolsWanted,
    due_walks,
    require_answered,
    require_sound,
)
from gridgov.services.rule_wishes import require_source
from gridgov.settings import Settings
from gridgov.store.acts import digest_of
from gridgov.store.unit import Store, Unit

OLDEST = timedelta(days=31)
"""So late may a patrol be sent in."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A patrol as a phone sends it; times are the phone's."""

    id: UUID
    cell_code: str
    checklist_code: str
    checklist_version: int
    started_at: datetime
    ended_at: datetime
    sent_at: datetime | None
    findings: tuple[Finding, ...]

    def said(self) -> dict[str, Any]:
        """Return what its id stands for; when it was sent is no part of that."""
        answers = [_plain(finding) for finding in self.findings]
        return {
            "cell": self.cell_code,
            "checklist": [self.checklist_code, self.checklist_version],
            "times": [self.started_at, self.ended_at],
            "answers": answers,
        }


class Patrolling:
    """Shows and changes checklists, and takes patrols in.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Tells when patrols are received, and what is due.
    home_district
        Whose checklists are looked after here.
    """

    def __init__(self, store: Store, *, clock: Clock, home_district: str) -> None:
        self._store = store
        self._clock = clock
        self._home = home_district

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, home_district=settings.home_district)

    def checklists(self, caller: Caller) -> list[Checklist]:
        """Return the checklists in force of the districts in which the caller has a role that reads the grid.

        Raises
        ------
        NotAllowedError
            If they have none.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("grid.read")
            return _of_own_districts(unit)

    def put(self, caller: Caller, wanted: Checklist, *, seen: Seen | None = None) -> Checklist:
        """Put a checklist in force from now on, and return it; one that says the same makes no new version.

        Raises
        ------
        NotAllowedError
            If the caller does not look after the rules of the district.
        InputError
            If it is not sound, or suggests a matter that is not on the list, or is for a role that is none.
        StaleError
            If it is not what `seen` says any more.
        """
        require_source(wanted.source)
        require_sound(wanted)
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require("rules.manage", self._home)
            unit.hold_loading()
            _require_known(unit, wanted)
            stored = unit.patrols.checklist(self._home, wanted.code)
            version = stored.version if stored else 0
            if stored == replace(wanted, district_code=self._home, version=version):
                return stored
            require_seen(seen, stored)
            kept = replace(wanted, district_code=self._home, version=version + 1)
            unit.patrols.put(kept, at=now, author=unit.subject.login)
            unit.worktime.log_change("checklist", _said(stored, kept), at=now, author=unit.subject.login)
            return kept

    def file(self, caller: Caller, walk: Walk) -> tuple[dict[str, Any], bool]:
        """Keep a patrol, and return it, with whether it was sent before.

        Raises
        ------
        NotAllowedError
            If the account is no person's, no role of theirs walks patrols, or the cell was none of their duties'.
        InputError
            If its times cannot be, or its answers are not one for each item.
        NotFoundError
            If there was no such cell, or there never was such a checklist.
        ConflictError
            If its id stands for another patrol.
        """
        moment_of(walk.id)
        received_at = self._clock()
        with self._store.acting(caller, now=received_at) as unit:
            unit.subject.require("patrol.file")
            digest = digest_of(walk.said())
            if unit.patrols.digest(walk.id, unit.subject.account_id) != digest:
                row = _row(unit, walk, received_at)
                if not unit.patrols.add({**row, "digest": digest}):
                    message = "This id already stands for another patrol: send a changed one under a new id."
                    raise ConflictError(message, field="id")
                unit.changes.add(row["district_code"], "patrol.filed", walk.id, at=received_at)
                return _kept(unit, walk.id), False
            return _kept(unit, walk.id), True

    def patrols(
        self, caller: Caller, wanted: PatrolsWanted, *, limit: int, before: UUID | None
    ) -> list[dict[str, Any]]:
        """Return the patrols that the caller walked, or that went through cells of their office, newest first."""
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("grid.read")
            return unit.patrols.page(unit.subject, wanted, limit=limit, before=before)


def due_today(unit: Unit, duties: Sequence[dict[str, Any]], now: datetime) -> tuple[list[Checklist], list[DueWalk]]:
    """Return the checklists that somebody's duties want, and which of them are due in which of their cells."""
    cells: dict[str, set[str]] = {}
    for duty in duties:
        if duty["is_cell"]:
            cells.setdefault(duty["code"], set()).add(duty["role"])
    if not cells or not unit.subject.may("patrol.file"):
        return [], []
    held = frozenset().union(*cells.values())
    mine = [c for c in _of_own_districts(unit) if not c.roles or held.intersection(c.roles)]
    by_cell = {code: frozenset(roles) for code, roles in cells.items()}
    return mine, due_walks(mine, by_cell, unit.patrols.last(by_cell), now)


def _of_own_districts(unit: Unit) -> list[Checklist]:
    areas = {grant.area_code for grant in unit.subject.grants}
    return [
        one
        for one in unit.patrols.checklists()
        if any(area.startswith(one.district_code) or one.district_code.startswith(area) for area in areas)
    ]


def _said(before: Checklist | None, kept: Checklist) -> dict[str, Any]:
    """Return what the history tells of a new version: what it is, and which of its items came, changed or went."""
    old, new = ({item.code: item for item in one.items} if one else {} for one in (before, kept))
    items = {
        "added": [item for code, item in new.items() if code not in old],
        "changed": [item for code, item in new.items() if code in old and old[code] != item],
        "removed": [item for code, item in old.items() if code not in new],
    }
    told = {name: [{"zh": item.zh, "en": item.en} for item in found] for name, found in items.items() if found}
    return {
        "code": kept.code,
        "name": {"zh": kept.name_zh, "en": kept.name_en},
        "version": kept.version,
        "retired": kept.retired,
        **({"items": told} if told else {}),
    }


def _require_known(unit: Unit, wanted: Checklist) -> None:
    matters = {matter.code for matter in unit.rules.matters()}
    unknown = {
        place: item.matter for place, item in enumerate(wanted.items) if item.matter and item.matter not in matters
    }
    if unknown:
        codes = ", ".join(sorted(set(unknown.values())))
        message = f"No matter of the list in force has the code {codes}: GET /api/v1/matters shows all."
        raise InputError(message, field=f"items.{min(unknown)}.matter")
    roles = sorted(set(wanted.roles) - unit.people.duty_roles())
    if roles:
        message = f"There is no role of duties called {', '.join(roles)}."
        raise InputError(message, field="roles")


def _row(unit: Unit, walk: Walk, received_at: datetime) -> dict[str, Any]:
    """Return the row of a patrol that may be kept."""
    person = unit.subject.person
    if person is None:
        message = "This account is no person's, so it has no cells to walk: ask your administrator to name the person."
        raise NotAllowedError(message)
    times = _times(walk, received_at)
    cell_id = unit.cells.id_of(walk.cell_code, at=times["ended_at"])
    if cell_id is None:
        message = f"There was no cell {walk.cell_code} at {shown(times['ended_at'])}: GET /api/v1/cells shows all."
        raise NotFoundError(message, field="cell_code")
    _require_duty(unit, person, walk.cell_code, times["started_at"])
    checklist = unit.patrols.checklist(walk.cell_code[:6], walk.checklist_code, walk.checklist_version)
    if checklist is None:
        message = f"There never was a version {walk.checklist_version} of {walk.checklist_code} in this cell's "
        message += "district: GET /api/v1/checklists shows those in force."
        raise NotFoundError(message, field="checklist_code")
    require_answered(checklist, walk.findings)
    return {
        "district_code": walk.cell_code[:6],
        "id": walk.id,
        "account_id": unit.subject.account_id,
        "person_id": person[1],
        "cell_id": cell_id,
        "cell_code": walk.cell_code,
        "checklist_code": checklist.code,
        "checklist_version": checklist.version,
        **times,
        "device_started_at": walk.started_at,
        "device_ended_at": walk.ended_at,
        "received_at": received_at,
        "answers": [_plain(finding) for finding in walk.findings],
        "found": sum(finding.answer is Answer.FOUND for finding in walk.findings),
    }


def _times(walk: Walk, received_at: datetime) -> dict[str, datetime]:
    if not timedelta(0) <= walk.ended_at - walk.started_at <= LONGEST:
        message = "A patrol ends after it began, and within 24 hours: correct its times."
        raise InputError(message, field="ended_at")
    at = {
        name: believed(Device(moment, walk.sent_at), received_at=received_at, longest=OLDEST, field=name)
        for name, moment in (("ended_at", walk.ended_at), ("started_at", walk.started_at))
    }
    return {"started_at": min(at["started_at"], at["ended_at"]), "ended_at": at["ended_at"]}


def _require_duty(unit: Unit, person: tuple[str, UUID], cell_code: str, at: datetime) -> None:
    duties = unit.people.duties_of(person, at=at)
    if not any(cell_code.startswith(duty["code"]) for duty in duties):
        own = ", ".join(duty["code"] for duty in duties[:5]) or "none"
        message = (
            f"Cell {cell_code} was none of your duties' at {shown(at)} (yours: {own}): a patrol is kept for one's "
        )
        message += "own cells. Ask whoever looks after duties."
        raise NotAllowedError(message, field="cell_code")


def _kept(unit: Unit, patrol_id: UUID) -> dict[str, Any]:
    found = unit.patrols.patrol(patrol_id)
    if found is None:
        message = f"There is no patrol {patrol_id} that you may see."
        raise NotFoundError(message, field="id")
    return found


def _plain(finding: Finding) -> dict[str, Any]:
    note = (finding.note or "").strip()[:NOTE_LIMIT] or None
    incident_id = str(finding.incident_id) if finding.incident_id else None
    return {"item": finding.item, "answer": finding.answer.value, "note": note, "incident_id": incident_id}
