"""Organisations: added, changed, and closed once they hold nothing more."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from gridgov.access.delegation import Hand, valid_area
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, InputError
from gridgov.ids import new_id
from gridgov.organisations import OrganisationKind
from gridgov.services.accounts.wanted import Who
from gridgov.services.registers.keeping import Keeping, as_json, differences, missing, plain_text
from gridgov.store.registers import Held, Noted, OrganisationsAsked
from gridgov.store.unit import Unit

_LONGEST_NAME = 120
_MOST_ABOVE = 12
_TOLD = 10


@dataclass(frozen=True, slots=True)
class OrganisationWanted:
    """An organisation as it is to be, all of it."""

    code: str
    name: str
    kind: OrganisationKind
    area_code: str
    parent_code: str | None = None


class OrganisationBook(Keeping):
    """Lists organisations, adds, changes and closes them."""

    def organisations(
        self, who: Who, asked: OrganisationsAsked, *, limit: int | None = None, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Return organisations by code, after the code `after`."""
        with self._reading(who) as unit:
            return unit.registers.organisations.page(asked, at=self._clock(), limit=limit, after=after)

    def organisation(self, who: Who, code: str) -> dict[str, Any]:
        """Return an organisation.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._reading(who) as unit:
            return _known(unit, code)

    def put(self, who: Who, wanted: OrganisationWanted, *, seen: Seen | None = None) -> dict[str, Any]:
        """Add an organisation, or change it; what it is already changes nothing.

        Raises
        ------
        InputError
            If its area, or what it is a part of, will not do.
        NotAllowedError
            If it lies outside one's area, or would then.
        StaleError
            If it is not what was `seen`.
        """
        with self._changing(who) as (unit, hand):
            stored = unit.registers.organisations.one(wanted.code)
            values = differing(unit, hand, wanted, stored)
            if stored is not None and not values:
                return stored
            require_seen(seen, stored)
            self._note_organisations(unit, hand, [store(unit, wanted.code, stored, values)])
            return _known(unit, wanted.code)

    def close(self, who: Who, code: str, *, seen: Seen | None = None) -> dict[str, Any]:
        """Close an organisation from this moment on; closed before, it stays so.

        Raises
        ------
        ConflictError
            If it holds open cases, summons, people, roles or parts, or answers for matters in force: it says which.
        NotFoundError, NotAllowedError, StaleError
            As for `put`.
        """
        now = self._clock()
        with self._changing(who) as (unit, hand):
            stored = _known(unit, code)
            hand.require_reach(stored["area_code"])
            if stored["closed_at"] is not None:
                return stored
            require_seen(seen, stored)
            require_empty(stored, unit.registers.organisations.held(code, at=now))
            self._note_organisations(unit, hand, [close(unit, stored, now)])
            return _known(unit, code)

    def _note_organisations(self, unit: Unit, hand: Hand, changes: list[Noted]) -> None:
        self._note(unit, hand, *changes)
        tell_programs(unit, changes, now=self._clock())


def tell_programs(unit: Unit, changes: list[Noted], *, now: datetime) -> None:
    """Let running programs read the organisations anew: who answers for a matter is decided by them."""
    for district_code in {one.area_code[:6] for one in changes}:
        unit.summary.log_load(district_code, at=now, source="organisations", summary={"organisations": len(changes)})


def differing(unit: Unit, hand: Hand, wanted: OrganisationWanted, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the columns of an organisation that are to be different from what is `stored`; all of a new one.

    Raises
    ------
    InputError, NotAllowedError
        As for `OrganisationBook.put`.
    """
    area = valid_area(wanted.area_code)
    hand.require_reach(area)
    if not 6 <= len(area) <= 12 or unit.registers.duties.area(area) is None:
        message = f"There is no district, street or community {area} in the grid in force: check the code."
        raise InputError(message, field="area_code")
    _require_parent(unit, wanted)
    values = {
        "name": plain_text(wanted.name, "name", longest=_LONGEST_NAME),
        "kind": wanted.kind.value,
        "area_code": area,
        "parent_code": wanted.parent_code,
    }
    if stored is None:
        return values
    hand.require_reach(stored["area_code"])
    if stored["area_code"][:6] != area[:6]:
        message = (
            f"{wanted.code} lies in {stored['area_code'][:6]}, and so do its people and cases: "
            "close it there, and add another one here."
        )
        raise InputError(message, field="area_code")
    return {name: value for name, value in values.items() if stored[name] != value}


def store(unit: Unit, code: str, stored: Mapping[str, Any] | None, values: dict[str, Any]) -> Noted:
    """Store an organisation, new or as far as it differs, and return what is to be written down."""
    if stored is None:
        unit.registers.organisations.add({"id": new_id(), "code": code, **values, "closed_at": None})
        return Noted("organisations", "added", code, values["area_code"], values)
    unit.registers.organisations.change(code, values)
    data = {"name": stored["name"], "fields": differences(dict(stored), values)}
    return Noted("organisations", "changed", code, stored["area_code"], data)


def close(unit: Unit, stored: dict[str, Any], at: datetime) -> Noted:
    """Close an organisation that holds nothing more, and return what is to be written down."""
    unit.registers.organisations.change(stored["code"], {"closed_at": at})
    data = {"name": stored["name"], "fields": {"closed_at": {"from": None, "to": as_json(at)}}}
    return Noted("organisations", "ended", stored["code"], stored["area_code"], data)


def require_empty(stored: dict[str, Any], held: Held) -> None:
    """Refuse to close what still holds something."""
    words = {
        "cases": "open cases",
        "summons": "open summons",
        "people": "people in service",
        "grants": "accounts that act for it",
        "parts": "open organisations that are part of it",
    }
    counts = asdict(held)
    found = [f"{counts[name]} {said}" for name, said in words.items() if counts[name]]
    if held.leads:
        more = ", ..." if len(held.leads) > _TOLD else ""
        found.append(f"a part in {len(held.leads)} matters in force ({', '.join(held.leads[:_TOLD])}{more})")
    if found:
        message = f"{stored['name']} still holds {'; '.join(found)}: hand these over first, then close it."
        raise ConflictError(message, field="code", details=[{**counts, "leads": list(held.leads)}])


def _require_parent(unit: Unit, wanted: OrganisationWanted) -> None:
    seen, above = {wanted.code}, wanted.parent_code
    while above is not None:
        if above in seen or len(seen) > _MOST_ABOVE:
            message = f"{wanted.parent_code} is a part of {wanted.code} itself: say what it is really a part of."
            raise InputError(message, field="parent_code")
        seen.add(above)
        found = unit.registers.organisations.one(above)
        if found is None:
            message = f"There is no organisation {above}: add what it is a part of first."
            raise InputError(message, field="parent_code")
        above = found["parent_code"]


def _known(unit: Unit, code: str) -> dict[str, Any]:
    found = unit.registers.organisations.one(code)
    if found is None:
        raise missing(code, field="code")
    return found
