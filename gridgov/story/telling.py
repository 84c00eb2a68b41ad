"""What a fact says to people: its title, and line by line what it holds, in both tongues."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridgov.clock import SHANGHAI
from gridgov.story.words import FIELDS, FREE, GRAVE, KINDS, OMITTED, VALUES, WHISTLE_STEPS, Pair

_LONGEST_LIST = 12
_SHORTEST_MOMENT = 19


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a fact and what it says, each in Chinese and in English."""

    label: Pair
    text: Pair


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as people read it; `grave` ones are worth another look."""

    title: Pair
    lines: tuple[Line, ...]
    grave: bool


def told(kind: str, payload: Mapping[str, Any], names: Mapping[str, str]) -> Told:
    """Return what a fact says to people.

    Parameters
    ----------
    names
        Of the codes in it: organisations, areas, matters. A code without a name is shown as it is.
    """
    lines = tuple(
        Line(FIELDS.get(field, (field, field)), _said(field, value, names))
        for field, value in payload.items()
        if field not in OMITTED and value not in (None, "", [], {})
    )
    return Told(KINDS.get(kind, (kind, kind)), lines, kind in GRAVE)


def codes_in(value: Any) -> Iterator[str]:
    """Yield every text that may be a code of an organisation, an area or a matter, and the areas around a cell."""
    match value:
        case dict():
            for one in value.values():
                yield from codes_in(one)
        case list() | tuple():
            for one in value:
                yield from codes_in(one)
        case str() if len(value) <= 40 and value[:4].isdigit():
            yield value
            yield from (value[:digits] for digits in (9, 12) if value.isdigit() and len(value) == 15)
        case _:
            return


def moment_said(text: str) -> str | None:
    """Return an ISO time as people in Shanghai read it, or None where the text is none."""
    if len(text) < _SHORTEST_MOMENT or text[4:5] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return f"{moment.astimezone(SHANGHAI) if moment.tzinfo else moment:%Y-%m-%d %H:%M:%S}"


def shown(value: Any, names: Mapping[str, str]) -> Pair:
    """Return a value in Chinese and in English, with names instead of codes."""
    match value:
        case str():
            return VALUES.get(value) or _same(names.get(value) or moment_said(value) or value)
        case bool():
            return ("是", "yes") if value else ("否", "no")
        case list() | tuple():
            more = " ……" if len(value) > _LONGEST_LIST else ""
            return _joined([shown(one, names) for one in value[:_LONGEST_LIST]], more)
        case dict():
            return _joined([_part(field, one, names) for field, one in value.items()])
        case float():
            return _same(f"{float(f'{value:.4g}'):.10g}")
        case _:
            return _same("–" if value is None else str(value))


def _said(field: str, value: Any, names: Mapping[str, str]) -> Pair:
    try:
        match field:
            case "sides":
                return _joined([_same(f"{names.get(code, code)} {share:.1%}") for code, share, _ in value])
            case "candidates":
                return _joined([_same(label) for _, label, _ in value])
            case "others":  # known by their hashes only: whoever sees this case may not see those
                return f"{len(value)} 件", f"{len(value)} of them"
            case "due":
                return WHISTLE_STEPS[value]
    except (KeyError, TypeError, ValueError):
        return shown(value, names)  # what is no such thing is shown as it is
    return _same(value) if field in FREE and isinstance(value, str) else shown(value, names)


def _part(field: str, value: Any, names: Mapping[str, str]) -> Pair:
    (zh, en), (said_zh, said_en) = FIELDS.get(field) or _same(names.get(field, field)), _said(field, value, names)
    return f"{zh} {said_zh}", f"{en} {said_en}"


def _joined(parts: list[Pair], more: str = "") -> Pair:
    return "、".join(zh for zh, _ in parts) + more, ", ".join(en for _, en in parts) + more


def _same(text: str) -> Pair:
    return text, text
