"""A base map that somebody else draws (a province's Tianditu, another WMTS or XYZ), fetched by this server.

Browsers ask us and never them: so pages keep their strict policy, the key stays here, and one machine that reaches the
map is enough. What was fetched is kept for an hour in memory, and by each browser for a day.
"""

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import structlog

from api.tiles import BaseMapOut
from gridgov.clock import Clock
from gridgov.errors import NotFoundError, SetupError, UnavailableError
from gridgov.settings import Settings
from gridgov.store.unit import Store
from layers.tiles import Tile

MOST_BYTES = 2_000_000
"""Of one tile; whatever is larger is no tile."""

KEPT_BYTES = 64_000_000
KEPT_S = 3_600.0
PATIENCE_S = 8.0
AT_ONCE = 6
"""So many tiles are fetched at a time, so that a map that hangs never takes all threads."""

QUEUE_S = 0.3
"""So long somebody waits to be one of them: whoever waits holds a thread that reports need. Pages ask again."""

RESTING_S = 10.0
"""After a failure nobody asks for so long: a map that is down must not make every page wait."""

DEEPEST_ZOOM = 18
_IMAGES: Final = ("image/png", "image/jpeg", "image/webp")
_AGENT: Final = {"User-Agent": "gridgov", "Accept": ", ".join(_IMAGES)}

_log = structlog.get_logger(__name__)
# It would write every address that it asks into the log, and with it the key.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Image:
    """A tile as it was fetched."""

    data: bytes
    media_type: str
    until: float


class BaseMap:
    """Fetches tiles of the configured base map.

    Parameters
    ----------
    settings
        The installation's: `base_map_url` with ``{z}``, ``{x}``, ``{y}`` and maybe ``{token}``.
    transport
        Carries requests; the network's own if left out.
    """

    def __init__(self, settings: Settings, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._kept: OrderedDict[Tile, Image] = OrderedDict()
        self._size = 0
        self._resting_until = 0.0
        self._template = _checked(settings.base_map_url)

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> "BaseMap":  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(settings)

    def described(self) -> BaseMapOut | None:
        """Return what pages need to know of it, or None where there is none."""
        if self._template is None:
            return None
        name, attribution = self._settings.base_map_name, self._settings.base_map_attribution
        address = "/tiles/base/{z}/{x}/{y}"
        return BaseMapOut(name=name, attribution=attribution, tiles=address, zoom=(0, DEEPEST_ZOOM))

    def image(self, tile: Tile) -> Image:
        """Return a tile.

        Raises
        ------
        NotFoundError
            If no base map is configured, or it has no such tile.
        UnavailableError
            If it does not answer with an image.
        """
        if self._template is None or tile.z > DEEPEST_ZOOM:
            message = "There is no such base map: GRIDGOV_BASE_MAP_URL names one."
            raise NotFoundError(message, field="base")
        found = self._held(tile)
        if found is not None:
            return found
        if not self._places.acquire(timeout=QUEUE_S):
            raise _down()
        try:
            # Meanwhile it may have come for somebody else, or the map may have gone down.
            return self._held(tile) or self._keep(tile, self._fetch(tile))
        finally:
            self._places.release()

    def _held(self, tile: Tile) -> Image | None:
        """Return a tile that was fetched before, or None.

        Raises
        ------
        UnavailableError
            If there is none, and the map is left alone for a while.
        """
        now = time.monotonic()
        with self._lock:
            found = self._kept.get(tile)
            if found is not None and found.until > now:
                self._kept.move_to_end(tile)
                return found
            if self._resting_until > now:
                raise _down()
            return None

    def _fetch(self, tile: Tile) -> Image:
        token = self._settings.base_map_token
        parts: dict[str, Any] = {**tile.numbers, "token": token.get_secret_value() if token else ""}
        address = (self._template or "").format(**parts)
        try:
            with (
                httpx2.Client(transport=self._transport, timeout=PATIENCE_S, follow_redirects=False) as client,
                client.stream("GET", address, headers=_AGENT) as answer,
            ):
                return _image(answer)
        except httpx2.HTTPError as error:
            self._rest(type(error).__name__)
            raise _down() from None  # its words hold the address, and that the key
        except UnavailableError as error:
            self._rest(error.message)
            raise

    def _rest(self, why: str) -> None:
        with self._lock:
            self._resting_until = time.monotonic() + RESTING_S
        _log.warning("the base map does not answer", host=urlsplit(self._template or "").hostname, why=why)

    def _keep(self, tile: Tile, image: Image) -> Image:
        with self._lock:
            before = self._kept.pop(tile, None)
            self._size += len(image.data) - (len(before.data) if before else 0)
            self._kept[tile] = image
            while self._size > KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1].data)
        return image


def _checked(template: str | None) -> str | None:
    """Return the template, once it is known to be one.

    Raises
    ------
    SetupError
        If it is none.
    """
    if template is None:
        return None
    try:
        made = template.format(z=0, x=0, y=0, token="")
        whole = all("{" + part + "}" in template for part in "zxy") and urlsplit(made).scheme in {"http", "https"}
    except (KeyError, IndexError, ValueError):
        whole = False
    if not whole:
        message = "GRIDGOV_BASE_MAP_URL is no address of tiles: https://host/path/{z}/{x}/{y}?tk={token}"
        raise SetupError(message, field="base_map_url")
    return template


def _image(answer: httpx2.Response) -> Image:
    if answer.status_code in {204, 404}:
        message = "The base map has no such tile."
        raise NotFoundError(message, field="base")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status_code != 200 or kind not in _IMAGES:
        message = f"The base map answered {answer.status_code} with {kind or 'nothing'}: its address or key is wrong."
        raise UnavailableError(message)
    data = bytearray()
    for part in answer.iter_bytes():
        data += part
        if len(data) > MOST_BYTES:
            message = f"The base map sent more than {MOST_BYTES} bytes for a tile."
            raise UnavailableError(message)
    return Image(bytes(data), kind, time.monotonic() + KEPT_S)


def _down() -> UnavailableError:
    return UnavailableError("The base map does not answer now; everything else does.")
