"""The screens' town: a served sample district with a morning of reports, its people, and browsers that they use."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import make_url

from api.app import create_app
from gridgov.access.secrets import SESSION, caller_of, new_secret
from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.services.sample import day_of_reports, play
from gridgov.services.sample_accounts import sample_accounts
from gridgov.settings import Settings
from gridgov.store.cluster import Cluster
from gridgov.store.unit import Store
from tests.api.conftest import serving
from tests.conftest import SAMPLE, sample_of_its_own
from tests.support import EVER, FAR, keeper

__all__ = ["keeper"]

MORNING = 60
"""So many reports of the sample's day came in."""

PHONE, LAPTOP, WALL = (360, 740), (1440, 900), (3840, 1080)


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Let the pages take their time: a machine that runs other tests beside them is slow, not wrong."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


COARSE = "Object.defineProperty(globalThis, 'devicePixelRatio', { value: devicePixelRatio / 2 })"
"""Halves what maps take for the fineness of the screen; all else on the page is drawn as finely as ever."""


@dataclass
class Town:
    """A served district.

    Attributes
    ----------
    passwords
        By login: worker, community, lane, street, neighbour, dept-zf ... centre, centre-next, city, planner, auditor,
        admin.
    """

    address: str
    store: Store
    passwords: dict[str, str]
    browser: Browser
    pages: list["Watched"] = field(default_factory=list)

    @contextmanager
    def page(
        self, login: str | None, *, size: tuple[int, int] = LAPTOP, sharp: bool = False, **more: Any
    ) -> Iterator["Watched"]:
        """Yield a page of a browser of its own in which `login` is logged in (None: nobody).

        Nothing moves by itself on it unless `reduced_motion="no-preference"` is asked for, and its maps draw one pixel
        where they have room for four unless it is to be `sharp`: a machine without graphics draws every step of every
        movement and every pixel by its processor, on which the tests' servers run too.
        """
        mobile = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2} if size == PHONE else {}
        view = {"width": size[0], "height": size[1]}
        more = {"reduced_motion": "reduce"} | mobile | more
        context = self.browser.new_context(locale="zh-CN", viewport=view, base_url=self.address, **more)
        try:
            if login:
                context.add_cookies([self._cookie(login)])
            if not sharp:
                context.add_init_script(COARSE)
            watched = Watched(context.new_page(), self.address)
            watched.page.set_default_timeout(60_000)
            yield watched
            watched.require_calm()
        finally:
            context.close()

    def _cookie(self, login: str, *, expires_at: datetime = FAR) -> Any:
        secret = new_secret(SESSION)
        with self.store.transaction() as unit:
            account_id = unit.accounts.id_of(login)
            assert account_id, login
            unit.accounts.open(account_id, "session", caller_of(secret).secret_hash, now=EVER, expires_at=expires_at)
        return {"name": f"gridgov-{self.address.rpartition(':')[2]}", "value": secret, "url": self.address}


class Watched:
    """A page of which everything is known that it asked for, and everything that it complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.forgiven: list[str] = []

        def asked(url: str) -> None:
            if not url.startswith((address, "data:", "blob:")):
                self.foreign.append(url)

        page.context.on("request", lambda request: asked(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def forgive(self, pattern: str) -> None:
        """Expect complaints that match `pattern`, as of a network that was cut on purpose."""
        self.forgiven.append(pattern)

    def require_calm(self) -> None:
        """Fail if a request left the server, or if the page complained of what nobody expected."""
        assert self.foreign == []
        assert [said for said in self.complaints if not any(re.search(one, said) for one in self.forgiven)] == []


@dataclass(frozen=True)
class Peopled:
    """A database with the sample district and its accounts, of which towns are copies: hashing takes its time."""

    name: str
    passwords: dict[str, str]


@pytest.fixture(scope="session")
def peopled(cluster: Cluster, sample_url: str, tmp_path_factory) -> Iterator[Peopled]:  # noqa: ARG001 - made by it
    """Yield what the towns of this worker are copies of: nobody is connected to it."""
    with sample_of_its_own(cluster) as url:
        store = Store(url)
        accounts, _ = sample_accounts(store, SAMPLE, tmp_path_factory.mktemp("peopled"), now=system_clock())
        store.close()
        yield Peopled(str(make_url(url).database), {a.login: a.password for a in accounts if a.password})


@pytest.fixture(scope="module")
def town(cluster: Cluster, peopled: Peopled, keeper, browser: Browser, tmp_path_factory) -> Iterator[Town]:
    """Yield a town that the tests of one module share: they may change it, and must not rely on its being unchanged."""
    folder: Path = tmp_path_factory.mktemp("town")
    with sample_of_its_own(cluster, peopled.name) as url:
        store = Store(url)
        intake = Intake(store, clock=system_clock, home_district="370102", keeper=keeper)
        morning = day_of_reports(SAMPLE, ending=system_clock() - timedelta(minutes=1))[-MORNING:]
        for _ in play(intake, morning):
            pass
        app = create_app(store, Settings(data_dir=folder))
        app.state.intake = intake
        with serving(app) as address:
            yield Town(address, store, peopled.passwords, browser)
        store.close()
