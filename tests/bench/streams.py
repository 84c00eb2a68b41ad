"""Live streams over HTTP on this machine: lost, told twice, and how late; against plain LISTEN/NOTIFY with psycopg.

The peer does the least that can be done: one process listens and writes what it hears to as many sockets. It knows
nobody, hides nothing, and forgets whoever was away. Its writers call `pg_notify` in their transactions.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg

from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.services.sample import day_of_reports
from gridgov.settings import settings
from gridgov.store.cluster.address import plain
from gridgov.store.unit import Store
from tests.bench.site import SAMPLE, free_port, server
from tests.support import secret_of, somebody

STREAMS = 200
ACCOUNTS = 20
EVENTS = 600
PER_SECOND = 50
WRITERS = 16
WRITING_S = 4.0
_QUIET_S = 2.0
_INSERT = """
    INSERT INTO change (district_code, at, kind, subject_id) VALUES ('370102', now(), 'case.noted', %s) RETURNING id
"""
_NOTIFY = "SELECT pg_notify('live', %s)"


def run() -> list[dict[str, Any]]:
    """Measure ours and the peer on the same server, one after the other."""
    with server() as (host, port, url):
        incidents = taken_in(url)
        ours = asyncio.run(_listen(_our_lines(host, port, url), lambda: _write(url, incidents, notify=False)))
        with _peer(url) as peer_port:
            lines = [(host, peer_port, b"")] * STREAMS
            theirs = asyncio.run(_listen(lines, lambda: _write(url, incidents, notify=True)))
            loud = _rate(url, incidents, notify=True)
        quiet = _rate(url, incidents, notify=False)
    rows = [_lag(f"lag p{rank}, {STREAMS} streams", ours, theirs, rank) for rank in (50, 99)]
    whole = f"lost + doubled of {EVENTS * STREAMS:,}"
    rows.append(_row(whole, ours.wrong, theirs.wrong, "events", None, equal=ours.wrong == 0))
    return [*rows, _row(f"commits, {WRITERS} writers", quiet, loud, "1/s", quiet / loud, equal=None)]


class _Heard:
    """What all streams have heard: how often each event by each stream, and how late."""

    def __init__(self) -> None:
        self.counts: list[Counter[int]] = []
        self.arrivals: list[tuple[int, float]] = []
        self.written: dict[int, float] = {}

    @property
    def lags_ms(self) -> Any:
        return np.array([(at - self.written[n]) * 1000 for n, at in self.arrivals if n in self.written])

    @property
    def wrong(self) -> int:
        return sum(abs(count[n] - 1) for count in self.counts for n in self.written)


async def _listen(lines: list[tuple[str, int, bytes]], write: Callable[[], dict[int, float]]) -> _Heard:
    heard = _Heard()
    greeted = [asyncio.Event() for _ in lines]
    readers = [asyncio.create_task(_read(line, heard, event)) for line, event in zip(lines, greeted, strict=True)]
    await asyncio.gather(*(event.wait() for event in greeted))
    await asyncio.sleep(_QUIET_S)
    heard.written = await asyncio.to_thread(write)
    await asyncio.sleep(_QUIET_S)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return heard


async def _read(line: tuple[str, int, bytes], heard: _Heard, greeted: asyncio.Event) -> None:
    host, port, request = line
    reader, writer = await asyncio.open_connection(host, port, limit=2**22)
    writer.write(request)
    count: Counter[int] = Counter()
    try:
        await reader.readline()
        heard.counts.append(count)
        greeted.set()
        while text := await reader.readline():
            now = time.perf_counter()
            if text.startswith(b"data: "):
                for change in json.loads(text[6:]).get("changes", ()):
                    count[change["id"]] += 1
                    heard.arrivals.append((change["id"], now))
    finally:
        greeted.set()
        writer.close()


def _our_lines(host: str, port: int, url: str) -> list[tuple[str, int, bytes]]:
    store = Store(url)
    for number in range(ACCOUNTS):
        somebody(store, "command_centre", login=f"screen-{number}")
    store.close()
    ask = "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n"
    return [(host, port, ask.format(secret_of(f"screen-{n % ACCOUNTS}")).encode()) for n in range(STREAMS)]


def taken_in(url: str) -> list[Any]:
    """Take in a few reports: who may see a change is looked up by its incident."""
    store = Store(url)
    intake = Intake.configured(store, settings(), clock=system_clock)
    taken = [intake.take(report, author="bench").id for report in day_of_reports(SAMPLE, ending=system_clock())[:20]]
    store.close()
    return taken


def _write(url: str, incidents: list[Any], *, notify: bool) -> dict[int, float]:
    """Write at a steady rate; return when each change was committed."""
    written, begun = {}, time.perf_counter()
    with psycopg.connect(plain(url)) as line:
        for turn in range(EVENTS):
            time.sleep(max(0.0, begun + turn / PER_SECOND - time.perf_counter()))
            number = _one(line, incidents[turn % len(incidents)], notify=notify)
            written[number] = time.perf_counter()
    return written


def _one(line: psycopg.Connection[Any], incident_id: Any, *, notify: bool) -> int:
    row = line.execute(_INSERT, [incident_id]).fetchone()
    number = int(row[0]) if row else 0
    if notify:
        line.execute(_NOTIFY, [json.dumps({"changes": [{"id": number, "kind": "case.noted"}]})])
    line.commit()
    return number


def _rate(url: str, incidents: list[Any], *, notify: bool) -> float:
    """Return the commits a second of many writers at once."""
    end = time.perf_counter() + WRITING_S

    def work(seed: int) -> int:
        done = 0
        with psycopg.connect(plain(url)) as line:
            while time.perf_counter() < end:
                _one(line, incidents[(seed + done) % len(incidents)], notify=notify)
                done += 1
        return done

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(work, range(WRITERS))) / WRITING_S


@contextmanager
def _peer(url: str) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.streams", plain(url), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()  # type: ignore[union-attr]  # it is piped; the peer says when it listens
            yield port
        finally:
            process.terminate()


async def _serve_peer(url: str, port: int) -> None:
    lines: set[asyncio.StreamWriter] = set()

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        writer.write(b"hello\n")
        await reader.read()
        lines.discard(writer)

    async with (
        await asyncio.start_server(welcome, "127.0.0.1", port),
        await psycopg.AsyncConnection.connect(url, autocommit=True) as line,
    ):
        await line.execute("LISTEN live")
        print("listening", flush=True)
        async for heard in line.notifies():
            for writer in lines:
                writer.write(f"data: {heard.payload}\n\n".encode())


def _lag(what: str, ours: _Heard, theirs: _Heard, rank: int) -> dict[str, Any]:
    mine, other = (float(np.percentile(heard.lags_ms, rank)) for heard in (ours, theirs))
    return _row(what, mine, other, "ms", other / mine, equal=None)


def _row(what: str, ours: float, peer: float, unit: str, ratio: float | None, *, equal: bool | None) -> dict[str, Any]:
    name = "LISTEN/NOTIFY (psycopg), no scope, no replay"
    return {"what": what, "ours": ours, "peer": peer, "peer_name": name, "ratio": ratio, "unit": unit, "equal": equal}


if __name__ == "__main__":
    asyncio.run(_serve_peer(sys.argv[1], int(sys.argv[2])))
