"""Contradictions of a list: everything that is wrong with it, found before it is put in force."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from gridgov.errors import RuleError
from gridgov.matters.listing import STREET_OFFICE, Counted, Matter, Part, Responsibility

LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)
_NAMED = 5

Fault = tuple[str, str]
"""The code of a matter, and what is wrong with it."""


def refuse_contradictions(
    matters: Sequence[Matter],
    responsibilities: Sequence[Responsibility],
    *,
    organisations: Collection[str],
    whistle_kinds: Collection[str],
) -> None:
    """Refuse a list that contradicts itself, or what is registered.

    Raises
    ------
    RuleError
        With every contradiction in its details.
    """
    faults = list(contradictions(matters, responsibilities, organisations=organisations, whistle_kinds=whistle_kinds))
    if faults:
        first = "; ".join(f"{code}: {said}" for code, said in faults[:_NAMED])
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        message = f"The list contradicts itself and is not put in force. {first}{more}."
        raise RuleError(message, field="matters", details=[{"matter": code, "message": said} for code, said in faults])


def contradictions(
    matters: Sequence[Matter],
    responsibilities: Sequence[Responsibility],
    *,
    organisations: Collection[str],
    whistle_kinds: Collection[str],
) -> Iterator[Fault]:
    """Yield what is wrong with a list, matter by matter.

    Parameters
    ----------
    organisations, whistle_kinds
        The codes that there are.
    """
    if not matters:
        yield "-", "a list has at least one matter"
    for code, count in Counter(m.code for m in matters).items():
        if count > 1:
            yield code, f"it is listed {count} times"
    known = {m.code for m in matters}
    for code in dict.fromkeys(r.matter_code for r in responsibilities if r.matter_code not in known):
        yield code, "an organisation has a part in it, and the list does not have it"
    for matter in matters:
        parts = [r for r in responsibilities if r.matter_code == matter.code]
        yield from ((matter.code, said) for said in _of_itself(matter, whistle_kinds))
        yield from ((matter.code, said) for said in _of_parts(matter, parts, organisations))


def _of_itself(matter: Matter, whistle_kinds: Collection[str]) -> Iterator[str]:
    if not matter.code or not matter.name:
        yield "it has no code or no name"
    if not 1 <= matter.priority <= 9:
        yield f"priority {matter.priority} is none: 1 is the most urgent, 9 the least"
    for what, limit in (("file", matter.file_within), ("handle", matter.handle_within)):
        if not timedelta(minutes=1) <= limit <= LONGEST:
            yield f"the time to {what} it is {limit}: at least a minute, at most a year"
    if matter.counted is Counted.DAYS and matter.handle_within % _DAY:
        yield f"it is counted in working days, and {matter.handle_within} are not whole days of 24 hours"
    if matter.whistle_kind is not None and matter.whistle_kind not in whistle_kinds:
        yield f"there is no kind of whistle {matter.whistle_kind!r}"


def _of_parts(matter: Matter, parts: Iterable[Responsibility], organisations: Collection[str]) -> Iterator[str]:
    parts = list(parts)
    leads = [p.organisation_code for p in parts if p.part is Part.LEAD]
    if len(leads) != 1:
        yield f"it has {len(leads)} lead organisations, and needs exactly one"
    for code, count in Counter(p.organisation_code for p in parts).items():
        if count > 1:
            yield f"{code} is named {count} times"
        if code != STREET_OFFICE and code not in organisations:
            yield f"there is no organisation {code!r}"
    if not matter.admitted and leads == [STREET_OFFICE]:
        yield "the street's office leads it, and the admission list keeps it from streets"
