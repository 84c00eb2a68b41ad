"""The town of the busy hour: its clock, its people, its journals. Shared by the test and the programs that it kills."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.store.cluster import Cluster
from gridgov.store.unit import Store
from tests.support import NOON, secret_of, somebody

START = NOON
DISTRICTS = ("370102", "370112")
CITY = "370100"


@dataclass(frozen=True)
class Town:
    """Where the hour is lived through, since when by the wall clock, and how much faster than that."""

    home: str
    folder: str
    began_s: float
    speed: float

    def cluster(self) -> Cluster:
        """Return the town's own private server, as durable as an installation's."""
        return Cluster(Path(self.home))

    def clock(self, jump: timedelta = timedelta()) -> Clock:
        """Return the town's clock, put forward by `jump`."""

        def now() -> datetime:
            return START + jump + timedelta(seconds=(time.time() - self.began_s) * self.speed)

        return now

    def words(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, words: str) -> Self:
        return cls(**json.loads(words))


def login(role: str, area_code: str, organisation_code: str | None = None) -> str:
    return "-".join(part for part in (role, area_code, organisation_code) if part)


def caller(name: str) -> Caller:
    """Return the proof of whoever has this login."""
    return Caller(hashlib.sha256(secret_of(name).encode()).digest())


def settle(store: Store, organisations: list[str], streets: list[str]) -> None:
    """Give the town its people: somebody for each street, each organisation, each district and the city."""
    places = [("street_officer", street, None) for street in streets]
    places += [("command_centre", area, None) for area in (*DISTRICTS, CITY)]
    places += [("department_officer", code[:6], code) for code in organisations]
    for role, area, organisation in places:
        somebody(store, role, area, organisation, login=login(role, area, organisation))


class Journal:
    """What a client asked and what it was told, in a file; a line stands before the next thing is asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(self._file, b"\n")  # whoever was killed may have left half a line

    def ask(self, asked: dict[str, Any]) -> None:
        self._write({"asked": asked})

    def tell(self, act_id: str, told: dict[str, Any]) -> None:
        self._write({"told": act_id, **told})

    def unanswered(self) -> dict[str, Any] | None:
        """Return what was asked last and not answered."""
        last: dict[str, Any] | None = None
        for line in lines(self._path):
            last = line.get("asked")
        return last

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, (json.dumps(line, ensure_ascii=False) + "\n").encode())


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole lines of a journal."""
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue
