"""The words of notices, in Chinese and English: data in ``words.toml``, filled in and made safe here.

Only fields that the data names are shown, and each in its form: a code, a count, a time, a name that the store knows.
Free text is never carried outside, for it might tell of a person.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from gridgov.clock import SHANGHAI
from gridgov.messages.channels import Measure, one_line
from gridgov.messages.preferences import Severity

_CODE = re.compile(r"[\w.:\-]{1,90}")
_FIELD = re.compile(r"\{(\w+)\}")
_NAMED = {
    "matter": ("matter",),
    "organisation": ("organisation",),
    "area": ("area",),
    "party": ("organisation", "area"),
    "address": ("address",),
}
"""The forms of codes that the store knows names for, and among which of its names each is looked for."""
_UNKNOWN = "other"


class Language(StrEnum):
    """A language in which people are told."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: how much it matters, its words by language, and the fields of its template in order."""

    code: str
    severity: Severity
    words: Mapping[str, str]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words: a title of one line, the lines below it, and the values of its template."""

    title: str
    lines: tuple[str, ...]
    parameters: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, plain."""
        return "\n".join([self.title, *self.lines])


@cache
def _book() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


def _kinds() -> dict[str, Kind]:
    return {
        code: Kind(code, Severity(kind["severity"]), {"zh": kind["zh"], "en": kind["en"]}, tuple(kind["fields"]))
        for code, kind in _book()["kinds"].items()
    }


KINDS: Mapping[str, Kind] = _kinds()
"""The kinds that have words of their own."""


def kind_of(code: str) -> Kind:
    """Return a kind by its code; of one that has no words, the words that fit all."""
    return KINDS.get(code, KINDS[_UNKNOWN])


def letter(
    kind: str, data: Mapping[str, Any], *, at: datetime, language: str, names: Mapping[str, str] | None = None
) -> Letter:
    """Return a notice in words.

    Parameters
    ----------
    data
        The notice's; only fields that ``words.toml`` names are shown.
    at
        When it happened; shown in Shanghai's time.
    names
        Names for codes, by ``matter:CODE``, ``organisation:CODE``, ``area:CODE`` or ``address:DISTRICT:KEY``.
    """
    known = kind_of(kind)
    shown = {name: _shown(name, value, language, names or {}) for name, value in data.items()}
    title = one_line(_FIELD.sub(lambda match: shown.get(match[1]) or "", known.words[language]))
    lines = [f"{label[language]}: {shown[name]}" for name, label in _book()["fields"].items() if shown.get(name)]
    return Letter(title, (*lines, _moment(at)), tuple(shown.get(name) or "" for name in known.fields))


def digest_title(count: int, language: str) -> str:
    """Return the subject of a digest of `count` notices."""
    words: str = _book()["digest"][language]
    return words.replace("{count}", str(count))


def footer(language: str) -> str:
    """Return what stands below every letter: where more is to be seen, and how to hear less."""
    words: str = _book()["digest"][f"footer_{language}"]
    return words


def document(title: str, letters: Sequence[Letter], language: str) -> str:
    """Return letters as an HTML document that loads nothing; every value in it is escaped."""
    parts = "".join(
        f"<section><h2>{escape(found.title)}</h2><p>{'<br>'.join(escape(line) for line in found.lines)}</p></section>"
        for found in letters
    )
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"</head><body>{parts}<footer><p>{escape(footer(language))}</p></footer></body></html>"
    )


def shortened(text: str, longest: int | None, measure: Measure) -> str:
    """Return `text` within `longest` characters or bytes of UTF-8, with an ellipsis where something was cut off."""
    if longest is None or _length(text, measure) <= longest:
        return text
    end = len(text)
    while end and _length(text[:end] + "…", measure) > longest:
        end -= max(1, (_length(text[:end] + "…", measure) - longest) // 4)
    return text[: max(end, 0)] + "…"


def _length(text: str, measure: Measure) -> int:
    return len(text) if measure is Measure.CHARACTERS else len(text.encode())


def _shown(name: str, value: Any, language: str, names: Mapping[str, str]) -> str | None:
    """Return a value as people read it, or None for what must not be shown."""
    form = _book()["fields"].get(name, {}).get("as")
    if form is None or value is None or isinstance(value, bool):
        return None
    match form:
        case "time":
            return _time(value)
        case "count":
            return str(value) if isinstance(value, int | float) else None
        case "position":
            return _position(value)
        case _:
            return _named(form, str(value), language, names)


def _named(form: str, code: str, language: str, names: Mapping[str, str]) -> str | None:
    if not _CODE.fullmatch(code):
        return None
    if form in _NAMED:
        name = next((names[f"{kind}:{code}"] for kind in _NAMED[form] if names.get(f"{kind}:{code}")), None)
        # A code of the address book says nothing to anybody.
        return one_line(name or code, longest=80) if name or form != "address" else None
    words: dict[str, str] | None = _book()["words"].get(form, {}).get(code)
    return words[language] if words else code


def _time(value: Any) -> str | None:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return _moment(found) if found.tzinfo else None


def _position(value: Any) -> str | None:
    """Return longitude and latitude as a map takes them, to the metre."""
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(isinstance(one, float) for one in value):
        return None
    return f"{value[0]:.5f}, {value[1]:.5f} (WGS 84)"


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def codes_in(data: Mapping[str, Any]) -> set[str]:
    """Return the codes in a notice's data for which the store may know names, as ``matter:CODE`` and so on."""
    forms = {name: _NAMED[field["as"]] for name, field in _book()["fields"].items() if field["as"] in _NAMED}
    told = ((name, value) for name, value in data.items() if name in forms and isinstance(value, str))
    return {f"{form}:{value}" for name, value in told for form in forms[name]}
