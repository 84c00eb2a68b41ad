"""What could not be as wished, street by street, in English and in Chinese."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridgov.planning.asking import Street
from gridgov.planning.checks import NAMED, some

EVEN = 1e-9


@dataclass(frozen=True, slots=True)
class Note:
    """One wish that a plan does not keep.

    Attributes
    ----------
    kind
        ``no-load``, ``one-cell``, ``heavy-atoms``, ``locked``, ``number``, ``outside``.
    street
        Its code.
    text, text_zh
        What is so, and what to do about it where something can be done.
    cells
        The codes of those that are meant, if not all; the farthest off first.
    """

    kind: str
    street: str
    text: str
    text_zh: str
    cells: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


def notes_of(street: Street, codes: np.ndarray, band: float) -> Iterator[Note]:
    """Say of a street what its plan does not keep, and why where that is known.

    Parameters
    ----------
    codes
        The new cell of each of its atoms.
    band
        As wished, a share; that of the first criterion.
    """
    problem, name = street.problem, street.code
    if not problem.load.any():
        text = f"Street {name}: nothing weighs anything there, so it stays as it is."
        yield Note("no-load", name, text, f"街道 {name}：没有任何负荷，维持现状。")
        return
    if len(street.cells) == 1 and street.more == (0, 0):
        text = f"Street {name} has one cell, so there is nobody to share with."
        yield Note("one-cell", name, text, f"街道 {name} 只有一个网格，无从分担。")
        return
    heavy = int(((problem.load * street.even).max(axis=1) > 1 + band).sum())
    if heavy:
        text = f"Street {name}: {heavy} atoms weigh more than a cell should; draw them finer."
        yield Note(
            "heavy-atoms", name, text, f"街道 {name}：{heavy} 个基本单元自身就超过一个网格应有的负荷，请画得更细。"
        )
    closed = street.ordinary & problem.closed[: len(street.cells)]
    if closed.any() and (street.ordinary & ~closed).any():
        yield from _locked(street, closed, band)
    yield from _number(street, codes)
    yield from _outside(street, codes, band)


def _locked(street: Street, closed: np.ndarray, band: float) -> Iterator[Note]:
    loads = np.bincount(street.problem.home, street.problem.load[:, 0], len(street.cells))
    rest, count = float(loads[street.ordinary & ~closed].mean()), int(closed.sum())
    if abs(rest - 1) <= band:
        return
    text = (
        f"Street {street.code}: with {count} cells locked the others have {rest:.0%} of the mean at best, out of the "
        f"band of {band:.0%}. Unlock some, or allow for `more` cells."
    )
    zh = (
        f"街道 {street.code}：锁定 {count} 个网格后，其余网格最好也是均值的 {rest:.0%}，超出 {band:.0%} 的范围。"
        "请解锁一些，或允许增减网格（`more`）。"
    )
    yield Note("locked", street.code, text, zh)


def _number(street: Street, codes: np.ndarray) -> Iterator[Note]:
    today, now = int(street.ordinary.sum()), len(np.unique(codes[street.ordinary[street.problem.home]]))
    least, most = today + street.more[0], today + street.more[1]
    if least <= now <= most:
        return
    alike = least == most
    text = (
        f"Street {street.code}: {least if alike else f'{least} to {most}'} cells were wished for and {now} were made: "
        "what is locked, borders of communities or `most_dissolved` leave no room for the rest."
    )
    zh = (
        f"街道 {street.code}：要求 {least if alike else f'{least} 至 {most}'} 个网格，实得 {now} 个："
        "锁定、社区界线或 `most_dissolved` 没有给其余的留下余地。"
    )
    yield Note("number", street.code, text, zh)


def _outside(street: Street, codes: np.ndarray, band: float) -> Iterator[Note]:
    """Name the cells that stay out of the band: of the first criterion, by the mean of the street as it is planned."""
    counted = street.ordinary[street.problem.home]
    names, cell = np.unique(codes[counted], return_inverse=True)
    loads = np.bincount(cell, street.problem.load[counted, 0], len(names))
    off = loads / loads.mean() - 1 if loads.any() else np.zeros(len(names))
    order = [k for k in np.argsort(-np.abs(off), kind="stable") if abs(off[k]) > band + EVEN]
    if not order:
        return
    out = [f"{names[k]} ({off[k]:+.0%})" for k in order]
    text = f"Street {street.code}: {len(out)} of {len(names)} cells stay out of {band:.0%}: {some(out, len(out))}."
    rest = "" if len(out) <= NAMED else "等"
    zh = f"街道 {street.code}：{len(names)} 个网格中有 {len(out)} 个仍超出 {band:.0%}：{'、'.join(out[:NAMED])}{rest}。"
    yield Note("outside", street.code, text, zh, tuple(str(names[k]) for k in order))
