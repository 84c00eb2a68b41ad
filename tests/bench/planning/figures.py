"""What a plan comes to, counted alike for every method, and with none of the product's own code but its bounds."""

from typing import Any

import numpy as np
from scipy.sparse import csgraph

from gridgov.planning.bounds import least_for_spread, least_within
from tests.bench.planning.instance import Instance, Ints, graph_of

BANDS = (0.10, 0.25)


def figures_of(instance: Instance, label: Ints) -> dict[str, Any]:
    """Return fairness, upheaval, shape, and what is broken, for a new cell of each atom.

    Parameters
    ----------
    label
        In the numbers of `Instance.home`; one that is no cell's counts as a crossed street and a lost cell.
    """
    loads = _loads(instance, label)
    off = loads / _means(instance) - 1
    weight = instance.atoms["households"].to_numpy(float)
    moved = float(weight[label != instance.home].sum())
    row: dict[str, Any] = {
        "cv": float(np.sqrt(np.mean(off**2))),
        "max_off": float(np.abs(off[~_lone_giants(instance, label)]).max(initial=0.0)),
        "within_10": float(np.mean(np.abs(off) <= 0.10 + 1e-9)),
        "within_25": float(np.mean(np.abs(off) <= 0.25 + 1e-9)),
        "moved": moved / weight.sum(),
        **_bounds(instance, moved, float(np.sqrt(np.mean(off**2)))),
        **_shape(instance, label),
    }
    return row | broken(instance, label)


def broken(instance: Instance, label: Ints) -> dict[str, int]:
    """Return how many cells are in pieces, how many atoms crossed a street, how many cells nobody has any more."""
    cells = len(instance.street_of_cell)
    known = (label >= 0) & (label < cells)
    crossed = ~known
    crossed[known] = instance.street_of_cell[label[known]] != instance.street_of_atom[known]
    kept = instance.pairs[label[instance.pairs[:, 0]] == label[instance.pairs[:, 1]]]
    piece = csgraph.connected_components(graph_of(kept, np.ones(len(kept)), len(label)), directed=False)[1]
    pieces = len(np.unique(np.column_stack([label, piece]), axis=0)) - len(np.unique(label))
    left = np.bincount(label[known], minlength=cells)
    return {"extra_pieces": int(pieces), "crossed": int(crossed.sum()), "lost": int((left == 0).sum())}


def _loads(instance: Instance, label: Ints) -> Any:
    return _summed(instance, label, instance.atoms["households"].to_numpy(float))


def _summed(instance: Instance, label: Ints, values: Any) -> Any:
    """Return the sum of each cell; what is in no cell is in none of them."""
    cells = len(instance.street_of_cell)
    known = (label >= 0) & (label < cells)
    return np.bincount(label[known], values[known], cells)


def _means(instance: Instance) -> Any:
    """Return of each cell the mean of its street: fixed, as streets keep their residents and their number of cells."""
    streets = instance.street_of_cell
    today = _loads(instance, instance.home)
    return (np.bincount(streets, today) / np.bincount(streets))[streets]


def _lone_giants(instance: Instance, label: Ints) -> Any:
    """Return which cells are one atom that alone is heavier than the band: nobody can make them lighter."""
    sizes = _summed(instance, label, np.ones(len(label)))
    return (sizes == 1) & (_loads(instance, label) > 1.25 * _means(instance))


def _bounds(instance: Instance, moved: float, spread: float) -> dict[str, float]:
    """Return the least that anybody must move for this spread and for each band, as shares, and how far off it is."""
    today, streets = _loads(instance, instance.home), instance.street_of_cell
    least = {"cv": least_for_spread(today, streets, spread)}
    least |= {f"{band:.0%}": least_within(today, streets, band) for band in BANDS}
    found: dict[str, float] = {}
    for name, bound in least.items():
        found[f"bound_{name}"] = bound / today.sum()
        found[f"times_bound_{name}"] = moved / bound if bound > 1e-9 * today.sum() else float("nan")
    return found


def _shape(instance: Instance, label: Ints) -> dict[str, float]:
    """Return the mean of Polsby-Popper (4 pi area / outline squared) and the length of all borders between cells."""
    one, other = label[instance.pairs].T
    inside = one == other
    area = _summed(instance, label, instance.area_m2)
    shared = _summed(instance, one[inside], instance.length_m[inside])
    around = _summed(instance, label, instance.around_m) - 2 * shared
    compact = 4 * np.pi * area[area > 0] / around[area > 0] ** 2
    home = instance.home
    weight = instance.atoms["households"].to_numpy(float)
    own = _summed(instance, home, np.where(label == home, weight, 0.0))
    return {
        "compactness": float(compact.mean()),
        "cut_km": float(instance.length_m[~inside].sum() / 1_000),
        "relocated": int(((own == 0) & (_loads(instance, home) > 0)).sum()),
    }
