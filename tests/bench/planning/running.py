"""Run one method on one instance in processes of its own: how long it takes, how much memory, who ran out of time."""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from gridgov.planning.matching import matched
from tests.bench.planning import peers
from tests.bench.planning.instance import Instance, Ints, Street

CORES = 2
_POLL_S = 0.05

PEERS: dict[str, Callable[[Street, int], Ints]] = {
    "METIS": peers.metis,
    "spopt Ward": peers.ward,
    "spopt AZP": peers.azp,
    "spopt RegionKMeans": peers.kmeans,
    "GerryChain ReCom": peers.recombined,
    "planner's swaps": peers.swaps,
}


@dataclass(frozen=True)
class Run:
    """What a method answered.

    Attributes
    ----------
    label
        The new cell of each atom, in the numbers of `Instance.home`.
    seconds
        Wall time, without loading libraries and compiling.
    peak_mb, own_mb
        Resident memory of the largest of its processes at its peak, some 250 MB of it for Python and libraries that are
        loaded; and what of it is its own, without files that are mapped and shared.
    unfinished
        Streets that were given up, for time or by an error: they stay as they are.
    """

    label: Ints
    seconds: float
    peak_mb: float
    own_mb: float
    unfinished: dict[str, str] = field(default_factory=dict)


def run_peer(name: str, instance: Instance, *, seed: int = 1, cap_s: float = 30.0) -> Run:
    """Give each street to a peer, two at a time; match its cells with today's in its own favour."""
    streets = instance.streets()
    order = sorted(range(len(streets)), key=lambda k: -len(streets[k][0]))
    tasks = [(name, streets[k][2], seed, cap_s) for k in order]
    with _watched() as watch:
        pool = multiprocessing.get_context("spawn").Pool(CORES)
        with pool:
            pool.map(_loaded, [name] * CORES, chunksize=1)
            start = time.perf_counter()
            found = pool.map(_one, tasks, chunksize=1)
            seconds = time.perf_counter() - start
    label, unfinished = instance.home, {}
    codes = instance.atoms["street"].astype(str).to_numpy()
    for k, (cells, why) in zip(order, found, strict=True):
        places, numbers, street = streets[k]
        if why:
            unfinished[str(codes[places[0]])] = why
        else:
            label[places] = numbers[matched(street.home, cells, street.weight, pinned=np.zeros(street.cells, bool))]
    return Run(label, seconds, watch["VmHWM"], watch["RssAnon"], unfinished)


def run_ours(instance: Instance, wishes: dict[str, Any]) -> Run:
    """Ask `gridgov.planning.rebalance`, in a process of its own; its cells are taken by their codes as they come."""
    with _watched() as watch:
        here, there = multiprocessing.Pipe()
        child = multiprocessing.get_context("spawn").Process(target=_ours, args=(there, instance, wishes))
        child.start()
        there.close()
        codes, seconds = here.recv()
        child.join()
    known = np.unique(instance.atoms["cell"].astype(str))
    place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return Run(np.where(known[place] == codes, place, -1), seconds, watch["VmHWM"], watch["RssAnon"])


def _ours(line: Connection, instance: Instance, wishes: dict[str, Any]) -> None:
    from gridgov.planning import rebalance  # noqa: PLC0415 - only this process needs it
    from gridgov.planning.adjacency import Adjacency  # noqa: PLC0415

    if (instance.length_m == 0).any():  # so that all hold islands by the same bridges
        along = np.zeros(len(instance.pairs))
        wishes = wishes | {"adjacency": Adjacency(instance.pairs, instance.length_m, along)}
    few = instance.atoms.iloc[instance.streets()[0][0]]
    rebalance(few, **{**wishes, "effort": "preview", "adjacency": None})  # what is compiled is kept on disk
    start = time.perf_counter()
    plan = rebalance(instance.atoms, **wishes)
    codes = plan.assignment.astype(str).to_numpy()
    line.send((codes, time.perf_counter() - start))


def _loaded(name: str) -> None:
    """Load a peer's libraries by a street of four atoms, so that the clock does not measure it."""
    square = Street(
        start=np.array([0, 2, 4, 6, 8]),
        neighbour=np.array([1, 2, 0, 3, 0, 3, 1, 2]),
        length=np.ones(8),
        weight=np.ones(4),
        home=np.array([0, 0, 1, 1]),
        cells=2,
        xy=np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]]),
    )
    with suppress(Exception):
        PEERS[name](square, 0)


def _one(task: tuple[str, Street, int, float]) -> tuple[Ints, str]:
    name, street, seed, cap_s = task
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, cap_s)
    try:
        return np.asarray(PEERS[name](street, seed), np.int64), ""
    except TimeoutError:
        return street.home, f"out of time, {cap_s:g} s"
    except Exception as error:  # noqa: BLE001 - a peer that fails on a street is a result
        return street.home, f"{type(error).__name__}: {error}"[:200]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _out_of_time(*_: Any) -> None:
    raise TimeoutError


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Look at the peak of resident memory of every process that begins meanwhile.

    By VmHWM, which begins anew with each program; what `getrusage` says of a child includes its parent's peak.
    """
    result = {"VmHWM": 0.0, "RssAnon": 0.0}
    before, done = set(_children()), threading.Event()

    def look() -> None:
        while not done.wait(_POLL_S):
            for pid in set(_children()) - before:
                for name, megabytes in _memory(pid).items():
                    result[name] = max(result[name], megabytes)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield result
    finally:
        done.set()
        watcher.join()


def _children() -> list[int]:
    """Return the processes that descend from this one."""
    found, queue = [], [multiprocessing.current_process().pid]
    while queue:
        pid = queue.pop()
        with suppress(OSError):
            for tasks in Path(f"/proc/{pid}/task").iterdir():
                born = [int(each) for each in (tasks / "children").read_text().split()]
                found += born
                queue += born
    return found


def _memory(pid: int) -> dict[str, float]:
    found = {}
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in {"VmHWM", "RssAnon"}:
                found[name] = int(value.split()[0]) / 1024
    return found
