"""Loading the sample: checked, compared, in one transaction; against geopandas.to_postgis, which only appends."""

import time
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import create_engine, text

from gridgov.clock import system_clock
from gridgov.services.sample import load_sample
from gridgov.store.unit import Store
from tests.bench.site import SAMPLE, database


def run() -> list[dict[str, Any]]:
    """Measure the first and the second load, and the peer writing the same frames."""
    with database() as url:
        store = Store(url)
        first, second = (_seconds(lambda: _load(store)) for _ in range(2))
        engine = create_engine(url)
        peer = _seconds(lambda: _append(engine))
        with engine.connect() as connection:
            pairs = (("cell", "peer_cells"), ("base_feature WHERE layer = 'building'", "peer_buildings"))
            counts = [[_count(connection, name) for name in pair] for pair in pairs]
        engine.dispose()
        store.close()
    equal = all(a == b for a, b in counts)
    return [
        _row("first load of the sample", first, peer, equal=equal),
        _row("second load, known by its checksum", second, peer, equal=equal),
    ]


def _row(what: str, ours: float, peer: float, *, equal: bool) -> dict[str, Any]:
    name = "geopandas.to_postgis, pandas.to_sql"
    ratio = peer / ours
    return {"what": what, "ours": ours, "peer": peer, "peer_name": name, "ratio": ratio, "unit": "s", "equal": equal}


def _seconds(act: Any) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _load(store: Store) -> None:
    load_sample(store, SAMPLE, now=system_clock(), progress=lambda _: None)


def _append(engine: Any) -> None:
    for layer in ("districts", "streets", "communities", "cells"):
        gpd.read_file(SAMPLE / "grid.gpkg", layer=layer).to_postgis(f"peer_{layer}", engine)
    for layer in ("roads", "water", "green"):
        gpd.read_file(SAMPLE / "base.gpkg", layer=layer).to_postgis(f"peer_{layer}", engine)
    gpd.read_parquet(SAMPLE / "buildings.parquet").to_postgis("peer_buildings", engine)
    for table in ("organisations", "staff", "duties", "matters", "responsibilities", "addresses"):
        pd.read_csv(SAMPLE / f"{table}.csv", dtype=str).to_sql(f"peer_{table}", engine)


def _count(connection: Any, source: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {source}")).scalar())  # noqa: S608 - names are ours
