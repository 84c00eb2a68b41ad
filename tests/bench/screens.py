"""The screens in a real browser: first useful paint and size on a slow phone; memory and frames of the wall.

A page says itself when it shows what one opens it for (the mark "useful") and when its map is drawn ("drawn"). The
phone is Lighthouse's: 1.6 Mbit/s, 150 ms there and back, a processor four times slower. The peer is the same district
as one folium page, as throttled.

A report is to take less than 20 seconds, people's hands and eyes included. Only the machine's share of that is measured
here: from opening the page on a phone that has it already, over photo, matter and place, until the phone says that it
keeps the report, and until the server has it. A script taps as soon as the page lets it. It neither looks for a button,
nor reads, nor chooses, nor aims a camera; it gives a photo as a file, so that neither the camera's own program nor its
shutter counts, and its receiver knows where it is at once. The photo itself follows, as fast as the network is.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, CDPSession, Geolocation, Page, ViewportSize, sync_playwright

from gridgov.access.secrets import SESSION, caller_of, new_secret
from gridgov.store.cluster.address import plain
from gridgov.store.unit import Store
from tests.bench.site import server
from tests.bench.streams import taken_in
from tests.support import EVER, FAR, somebody

EVENTS = 10_000
PER_SECOND = 50
LOOK_S = 20
_BITS, _ROUND_TRIP_MS, _SLOWER = 1_638_400, 150, 4
_CELL = "370102009001002"
_IN_THE_CELL: Geolocation = {"latitude": 36.6631, "longitude": 117.0772, "accuracy": 9}
_COUNT_TAPS = "addEventListener('touchstart', () => { globalThis.taps = (globalThis.taps ?? 0) + 1; }, true)"
_FLAGS = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
_PATIENCE_MS = 180_000
_WRITE = """
    INSERT INTO change (district_code, at, kind, subject_id, incident_id)
    SELECT '370102', now(), 'case.noted', id, id FROM unnest(%s::uuid[]) AS given (id)
"""
_FRAMES = """
seconds => new Promise(done => {
  const gaps = []; let last = performance.now(); const end = last + 1000 * seconds;
  const step = now => { gaps.push(now - last); last = now; now < end ? requestAnimationFrame(step) : done(gaps); };
  requestAnimationFrame(step);
})
"""


def run() -> list[dict[str, Any]]:
    """Open both screens on one server, and measure what the issue of speed is for whoever looks at them."""
    with server() as (host, port, url), _browser() as browser:
        address, incidents = f"http://{host}:{port}", taken_in(url)
        context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, locale="zh-CN")
        _log_in(context, url, address, "command_centre")
        folium, _ = _opened(context, f"{address}/map", mark=None)
        rows = []
        for name in ("field", "command"):
            seen_s, scripts = _opened(context, f"{address}/{name}", mark="useful")
            rows.append(_row(f"/{name}: first useful paint, slow phone", seen_s, folium, "s", folium / seen_s))
            if name == "command":
                drawn_s, scripts = _opened(context, f"{address}/{name}", mark="drawn")
                rows.append(_row(f"/{name}: its map drawn, slow phone", drawn_s, folium, "s", folium / drawn_s))
            rows.append(_row(f"/{name}: scripts and styles, compressed", scripts / 1000, None, "kB", None))
        context.close()
        wall = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        _log_in(wall, url, address, "command_centre")
        return rows + _reported(browser, url, address) + _wall(wall, f"{address}/command", url, incidents)


def _opened(context: BrowserContext, where: str, *, mark: str | None) -> tuple[float, float]:
    """Return the seconds until the page is useful, and the bytes of scripts and styles that came for it."""
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    _slow_down(line)
    page.goto(where, timeout=_PATIENCE_MS, wait_until="commit")
    if mark is None:
        page.locator(".box.right summary").first.wait_for(timeout=_PATIENCE_MS)
        seen = page.evaluate("performance.now()") / 1000
    else:
        seen = _marked(page, mark)
    # By name: what is fetched ahead and then used counts once, as it does where nothing forbids the cache.
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => /\\.(js|css)$/.test(e.name))"
        ".map(e => [e.name, e.encodedBodySize])"
    )
    page.close()
    return seen, float(sum(dict(sizes).values()))


def _slow_down(line: CDPSession) -> None:
    speed = {"downloadThroughput": _BITS / 8, "uploadThroughput": _BITS / 8, "latency": _ROUND_TRIP_MS}
    line.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    line.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})


def _report(browser: Browser, url: str, address: str, photo: Path) -> list[dict[str, Any]]:
    """Report once on a phone that has the page, with a photo, by as few taps as that takes."""
    size: ViewportSize = {"width": 360, "height": 740}
    phone = browser.new_context(viewport=size, is_mobile=True, has_touch=True, locale="zh-CN")
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation(_IN_THE_CELL)
    _log_in(phone, url, address, "grid_worker", _CELL)
    page = phone.new_page()
    page.goto(f"{address}/field")
    page.locator(".f-told").wait_for(timeout=_PATIENCE_MS)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()
    page = phone.new_page()
    page.add_init_script(_COUNT_TAPS)
    _slow_down(phone.new_cdp_session(page))
    begun = time.perf_counter()
    page.goto(f"{address}/field", timeout=_PATIENCE_MS, wait_until="commit")
    with page.expect_file_chooser(timeout=_PATIENCE_MS) as camera:
        page.locator(".f-camera").tap()
    camera.value.set_files(photo)
    page.locator(".f-chip").first.tap()
    page.locator(".f-told").wait_for()  # that the place is known is what one looks for before sending
    with page.expect_response(f"{address}/api/v1/incidents", timeout=_PATIENCE_MS) as arrived:
        page.locator(".f-go[aria-disabled=false]").tap(timeout=_PATIENCE_MS)
        page.locator(".ui-toast").wait_for(timeout=_PATIENCE_MS)
        kept_s = time.perf_counter() - begun
    sent_s, taps = time.perf_counter() - begun, page.evaluate("taps")
    if not arrived.value.ok:
        message = f"the report was answered by {arrived.value.status}"
        raise RuntimeError(message)
    phone.close()
    return [
        _row("/field: opened until a report with a photo is kept, slow phone", kept_s, None, "s", None),
        _row("/field: opened until the server has it, slow phone", sent_s, None, "s", None),
        _row("/field: taps for that", taps, None, "taps", None),
    ]


def _reported(browser: Browser, url: str, address: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        _take(photo)
        return _report(browser, url, address, photo)


def _take(photo: Path) -> None:
    """Write a JPEG with the pixels of a phone's, some four megabytes."""
    wide, high = 4_000, 3_000
    coarse = Image.frombytes("RGB", (wide // 4, high // 4), random.Random(1).randbytes(wide * high * 3 // 16))
    coarse.resize((wide, high), Image.Resampling.BILINEAR).save(photo, "JPEG", quality=85)


def _marked(page: Page, mark: str) -> float:
    for _ in range(_PATIENCE_MS // 100):
        found = page.evaluate("name => performance.getEntriesByName(name)[0]?.startTime ?? null", mark)
        if found is not None:
            return float(found) / 1000
        page.wait_for_timeout(100)
    message = f"{page.url} never said that it is useful"
    raise RuntimeError(message)


def _wall(context: BrowserContext, where: str, url: str, incidents: list[Any]) -> list[dict[str, Any]]:
    page = context.new_page()
    page.goto(where)
    _marked(page, "drawn")
    page.wait_for_timeout(5_000)
    line = context.new_cdp_session(page)
    quiet = _lost(page.evaluate(_FRAMES, LOOK_S))
    writer = Thread(target=_steadily, args=(url, incidents, LOOK_S * PER_SECOND))
    writer.start()
    busy = _lost(page.evaluate(_FRAMES, LOOK_S))
    writer.join()
    before = _heap(line)
    _at_once(url, incidents, EVENTS)
    page.wait_for_timeout(15_000)
    after = _heap(line)
    frames = f"frames lost of {LOOK_S} s at {PER_SECOND} events/s"
    return [
        _row(frames, busy, quiet, "%", None, peer_name="the same page in quiet"),
        _row(f"/command: heap after {EVENTS:,} events", after, before, "MB", before / after, peer_name="before them"),
    ]


def _lost(gaps: list[float]) -> float:
    """Return how many per cent of the frames that a 60 Hz screen shows were not drawn."""
    wanted = sum(gaps) / (1000 / 60)
    return max(0.0, 100 * (1 - len(gaps) / wanted))


def _heap(line: CDPSession) -> float:
    line.send("Performance.enable")
    for _ in range(3):
        line.send("HeapProfiler.collectGarbage")
    metrics = line.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize")) / 1_000_000


def _steadily(url: str, incidents: list[Any], many: int) -> None:
    begun = time.perf_counter()
    with psycopg.connect(plain(url), autocommit=True) as line:
        for turn in range(many):
            time.sleep(max(0.0, begun + turn / PER_SECOND - time.perf_counter()))
            line.execute(_WRITE, [[incidents[turn % len(incidents)]]])


def _at_once(url: str, incidents: list[Any], many: int) -> None:
    with psycopg.connect(plain(url), autocommit=True) as line:
        for begin in range(0, many, 100):
            line.execute(_WRITE, [[incidents[(begin + n) % len(incidents)] for n in range(100)]])
            time.sleep(0.05)


def _log_in(context: BrowserContext, url: str, address: str, role: str, area_code: str = "370102") -> None:
    secret, login = new_secret(SESSION), f"{role}-{time.time_ns()}"
    store = Store(url)
    somebody(store, role, area_code, login=login)
    with store.transaction() as unit:
        account_id = unit.accounts.id_of(login)
        assert account_id
        unit.accounts.open(account_id, "session", caller_of(secret).secret_hash, now=EVER, expires_at=FAR)
    store.close()
    context.add_cookies([{"name": f"gridgov-{address.rpartition(':')[2]}", "value": secret, "url": address}])


@contextmanager
def _browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def _row(
    what: str, ours: float, peer: float | None, unit: str, ratio: float | None, *, peer_name: str = "folium's page"
) -> dict[str, Any]:
    named = peer_name if peer is not None else "-"
    return {
        "what": what, "ours": ours, "peer": peer, "unit": unit, "peer_name": named, "ratio": ratio, "equal": None
    }  # fmt: skip
