"""A past for the sample district: the demonstration lives through one day, and some questions are of a year."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from gridgov.clock import SHANGHAI, Clock, system_clock
from gridgov.errors import SetupError
from gridgov.ids import id_at
from gridgov.incidents import public_number
from gridgov.locate import CellLocator
from gridgov.services.sample import SOURCE
from gridgov.store.history import HistoryStore
from gridgov.store.opening import opened_store
from gridgov.store.proactive import ProactiveStore
from gridgov.store.unit import Store

DAYS: Final = 640
"""Twenty-one months: this season, nine periods of four weeks, and the same a year before."""
_PAST: Final = timedelta(days=60)
"""An installation whose oldest report is older has a past of its own."""


def lay_past(*, days: int = DAYS, share: float | None = None, clock: Clock = system_clock) -> int:
    """Give this installation, which holds the sample district, a past that ended yesterday; return its size.

    For the sample alone: the cases come closed, without the facts of how they were handled, which
    `gridgov audit verify` says of each. An installation that has a past already keeps the one it has, and 0 is
    returned.

    Parameters
    ----------
    days
        How long the past is.
    share
        Of about 200,000 incidents a year; a thin past is as good for most questions.
    clock
        Tells when yesterday was.

    Raises
    ------
    SetupError
        If there is no PostGIS to use, or this installation holds another district than the sample.
    """
    from sample_geo.past import SHARE, past  # noqa: PLC0415 - the sample's makers are heavy

    with opened_store(upgrading=False) as store:
        _require_sample(store)
        if _has_past(store, clock()):
            return 0
        today = clock().astimezone(SHANGHAI).date()
        happened = past(today, days=days, share=SHARE if share is None else share)
        with _bar(len(happened)) as told:
            return remember(store, happened, now=clock(), progress=told)


def remember(
    store: Store, happened: pd.DataFrame, *, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write closed cases of before, in one transaction, and return how many lie in a cell: the others are left out.

    Parameters
    ----------
    happened
        Columns: at (instants), matter, channel, lon, lat (degrees, EPSG:4326), text.
    now
        By whose grid they are placed.
    progress
        Is told how many are written.
    """
    with store.transaction() as unit:
        cells = unit.cells.frame(at=now)
        cases = _cases(happened, CellLocator.from_frame(cells[["code", "geometry"]]))
        keeping = HistoryStore(unit.connection)
        version, codes = keeping.matters()
        cases = cases[cases["matter"].isin(codes)]
        for start in range(0, len(cases), 20_000):
            keeping.add(cases.iloc[start : start + 20_000], list_version=version)
            progress(min(start + 20_000, len(cases)))
        unit.gather_statistics()
    return len(cases)


@contextmanager
def _bar(whole: int) -> Iterator[Callable[[int], None]]:
    """Show on the standard error how many of so many cases are laid; what is told is a number from the beginning."""
    from tqdm import tqdm  # noqa: PLC0415 - slow to load

    with tqdm(total=whole, desc="往事 the past", unit="案件") as bar:

        def told(count: int) -> None:
            bar.update(count - bar.n)

        yield told


def _require_sample(store: Store) -> None:
    """Refuse an installation whose grid came from anywhere else, but for what was drawn in it: that past is made up."""
    with store.transaction() as unit:
        sources = {str(row["source"]) for row in unit.cells.numbered()}
    if SOURCE in sources and all(one == SOURCE or one.startswith("draft ") for one in sources):
        return
    message = (
        "This past is made up, for the sample district alone, and this installation holds "
        + ("another as well. " if SOURCE in sources else "none of it. ")
        + "`gridgov demo` with a GRIDGOV_DATA_DIR of its own makes one that does."
    )
    raise SetupError(message)


def _has_past(store: Store, now: datetime) -> bool:
    with store.transaction() as unit:
        first = ProactiveStore(unit.connection).first_at()
    return first is not None and first < now - _PAST


def _cases(happened: pd.DataFrame, locator: CellLocator) -> pd.DataFrame:
    """Return what lies in a cell, with ids made from time and place: the same past has the same ids."""
    cells = locator.locate(happened["lon"].to_numpy(), happened["lat"].to_numpy())
    found = happened.assign(cell=cells)
    found = found[found["cell"].notna()].reset_index(drop=True)
    said = found["at"].astype(str) + found["matter"] + found["lon"].astype(str) + found["lat"].astype(str)
    found["digest"] = [hashlib.sha256(f"{row} {words}".encode()).digest() for row, words in enumerate(said)]
    found["district"] = found["cell"].str[:6]
    moments = [moment.to_pydatetime() for moment in found["at"]]
    seeds = [int.from_bytes(digest[:10]) >> 6 for digest in found["digest"]]
    found["id"] = pd.Series([id_at(at, seed) for at, seed in zip(moments, seeds, strict=True)], dtype=object)
    found["number"] = [public_number(*one) for one in zip(found["district"], found["id"], strict=True)]
    return found
