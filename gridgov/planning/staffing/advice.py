"""What could not be had as it was wished, and which wish to relax by how much; in English and in Chinese."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridgov.planning.staffing.parts import Work
from gridgov.planning.staffing.solving import Staffed
from gridgov.planning.staffing.wishes import Wished

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """One wish that could not be had.

    Attributes
    ----------
    kind
        ``nobody``, ``too-few``, ``overworked``, ``heavy-cell``, ``empty-cells``, ``uneven``, ``idle``, ``skill``; or a
        remark on how something was read: ``island``, ``no-work``.
    street, role
        Where; a role is empty where all are meant.
    text, text_zh
        What is so, and what to relax.
    cells
        Which are meant, if not all.
    """

    kind: str
    street: str
    role: str
    text: str
    text_zh: str
    cells: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


def advice_on(answers: list[Staffed], work: Work, codes: np.ndarray, wished: Wished) -> list[Advice]:
    """Return what to relax, by street and role.

    Parameters
    ----------
    codes
        Of all cells, in order.
    """
    found = [_vacant(street, role, len(work.grounds[street].rows), wished) for street, role in work.vacant]
    found += [_even(street, role) for street, role in work.even]
    found += [_unasked(mine) for _, mine in work.unasked.groupby(["street", "skill"])]
    for street, ground in work.grounds.items():
        names = codes[ground.rows]
        found += [_island(street, names[a], names[b], ground.metres[a, b]) for a, b in ground.bridged]
    for answer in answers:
        for look in (_too_few, _overworked, _heavy_cells, _empty, _uneven, _idle, _skills):
            found += look(answer)
    return sorted(found, key=lambda one: (one.street, one.role))


def _vacant(street: str, role: str, cells: int, wished: Wished) -> Advice:
    most = wished.limits_of(role).cells
    least = math.ceil(cells / most) if most else 1
    return Advice(
        "nobody",
        street,
        role,
        f"Nobody is {role} in street {street}, for {cells} cells: add {_people(least)} at least.",
        f"街道 {street} 没有 {role}，网格却有 {cells} 个：至少增加 {least} 人。",
    )


def _even(street: str, role: str) -> Advice:
    return Advice(
        "no-work",
        street,
        role,
        f"There is no work for {role} in street {street}: its cells were shared out as if all had as much.",
        f"街道 {street} 没有 {role} 的工作量：各网格按一样多分配。",
    )


def _unasked(needs: pd.DataFrame) -> Advice:
    street, skill, role = (needs[name].iloc[0] or "" for name in ("street", "skill", "role"))
    codes = tuple(sorted(set(needs["cell"])))
    return Advice(
        "skill",
        street,
        role,
        f"{_cells(codes)} of street {street} ask{_s(codes)} for {skill}, and the street has no {role or 'people'}: "
        f"send somebody.",
        f"街道 {street} 的网格 {_cells_zh(codes)} 需要“{skill}”，而本街道没有 {role or '人员'}：请调派。",
        codes,
    )


def _island(street: str, cell: str, other: str, metres: float) -> Advice:
    return Advice(
        "island",
        street,
        "",
        f"Cell {cell} or its island touches no other cell of street {street}: taken as beside {other}, {metres:.0f} m "
        f"on foot.",
        f"街道 {street} 的网格 {cell} 与其他网格不相邻：视为与 {other} 相邻，步行 {metres:.0f} 米。",
        (str(cell), str(other)),
    )


def _too_few(answer: Staffed) -> list[Advice]:
    part, most = answer.part, answer.part.limits.cells or 0
    people, cells = len(part.people), len(part.cells)
    if people * most >= cells:
        return []
    each, more = math.ceil(cells / people), math.ceil(cells / most) - people
    text = (
        f"{people} {part.role} in street {part.street} for {cells} cells with at most {most} cells each: raise cells "
        f"per person to {each} or add {_people(more)}."
    )
    zh = (
        f"街道 {part.street} 有 {people} 名 {part.role}、{cells} 个网格，每人至多 {most} 个：放宽到每人 {each} 个，"
        f"或增加 {more} 人。"
    )
    return [_said("too-few", answer, text, zh)]


def _overworked(answer: Staffed) -> list[Advice]:
    part, load = answer.part, answer.part.limits.load
    if load is None or part.level <= load * (1 + 1e-9):
        return []
    able, asked = part.capacity.sum(), part.demand.sum()
    level, more = math.ceil(part.level * 100) / 100, math.ceil(asked / load - able - 1e-9)
    text = (
        f"{able:.1f} FTE of {part.role} in street {part.street} for {asked:.1f} FTE of work "
        f"with a load of at most {load:g}: raise the load to {level:g} or add {_people(more)}."
    )
    zh = (
        f"街道 {part.street} 的 {part.role} 合 {able:.1f} 个全职，工作量却有 {asked:.1f}，负荷上限 {load:g}："
        f"上限放宽到 {level:g}，或增加 {more} 人。"
    )
    return [_said("overworked", answer, text, zh)]


def _heavy_cells(answer: Staffed) -> list[Advice]:
    part, most = answer.part, answer.part.limits.people or 0
    strongest = np.cumsum(np.sort(part.most)[::-1])
    heavy = part.demand > strongest[min(most, len(strongest)) - 1] * (1 + 1e-9)
    if not np.any(heavy) or most >= len(strongest):
        return []
    heaviest = part.demand.max()
    wanted = int(np.searchsorted(strongest, heaviest * (1 - 1e-9))) + 1
    codes = _codes(answer, np.asarray(heavy))
    text = (
        f"{_cells(codes)} of street {part.street} {_has(codes)} more work than the "
        f"{most} {part.role} who may share one can do ({heaviest:.1f} FTE): raise people per cell to "
        f"{wanted}, or draw smaller cells."
    )
    zh = (
        f"街道 {part.street} 的网格 {_cells_zh(codes)} 工作量（{heaviest:.1f} 个全职）超过 {most} 名 {part.role} "
        f"所能承担：放宽到每格 {wanted} 人，或把网格划小。"
    )
    return [_said("heavy-cell", answer, text, zh, codes)]


def _empty(answer: Staffed) -> list[Advice]:
    part, empty = answer.part, np.asarray(~answer.shares.held.any(axis=0))
    if not empty.any():
        return []
    codes, limits = _codes(answer, empty), part.limits
    more = math.ceil(len(codes) / (limits.cells or 1))
    text = (
        f"{_cells(codes)} of street {part.street} {_has(codes)} no {part.role}: raise cells "
        f"per person ({limits.cells} now) or people per cell ({limits.people} now, which binds neighbours), or add "
        f"{_people(more)}."
    )
    zh = (
        f"街道 {part.street} 的网格 {_cells_zh(codes)} 没有 {part.role}：放宽每人网格数（现 {limits.cells}）"
        f"或每格人数（现 {limits.people}，牵制相邻网格），或增加 {more} 人。"
    )
    return [_said("empty-cells", answer, text, zh, codes)]


def _uneven(answer: Staffed) -> list[Advice]:
    part = answer.part
    load = answer.shares.fte.sum(axis=1) / part.target
    off = np.abs(load - 1)
    wrong = off > part.band + 0.01
    if not wrong.any() or part.level == 0 or _too_few(answer):
        return []
    count, band = int(wrong.sum()), math.ceil(off.max() * 100) / 100
    text = (
        f"{count} of {len(part.people)} {part.role} in street {part.street} could not be brought within "
        f"{part.band:.0%} of an equal share (found: {load.min():.2f} to {load.max():.2f} of it): widen the band to "
        f"{band:g}, or let more people share a cell ({part.limits.people} now)."
    )
    zh = (
        f"街道 {part.street} 的 {len(part.people)} 名 {part.role} 中有 {count} 名未能进入平均份额 ±{part.band:.0%}"
        f"（{load.min():.2f} 至 {load.max():.2f}）：范围放宽到 {band:g}，"
        f"或允许更多人同管一格（现 {part.limits.people}）。"
    )
    return [_said("uneven", answer, text, zh)]


def _idle(answer: Staffed) -> list[Advice]:
    part, idle = answer.part, int((~answer.shares.held.any(axis=1)).sum())
    if not idle:
        return []
    text = (
        f"{idle} of {len(part.people)} {part.role} in street {part.street} hold no cell: let more people share one "
        f"({part.limits.people} now), or send them to another street."
    )
    zh = (
        f"街道 {part.street} 的 {len(part.people)} 名 {part.role} 中有 {idle} 名没有网格：允许更多人同管一格"
        f"（现 {part.limits.people}），或调往别的街道。"
    )
    return [_said("idle", answer, text, zh)]


def _skills(answer: Staffed) -> list[Advice]:
    found, part = [], answer.part
    for need in part.needs:
        unmet = np.zeros(len(part.cells), bool)
        unmet[need.cells] = ~answer.shares.held[np.ix_(need.people, need.cells)].any(axis=0)
        if not unmet.any():
            continue
        codes, has = _codes(answer, unmet), len(need.people)
        way, way_zh = ("train another, or raise cells per person", "再培训一人，或放宽每人网格数")
        if not has:
            way, way_zh = ("send or train somebody", "请调派或培训")
        text = (
            f"{_cells(codes)} of street {part.street} ask{_s(codes)} for {need.skill}, "
            f"which {has} of {len(part.people)} {part.role} there have: {way}."
        )
        zh = (
            f"街道 {part.street} 的网格 {_cells_zh(codes)} 需要“{need.skill}”，那里 {len(part.people)} 名 {part.role} "
            f"中 {has} 名具备：{way_zh}。"
        )
        found.append(_said("skill", answer, text, zh, codes))
    return found


def _said(kind: str, answer: Staffed, text: str, zh: str, cells: tuple[str, ...] = ()) -> Advice:
    return Advice(kind, answer.part.street, answer.part.role, text, zh, cells)


def _codes(answer: Staffed, wanted: np.ndarray) -> tuple[str, ...]:
    return tuple(code for code, one in zip(answer.part.cells, wanted, strict=True) if one)


def _cells(codes: tuple[str, ...]) -> str:
    more = f" and {len(codes) - _NAMED} more" if len(codes) > _NAMED else ""
    return f"Cell{'' if len(codes) == 1 else 's'} {', '.join(codes[:_NAMED])}{more}"


def _cells_zh(codes: tuple[str, ...]) -> str:
    return "、".join(codes[:_NAMED]) + (f" 等 {len(codes)} 个" if len(codes) > _NAMED else "")


def _has(codes: tuple[str, ...]) -> str:
    return "has" if len(codes) == 1 else "have"


def _s(codes: tuple[str, ...]) -> str:
    return "s" if len(codes) == 1 else ""


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
