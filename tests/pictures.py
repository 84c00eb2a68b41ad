"""Make the README's pictures with a real browser: ``python -m tests.pictures [ADDRESS ACCOUNTS_FILE]``.

Without an address it lives through the sample's day in a private database of its own, serves it, and takes all of it
away again at the end.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Geolocation, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).parents[1] / "notebooks" / "pictures"
LARGEST = 600_000
_LAPTOP = ViewportSize(width=1440, height=900)
_WALL = ViewportSize(width=3840, height=1080)
_PHONE = ViewportSize(width=360, height=740)
_HERE = Geolocation(latitude=36.6631, longitude=117.0772, accuracy=9)
_FLAGS = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
_PATIENCE_S = 120
_GRIDGOV = (sys.executable, "-c", "from gridgov.cli import main; main()")


def main() -> None:
    """Take the pictures and say where they are."""
    if len(sys.argv) > 2:
        _take(sys.argv[1].rstrip("/"), _passwords(Path(sys.argv[2])))
        return
    with _served() as (address, passwords):
        _take(address, passwords)


def _take(address: str, passwords: dict[str, str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _browser() as browser:
        desk = browser.new_context(viewport=_LAPTOP, base_url=address, locale="zh-CN")
        page = _logged_in(desk, "centre", passwords)
        page.goto("/")
        page.frame_locator("iframe").locator(".box.right summary").wait_for()
        _keep(page, "start")
        page.goto(f"/command/whistles/{_combined(page)}?theme=day")
        page.locator("figure.c-footprint").wait_for()
        _keep(page, "whistle")
        wall = browser.new_context(viewport=_WALL, base_url=address, locale="zh-CN", storage_state=desk.storage_state())
        page = wall.new_page()
        page.goto("/command?theme=night")
        page.locator(".c-row").first.wait_for()
        _keep(page, "command", smaller=2)
        _phone(browser, address, passwords)


def _phone(browser: Browser, address: str, passwords: dict[str, str]) -> None:
    """Keep three phones beside each other: a report, one's cells, and a whistle that somebody is called by."""
    shots = []
    for login, path in (("worker", "/field"), ("worker", "/field/grid"), ("dept-zf", "/field/whistles")):
        phone = browser.new_context(
            viewport=_PHONE, base_url=address, locale="zh-CN", is_mobile=True, has_touch=True, device_scale_factor=1.5,
            geolocation=_HERE, permissions=["geolocation"],
        )  # fmt: skip
        page = _logged_in(phone, login, passwords)
        page.goto(path)
        page.locator("main.f-main").wait_for()
        page.wait_for_load_state("networkidle")
        _settle(page)
        shots.append(Image.open(BytesIO(page.screenshot())).convert("RGB"))
        phone.close()
    gap = 24
    width, height = sum(shot.width + gap for shot in shots) + gap, shots[0].height + 2 * gap
    beside = Image.new("RGB", (width, height), (226, 232, 240))
    for turn, shot in enumerate(shots):
        beside.paste(shot, (gap + turn * (shot.width + gap), gap))
    _write(beside, "field")


def _logged_in(context: BrowserContext, login: str, passwords: dict[str, str]) -> Page:
    page = context.new_page()
    page.goto("/")
    page.locator("#login").fill(login)
    page.locator("#password").fill(passwords[login])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page


def _combined(page: Page) -> str:
    """Return the whistle of the block that lies one third in one district and two thirds in the next."""
    found = page.request.get("/api/v1/whistles", params={"limit": "100"}).json()["items"]
    return next(str(one["id"]) for one in found if any(abs(side["share"] - 2 / 3) < 0.01 for side in one["sides"]))


def _settle(page: Page) -> None:
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(4_000)  # a canvas says to nobody that it has drawn


def _keep(page: Page, name: str, *, smaller: int = 1) -> None:
    _settle(page)
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    _write(shot.reduce(smaller) if smaller > 1 else shot, name)


def _write(picture: Image.Image, name: str) -> None:
    file = FOLDER / f"{name}.png"
    # Six bits a colour look the same and weigh a quarter less; a palette would bend the legend's colours.
    picture.point([value & 0xFC | value >> 6 for value in range(256)] * 3).save(file, optimize=True)
    size = file.stat().st_size
    if size > LARGEST:
        sys.exit(f"{file} has {size} bytes; a README's picture may have {LARGEST}.")
    sys.stdout.write(f"{file} ({size / 1000:.0f} kB)\n")


def _passwords(file: Path) -> dict[str, str]:
    return dict(line.split("\t")[:2] for line in file.read_text(encoding="utf-8").splitlines() if "\t" in line)


@contextmanager
def _browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("The pictures need Chromium: apt-get install chromium fonts-noto-cjk")
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@contextmanager
def _served() -> Iterator[tuple[str, dict[str, str]]]:
    home = Path(tempfile.mkdtemp(prefix="gridgov-pictures-"))
    home.chmod(0o711)  # as root, the server runs under another account
    port = _free_port()
    own = {"GRIDGOV_DATA_DIR": str(home / "data"), "GRIDGOV_CACHE_DIR": str(home / "cache"), "GRIDGOV_PORT": str(port)}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GRIDGOV_") or k == "GRIDGOV_PG_BIN"}
    server = subprocess.Popen([*_GRIDGOV, "demo"], env=kept | own)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server)
        yield address, _passwords(home / "data" / "sample-accounts.txt")
    finally:
        server.send_signal(signal.SIGINT)  # as Ctrl-C does: it stops the database as well
        server.wait(timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if server.poll() is not None:
            sys.exit("`gridgov demo` ended before it served anything; it says above why.")
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    sys.exit(f"Nothing answers at {address} after {_PATIENCE_S} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
