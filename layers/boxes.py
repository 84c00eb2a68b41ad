"""The box in the corner of a quick map: what it shows, what the colours mean, and the figures that go with it."""

import html
from collections.abc import Sequence
from typing import Final

import pandas as pd

from layers import styles
from layers.choropleth import NOT_COUNTED, Step
from layers.offline import Inline
from layers.words import Words

_STYLE: Final = (
    "<style>"
    f".g-box{{position:absolute;z-index:900;right:10px;bottom:10px;max-width:320px;background:{styles.PAPER};"
    f"color:{styles.INK};padding:10px 12px;border-radius:6px;box-shadow:0 1px 5px rgba(0,0,0,.3);"
    "font:13px/1.45 'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif}"
    ".g-box h1{font-size:15px;margin:0 0 2px}.g-box p{margin:0 0 6px}"
    f".g-box small,.g-box i{{color:{styles.SOFT_INK};font-style:normal;font-size:12px}}"
    ".g-box table{border-collapse:collapse;width:100%}.g-box td,.g-box th{padding:1px 4px;text-align:left;"
    "font-weight:normal}.g-box td.n,.g-box th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".g-box b.k{display:inline-block;width:18px;height:13px;vertical-align:-2px}"
    f".g-box .figures{{border-top:1px solid {styles.NOT_RATED}}}"
    f".g-name{{color:{styles.INK};font:600 12px 'Noto Sans CJK SC','Source Han Sans SC','PingFang SC',"
    "'Microsoft YaHei',sans-serif;white-space:nowrap;transform:translate(-50%,-50%);width:max-content;"
    "text-shadow:0 0 3px #fff,0 0 3px #fff,0 0 4px #fff}"
    f"body .leaflet-container{{background:{styles.GROUND}}}body .leaflet-control-layers{{font-size:13px}}"
    "</style>"
)


def box(title: str, subtitle: Words, body: str) -> Inline:
    """Return the box with a title, what the colours are of, and tables (`legend`, `told`, `comparison`) as HTML."""
    head = f"<h1>{html.escape(title)}</h1>" if title else ""
    said = f"<p>{_both(subtitle)}</p>" if subtitle.zh else ""
    return Inline(f"{_STYLE}<div class=g-box>{head}{said}{body}</div>")


def legend(steps: Sequence[Step]) -> str:
    """Return what the colours stand for and of how many, as HTML."""
    rows = (f"<tr>{_key(step)}<td class=n>{step.count:,}</td></tr>" for step in steps if _speaks(step.count, step))
    return f"<table>{''.join(rows)}</table>"


def comparison(before: Sequence[Step], after: Sequence[Step], figures: Sequence[pd.Series]) -> str:
    """Return the legend of two grids with the counts of both, and their fairness below, as HTML.

    Parameters
    ----------
    before, after
        The same steps, counted in either.
    figures
        Of both: `gridgov.planning.metrics.fairness`.
    """
    today, new = _both(Words("现在", "today")), _both(Words("新", "new"))
    head = f"<tr><td></td><td></td><th class=n>{today}</th><th class=n>{new}</th></tr>"
    colours = "".join(
        f"<tr>{_key(old)}<td class=n>{old.count:,}</td><td class=n>{now.count:,}</td></tr>"
        for old, now in zip(before, after, strict=True)
        if _speaks(old.count + now.count, old)
    )
    rows = "".join(
        f"<tr><td colspan=2>{_both(title)}</td>{_numbers([one[name] for one in figures], form)}</tr>"
        for name, title, form in _FIGURES
    )
    return f"<table>{head}{colours}<tbody class=figures>{rows}</tbody></table>"


def told(rows: Sequence[tuple[Words, str]]) -> str:
    """Return a table of figures, as HTML."""
    body = "".join(f"<tr><td>{_both(title)}</td><td class=n>{html.escape(value)}</td></tr>" for title, value in rows)
    return f"<table class=figures>{body}</table>"


_FIGURES: Final = (
    ("cells", Words("网格数", "cells"), ",.0f"),
    ("variation", Words("变异系数", "variation"), ".3f"),
    ("gini", Words("基尼系数", "Gini"), ".3f"),
    ("within_10", Words("±10 % 以内", "within 10 %"), ".0%"),
    ("within_25", Words("±25 % 以内", "within 25 %"), ".0%"),
    ("most", Words("最重", "heaviest"), ",.0f"),
)


def _speaks(count: int, step: Step) -> bool:
    """Return whether a step says something: an empty class does, that nothing was left out does not."""
    return count > 0 or step.title is not NOT_COUNTED


def _numbers(numbers: Sequence[float], form: str) -> str:
    return "".join(f"<td class=n>{number:{form}}</td>" for number in numbers)


def _key(step: Step) -> str:
    line = step.paint.line or styles.CELL_EDGE
    fill = f"background:{step.paint.fill};" if step.paint.fill else ""
    key = f'<b class=k style="{fill}border:1px {"dashed" if step.paint.dash else "solid"} {line}"></b>'
    return f"<td>{key}</td><td>{_both(step.title)}</td>"


def _both(said: Words) -> str:
    zh, en = html.escape(said.zh), html.escape(said.en)
    return zh if zh == en else f"{zh} <i>{en}</i>"
