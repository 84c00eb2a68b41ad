"""The page: a story's data put into its template, every text escaped."""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gridgov.story.words import FIELDS, KINDS, OMITTED, PLACEMENTS, STAGES, VALUES, WHISTLE_STAGES, Pair

_LONGEST_LIST = 12


def page(story: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> str:
    """Return a story as one HTML document that loads nothing from anywhere.

    Parameters
    ----------
    story
        As `gridgov.services.exporting` tells it.
    thumbnails
        JPEG files by the ids of the attachments that they show.
    """
    pictures = {key: base64.b64encode(file).decode() for key, file in thumbnails.items()}
    return _TEMPLATE.render(
        story=story,
        case=story["incident"],
        pictures=pictures,
        names=story["names"],
        said=lambda fact: list(_said(fact["payload"], story["names"])),
        shown=lambda value: _shown(value, story["names"])[0],
    )


def _said(payload: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[Pair, Pair]]:
    """Yield what a fact says for people: the words for each field, and for its value."""
    for name, value in payload.items():
        if name not in OMITTED and value not in (None, "", [], {}):
            shown = _sides(value, names) if name == "sides" else _shown(value, names)
            yield FIELDS.get(name, (name, name)), shown


def _sides(sides: Any, names: Mapping[str, str]) -> Pair:
    """Return the sides of a whistle with their shares; what is no such list is shown as it is."""
    try:
        said = [f"{names.get(code, code)} {share:.1%}" for code, share, _ in sides]
    except (TypeError, ValueError):
        return _shown(sides, names)
    return "、".join(said), ", ".join(said)


def _shown(value: Any, names: Mapping[str, str]) -> Pair:
    """Return a value in Chinese and in English, with names instead of codes."""
    if isinstance(value, str):
        plain = f"{names[value]}（{value}）" if value in names else _moment(value) or value
        return VALUES.get(value, (plain, plain))
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, list):
        shown = [_shown(one, names) for one in value[:_LONGEST_LIST]]
        more = " ……" if len(value) > _LONGEST_LIST else ""
        return "、".join(zh for zh, _ in shown) + more, ", ".join(en for _, en in shown) + more
    if isinstance(value, dict):
        parts = {name: _shown(one, names) for name, one in value.items()}
        chinese = "；".join(f"{name}: {zh}" for name, (zh, _) in parts.items())
        return chinese, "; ".join(f"{name}: {en}" for name, (_, en) in parts.items())
    plain = f"{value:.4g}" if isinstance(value, float) else str(value)
    return plain, plain


def _moment(text: str) -> str | None:
    """Return an ISO time as people read it, or None where the text is none."""
    if len(text) < 19 or text[4:5] != "-":
        return None
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None


def _pair(table: Mapping[str, Pair]) -> Any:
    return lambda code: table.get(code, (code, code))


_environment = Environment(
    loader=PackageLoader("gridgov.story", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "time": lambda text: (_moment(text) or "—") if text else "—",
    "stage": _pair(STAGES),
    "whistle_stage": _pair(WHISTLE_STAGES),
    "value": _pair(VALUES),
    "kind": _pair(KINDS),
    "placement": _pair(PLACEMENTS),
}
_TEMPLATE = _environment.get_template("story.html")
