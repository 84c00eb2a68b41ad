"""What axe finds wrong with a page, by the rules of WCAG 2.2 AA."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_ASKED = "(rules) => axe.run({ exclude: ['iframe'] }, { runOnly: { type: 'tag', values: rules } })"


@cache
def _source() -> str:
    return (Path(__file__).parents[1] / "api/web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, each with the first place; the page's own policy of scripts stays in force."""
    page.evaluate(_source())
    found: dict[str, Any] = page.evaluate(_ASKED, _RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
