"""The page: a story's data put into its template, every text escaped."""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gridgov.story.words import FIELDS, KINDS, OMITTED, PLACEMENTS, STAGES, Pair

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
        shown=lambda value: _shown(value, story["names"]),
    )


def _said(payload: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[Pair, str]]:
    """Yield what a fact says for people: the words for each field, and its value."""
    for name, value in payload.items():
        if name not in OMITTED and value not in (None, "", [], {}):
            yield FIELDS.get(name, (name, name)), _shown(value, names)


def _shown(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return f"{names[value]}（{value}）" if value in names else _moment(value) or value
    if isinstance(value, list):
        shown = "、".join(_shown(one, names) for one in value[:_LONGEST_LIST])
        return shown + (" ……" if len(value) > _LONGEST_LIST else "")
    if isinstance(value, dict):
        return "；".join(f"{name}: {_shown(one, names)}" for name, one in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)


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
    "kind": _pair(KINDS),
    "placement": _pair(PLACEMENTS),
}
_TEMPLATE = _environment.get_template("story.html")
