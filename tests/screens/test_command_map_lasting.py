"""The wall's map comes, stays and comes back by itself: without its parts, graphics, network or database."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect
from psycopg.sql import SQL, Identifier

from gridgov.store.cluster import Cluster
from gridgov.store.cluster.database import connected
from tests.screens.conftest import Town
from tests.screens.mapping import poll, until_drawn

pytestmark = pytest.mark.browser

CUT = "ERR_|Failed to load|AJAXError|Failed to fetch|NetworkError|503"


@pytest.mark.parametrize("part", [r"/MapView-[^/]*\.js", r"/maplibre-gl-worker[^/]*"], ids=["the map", "its worker"])
def test_a_map_whose_part_did_not_come_comes_without_a_reload(town: Town, part: str):
    with town.page("centre") as watched:
        watched.forgive("ERR_FAILED|Failed to fetch")
        page = watched.page
        refused = []

        def refuse(route: Route) -> None:
            refused.append(route.request.url)
            route.abort()

        page.route(re.compile(part), refuse)
        page.goto("/command")
        page.evaluate("window.kept = true")
        expect(page.locator(".c-badge.live")).to_be_visible()
        expect(page.locator(".c-map")).to_contain_text("正在加载地图")
        poll(page, lambda: refused, "Nobody asked for it.")
        page.unroute(re.compile(part))
        until_drawn(page)
        assert page.evaluate("window.kept") is True
        # Its looks are there, too: a map without them lies beside its place.
        assert page.evaluate("getComputedStyle(document.querySelector('.maplibregl-map')).overflow") == "hidden"


def test_graphics_that_are_lost_for_good_are_begun_anew_at_the_same_place(town: Town):
    with town.page("centre") as watched:
        watched.forgive("WebGL|context")
        page = watched.page
        page.goto("/command?map=14.20/36.66000/117.08000&layers=streets,incidents_by_stage")
        until_drawn(page)
        page.evaluate("""() => {
            const canvas = document.querySelector(".c-map canvas");
            canvas.dataset.first = "yes";
            canvas.getContext("webgl2").getExtension("WEBGL_lose_context").loseContext();
        }""")
        expect(page.locator(".c-map canvas[data-first]")).to_have_count(0)
        expect(page.locator(".c-map canvas")).to_have_count(1)
        expect(page).to_have_url(re.compile("map=14.20/36.66000/117.08000"))
        page.locator(".c-map canvas").focus()
        page.keyboard.press("ArrowRight")
        expect(page).not_to_have_url(re.compile("map=14.20/36.66000/117.08000"))


def test_a_machine_that_cannot_draw_still_shows_what_is_late(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.add_init_script("""
            const get = HTMLCanvasElement.prototype.getContext;
            HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
                return kind === "webgl2" ? null : get.call(this, kind, ...more);
            };
        """)
        page.goto("/command")
        expect(page.locator(".c-blind")).to_contain_text("画不出地图")
        expect(page.locator("[data-figure=open] strong")).to_have_text(re.compile(r"\d+"))
        expect(page.locator(".c-badge.live")).to_be_visible()


class _Wire:
    """A wire between pages and the server, which can be pulled: nothing is refused, and nothing comes any more."""

    def __init__(self, address: str) -> None:
        there = urlsplit(address)
        self._there = (there.hostname or "", there.port or 0)
        self._pulled = threading.Event()
        self._ends: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._let_in, daemon=True).start()

    def pull(self) -> None:
        self._pulled.set()

    def plug(self) -> None:
        """Mend the wire; whatever went over it before is lost."""
        self._pulled.clear()
        for end in list(self._ends):
            _close(end)

    def close(self) -> None:
        _close(self._door)
        self.plug()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.create_connection(self._there)
                self._ends |= {here, there}
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                if not self._pulled.is_set():
                    other.sendall(data)
        _close(one)
        _close(other)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@pytest.fixture
def wire(town: Town) -> Iterator[_Wire]:
    """Yield a wire to the town that can be pulled."""
    wire = _Wire(town.address)
    yield wire
    wire.close()


def test_a_network_that_is_pulled_is_noticed_and_survived_without_a_reload(town: Town, wire: _Wire):
    with replace(town, address=f"http://127.0.0.1:{wire.port}").page("centre") as watched:
        watched.forgive(CUT)
        page = watched.page
        page.goto("/command")
        expect(page.locator(".c-badge.live")).to_be_visible()
        until_drawn(page)
        page.evaluate("window.kept = true")
        wire.pull()
        expect(page.locator(".c-badge.stale")).to_contain_text("画面可能已过时", timeout=90_000)
        wire.plug()
        expect(page.locator(".c-badge.live")).to_be_visible(timeout=60_000)
        assert page.evaluate("window.kept") is True


@contextmanager
def _database_away(cluster: Cluster, name: str) -> Iterator[None]:
    """Throw everybody out of a database and let nobody in, as when its server starts anew."""
    allow = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with connected(cluster.server.socket) as connection:
        connection.execute(allow.format(Identifier(name), SQL("false")))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(allow.format(Identifier(name), SQL("true")))


def test_a_database_that_goes_and_comes_is_survived_and_what_happens_then_is_shown(town: Town, cluster: Cluster):
    name = town.store.engine.url.database
    assert name
    with town.page("centre") as watched:
        watched.forgive(CUT)
        page = watched.page
        page.goto("/command")
        expect(page.locator(".c-badge.live")).to_be_visible()
        case = page.request.get("/api/v1/incidents?stage=reported&limit=1").json()["items"][0]
        page.goto(f"/command/cases/{case['id']}")
        expect(page.locator(".c-story")).to_be_visible()
        until_drawn(page)
        page.evaluate("window.kept = true")
        with _database_away(cluster, name):
            page.locator("body").press("0")
            expect(page.locator(".c-badge.stale")).to_be_visible(timeout=90_000)
            expect(page.locator(".c-story")).to_be_visible()
        expect(page.locator(".c-badge.live")).to_be_visible(timeout=90_000)
        with town.page("centre") as other:
            other.page.goto(f"/command/cases/{case['id']}")
            other.page.locator("[data-act=file]").click()
            expect(other.page.locator(".c-case .c-standing .c-stage").first).to_have_text("已立案")
        expect(page.locator(".c-case .c-standing .c-stage").first).to_have_text("已立案")
        assert page.evaluate("window.kept") is True
