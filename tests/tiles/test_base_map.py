"""A province's base map comes through this server, which keeps its key and lets nothing else through."""

import threading

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api import basemap
from api.app import create_app
from api.basemap import BaseMap
from api.deps import Services
from gridgov.errors import NotFoundError, SetupError, UnavailableError
from gridgov.settings import Settings
from layers.tiles import Tile
from tests.api.conftest import EVERYWHERE, proof_of
from tests.support import NOON, SetClock, somebody

PNG = b"\x89PNG\r\n\x1a\n and so on"
URL = "https://tiles.invalid/vec_w/{z}/{x}/{y}?tk={token}"
TILE = Tile(10, 845, 401)


class Province:
    """Stands for the server of a province: answers what it is told to, and writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = httpx2.Response(200, content=PNG, headers={"content-type": "image/png"})
        self.error: Exception | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        if self.error is not None:
            raise self.error
        return self.answer


def configured(**more: object) -> Settings:
    said = {"base_map_url": URL, "base_map_token": SecretStr("k3y"), "base_map_name": "天地图·山东"}
    return Settings(**{**said, "base_map_attribution": "山东省地理信息公共服务平台", **more})


@pytest.fixture
def province() -> Province:
    return Province()


@pytest.fixture
def base(province: Province) -> BaseMap:
    return BaseMap(configured(), transport=httpx2.MockTransport(province))


def test_a_tile_is_fetched_once_with_the_key(base, province):
    assert base.image(TILE).data == PNG
    assert base.image(TILE).media_type == "image/png"
    assert province.asked == ["https://tiles.invalid/vec_w/10/845/401?tk=k3y"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b"<script>", headers={"content-type": "text/html"}),
        httpx2.Response(200, content=b"<svg/>", headers={"content-type": "image/svg+xml"}),
        httpx2.Response(200, content=PNG),
        httpx2.Response(403, content=b"no key", headers={"content-type": "image/png"}),
        httpx2.Response(302, headers={"location": "http://169.254.169.254/"}),
        httpx2.Response(500),
        httpx2.Response(200, content=b"x" * (basemap.MOST_BYTES + 1), headers={"content-type": "image/png"}),
    ],
)
def test_what_is_no_image_is_not_passed_on(base, province, answer):
    province.answer = answer
    with pytest.raises(UnavailableError) as caught:
        base.image(TILE)
    assert "k3y" not in str(caught.value)
    assert len(province.asked) == 1


def test_a_map_that_is_down_is_left_alone_for_a_while_and_its_key_stays_unsaid(base, province, caplog):
    province.error = httpx2.ConnectError("https://tiles.invalid/?tk=k3y refused")
    for _ in range(3):
        with pytest.raises(UnavailableError) as caught:
            base.image(TILE)
        assert "k3y" not in str(caught.value)
        assert caught.value.__cause__ is None
    assert len(province.asked) == 1
    assert "k3y" not in caplog.text


class Hanging:
    """A map that says nothing until it is let go, and then that it is down."""

    def __init__(self) -> None:
        self.asked = 0
        self.full = threading.Semaphore(0)
        self.let_go = threading.Event()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        self.full.release()
        assert self.let_go.wait(60)
        message = "hung up"
        raise httpx2.ReadTimeout(message, request=request)


@pytest.fixture
def hung():
    """Yield a map that hangs with all who may ask it, and what else asks for a tile of it."""
    hanging, threads = Hanging(), []
    base = BaseMap(configured(), transport=httpx2.MockTransport(hanging))

    def ask(x: int) -> threading.Thread:
        def refused() -> None:
            with pytest.raises(UnavailableError):
                base.image(Tile(10, x, 0))

        threads.append(threading.Thread(target=refused, daemon=True))
        threads[-1].start()
        return threads[-1]

    for x in range(basemap.AT_ONCE):
        ask(x)
    for _ in range(basemap.AT_ONCE):
        assert hanging.full.acquire(timeout=30)
    yield hanging, ask
    hanging.let_go.set()
    for thread in threads:
        thread.join(30)


def test_whoever_comes_while_a_map_hangs_is_let_go_before_it_answers(hung, monkeypatch):
    monkeypatch.setattr(basemap, "PATIENCE_S", 600.0)
    hanging, ask = hung
    late = ask(99)
    late.join(30)
    assert not late.is_alive()
    assert not hanging.let_go.is_set()
    assert hanging.asked == basemap.AT_ONCE


def test_whoever_waited_while_a_map_went_down_does_not_ask_it_again(hung, monkeypatch):
    monkeypatch.setattr(basemap, "QUEUE_S", 60.0)
    hanging, ask = hung
    waiting = ask(99)
    hanging.let_go.set()
    waiting.join(30)
    assert not waiting.is_alive()
    assert hanging.asked == basemap.AT_ONCE


def test_a_tile_that_the_map_does_not_have_is_not_found(base, province):
    province.answer = httpx2.Response(404)
    with pytest.raises(NotFoundError):
        base.image(TILE)
    with pytest.raises(NotFoundError):
        base.image(Tile(19, 1, 1))


def test_what_is_kept_is_bounded(base, province, monkeypatch):
    monkeypatch.setattr(basemap, "KEPT_BYTES", 3 * len(PNG))
    for x in range(5):
        base.image(Tile(10, x, 0))
    base.image(Tile(10, 4, 0))
    assert len(province.asked) == 5
    base.image(Tile(10, 0, 0))
    assert len(province.asked) == 6


WRONG = [
    "tiles.invalid/{z}/{x}/{y}",
    "https://tiles.invalid/{z}/{x}",
    "https://t/{z}/{x}/{y}/{q}",
    "file:///{z}/{x}/{y}",
    "https://t/{z}/{x}/{y}/{",
]


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_is_none_of_tiles_is_refused(url):
    with pytest.raises(SetupError, match="GRIDGOV_BASE_MAP_URL"):
        BaseMap(configured(base_map_url=url))


def test_pages_are_told_of_it_and_never_of_its_address(store, province):
    app = create_app(store, configured(), clock=SetClock(NOON), names=["testserver"])
    services: Services = app.state.services
    services._made[BaseMap] = BaseMap(services.settings, transport=httpx2.MockTransport(province))
    somebody(store, "command_centre", EVERYWHERE, login="centre")
    with TestClient(app, headers=proof_of("centre")) as client:
        said = client.get("/tiles")
        assert said.json()["base_map"] == {
            "name": "天地图·山东",
            "attribution": "山东省地理信息公共服务平台",
            "tiles": "/tiles/base/{z}/{x}/{y}",
            "zoom": [0, 18],
        }
        assert "tiles.invalid" not in said.text
        answer = client.get("/tiles/base/10/845/401")
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        province.error = httpx2.ReadTimeout("slow")
        assert client.get("/tiles/base/10/845/402").status_code == 503


def test_without_one_there_is_none(client):
    assert client.get("/tiles").json()["base_map"] is None
    assert client.get("/tiles/base/10/845/401").status_code == 404
