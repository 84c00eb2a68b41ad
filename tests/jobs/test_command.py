"""`gridgov work`, as people and service managers run it."""

import os
import signal
import subprocess
import sys

import pytest

from gridgov.cli.work import work_command
from gridgov.clock import system_clock
from gridgov.services.overseeing import Overseer
from gridgov.settings import settings
from tests.support import NOON

from .conftest import wait_until

pytestmark = pytest.mark.usefixtures("as_before")


@pytest.fixture
def here(own_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_url)
    settings.cache_clear()


@pytest.mark.slow
def test_a_worker_alone_works_until_it_is_told_to_end_and_leaves_nothing_begun(kept, own_url):
    overseer = Overseer(kept, clock=system_clock)
    with kept.transaction() as unit:
        unit.jobs.defer("sweep")
    command = [sys.executable, "-c", "from gridgov.cli import main; main()", "work"]
    process = subprocess.Popen(command, env={**os.environ, "GRIDGOV_DATABASE_URL": own_url}, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: overseer.look().workers == 1 and overseer.look().waiting == 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.wait()
    state = overseer.look()
    assert (state.workers, state.doing, state.failed) == (0, 0, 0)


@pytest.mark.usefixtures("here")
def test_what_waits_and_what_failed_is_said_and_can_be_tried_again(kept, capsys):
    work_command(status=True)
    assert "0 workers; nothing is late." in capsys.readouterr().out
    with kept.transaction() as unit:
        unit.jobs.defer("sweep")
        unit.jobs.set_aside("cases", ("370102", "some case"), "ValueError: it cannot be", at=NOON)
    work_command(status=True)
    said = capsys.readouterr().out
    assert "1 waiting" in said
    assert "set aside: cases 370102 some case: ValueError: it cannot be; 1 times, again at 12:01:00" in said
    assert "gridgov work --retry" in said
    work_command(retry=True)
    assert "tried again" in capsys.readouterr().out
