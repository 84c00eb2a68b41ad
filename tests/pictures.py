"""Make the README's pictures with a real browser: ``python -m tests.pictures [ADDRESS LOGIN]``.

Without an address it lives through the sample's day in a private database of its own, serves it, and takes all of it
away again at the end.
"""

import getpass
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
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).parents[1] / "notebooks" / "pictures"
LARGEST = 600_000
_SIZE = ViewportSize(width=1440, height=900)
_FLAGS = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
_PATIENCE_S = 120
_VIEWER = "centre"
_BLOCK = ".whistles button:has-text('66.7%')"
_GRIDGOV = (sys.executable, "-c", "from gridgov.cli import main; main()")


def main() -> None:
    """Take the pictures and say where they are."""
    if len(sys.argv) > 2:
        _take(sys.argv[1].rstrip("/"), sys.argv[2], getpass.getpass())
        return
    with _served() as (address, password):
        _take(address, _VIEWER, password)


def _take(address: str, login: str, password: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _browser() as browser:
        page = browser.new_page(viewport=_SIZE, locale="zh-CN", device_scale_factor=1)
        page.goto(f"{address}/")
        page.locator("#login").fill(login)
        page.locator("#password").fill(password)
        page.keyboard.press("Enter")
        page.frame_locator("iframe").locator(".box.right summary").wait_for()
        _keep(page, "start")
        page.goto(f"{address}/map")
        page.locator(_BLOCK).first.click()
        page.locator(".card.whistle").wait_for()
        _keep(page, "whistle")


def _keep(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(500)  # a canvas says to nobody that it has drawn
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as picture:
        # Six bits a colour look the same and weigh a quarter less; a palette would bend the legend's colours.
        picture.convert("RGB").point([value & 0xFC | value >> 6 for value in range(256)] * 3).save(file, optimize=True)
    size = file.stat().st_size
    if size > LARGEST:
        sys.exit(f"{file} has {size} bytes; a README's picture may have {LARGEST}.")
    sys.stdout.write(f"{file} ({size / 1000:.0f} kB)\n")


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
def _served() -> Iterator[tuple[str, str]]:
    home = Path(tempfile.mkdtemp(prefix="gridgov-pictures-"))
    home.chmod(0o711)  # as root, the server runs under another account
    port = _free_port()
    own = {"GRIDGOV_DATA_DIR": str(home / "data"), "GRIDGOV_CACHE_DIR": str(home / "cache"), "GRIDGOV_PORT": str(port)}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GRIDGOV_") or k == "GRIDGOV_PG_BIN"}
    server = subprocess.Popen([*_GRIDGOV, "demo"], env=kept | own)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server)
        told = (home / "data" / "sample-accounts.txt").read_text(encoding="utf-8")
        yield address, dict(line.split("\t") for line in told.splitlines() if "\t" in line)[_VIEWER]
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
