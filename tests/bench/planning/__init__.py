"""Rebalancing against METIS, spopt and GerryChain: fairness, households moved, bounds, shape, time and memory.

The sample, a public real instance, and growth on one that is made up. What is broken is counted by code that shares
nothing with the product's; every row of ours that has a broken cell, a crossed street or a lost cell fails the bench.
"""

import gc
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.planning.figures import figures_of
from tests.bench.planning.instance import Instance
from tests.bench.planning.running import PEERS, Run, run_ours, run_peer
from tests.bench.planning.sources import korea, made_up, milder_sample, sample

WISHES: dict[str, dict[str, Any]] = {
    "gridgov, even (CV 0.05)": {"band": 0.07},
    "gridgov, within 5 %": {"band": 0.05},
    "gridgov, within 10 %": {"band": 0.10},
    "gridgov, within 25 %": {"band": 0.25},
    "gridgov, even, keeps shapes": {"band": 0.06, "shape": 3.0, "effort": "best"},
    "gridgov, even, preview": {"band": 0.07, "effort": "preview"},
}
EVEN = next(iter(WISHES))
BOUND = {"gridgov, within 10 %": "10%", "gridgov, within 25 %": "25%"}
ALIKE = {"within": "street", "islands": "bridge", "front": (), "seed": 1}
GROWTH = (5_000, 10_000, 20_000, 50_000)

_SHOWN = {
    "cv": "{:.3f}",
    "max_off": "{:.2f}",
    "within_10": "{:.1%}",
    "within_25": "{:.1%}",
    "moved": "{:.1%}",
    "bound_cv": "{:.1%}",
    "times_bound_cv": "{:.2f}",
    "times_bound_band": "{:.2f}",
    "relocated": "{:d}",
    "compactness": "{:.3f}",
    "cut_km": "{:,.0f}",
    "broken": "{}",
    "seconds": "{:.1f}",
    "peak_mb": "{:.0f}",
    "own_mb": "{:.0f}",
    "unfinished": "{}",
}


def run() -> list[dict[str, Any]]:
    """Measure every method on every instance; print all figures, and return what the table of benches shows."""
    rows = []
    for make in (sample, milder_sample, korea):
        instance = make()
        found = compared(instance)
        show(instance, found)
        rows += _against(instance.name, found)
        gc.collect()
    return [*rows, *_growth()]


def compared(instance: Instance, *, cap_s: float = 30.0) -> dict[str, dict[str, Any]]:
    """Return the figures of today's grid, of every peer and of every wish of ours, by name."""
    found = {"today": figures_of(instance, instance.home)}
    for name in PEERS:
        found[name] = _measured(instance, run_peer(name, instance, cap_s=cap_s))
    for name, wishes in WISHES.items():
        found[name] = _measured(instance, run_ours(instance, ALIKE | wishes))
    for name, row in found.items():
        row["times_bound_band"] = row[f"times_bound_{BOUND[name]}"] if name in BOUND else float("nan")
        row["broken"] = f"{row['extra_pieces']}/{row['crossed']}/{row['lost']}"
    return found


def _measured(instance: Instance, done: Run) -> dict[str, Any]:
    row = figures_of(instance, done.label)
    streets = instance.atoms["street"].nunique()
    given_up = f"{len(done.unfinished)} of {streets} streets" if done.unfinished else ""
    return row | {
        "seconds": done.seconds,
        "peak_mb": done.peak_mb,
        "own_mb": done.own_mb,
        "unfinished": given_up,
        "why_unfinished": done.unfinished,
    }


def show(instance: Instance, found: dict[str, dict[str, Any]], console: Console | None = None) -> None:
    """Print all figures of an instance; broken: pieces of cells too many, atoms over a street's border, cells lost."""
    cells, streets = len(instance.street_of_cell), instance.atoms["street"].nunique()
    title = f"{instance.name}: {len(instance.atoms):,} atoms, {cells} cells, {streets} streets ({instance.source})"
    table = Table(title=title)
    table.add_column("method")
    for name in _SHOWN:
        table.add_column(name.replace("_", " "), justify="right")
    for method, row in found.items():
        table.add_row(method, *(_text(form, row.get(name)) for name, form in _SHOWN.items()))
    (console or Console(width=220)).print(table)


def _text(form: str, value: Any) -> str:
    return "-" if value is None or value != value else form.format(value)  # noqa: PLR0124 - nan


def _against(name: str, found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is moved for an even grid, beside each peer; a ratio above 1 says that the peer moves more."""
    ours = found[EVEN]
    rows = []
    for peer in PEERS:
        theirs = found[peer]
        note = f" (CV {theirs['cv']:.2f}{', ' + theirs['unfinished'] + ' given up' if theirs['unfinished'] else ''})"
        rows.append(_row(f"{name}: households moved, CV {ours['cv']:.3f}", ours, theirs, "moved", peer + note))
    rows.append(_row(f"{name}: seconds", ours, found["METIS"], "seconds", "METIS"))
    for wish in (EVEN, *BOUND):
        bound = found[wish][f"bound_{BOUND.get(wish, 'cv')}"]
        least = {"moved": bound}
        rows.append(_row(f"{name}: {wish}: households moved", found[wish], least, "moved", "what any plan must move"))
    return [row | {"figures": found} if k == 0 else row for k, row in enumerate(rows)]


def _row(what: str, ours: dict[str, Any], theirs: dict[str, Any], figure: str, peer: str) -> dict[str, Any]:
    return {
        "what": what,
        "ours": ours[figure],
        "peer": theirs[figure],
        "peer_name": peer,
        "ratio": theirs[figure] / ours[figure] if ours[figure] else None,
        "unit": "s" if figure == "seconds" else "share",
        "equal": whole(ours),
    }


def whole(row: dict[str, Any]) -> bool:
    """Return whether nothing is broken: no cell in pieces, no street crossed, no cell lost."""
    return not (row["extra_pieces"] or row["crossed"] or row["lost"])


def _growth() -> list[dict[str, Any]]:
    """Return time and memory of ours by the number of atoms, each beside the step before it."""
    rows: list[dict[str, Any]] = []
    for atoms in GROWTH:
        instance = made_up(atoms)
        done = run_ours(instance, ALIKE | WISHES[EVEN])
        row = figures_of(instance, done.label)
        before = rows[-1]["ours"] if rows else None
        rows.append(
            {
                "what": f"made up, {atoms:,} atoms: CV {row['cv']:.3f}, {done.peak_mb:.0f} MB ({done.own_mb:.0f} own)",
                "ours": done.seconds,
                "peer": before,
                "peer_name": "the row above",
                "ratio": before / done.seconds if before else None,
                "unit": "s",
                "equal": whole(row),
                "figures": row | {"peak_mb": done.peak_mb, "own_mb": done.own_mb, "seconds": done.seconds},
            }
        )
    return rows
