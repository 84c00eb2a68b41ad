"""People: added, changed, and at the end of their service kept. Each belongs to the area of their organisation."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from gridgov.access.delegation import Hand
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, InputError, NotAllowedError
from gridgov.ids import moment_of
from gridgov.services.accounts.leaving import keep_out_now
from gridgov.services.accounts.wanted import Who
from gridgov.services.registers.keeping import Keeping, as_json, differences, missing, plain_text
from gridgov.store.registers import DutiesAsked, Noted, PeopleAsked
from gridgov.store.unit import Unit

_LONGEST_CODE = 40
_LONGEST_PHONE = 40


class Employment(StrEnum):
    """How somebody is employed."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    POST = "post"
    """Holds a post beside the grid: police, medics, leaders."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to add; the id is made by the sender."""

    id: UUID
    staff_code: str
    name: str
    organisation_code: str
    employment: Employment
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class PersonWanted:
    """What is to be different about a person; None leaves it as it is, and an empty number takes the number out."""

    name: str | None = None
    organisation_code: str | None = None
    employment: Employment | None = None
    phone: str | None = None


class PeopleBook(Keeping):
    """Lists people, adds them, changes them, ends their service and takes an end back."""

    def people(
        self, who: Who, asked: PeopleAsked, *, limit: int = 50, after: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return people by district and staff number; numbers with stars in them outside one's own area."""
        with self._reading(who) as unit:
            return unit.registers.people.page(asked, at=self._clock(), limit=limit, after=after)

    def person(self, who: Who, person_id: UUID) -> dict[str, Any]:
        """Return a person with all duties they ever had, under `duties`, the latest first.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._reading(who) as unit:
            return self._whole(unit, _known(unit, person_id))

    def add(self, who: Who, new: NewPerson) -> tuple[dict[str, Any], bool]:
        """Add a person, and return them and whether they were added before.

        Raises
        ------
        ConflictError
            If the staff number is somebody's already, or the id stands for somebody else.
        InputError
            If there is no such organisation, or it is closed.
        NotAllowedError
            If the organisation lies outside one's area.
        """
        moment_of(new.id)
        wanted = row_of(new)
        with self._changing(who) as (unit, hand):
            found = unit.registers.people.one(new.id)
            if found is not None:
                return self._whole(unit, _same(found, wanted)), True
            organisation = open_organisation(unit, hand, new.organisation_code)
            district = organisation["area_code"][:6]
            if unit.registers.people.has_code(district, wanted["staff_code"]):
                message = f"The staff number {wanted['staff_code']} is somebody's in {district} already: take another."
                raise ConflictError(message, field="staff_code")
            unit.registers.people.add([{"district_code": district, "id": new.id, **wanted, "ended_at": None}])
            self._note(unit, hand, added(new, wanted, organisation))
            return self._whole(unit, _known(unit, new.id)), False

    def change(self, who: Who, person_id: UUID, wanted: PersonWanted, *, seen: Seen | None = None) -> dict[str, Any]:
        """Change a person.

        Raises
        ------
        NotFoundError
            If there is none.
        NotAllowedError
            If they lie outside one's area, or would then.
        StaleError
            If the person is not what was `seen`.
        """
        with self._changing(who) as (unit, hand):
            found = _known(unit, person_id)
            hand.require_reach(found["area_code"])
            values = changed(found, wanted)
            if not values:
                return self._whole(unit, found)
            require_seen(seen, self._whole(unit, found))
            if "organisation_code" in values:
                require_same_district(found, open_organisation(unit, hand, values["organisation_code"]))
            unit.registers.people.change(found["district_code"], person_id, values)
            self._note(unit, hand, noted(found, values))
            return self._whole(unit, _known(unit, person_id))

    def end(self, who: Who, person_id: UUID, at: datetime, *, seen: Seen | None = None) -> dict[str, Any]:
        """End a person's service at a moment, and every duty of theirs that would outlast it.

        From that moment on their accounts are kept out, and hold no role.

        Raises
        ------
        ConflictError
            If it has ended at another moment already.
        NotFoundError, NotAllowedError, StaleError
            As for `change`.
        """
        with self._changing(who) as (unit, hand):
            found = _known(unit, person_id)
            hand.require_reach(found["area_code"])
            if found["ended_at"] not in {None, at}:
                message = "The service has ended already, at another moment: read the person anew."
                raise ConflictError(message, field="at", details=[{"ended_at": as_json(found["ended_at"])}])
            if found["ended_at"] is None:
                require_seen(seen, self._whole(unit, found))
                self._note(unit, hand, *end_service(unit, found, at, now=self._clock()))
            ended = self._whole(unit, _known(unit, person_id))
        keep_out_now(self._store, now=self._clock())
        return ended

    def reinstate(self, who: Who, person_id: UUID, *, seen: Seen | None = None) -> dict[str, Any]:
        """Take an end of service back, one that has come or one to come; who serves already goes on.

        What ended with it stays so: duties are begun anew, and accounts are let in and given roles by whoever looks
        after them.

        Raises
        ------
        InputError
            If the organisation was closed meanwhile.
        NotFoundError, NotAllowedError, StaleError
            As for `change`.
        """
        with self._changing(who) as (unit, hand):
            found = _known(unit, person_id)
            hand.require_reach(found["area_code"])
            if found["ended_at"] is None:
                return self._whole(unit, found)
            require_another(unit, found)
            require_seen(seen, self._whole(unit, found))
            open_organisation(unit, hand, found["organisation_code"])
            values = {"ended_at": None}
            unit.registers.people.change(found["district_code"], person_id, values)
            self._note(unit, hand, noted(found, values))
            return self._whole(unit, _known(unit, person_id))

    def _whole(self, unit: Unit, found: dict[str, Any]) -> dict[str, Any]:
        duties = unit.registers.duties.page(DutiesAsked(person_id=found["id"]), at=self._clock())
        return {**found, "duties": duties}


def end_service(unit: Unit, found: dict[str, Any], at: datetime, *, now: datetime) -> list[Noted]:
    """End a person's service and the duties that would outlast it; return what is to be written down.

    Raises
    ------
    InputError
        If a duty begins at that moment or later.
    NotAllowedError
        If it is the service of whoever asks.
    """
    require_another(unit, found)
    lasting = unit.registers.duties.page(DutiesAsked(person_id=found["id"], ending_after=at), at=now)
    later = next((one for one in lasting if one["since"] >= at), None)
    if later is not None:
        message = (
            f"A duty for {later['target_code']} begins at {as_json(later['since'])}, when the service is over: "
            "end the service later than that."
        )
        raise InputError(message, field="at")
    unit.registers.people.change(found["district_code"], found["id"], {"ended_at": at})
    unit.registers.duties.end(found["district_code"], [one["id"] for one in lasting], at)
    ended = {"ended_at": {"from": None, "to": as_json(at)}, "duties": [str(one["id"]) for one in lasting]}
    return [Noted("people", "ended", str(found["id"]), found["area_code"], {**_named(found), **ended})]


def added(new: NewPerson, values: Mapping[str, Any], organisation: Mapping[str, Any]) -> Noted:
    """Return what is written down of a person who is added: everything but the number itself."""
    data = {**_without_phone(values), "has_phone": values["phone"] is not None}
    return Noted("people", "added", str(new.id), organisation["area_code"], data)


def noted(found: Mapping[str, Any], values: dict[str, Any]) -> Noted:
    """Return what is written down of a change: everything but the number itself."""
    said = differences(dict(found), _without_phone(values))
    if "phone" in values:
        said["phone"] = {"from": "***" if found["phone"] else None, "to": "***" if values["phone"] else None}
    return Noted("people", "changed", str(found["id"]), found["area_code"], {**_named(found), "fields": said})


def open_organisation(unit: Unit, hand: Hand, code: str) -> dict[str, Any]:
    """Return an organisation inside one's area that is not closed.

    Raises
    ------
    InputError
        If there is none.
    NotAllowedError
        If it lies outside.
    """
    found = unit.registers.organisations.one(code)
    if found is None or found["closed_at"] is not None:
        what = "is closed" if found else "is not registered"
        message = f"The organisation {code} {what}: GET /api/v1/organisations lists those there are."
        raise InputError(message, field="organisation_code")
    hand.require_reach(found["area_code"])
    return found


def require_another(unit: Unit, found: Mapping[str, Any]) -> None:
    """Refuse to end one's own service, or to take its end back: it decides whether one comes in."""
    mine = unit.acting.person if unit.acting else None
    if mine is not None and mine[1] == found["id"]:
        message = "Nobody decides on their own service: ask another administrator."
        raise NotAllowedError(message)


def require_same_district(found: Mapping[str, Any], organisation: Mapping[str, Any]) -> None:
    """Refuse an organisation of another district."""
    if organisation["area_code"][:6] != found["district_code"]:
        message = (
            f"{organisation['code']} lies in another district: end the service here and add the person there, "
            "because duties and cases stay where they were."
        )
        raise InputError(message, field="organisation_code")


def _known(unit: Unit, person_id: UUID) -> dict[str, Any]:
    found = unit.registers.people.one(person_id)
    if found is None:
        raise missing(person_id, field="person_id")
    return found


def row_of(new: NewPerson) -> dict[str, Any]:
    """Return what a register keeps of a new person, checked."""
    return {
        "staff_code": plain_text(new.staff_code, "staff_code", longest=_LONGEST_CODE),
        "name": plain_text(new.name, "name"),
        "organisation_code": new.organisation_code,
        "employment": new.employment.value,
        "phone": _phone(new.phone),
    }


def _phone(said: str | None) -> str | None:
    return plain_text(said, "phone", longest=_LONGEST_PHONE) if said and said.strip() else None


def changed(found: dict[str, Any], wanted: PersonWanted) -> dict[str, Any]:
    """Return the columns of a person that are to be different."""
    given = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    said = {name: value for name, value in given.items() if value is not None}
    if "name" in said:
        said["name"] = plain_text(said["name"], "name")
    if "employment" in said:
        said["employment"] = said["employment"].value
    if "phone" in said:
        said["phone"] = _phone(said["phone"])
    return {name: value for name, value in said.items() if value != found[name]}


def _same(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    if any(found[name] != value for name, value in wanted.items()):
        message = "This id already stands for another person, or they were changed since: add this one under a new id."
        raise ConflictError(message, field="id")
    return found


def _named(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"staff_code": found["staff_code"], "name": found["name"]}


def _without_phone(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "phone"}
