"""Acts upon cases over HTTP, durable, against the same server's ceiling of bare inserts, as pgbench finds it.

An act is a whole one: the session is checked, the case locked, the table asked, the fact chained, the clock wound, the
parties, notices and change rows written, one commit. pgbench sends one row by one prepared statement per commit.
"""

import http.client
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.services.intake import Intake
from gridgov.settings import settings
from gridgov.store.cluster.address import plain
from gridgov.store.cluster.find import find_programs
from gridgov.store.unit import Store
from tests.bench.site import server
from tests.support import at, report, secret_of, somebody

CLIENTS = (1, 16, 64)
CASES = 128
MATTER = "20401"
DEPARTMENT = "370102-D-HW"
_PEER = "pgbench: one-row INSERT, one commit each"


def run() -> list[dict[str, Any]]:
    """Measure both at 1, 16 and 64 clients on the same server and database."""
    rows: list[dict[str, Any]] = []
    with server() as (host, port, url):
        cases = _cases(url, CASES * len(CLIENTS))
        for number, clients in enumerate(CLIENTS):
            mine = cases[number * CASES : (number + 1) * CASES]
            times = _measure(clients, mine, host, port)
            ceiling, latency = _pgbench(url, clients)
            rows += _rows(clients, times, ceiling, latency)
        rows[0]["equal"] = _closed(url) == len(cases)
    return rows


def _rows(clients: int, times: np.ndarray, ceiling: float, latency: float) -> list[dict[str, Any]]:
    rate, slow = (len(times) - 1) / times[0], float(np.percentile(times[1:], 99)) * 1000
    named = {"peer_name": _PEER, "equal": None}
    return [
        {"what": f"acts, {clients} client(s)", "ours": rate, "peer": ceiling, "ratio": rate / ceiling, "unit": "1/s"}
        | named,
        {"what": f"p99, {clients} client(s)", "ours": slow, "peer": latency, "ratio": latency / slow, "unit": "ms"}
        | named,
    ]


def _cases(url: str, count: int) -> list[str]:
    store = Store(url)
    try:
        people = (("centre", "command_centre", None), ("handler", "department_officer", DEPARTMENT))
        for login, role, organisation in people:
            somebody(store, role, "370102", organisation, login=login)
        somebody(store, "street_officer", "370102", login="verifier")
        intake = Intake.configured(store, settings(), clock=system_clock)
        return [_taken(intake) for _ in range(count)]
    finally:
        store.close()


def _taken(intake: Intake) -> str:
    made = report(id=new_id(), matter=MATTER, reported_at=system_clock(), position=at(117.0902, 36.6512))
    return str(intake.take(made, author="bench").id)


@dataclass
class _Life:
    """The six acts of a case that goes well."""

    line: http.client.HTTPConnection

    def of(self, case: str) -> Iterator[float]:
        """Do them, and yield how long each took, in seconds."""
        yield self._do(case, "file", "centre")
        yield self._do(case, "dispatch", "centre", organisation_code=DEPARTMENT)
        yield self._do(case, "accept", "handler")
        yield self._do(case, "feed_back", "handler", report="已处理")
        yield self._do(case, "verify", "verifier")
        yield self._do(case, "close", "centre")

    def _do(self, case: str, act: str, who: str, **body: str) -> float:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret_of(who)}"}
        payload = json.dumps({"id": str(new_id()), **body})
        start = time.perf_counter()
        self.line.request("POST", f"/api/v1/incidents/{case}/acts/{act}", payload, headers)
        answer = self.line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(said)
        return time.perf_counter() - start


def _measure(clients: int, cases: list[str], host: str, port: int) -> np.ndarray:
    """Live through the cases with `clients` at once; return the wall time, then the time of each act."""

    def live(share: list[str]) -> list[float]:
        line = http.client.HTTPConnection(host, port, timeout=120)
        life = _Life(line)
        times = [took for case in share for took in life.of(case)]
        line.close()
        return times

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [t for part in pool.map(live, (cases[i::clients] for i in range(clients))) for t in part]
    return np.array([time.perf_counter() - start, *times])


def _pgbench(url: str, clients: int) -> tuple[float, float]:
    """Return the inserts a second, and the 99th percentile of one in milliseconds."""
    with psycopg.connect(plain(url), autocommit=True) as line:
        line.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text)")
        line.execute("GRANT ALL ON bare, bare_id_seq TO PUBLIC")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text("INSERT INTO bare (body) VALUES (repeat('x', 200));\n", encoding="utf-8")
        each = max(1, 1_500 // clients)
        command = [find_programs().path("pgbench"), "-n", "-c", str(clients), "-j", "2", "-t", str(each)]
        log = ["-M", "prepared", "-l", "--log-prefix", f"{folder}/log", "-f", str(script), plain(url)]
        done = subprocess.run([*command, *log], capture_output=True, text=True, check=True)
        rate = float(re.findall(r"tps = ([0-9.]+)", done.stdout)[0])
        lines = [line.split() for path in Path(folder).glob("log*") for line in path.read_text("utf-8").splitlines()]
        return rate, float(np.percentile([int(line[2]) for line in lines], 99)) / 1000


def _closed(url: str) -> int:
    with psycopg.connect(plain(url)) as line:
        return int(line.execute("SELECT count(*) FROM incident_state WHERE stage = 'closed'").fetchone()[0])  # type: ignore[index]
