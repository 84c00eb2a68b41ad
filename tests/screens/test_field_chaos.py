"""A worker on duty reports, notes and checks in all morning; network, page and server are cut and killed meanwhile.

At the end everything is in the database exactly once, with every byte of every photo, in the order of its making.
"""

import hashlib
import io
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Geolocation, Page, expect
from sqlalchemy import text

from gridgov.access.secrets import SESSION, caller_of, new_secret
from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.services.sample_accounts import sample_accounts
from gridgov.store.cluster import Cluster
from gridgov.store.unit import Store
from tests.conftest import SAMPLE, sample_of_its_own
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import go_to, handled, number_of
from tests.screens.test_field_outbox_ways import call_to
from tests.support import EVER, FAR

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEED = 20_260_305
REPORTS = 42
PART_BYTES = 4_194_304
CASE = "等人核查"
EVERY = 7
"""So many reports are made for each note upon the case, and for each whistle that is answered."""
CALLS = REPORTS // EVERY
SITE: Geolocation = {"latitude": 36.6632, "longitude": 117.0782, "accuracy": 9}
STEP = 0.0003
"""Degrees of latitude: more than a position must differ by to be kept."""

_STORED = text("SELECT id, text FROM incident WHERE text LIKE '混乱%' ORDER BY id")
_NOTES = text("SELECT payload ->> 'text' FROM incident_fact WHERE kind = 'noted' ORDER BY seq")
_ARRIVALS = text("SELECT w.incident_id FROM check_in c JOIN whistle w ON w.id = c.whistle_id ORDER BY c.id")
_SHIFTS = text("SELECT started_at, ended_at FROM shift")
_POSITIONS = text("SELECT round(extract(epoch FROM at) * 1000)::bigint FROM staff_position")
_PHOTOS = text("""
    SELECT i.text, e.name, encode(e.original_sha256, 'hex') AS hash, e.id
    FROM evidence e JOIN incident i ON i.district_code = e.district_code AND i.id = e.incident_id
    WHERE i.text LIKE '混乱%' ORDER BY i.id, e.added_at
""")


_KEPT = """async (begins) => {
    const ask = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    const database = await ask(indexedDB.open("gridgov-field"));
    const store = database.transaction("kept").objectStore("kept");
    const keys = (await ask(store.getAllKeys())).filter((key) => String(key).startsWith(begins));
    const found = await Promise.all(keys.map((key) => ask(store.get(key))));
    database.close();
    return found.flat();
}"""
TAKEN = f"async () => (await ({_KEPT})('fixes:')).map((fix) => fix.at)"
"""When positions were taken that the phone has gathered, in milliseconds since 1970."""
BEGUN = f"async (words) => (await ({_KEPT})('draft:')).some((one) => one.text === words)"
"""Whether a report of these words, which is being written, is on the disk."""


@dataclass
class Server:
    """A server that is killed and comes back at the same place."""

    mother: subprocess.Popen[str]
    port: int
    pid: int | None = None
    killed: int = 0

    def live(self) -> None:
        """Serve, and wait until somebody answers."""
        assert self.mother.stdin
        assert self.mother.stdout
        self.mother.stdin.write("serve\n")
        self.mother.stdin.flush()
        self.pid = int(self.mother.stdout.readline())
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        pytest.fail("the server did not come back")

    def die(self) -> None:
        """Be killed without a word."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            self.killed += 1
        self.pid = None


@dataclass
class Made:
    """What the worker has reported, as it was told to be kept."""

    photos: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By the report's words: names of photos with the SHA-256 of what the camera gave, in order."""
    notes: list[str] = field(default_factory=list)
    arrivals: list[str] = field(default_factory=list)
    """Cases at whose whistles they checked in."""
    positions: set[int] = field(default_factory=set)


class Phone:
    """A phone whose page and browser are closed at any moment; its disk stays."""

    def __init__(self, browser: Browser, folder: Path, server: Server, cookie: dict[str, Any]) -> None:
        self._type = browser.browser_type
        self._folder = folder
        self._address = f"http://127.0.0.1:{server.port}"
        self._cookie = cookie
        self.foreign: list[str] = []
        self.context = self._started()
        self.page = self._opened()

    def _started(self) -> BrowserContext:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        flags = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
        flags += ["--disable-gpu-rasterization", "--disable-gpu-compositing"]
        context = self._type.launch_persistent_context(
            self._folder,
            executable_path=program,
            args=[*flags, "--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
            reduced_motion="reduce",
            viewport={"width": PHONE[0], "height": PHONE[1]},
            base_url=self._address,
            locale="zh-CN",
            geolocation=SITE,
            permissions=["geolocation"],
        )
        context.add_cookies([self._cookie])  # type: ignore[list-item]
        context.on("request", lambda request: self._asked(request.url))
        return context

    def _asked(self, url: str) -> None:
        if not url.startswith((self._address, "data:", "blob:")):
            self.foreign.append(url)

    def _opened(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.goto("/field")
        # The first time it fetches what it carries.
        expect(page.get_by_label("说明")).to_be_visible(timeout=60_000)
        return page

    def lose_page_over(self, words: str) -> None:
        """Close the page while these words are written, once they are on the disk: a moment after the last letter."""
        self.page.wait_for_function(BEGUN, arg=words, timeout=60_000)
        self.lose_page()

    def lose_page(self) -> None:
        """Close the page without a word, and open it again: from the phone itself, where nobody answers."""
        self.page.close(run_before_unload=False)
        self.page = self._opened()

    def lose_browser(self) -> None:
        """Close the whole browser, and start it again with what is on the disk."""
        self.context.close()
        self.context = self._started()
        self.page = self._opened()

    def write(self, words: str, photos: list[tuple[str, bytes]]) -> None:
        """Write a report, without sending it."""
        page = self.page
        page.locator(".f-chip").first.click()
        for at, (name, content) in enumerate(photos, start=1):
            one = {"name": name, "mimeType": "image/jpeg", "buffer": content}
            page.get_by_label("拍照或选择照片").set_input_files(one)  # type: ignore[arg-type]
            expect(page.locator(".f-shot")).to_have_count(at)
        page.get_by_label("说明").fill(words)

    def send(self, words: str) -> None:
        """Send what is written; it is kept once the page is empty again."""
        expect(self.page.get_by_label("说明")).to_have_value(words)
        self.page.locator(".f-go").click()
        expect(self.page.get_by_label("说明")).to_have_value("")

    def note(self, words: str) -> None:
        """Note something upon the case; it is kept once the dialog is gone."""
        go_to(self.page, "任务")
        self.page.locator("li.f-card").filter(has_text=CASE).get_by_role("button", name="备注").click()
        self.page.locator("#act-words").fill(words)
        self.page.locator("dialog .f-go").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        go_to(self.page, "上报")

    def arrive(self, number: str) -> None:
        """Check in at a whistle; it is kept once the page says so."""
        go_to(self.page, "哨")
        card = self.page.locator("li.f-card").filter(has_text=number)
        card.get_by_role("button", name="报到", exact=True).click()
        expect(self.page.get_by_text("已记下时间")).to_be_visible()
        go_to(self.page, "上报")

    def turn(self, said: str) -> None:
        """Go on duty or off, until the page says so."""
        go_to(self.page, "我的")
        self.page.get_by_role("switch").click()
        expect(self.page.get_by_text(said)).to_be_visible()
        go_to(self.page, "上报")

    def walk(self, step: int) -> set[int]:
        """Go some steps, and return when the positions were taken that are gathered by now."""
        self.context.set_geolocation({**SITE, "latitude": SITE["latitude"] + step % 2 * STEP})
        return set(self.page.evaluate(TAKEN))


@contextmanager
def _mother(url: str, folder: Path, port: int) -> Iterator[Server]:
    words = [sys.executable, "-m", "tests.screens.nursery", url, str(folder), str(port)]
    log = (folder / "mother.log").open("w")
    mother = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert mother.stdout
        while (said := mother.stdout.readline()) and said != "ready\n":
            pass
        server = Server(mother, port)
        server.live()
        yield server
        server.die()
    finally:
        assert mother.stdin
        assert mother.stdout
        mother.stdin.close()
        mother.wait(20)
        mother.stdout.close()
        log.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _photo(rng: random.Random, *, large: bool) -> bytes:
    """Return a JPEG like no other; a large one needs two parts."""
    side = 1_900 if large else 24
    image = Image.frombytes("RGB", (side, side), rng.randbytes(side * side * 3))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92 if large else 60)
    return out.getvalue()


def _session(store: Store, port: int) -> dict[str, Any]:
    """Return the cookie of the worker, who is called to whistles as well."""
    secret = new_secret(SESSION)
    with store.transaction() as unit:
        account_id = unit.accounts.id_of("worker")
        assert account_id
        called = {"role": "department_officer", "area_code": "370102", "organisation_code": "370102-D-ZF"}
        unit.accounts.add_grant({"id": new_id(), "account_id": account_id, "granted_by": "test", **called}, now=EVER)
        unit.accounts.open(account_id, "session", caller_of(secret).secret_hash, now=EVER, expires_at=FAR)
    expires = time.time() + 86_400
    return {"name": f"gridgov-{port}", "value": secret, "url": f"http://127.0.0.1:{port}", "expires": expires}


def _morning(rng: random.Random, phone: Phone, server: Server, calls: dict[str, str]) -> Made:
    """Report, and answer whistles (numbers by case), while things break; return what was made."""
    made, cut, whistles = Made(), False, iter(calls.items())
    large = set(rng.sample(range(REPORTS), 2))
    for number in range(REPORTS):
        words = f"混乱 {number:02d}"
        count = 1 if number in large else rng.choice([0, 1, 1, 2])
        photos = [(f"{number:02d}-{k}.jpg", _photo(rng, large=number in large)) for k in range(count)]
        phone.write(words, photos)
        if rng.random() < 0.1:
            phone.lose_page_over(words)
        phone.send(words)
        made.photos[words] = [(name, hashlib.sha256(content).hexdigest()) for name, content in photos]
        if number % EVERY == 0:
            made.notes.append(f"备注 {number:02d}")
            phone.note(made.notes[-1])
        if number % EVERY == EVERY // 2:
            case, told = next(whistles)
            made.arrivals.append(case)
            phone.arrive(told)
        made.positions |= phone.walk(number)
        fate = rng.random()
        if fate < 0.2:
            cut = not cut
            phone.context.set_offline(cut)
        elif fate < 0.32:
            phone.lose_page()
        elif fate < 0.38:
            phone.lose_browser()
            cut = False
        elif fate < 0.58:
            server.live() if server.pid is None else server.die()
        time.sleep(rng.random() * 0.3)
    phone.context.set_offline(offline=False)
    if server.pid is None:
        server.live()
    return made


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("sample_url")
def test_nothing_is_lost_and_nothing_doubled_whatever_breaks(
    cluster: Cluster, browser: Browser, tmp_path: Path
) -> None:
    rng = random.Random(SEED)  # noqa: S311 - what breaks is no secret
    port = _free_port()
    with sample_of_its_own(cluster) as url, closing(Store(url)) as store:
        sample_accounts(store, SAMPLE, tmp_path, now=system_clock())
        with _mother(url, tmp_path, port) as server:
            town = Town(f"http://127.0.0.1:{port}", store, {}, browser)
            handled(town, CASE)
            calls = {case: number_of(town, case) for case in (call_to(town) for _ in range(CALLS))}
            phone = Phone(browser, tmp_path / "phone", server, _session(store, port))
            # The page must be on the phone before the first cut.
            phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            phone.turn("在岗，自")
            made = _morning(rng, phone, server, calls)
            made.positions |= phone.walk(REPORTS)
            phone.turn("未上岗：不记录位置")
            phone.lose_page()
            expect(phone.page.get_by_text("已全部发送")).to_be_visible(timeout=120_000)
            phone.context.close()
            assert phone.foreign == []
            assert server.killed >= 3
        with store.transaction() as unit:
            stored = unit.connection.execute(_STORED).all()
            photos = unit.connection.execute(_PHOTOS).all()
            notes = unit.connection.execute(_NOTES).scalars().all()
            arrivals = unit.connection.execute(_ARRIVALS).scalars().all()
            (shift,) = unit.connection.execute(_SHIFTS).all()
            positions = unit.connection.execute(_POSITIONS).scalars().all()
    assert sorted(map(str, arrivals)) == sorted(made.arrivals)
    assert len(made.arrivals) == CALLS
    assert shift.ended_at is not None
    assert made.positions
    assert made.positions <= set(positions)
    assert list(notes) == made.notes
    assert sorted(row.text for row in stored) == sorted(made.photos)
    assert [row.text for row in stored] == list(made.photos)  # ids tell the order of making
    found: dict[str, list[tuple[str, str]]] = {words: [] for words in made.photos}
    for row in photos:
        found[row.text].append((row.name, row.hash))
    assert found == made.photos
