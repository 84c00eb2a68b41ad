"""The town of the day: the application over a database of its own, a clock that is moved, and people who log in."""

import base64
import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import geopandas as gpd
import shapely
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from gridgov.clock import SHANGHAI
from gridgov.coordinates import from_plane, to_plane
from gridgov.ids import id_at
from gridgov.services.sweeping import Sweeping
from gridgov.store.unit import Store
from tests.conftest import SAMPLE
from tests.support import SetClock

ORIGIN = "http://testserver"

SAID: list[tuple[str, str, int, Any, Any]] = []
"""All that was asked and answered well: method, path, status, both bodies. `tests.examples` shows some of it."""


@dataclass
class Person:
    """Somebody with a browser of their own, logged in by password."""

    town: "Town"
    login: str
    browser: TestClient
    csrf: str = ""
    password: str = ""
    away: bool = False

    def ask(self, method: str, path: str, *, status: int, **more: Any) -> Any:
        """Ask the API, and return what it says; anything but `status` is a failure of the day."""
        if self.away:
            self.away = False
            self.come_in(self.password)
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        answer = self.browser.request(method, f"/api/v1/{path}", headers=headers, **more)
        assert answer.status_code == status, (self.login, method, path, answer.status_code, answer.text)
        words = answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None
        if answer.is_success:
            SAID.append((method, path, status, more.get("json"), words))
        return answer if words is None else words

    def get(self, path: str, *, status: int = 200, **params: Any) -> Any:
        return self.ask("GET", path, status=status, params=params)

    def post(self, path: str, *, status: int = 200, **body: Any) -> Any:
        return self.ask("POST", path, status=status, json=body)

    def act(self, case_id: str, act: str, *, status: int = 200, **body: Any) -> Any:
        """Act upon a case."""
        return self.post(f"incidents/{case_id}/acts/{act}", status=status, id=self.town.new_id(), **body)

    def whistle(self, whistle_id: str, act: str, *, status: int = 200, **body: Any) -> Any:
        """Act upon a whistle."""
        return self.post(f"whistles/{whistle_id}/{act}", status=status, id=self.town.new_id(), **body)

    def come_in(self, password: str) -> None:
        """Log in."""
        entered = self.ask("POST", "login", status=200, json={"login": self.login, "password": password})
        self.csrf = entered["csrf"]

    def choose_password(self, first: str) -> None:
        """Set a password that nobody else knows, as must be done first."""
        self.password = secrets.token_urlsafe(12)
        self.csrf = self.post("password", old=first, new=self.password)["csrf"]

    def attach(self, case_id: str, picture: bytes) -> str:
        """Send a photo in parts, and return its id."""
        said = {"name": "现场.jpg", "media_type": "image/jpeg", "size": len(picture)}
        announced = self.post(
            "evidence/uploads",
            status=201,
            id=self.town.new_id(),
            incident_id=case_id,
            sha256=hashlib.sha256(picture).hexdigest(),
            **said,
        )
        step = announced["part_size"]
        for number in announced["missing"]:
            part = picture[(number - 1) * step : number * step]
            digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
            headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/octet-stream"}
            upload = f"evidence/uploads/{announced['id']}"
            self.ask("PUT", f"{upload}/parts/{number}", status=200, content=part, headers=headers)
        return str(self.post(f"{upload}/complete", status=200)["id"])


@dataclass
class Town:
    """Everything that lives through the day."""

    app: FastAPI
    store: Store
    clock: SetClock
    stack: ExitStack
    people: dict[str, Person] = field(default_factory=dict)
    _made: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    def new_id(self) -> str:
        """Return an id as a phone makes it, by its own clock."""
        return str(id_at(self.clock(), next(self._made)))

    def passes(self, **time: float) -> None:
        """Let time pass. Sessions do not last for ever: after an hour whoever does something logs in again."""
        self.clock.move(timedelta(**time))
        for person in self.people.values():
            person.away = person.away or timedelta(**time) >= timedelta(hours=1)

    def sweep(self) -> int:
        """Do what is due now, as the worker does every few seconds, and return how many cases and whistles it took."""
        swept = Sweeping(self.store, clock=self.clock).run()
        assert not swept.failed
        return sum(swept.rows[name] for name in ("cases", "whistles"))

    def stranger(self, login: str) -> Person:
        """Return somebody who has not logged in."""
        browser = self.stack.enter_context(TestClient(self.app, base_url=ORIGIN))
        return Person(self, login, browser)

    def hire(self, administrator: Person, login: str, role: str, area: str, organisation: str | None = None) -> Person:
        """Let the administrator make an account with a role; its holder comes in and sets a password of their own."""
        made = administrator.post("accounts", status=201, id=self.new_id(), login=login, name=login, area_code=area)
        granted = {"role": role, "area_code": area, "organisation_code": organisation}
        administrator.post(f"accounts/{made['id']}/grants", id=self.new_id(), **granted)
        person = self.people[login] = self.stranger(login)
        person.come_in(made["password"])
        person.choose_password(made["password"])
        return person


def now_of(clock: SetClock) -> str:
    """Return the time as a phone in the city says it."""
    moment: datetime = clock().astimezone(SHANGHAI)
    return moment.isoformat()


def photo() -> bytes:
    """Return a photo as a phone takes it."""
    picture = Image.radial_gradient("L").resize((640, 480)).convert("RGB")
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=90)
    return kept.getvalue()


def beside_the_market() -> shapely.Point:
    """Return a place at the wall of the first market of the sample district."""
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["kind"] == "market", "geometry"].iloc[0].representative_point()


def across_the_border() -> shapely.Polygon:
    """Return the block that stands one third in Lixia, two thirds in Licheng."""
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]


def here(place: shapely.Geometry, *, east_m: float = 0.0) -> dict[str, Any]:
    """Return a phone's position at a place, or so many metres east of it."""
    middle = place.representative_point()
    point = from_plane(shapely.affinity.translate(to_plane(middle, middle.x), east_m), middle.x)
    return {"datum": "wgs84", "lon": point.x, "lat": point.y, "accuracy_m": 10}
