"""Answers as frames: duties, loads, what changes and why, and the figures that they are judged by."""

from typing import Final

import numpy as np
import pandas as pd

from gridgov.planning.metrics import gini
from gridgov.planning.staffing.beside import in_one_piece, round_of
from gridgov.planning.staffing.reading import Given
from gridgov.planning.staffing.solving import Staffed
from gridgov.planning.staffing.wishes import Wished

_NOTHING: Final = 1e-6
"""FTE that are rounding."""

_PARTS: Final = (
    "street",
    "role",
    "people",
    "cells",
    "level",
    "cost",
    "bound",
    "bound_duties",
    "bound_anchors",
    "gap",
    "end",
)
_ROLES: Final = (
    "people",
    "duties",
    "load_cv",
    "load_cv_before",
    "continuity",
    "walk_m",
    "cost",
    "bound",
    "bound_duties",
    "bound_anchors",
    "ratio",
    "ratio_duties",
)


def duties_of(answers: list[Staffed]) -> pd.DataFrame:
    """Return who holds which cell: `Staffing.duties`."""
    frames = [_duties(answer) for answer in answers]
    columns = ["person", "role", "street", "cell", "fte", "share", "lead", "travel_m", "known"]
    found = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    return found[columns].sort_values(
        ["cell", "role", "lead", "person"], ascending=[True, True, False, True], ignore_index=True
    )


def _duties(answer: Staffed) -> pd.DataFrame:
    part, fte = answer.part, answer.shares.fte
    who, where = np.nonzero(answer.shares.held)
    known = part.known[who, where]
    # Whoever does most leads; of two who do as much, whom more households know.
    order = np.lexsort((who, -known, -np.round(fte[who, where], 6), where))
    lead = np.zeros(len(who), bool)
    lead[order[np.unique(where[order], return_index=True)[1]]] = True
    return pd.DataFrame(
        {
            "person": np.asarray(part.people)[who],
            "role": part.role,
            "street": part.street,
            "cell": np.asarray(part.cells)[where],
            "fte": fte[who, where],
            "share": np.divide(
                fte[who, where], part.demand[where], out=np.zeros(len(who)), where=part.demand[where] > 0
            ),
            "lead": lead,
            "travel_m": part.metres[part.home[who], where],
            "known": known,
        }
    )


def loads_of(answers: list[Staffed]) -> pd.DataFrame:
    """Return what each person carries: `Staffing.loads`."""
    columns = [
        "role",
        "street",
        "base",
        "capacity",
        "fte",
        "load",
        "relative",
        "before",
        "cells",
        "walk_m",
        "continuity",
        "whole",
    ]
    frames = [_loads(answer) for answer in answers]
    return pd.concat(frames).sort_index()[columns] if frames else pd.DataFrame(columns=columns)


def _loads(answer: Staffed) -> pd.DataFrame:
    part, held, fte = answer.part, answer.shares.held, answer.shares.fte
    total, kept = fte.sum(axis=1), (fte * part.known).sum(axis=1)
    return pd.DataFrame(
        {
            "role": part.role,
            "street": part.street,
            "base": np.asarray(part.cells)[part.home],
            "capacity": part.capacity,
            "fte": total,
            "load": total / part.capacity,
            "relative": total / part.target,
            "before": before(answer) / part.target,
            "cells": held.sum(axis=1),
            "walk_m": [round_of(part.metres, one) if one.any() else 0.0 for one in held],
            "continuity": np.divide(kept, total, out=np.full(len(total), np.nan), where=total > _NOTHING),
            "whole": [in_one_piece(part.hops, one) for one in held],
        },
        index=pd.Index(part.people, name="person"),
    )


def before(answer: Staffed) -> np.ndarray:
    """Return what each person would carry if everybody stayed: a cell's work falls to those who know it."""
    known = answer.part.known
    return np.asarray((answer.part.demand * known / np.maximum(known.sum(axis=0), 1e-12)).sum(axis=1))


def uncovered_of(answers: list[Staffed], given: Given, vacant: list[tuple[str, str]]) -> pd.DataFrame:
    """Return the work that nobody does: `Staffing.uncovered`."""
    rows = []
    for answer in answers:
        part = answer.part
        left = part.demand - answer.shares.fte.sum(axis=0)
        empty = ~answer.shares.held.any(axis=0)
        rows += [
            (part.cells[c], part.role, part.street, max(left[c], 0.0)) for c in np.flatnonzero(empty | (left > 1e-4))
        ]
    for street, role in vacant:
        mine = given.cells.index[given.cells["street"] == street]
        rows += [(cell, role, street, float(fte)) for cell, fte in given.demand.loc[mine, role].items()]
    found = pd.DataFrame(rows, columns=["cell", "role", "street", "fte"])
    return found.sort_values(["cell", "role"], ignore_index=True)


def parts_of(answers: list[Staffed]) -> pd.DataFrame:
    """Return one row for each street and role: `Staffing.parts`."""
    rows = [
        {
            "street": one.part.street,
            "role": one.part.role,
            "people": len(one.part.people),
            "cells": len(one.part.cells),
            "level": one.part.level,
            "cost": one.shares.cost,
            "bound": one.bound,
            "bound_duties": one.bound_duties,
            "bound_anchors": min(one.shares.least, one.shares.cost),
            "gap": max(one.shares.cost - one.shares.least, 0.0) / max(one.shares.cost, 1e-9),
            "end": one.shares.end,
        }
        for one in answers
    ]
    return pd.DataFrame(rows, columns=list(_PARTS))


def roles_of(duties: pd.DataFrame, loads: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each role: `Staffing.roles`."""
    summed = parts.groupby("role")[["people", "cost", "bound", "bound_duties", "bound_anchors"]].sum()
    served = duties.assign(kept=duties["fte"] * duties["known"]).groupby("role")[["fte", "kept"]].sum()
    by_role = loads.groupby("role")
    return summed.assign(
        duties=duties.groupby("role").size(),
        load_cv=by_role["relative"].agg(_spread),
        load_cv_before=by_role["before"].agg(_spread),
        continuity=served["kept"] / served["fte"].where(served["fte"] > 0),
        walk_m=by_role["walk_m"].mean(),
        ratio=summed["cost"] / summed["bound"].where(summed["bound"] > _NOTHING),
        ratio_duties=summed["cost"] / summed["bound_duties"].where(summed["bound_duties"] > _NOTHING),
    )[list(_ROLES)]


def figures_of(duties: pd.DataFrame, loads: pd.DataFrame, uncovered: pd.DataFrame, parts: pd.DataFrame) -> pd.Series:
    """Return what a staffing is judged by: `Staffing.figures`."""
    fte = duties["fte"].sum()
    cost, bound, duties_bound = (parts[name].sum() for name in ("cost", "bound", "bound_duties"))
    relative, past = loads["relative"].dropna(), loads["before"].dropna()
    never = duties["known"] <= 0
    held = duties.groupby(["cell", "role"])["lead"].sum()
    return pd.Series(
        {
            "people": len(loads),
            "duties": len(duties),
            "load_cv": _spread(relative),
            "load_cv_before": _spread(past),
            "load_max": relative.max(),
            "load_cv_streets": _spread(loads["load"] / loads.groupby("role")["load"].transform("mean")),
            "gini": gini(relative) if len(relative) else 0.0,
            "continuity": (duties["fte"] * duties["known"]).sum() / fte if fte > 0 else np.nan,
            "newcomers": int(never.sum()),
            "uncovered_fte": uncovered["fte"].sum(),
            "empty_cells": int((~pd.MultiIndex.from_frame(uncovered[["cell", "role"]]).isin(held.index)).sum()),
            "without_lead": int((held != 1).sum()),
            "split_patches": int((~loads["whole"].astype(bool)).sum()),
            "walk_m": loads["walk_m"].mean(),
            "cost": cost,
            "bound": bound,
            "bound_duties": duties_bound,
            "ratio": _times(cost, bound),
            "ratio_duties": _times(cost, duties_bound),
            "gap": (parts["gap"] * parts["cost"]).sum() / cost if cost > 1e-9 else 0.0,
            "ended_by_time": int((parts["end"] == "time").sum()),
            "ended_by_nodes": int((parts["end"] == "nodes").sum()),
        },
        name="staffing",
    )


def notes_of(answers: list[Staffed], elsewhere: int, wished: Wished) -> tuple[str, ...]:
    """Return what limits cut off, and who was left out, in words: `Staffing.notes`."""
    notes = []
    for end, limit in (("time", f"{wished.within_s:g} s" if wished.within_s else ""), ("nodes", f"{wished.nodes}")):
        cut = [one for one in answers if one.shares.end == end]
        if not cut:
            continue
        far = max((one.shares.cost - one.shares.least) / max(one.shares.cost, _NOTHING) for one in cut)
        what = {
            "time": f"by the clock after {limit}; another run may find others. Raise `within_s`, or leave it out",
            "nodes": f"after {limit} branches. Raise `nodes`",
        }[end]
        notes.append(
            f"{len(cut)} of {len(answers)} searches ended {what}: the farthest may be {far:.0%} from its best "
            f"({cut[0].part.role} in street {cut[0].part.street}"
            f"{f' and {len(cut) - 1} more' if len(cut) > 1 else ''})."
        )
    if elsewhere:
        notes.append(f"{elsewhere} people serve in other streets than those of the cells and were left out.")
    return tuple(notes)


def _times(cost: float, bound: float) -> float:
    if bound > _NOTHING:
        return float(cost / bound)
    return 1.0 if cost <= _NOTHING else np.inf


def _spread(loads: pd.Series) -> float:
    """Return the root of the mean square of what loads are off 1, their equal share."""
    return float(np.sqrt(((loads - 1) ** 2).mean())) if len(loads) else 0.0
