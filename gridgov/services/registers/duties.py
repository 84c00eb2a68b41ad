"""Duties: begun and ended, never taken out, so that "who answered for this cell on that day" has an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError
from gridgov.ids import moment_of
from gridgov.services.accounts.wanted import Who
from gridgov.services.registers.keeping import Keeping, as_json, differences, missing
from gridgov.store.registers import DutiesAsked, Noted, Target
from gridgov.store.unit import Unit


@dataclass(frozen=True, slots=True)
class NewDuty:
    """A duty to begin; the id is made by the sender. `target_code` is a cell's, or an area's with all its cells."""

    id: UUID
    person_id: UUID
    target_code: str
    role: str
    since: datetime
    until: datetime | None = None


class DutyBook(Keeping):
    """Lists duties, begins and ends them."""

    def roles(self, who: Who) -> list[dict[str, Any]]:
        """Return what people may answer as: code, name_zh, name_en."""
        with self._reading(who) as unit:
            return unit.registers.duties.roles()

    def duties(
        self, who: Who, asked: DutiesAsked, *, limit: int = 50, before: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return duties, the latest beginning first, after the duty `before`."""
        with self._reading(who) as unit:
            return unit.registers.duties.page(asked, at=self._clock(), limit=limit, before=before)

    def begin(self, who: Who, new: NewDuty) -> tuple[dict[str, Any], bool]:
        """Begin a duty, and return it and whether it was begun before.

        Raises
        ------
        ConflictError
            If the person answers for the same as the same in that time already (`details` holds both), or the id
            stands for another duty.
        InputError
            If there is no such person, role, cell or area, or the time is none.
        NotAllowedError
            If the cell or the area lies outside one's own.
        """
        moment_of(new.id)
        require_span(new.since, new.until)
        now = self._clock()
        with self._changing(who) as (unit, hand):
            made = unit.registers.duties.one(new.id, at=now)
            if made is not None:
                return _same(made, new), True
            row = self._row(unit, hand, new)
            require_free(unit, row, now=now)
            unit.registers.duties.add([row])
            self._note(unit, hand, begun(row))
            return self._known(unit, new.id), False

    def end(self, who: Who, duty_id: UUID, at: datetime) -> dict[str, Any]:
        """Let a duty end at a moment, past or to come; ended then before, it stays so.

        An end that was set before is brought forward by this as long as it has not come, and never put off: for a time
        after it another duty is begun.

        Raises
        ------
        NotFoundError
            If there is none.
        ConflictError
            If it is over, or ends before that moment already.
        InputError
            If it had not begun by then.
        NotAllowedError
            If it lies outside one's area.
        """
        with self._changing(who) as (unit, hand):
            found = self._known(unit, duty_id)
            hand.require_reach(found["target_code"])
            if found["until"] == at:
                return found
            require_earlier(found, at, now=self._clock())
            require_span(found["since"], at, field="at")
            unit.registers.duties.end(found["district_code"], [duty_id], at)
            self._note(unit, hand, ended(found, at))
            return self._known(unit, duty_id)

    def _row(self, unit: Unit, hand: Hand, new: NewDuty) -> dict[str, Any]:
        target = unit.registers.duties.target(new.target_code, at=max(new.since, self._clock()))
        if target is None:
            raise no_target(new.target_code)
        hand.require_reach(target.code)
        require_standing(target, new.until)
        if new.role not in {role["code"] for role in unit.registers.duties.roles()}:
            message = f"There is no role {new.role}: GET /api/v1/duty-roles lists those there are."
            raise InputError(message, field="role")
        person = unit.registers.people.one(new.person_id)
        require_person(person, target, new.until)
        return row_of(new, target)

    def _known(self, unit: Unit, duty_id: UUID) -> dict[str, Any]:
        found = unit.registers.duties.one(duty_id, at=self._clock())
        if found is None:
            raise missing(duty_id, field="duty_id")
        return found


def no_target(code: str) -> InputError:
    """Return the error that there is nothing to answer for under a code."""
    message = f"There is no cell and no area {code} in the grid in force: check the code."
    return InputError(message, field="target_code")


def require_span(since: datetime, until: datetime | None, *, field: str = "until") -> None:
    """Refuse a time that ends before it begins."""
    if until is not None and until <= since:
        message = f"It began at {as_json(since)}: give a later end."
        raise InputError(message, field=field)


def require_standing(target: Target, until: datetime | None) -> None:
    """Refuse a duty that would outlast its cell: a grid that is published for later closes it."""
    if target.ends_at is not None and (until is None or until > target.ends_at):
        ends = as_json(target.ends_at)
        message = f"A new grid closes the cell {target.code} at {ends}: end the duty by then, and begin one after it."
        raise InputError(message, field="until")


def require_earlier(found: Mapping[str, Any], at: datetime, *, now: datetime, field: str = "at") -> None:
    """Refuse to put an end off that was set before, or to move one that has come: what is over stays what it was."""
    until = found["until"]
    if until is None or (now < until and at <= until):
        return
    message = f"This duty ends at {as_json(until)} already: begin another one for the time after it."
    if until <= now:
        message = f"This duty ended at {as_json(until)}: what is over stays so; begin another one after it."
    raise ConflictError(message, field=field, details=[told(found)])


def require_person(person: Mapping[str, Any] | None, target: Target, until: datetime | None) -> None:
    """Refuse a duty of nobody, of somebody of another district, or of somebody who leaves before it ends."""
    if person is None or person["district_code"] != target.district_code:
        message = f"There is no such person in {target.district_code}: GET /api/v1/people lists those there are."
        raise InputError(message, field="person_id")
    left = person["ended_at"]
    if left is not None and (until is None or until > left):
        message = f"{person['name']} leaves at {as_json(left)}: a duty ends by then."
        raise InputError(message, field="person_id")


def require_free(unit: Unit, row: Mapping[str, Any], *, now: datetime) -> None:
    """Refuse a duty that somebody has in that time already."""
    other = unit.registers.duties.overlapping(row, at=now)
    if other is not None:
        message = (
            f"{other['name']} answers for {other['target_code']} as {other['role']} in that time already: "
            "end that duty first, or begin later."
        )
        raise ConflictError(message, field="since", details=[{"yours": told(row), "stored": told(other)}])


def row_of(new: NewDuty, target: Target) -> dict[str, Any]:
    """Return a duty as its register takes it."""
    return {
        "district_code": target.district_code,
        "id": new.id,
        "person_id": new.person_id,
        "role": new.role,
        "cell_id": target.cell_id,
        "area_id": target.area_id,
        "target_code": target.code,
        "since": new.since,
        "until": new.until,
    }


def begun(row: Mapping[str, Any]) -> Noted:
    """Return what is written down of a duty that begins."""
    return Noted("duties", "added", str(row["id"]), row["target_code"], told(row))


def ended(found: Mapping[str, Any], at: datetime) -> Noted:
    """Return what is written down of a duty that ends; of an end that is brought forward, what it was as well."""
    said = told(found)
    if said.pop("until") is None:
        said["until"] = as_json(at)
    else:
        said["fields"] = differences(dict(found), {"until": at})
    return Noted("duties", "ended", str(found["id"]), found["target_code"], said)


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a duty as JSON."""
    return {name: as_json(row[name]) for name in ("id", "person_id", "target_code", "role", "since", "until")}


def _same(made: dict[str, Any], new: NewDuty) -> dict[str, Any]:
    kept = (made["person_id"], made["role"], made["since"])
    others = new.until is not None and new.until != made["until"]
    if kept != (new.person_id, new.role, new.since) or made["target_code"] != new.target_code or others:
        message = "This id already stands for another duty: begin this one under a new id."
        raise ConflictError(message, field="id", details=[told(made)])
    return made
