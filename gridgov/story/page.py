"""The page: a story's data put into its template, every text escaped."""

import base64
from collections.abc import Mapping
from functools import cache
from typing import Any

from gridgov.story.telling import moment_said, shown, told
from gridgov.story.words import PLACEMENTS, STAGES, VALUES, WHISTLE_STAGES, Pair


def page(story: Mapping[str, Any], thumbnails: Mapping[str, bytes]) -> str:
    """Return a story as one HTML document that loads nothing from anywhere.

    Parameters
    ----------
    story
        As `gridgov.services.exporting` tells it.
    thumbnails
        JPEG files by the ids of the attachments that they show.
    """
    called = {code: f"{name}（{code}）" for code, name in story["names"].items()}
    pictures = {key: base64.b64encode(file).decode() for key, file in thumbnails.items()}
    rendered: str = _template().render(
        story=story,
        case=story["incident"],
        pictures=pictures,
        names=story["names"],
        told=lambda fact: told(fact["kind"], fact["payload"], called),
        shown=lambda value: shown(value, called)[0],
    )
    return rendered


def _pair(table: Mapping[str, Pair]) -> Any:
    return lambda code: table.get(code, (code, code))


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to load: only where it is used

    environment = Environment(
        loader=PackageLoader("gridgov.story", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "time": lambda text: (moment_said(text) or "—") if text else "—",
        "stage": _pair(STAGES),
        "whistle_stage": _pair(WHISTLE_STAGES),
        "value": _pair(VALUES),
        "placement": _pair(PLACEMENTS),
    }
    return environment.get_template("story.html")
