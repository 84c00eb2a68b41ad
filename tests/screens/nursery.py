"""The program that bears servers to be killed: it has read everything once, so that a new one costs nothing.

It reads lines (anything) and answers each with the number of the process that it forked, which serves from then on and
dies by itself or is killed. Its arguments: the URL of the database, the folder of the installation, the port.
"""

import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import uvicorn

from api.app import create_app
from gridgov import logs
from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from gridgov.store.unit import Store


def main() -> None:
    """Fork a server for each line that is read."""
    url, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    keeper = KnowledgeKeeper(Path(os.environ["GRIDGOV_CACHE_DIR"]))
    store = Store(url)
    Intake(store, clock=system_clock, home_district="370102", keeper=keeper).knowledge()
    store.close()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the dead are gone at once
    _say("ready")
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
            _serve(url, folder, port, keeper)
        _say(pid)


def _follow(mother: int) -> None:
    """End with the program that bore us, however that ended."""
    while os.getppid() == mother:
        time.sleep(0.5)
    os._exit(0)


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _serve(url: str, folder: Path, port: int, keeper: KnowledgeKeeper) -> None:
    out = os.open(folder / "served.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number in (1, 2):
        os.dup2(out, number)
    os.close(0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    logs.configure("WARNING")
    try:
        app = create_app(Store(url), Settings(data_dir=folder))
        app.state.intake = Intake(app.state.store, clock=system_clock, home_district="370102", keeper=keeper)
        uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off")).run()
    except BaseException:  # noqa: BLE001 - a fork must never run on into its parent's program
        traceback.print_exc()
    os._exit(0)


if __name__ == "__main__":
    main()
