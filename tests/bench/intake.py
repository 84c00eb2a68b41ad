"""Intake over HTTP: whole reports (located, classified, de-duplicated, durable) against bare one-row inserts."""

import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import shapely

from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.incidents import Report
from gridgov.services.sample import day_of_reports
from gridgov.store.cluster.address import plain
from gridgov.store.unit import Store
from tests.bench.site import SAMPLE, server
from tests.support import secret_of, somebody

REQUESTS = 600
CLIENTS = (1, 16)


def run() -> list[dict[str, Any]]:
    """Measure both at 1 and at 16 clients on the same server and database."""
    rows = []
    with server() as (host, port, url):
        store = Store(url)
        somebody(store, "command_centre", "37", login="bench")
        store.close()
        for clients in CLIENTS:
            ours = _measure(clients, _reports(clients), lambda: _Http(host, port))
            bare = _measure(clients, [b"x" * 200] * REQUESTS, lambda: _Bare(url))
            rows += _rows(clients, ours, bare, stored=_stored(url))
        rows[-1]["equal"] = rows[0]["equal"] = _stored(url) == REQUESTS * len(CLIENTS)
    return rows


def _rows(clients: int, ours: np.ndarray, bare: np.ndarray, *, stored: int) -> list[dict[str, Any]]:
    def row(what: str, mine: float, theirs: float, unit: str, ratio: float) -> dict[str, Any]:
        name = "bare INSERT of one row (psycopg)"
        return {
            "what": what,
            "ours": mine,
            "peer": theirs,
            "peer_name": name,
            "ratio": ratio,
            "unit": unit,
            "equal": None,
            "stored": stored,
        }

    mine, theirs = REQUESTS / ours[0], REQUESTS / bare[0]
    slow, fast = (float(np.percentile(times[1:], 99)) * 1000 for times in (ours, bare))
    return [
        row(f"reports, {clients} client(s)", mine, theirs, "1/s", mine / theirs),
        row(f"p99, {clients} client(s)", slow, fast, "ms", fast / slow),
    ]


def _measure(clients: int, payloads: list[bytes], connect: Callable[[], Any]) -> np.ndarray:
    """Send the payloads from `clients` at once; return the wall time, then the time of each."""

    def send(share: list[bytes]) -> list[float]:
        line = connect()
        times = []
        for payload in share:
            start = time.perf_counter()
            line.send(payload)
            times.append(time.perf_counter() - start)
        line.close()
        return times

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [t for part in pool.map(send, (payloads[i::clients] for i in range(clients))) for t in part]
    return np.array([time.perf_counter() - start, *times])


_HEADERS = {"Content-Type": "application/json", "Authorization": f"Bearer {secret_of('bench')}"}


class _Http:
    def __init__(self, host: str, port: int) -> None:
        self._line = http.client.HTTPConnection(host, port, timeout=60)

    def send(self, payload: bytes) -> None:
        self._line.request("POST", "/api/v1/incidents", payload, _HEADERS)
        answer = self._line.getresponse()
        body = answer.read()
        if answer.status != 201:
            raise RuntimeError(body)

    def close(self) -> None:
        self._line.close()


class _Bare:
    def __init__(self, url: str) -> None:
        self._line = psycopg.connect(plain(url), autocommit=True)
        self._line.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body bytea)")

    def send(self, payload: bytes) -> None:
        self._line.execute("INSERT INTO bare (body) VALUES (%s)", [payload])

    def close(self) -> None:
        self._line.close()


def _reports(clients: int) -> list[bytes]:
    day = day_of_reports(SAMPLE, ending=system_clock() - timedelta(minutes=clients))
    repeated = (day * (REQUESTS // len(day) + 1))[:REQUESTS]
    return [_body(replace(report, id=new_id(), external_number=None)) for report in repeated]


def _body(report: Report) -> bytes:
    position = report.position
    given = None
    if position is not None:
        shape = json.loads(shapely.to_geojson(position.geometry))
        given = {"datum": position.datum, "geometry": shape, "accuracy_m": position.accuracy_m}
    body = {
        "id": str(report.id),
        "reported_at": report.reported_at.isoformat(),
        "channel": report.channel,
        "matter": report.matter,
        "text": report.text,
        "position": given,
        "address": report.address,
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _stored(url: str) -> int:
    with psycopg.connect(plain(url)) as line:
        return int(line.execute("SELECT count(*) FROM incident").fetchone()[0])  # type: ignore[index]
