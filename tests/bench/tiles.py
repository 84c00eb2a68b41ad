"""Vector tiles of incidents at z10, z13 and z15 over a million of them, beside tipg on the same rows.

Both serve from one process on this machine to as many clients, over fifteen months of incidents; tiles lie at random
over the district. Ours are asked for by the command centre, under the rules of the rows: at low zoom levels, and
wherever more than 1,000 would lie in a tile, they are counts by hexagon and stage. tipg is given the database's owner,
whom no rule holds, and five columns; it draws the first 10,000 features that it finds and leaves the others out. Each
row says of how many incidents a tile of either tells. Of an incident those tables alone are filled that are read for
somebody who sees the whole district.
"""

import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import mapbox_vector_tile
import numpy as np

from gridgov.access.secrets import caller_of, new_secret
from gridgov.services.sweeping import Sweeping
from gridgov.services.sweeps.rollups import changed_days
from gridgov.store.cluster.address import plain
from gridgov.store.unit import Store
from tests.bench import lists, site

SIZE = 1_000_000
ZOOMS = (10, 13, 15)
REQUESTS = 120
AT_ONCE = 4
TABLES = ("incident", "incident_state")
_PEER = "tipg 1.6"
_COLUMNS = "incident_id,stage,placement,priority,cell_code"


def run(size: int = SIZE) -> list[dict[str, Any]]:
    """Measure requests a second and p99 of both at each zoom level."""
    os.environ["GRIDGOV_JOBS_AT_ONCE"] = "0"  # nothing else is to be done meanwhile
    with site.server() as (host, port, url):
        store = Store(url)
        token = _token(store)
        print(f"filling {size:,} incidents took {_timed(lambda: lists._fill(url, size, TABLES)):.0f} s")
        sweeping = Sweeping(store, clock=lambda: lists._NOW, sweeps={"rollups": changed_days})
        print(f"counting them by hexagon and day took {_timed(sweeping.run):.0f} s")
        with store.transaction() as unit:
            unit.connection.exec_driver_sql("ANALYZE rollup_hexagon, rollup_cell, rollup_placement")
        store.close()
        ours = f"http://{host}:{port}/tiles/incidents/{{z}}/{{x}}/{{y}}.mvt"
        period = {"since": lists._FIRST.isoformat(), "until": lists._NOW.isoformat()}
        headers = {"Authorization": f"Bearer {token}"}
        with _tipg(url) as peer:
            rows = []
            for zoom in ZOOMS:
                mine = _measured(ours, zoom, period, headers)
                theirs = _measured(peer, zoom, {"properties": _COLUMNS}, {})
                print(f"z{zoom}: ours {mine.said()}; {_PEER} {theirs.said()}")
                what = f"z{zoom}, {mine.told:,.0f} told of against {theirs.told:,.0f}"
                rows += [_row(f"{what}: requests a second", mine.rate, theirs.rate, "1/s", mine.rate / theirs.rate)]
                rows += [_row(f"{what}: p99", mine.p99, theirs.p99, "ms", theirs.p99 / mine.p99)]
            day = {"since": (lists._NOW - timedelta(days=1)).isoformat(), "until": lists._NOW.isoformat()}
            for zoom in ZOOMS:
                mine = _measured(ours, zoom, day, headers)
                print(f"z{zoom}, the last 24 hours: ours {mine.said()}")
    return rows


class Measured:
    """What a run of requests came to."""

    def __init__(self, seconds: list[float], whole: float, sizes: list[int], told: list[int]) -> None:
        self.rate = len(seconds) / whole
        self.p50 = float(np.percentile(seconds, 50)) * 1000
        self.p99 = float(np.percentile(seconds, 99)) * 1000
        self.kilobytes = float(np.mean(sizes)) / 1000
        self.told = float(np.mean(told))

    def said(self) -> str:
        """Return it in words."""
        size = f"{self.kilobytes:.0f} kB, {self.told:,.0f} incidents told of"
        return f"{self.rate:.1f}/s, p50 {self.p50:.0f} ms, p99 {self.p99:.0f} ms, {size}"


def _measured(address: str, zoom: int, asked: dict[str, str], headers: dict[str, str]) -> Measured:
    chance = random.Random(zoom)
    places = [_tile(zoom, chance.uniform(117.01, 117.16), chance.uniform(36.61, 36.70)) for _ in range(REQUESTS)]
    with httpx2.Client(headers=headers, timeout=120) as client:

        def fetch(place: dict[str, int]) -> tuple[float, bytes]:
            start = time.perf_counter()
            answer = client.get(address.format(**place), params=asked)
            spent = time.perf_counter() - start
            if answer.status_code not in {200, 204}:
                raise RuntimeError(answer.text[:500])
            return spent, answer.content

        for place in places[:4]:
            fetch(place)
        start = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(fetch, places))
        whole = time.perf_counter() - start
    told = [_told(data) for _, data in answers[:10]]
    return Measured([spent for spent, _ in answers], whole, [len(data) for _, data in answers], told)


def _told(data: bytes) -> int:
    features = [feature for layer in mapbox_vector_tile.decode(data).values() for feature in layer["features"]]
    return sum(feature["properties"].get("count", 1) for feature in features)


def _tile(z: int, lon: float, lat: float) -> dict[str, int]:
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return {"z": z, "x": int((lon + 180) / 360 * 2**z), "y": int(y * 2**z)}


def _token(store: Store) -> str:
    secret = new_secret("gg_")
    now = lists._NOW - timedelta(days=1)
    with store.transaction() as unit:
        account_id = unit.access.add_account("bench-centre", "bench", now=now)
        unit.access.grant(account_id, "command_centre", "370102", None, now=now, by="bench")
        known = caller_of(secret).secret_hash
        unit.access.add_credential(account_id, "token", known, now=now, expires_at=now + timedelta(days=365))
    return secret


@contextmanager
def _tipg(url: str) -> Iterator[str]:
    port = site.free_port()
    command = [sys.executable, "-m", "tests.bench.tipg_server", plain(url), str(port), "incident_state"]
    process = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}/collections/public.incident_state/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}"
    try:
        _await(address.format(z=18, x=0, y=0), process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            message = f"{_PEER} ended with {process.returncode}"
            raise RuntimeError(message)
        try:
            httpx2.get(address, timeout=30)
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return
    message = f"{_PEER} did not become ready"
    raise RuntimeError(message)


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _row(what: str, ours: float, peer: float, unit: str, better: float) -> dict[str, Any]:
    return {"what": what, "ours": ours, "peer": peer, "peer_name": _PEER, "ratio": better, "unit": unit, "equal": None}
