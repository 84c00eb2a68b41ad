"""Who else can draw districts: METIS, spopt's regions, GerryChain's recombination, and the planner with a pencil.

Each is given one street at a time in plain numbers and returns a cell for each atom; none crosses a street by that.
Options are those that suit them best as far as we know; what none of them has is a term for residents who stay.
"""

import random
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from scipy.sparse import csgraph

from tests.bench.planning.instance import Ints, Street, graph_of

PARTS = 1_000_000
TREES_PER_CELL = 30
EPSILON = 0.05


def metis(street: Street, seed: int) -> Ints:
    """METIS, k-way, whole parts, 3 % off at most (ufactor 30); a street in pieces is given to it piece by piece."""
    import pymetis  # noqa: PLC0415 - each peer is loaded in its own process

    label = street.home.copy()
    whole = max(street.weight.sum(), 1.0)
    for members in _pieces(street):
        mine, cells = _restricted(street, members)
        if len(cells) < 2:
            continue
        options = pymetis.Options(contig=1, ufactor=30, seed=seed)
        found = pymetis.part_graph(
            len(cells),
            pymetis.CSRAdjacency(mine.start, mine.neighbour),
            vweights=np.maximum(np.rint(mine.weight / whole * PARTS), 1).astype(int).tolist(),
            eweights=np.maximum(np.rint(mine.length), 1).astype(int).tolist(),
            recursive=False,
            options=options,
        )
        label[members] = cells[np.asarray(found.vertex_part)]
    return label


def ward(street: Street, seed: int) -> Ints:
    """spopt.region.WardSpatial: the most alike neighbours are joined, here by their place."""
    del seed
    from spopt.region import WardSpatial  # noqa: PLC0415 - each peer is loaded in its own process

    model = WardSpatial(_frame(street), _weights(street), ["x", "y"], n_clusters=street.cells)
    model.solve()
    return np.asarray(model.labels_, np.int64)


def azp(street: Street, seed: int) -> Ints:
    """spopt.region.AZP (Openshaw's automatic zoning), beginning with today's cells."""
    from spopt.region import AZP  # noqa: PLC0415 - each peer is loaded in its own process

    model = AZP(
        _frame(street), _weights(street), ["x", "y"], street.cells, initial_labels=street.home, random_state=seed
    )
    model.solve()
    return np.asarray(model.labels_, np.int64)


def kmeans(street: Street, seed: int) -> Ints:
    """spopt.region.RegionKMeansHeuristic."""
    from spopt.region import RegionKMeansHeuristic  # noqa: PLC0415 - each peer is loaded in its own process

    model = RegionKMeansHeuristic(street.xy, street.cells, _weights(street), seed=seed)
    model.solve()
    return np.asarray(model.labels_, np.int64)


def recombined(street: Street, seed: int) -> Ints:
    """GerryChain: two neighbours are merged and cut anew at half their load; what is more even than before stays.

    Its stock `recom` aims at one load for all and finds no cut for most pairs where a cell has three times the mean;
    this aims at the pair's own mean by the library's own `bipartition_tree`, in its own chain.
    """
    from gerrychain import MarkovChain  # noqa: PLC0415 - each peer is loaded in its own process

    if street.cells < 2:
        return street.home
    last = first = _partition(street)
    chain = MarkovChain(
        proposal_fn=_cut_anew,
        acceptance_fn=_more_even,
        initial_partition=first,
        total_steps=TREES_PER_CELL * street.cells,
        rng=seed,
    )
    with suppress(TimeoutError):  # it has something to show at any time
        for last in chain:  # noqa: B007 - the last of them is wanted
            pass
    label = street.home.copy()
    for node, cell in last.assignment.mapping.items():
        label[last.graph.original_nx_node_id_for_internal_node_id(node)] = cell
    return label


def _partition(street: Street) -> Any:
    import networkx as nx  # noqa: PLC0415 - as gerrychain
    from gerrychain import Graph, Partition  # noqa: PLC0415
    from gerrychain.updaters import Tally, cut_edges  # noqa: PLC0415

    graph = nx.Graph()
    mean = max(street.weight.sum(), 1.0) / street.cells
    graph.add_nodes_from(
        (i, {"load": weight / mean, "cell": int(street.home[i])}) for i, weight in enumerate(street.weight)
    )
    ends = np.repeat(np.arange(len(street.home)), np.diff(street.start))
    graph.add_edges_from(zip(ends.tolist(), street.neighbour.tolist(), strict=True))
    updaters: dict[str, Any] = {"load": Tally("load", alias="load"), "cut_edges": cut_edges}
    return Partition(Graph.from_networkx(graph), assignment="cell", updaters=updaters)


def _cut_anew(now: Any, *, rng: random.Random) -> Any:
    from gerrychain.proposals.tree_proposals import epsilon_tree_bipartition  # noqa: PLC0415 - as above
    from gerrychain.tree import PopulationBalanceError, ReselectException, bipartition_tree  # noqa: PLC0415

    one, other = (now.assignment.mapping[node] for node in rng.choice(sorted(now["cut_edges"])))
    mean = (now["load"][one] + now["load"][other]) / 2
    if mean <= 0:
        return now.flip({})
    try:
        flips = epsilon_tree_bipartition(
            now.graph.subgraph(now.parts[one] | now.parts[other]),
            [one, other],
            pop_col="load",
            pop_target=mean,
            epsilon=EPSILON,
            bipartition_tree_fn=partial(bipartition_tree, max_attempts=5, allow_pair_reselection=True),
            rng=rng,
        )
    except (PopulationBalanceError, ReselectException):
        return now.flip({})
    return now.flip(flips)


def _more_even(new: Any, *, rng: random.Random) -> bool:
    del rng
    return new.parent is None or _unevenness(new) <= _unevenness(new.parent) + 1e-12


def _unevenness(partition: Any) -> float:
    return float(sum((load - 1.0) ** 2 for load in partition["load"].values()))


def swaps(street: Street, seed: int) -> Ints:
    """The planner with a pencil: from heavy cells to lighter neighbours, an atom at a time, until none helps."""
    del seed
    label, weight = street.home.copy(), street.weight
    load = np.bincount(label, weight, street.cells)
    size = np.bincount(label, minlength=street.cells)
    moved = True
    while moved:
        moved = False
        for heavy in np.argsort(-load, kind="stable"):
            moved |= _lightened(street, int(heavy), label, load, size)
    return label


def _lightened(street: Street, heavy: int, label: Ints, load: Any, size: Ints) -> bool:
    """Give atoms of one cell away as long as that makes loads more even; say whether any went."""
    any_moved = False
    while True:
        best, least = None, -1e-9
        for atom in np.flatnonzero(label == heavy).tolist():
            weight = street.weight[atom]
            for to in np.unique(label[_beside(street, atom)]):
                gain = weight * (load[to] - load[heavy] + weight)
                if (
                    weight > 0
                    and to != heavy
                    and gain < least
                    and size[heavy] > 1
                    and _whole_without(street, atom, label)
                ):
                    best, least = (atom, int(to)), gain
        if best is None:
            return any_moved
        atom, to = best
        label[atom] = to
        load[heavy] -= street.weight[atom]
        load[to] += street.weight[atom]
        size[heavy] -= 1
        size[to] += 1
        any_moved = True


def _beside(street: Street, atom: int) -> Ints:
    return street.neighbour[street.start[atom] : street.start[atom + 1]]


def _whole_without(street: Street, atom: int, label: Ints) -> bool:
    """Return whether the cell of an atom stays one piece without it."""
    wanted = {int(j) for j in _beside(street, atom) if label[j] == label[atom]}
    if not wanted:
        return False
    seen, queue = {atom, min(wanted)}, [min(wanted)]
    wanted.discard(queue[0])
    while queue and wanted:
        for j in _beside(street, queue.pop()).tolist():
            if j not in seen and label[j] == label[atom]:
                seen.add(j)
                wanted.discard(j)
                queue.append(j)
    return not wanted


def _pieces(street: Street) -> list[Ints]:
    ends = np.repeat(np.arange(len(street.home)), np.diff(street.start))
    graph = graph_of(np.column_stack([ends, street.neighbour]), street.length, len(street.home))
    piece = csgraph.connected_components(graph, directed=False)[1]
    return [np.flatnonzero(piece == number) for number in np.unique(piece)]


def _restricted(street: Street, members: Ints) -> tuple[Street, Ints]:
    """Return the part of a street that is of `members`, with the numbers of its cells: cells lie in one piece each."""
    local = np.full(len(street.home), -1)
    local[members] = np.arange(len(members))
    ends = local[np.repeat(np.arange(len(street.home)), np.diff(street.start))]
    kept = ends >= 0
    neighbour = local[street.neighbour[kept]]
    start = np.concatenate([[0], np.cumsum(np.bincount(ends[kept], minlength=len(members)))])
    cells, home = np.unique(street.home[members], return_inverse=True)
    part = Street(start, neighbour, street.length[kept], street.weight[members], home, len(cells), street.xy[members])
    return part, cells


def _frame(street: Street) -> Any:
    import pandas as pd  # noqa: PLC0415 - only spopt wants a frame

    return pd.DataFrame({"x": street.xy[:, 0], "y": street.xy[:, 1]})


def _weights(street: Street) -> Any:
    from libpysal.weights import W  # noqa: PLC0415 - only spopt wants one

    return W({i: _beside(street, i).tolist() for i in range(len(street.home))}, silence_warnings=True)
