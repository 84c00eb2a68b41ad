"""Start and stop the server of one data folder. Whoever calls this holds the cluster's ``start.lock``."""

import os
import shlex
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.store.cluster import listen
from gridgov.store.cluster.account import server_account
from gridgov.store.cluster.find import find_programs
from gridgov.store.cluster.initialise import ensure_logins, initialise, require_harmless, sweep
from gridgov.store.cluster.process import PID_FILE, end_orphans, is_alive, read_postmaster, run, serves

State = Literal["stopped", "starting", "ready", "stopping"]

_STATES: dict[str, State] = {"ready": "ready", "standby": "ready", "stopping": "stopping"}

_SETTINGS = {
    "listen_addresses": "",
    "port": str(listen.PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "jit": "off",  # compiling costs more than it saves on queries of milliseconds
}
_CARELESS = {"fsync": "off", "full_page_writes": "off"}  # survives every kill, but not a crash of the machine

_START_S = 300  # after a crash on a slow disk, recovery takes its time
_STOP_S = 60
_POLL_S = 0.02
_APPEAR_S = 5  # between a server's first answer and the file that tells its process, on a busy machine
_LOG_BYTES = 10_000_000
_ATTEMPTS = 3


@dataclass(frozen=True)
class Server:
    """The server of the data folder in `home`.

    Parameters
    ----------
    home
        The cluster's folder.
    pg_bin
        The folder with PostgreSQL's programs, or None to search for them.
    durable
        False for data that may be lost with the machine, as in tests.
    """

    home: Path
    pg_bin: Path | None = None
    durable: bool = True

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"

    @property
    def major(self) -> int | None:
        """The version of PostgreSQL that made the data, or None before there are any."""
        try:
            return int((self.data / "PG_VERSION").read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            message = f"{self.data / 'PG_VERSION'} cannot be read: is the data folder damaged, or somebody else's?"
            raise SetupError(message) from error

    @property
    def pid(self) -> int | None:
        """The number of the server's process while it lives, as told by the pid file *and* by the process itself."""
        postmaster = read_postmaster(self.data)
        if postmaster is None or not is_alive(postmaster.pid) or not serves(postmaster.pid, self.data):
            return None
        return postmaster.pid

    @property
    def state(self) -> State:
        """What the server is doing."""
        postmaster = read_postmaster(self.data)
        if postmaster is None or self.pid is None:
            return "stopped"
        return _STATES.get(postmaster.state, "starting")

    @property
    def socket(self) -> Path:
        """The folder of the socket: where the living server says it is, else where it would be."""
        postmaster = read_postmaster(self.data)
        if postmaster is not None and postmaster.socket is not None and self.pid is not None:
            return postmaster.socket
        return listen.socket_folder(self.home)

    def bring_up(self) -> None:
        """Start the server unless it runs, making the data folder if there is none.

        Raises
        ------
        SetupError
            If the machine has no fitting PostgreSQL with PostGIS, or somebody else uses the folder.
        DatabaseUnavailableError
            If the server does not come up; the message repeats its last words.
        """
        for _ in range(_ATTEMPTS):
            # A program that was killed may have left a server on its way up or down: see where it gets to.
            if self._settled() == "ready":
                return
            words = self._launch()
        if self._settled() != "ready":
            message = f"PostgreSQL did not start: {words} (the whole story: {self.log})"
            raise DatabaseUnavailableError(message)

    def bring_down(self) -> None:
        """Stop the server if it runs: its sessions are ended, what they have not committed is undone.

        Raises
        ------
        DatabaseUnavailableError
            If it does not stop.
        """
        # What the signals mean: PostgreSQL's documentation, "Shutting Down the Server".
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGQUIT):
            pid = self.pid
            if pid is None:
                return
            _signal(pid, number)
            if self._is_gone(pid):
                return
        message = f"PostgreSQL (process {self.pid}) does not stop: see {self.log}."
        raise DatabaseUnavailableError(message)

    def _settled(self) -> State:
        end = time.monotonic() + _START_S
        while (state := self.state) in {"starting", "stopping"} and time.monotonic() < end:
            time.sleep(_POLL_S)
        return state

    def _require_ours(self, folder: Path) -> None:
        """Refuse a server that answers but is not ours.

        One that a killed program has just started is: its process is to be seen a moment later.
        """
        end = time.monotonic() + _APPEAR_S
        while self.pid is None:
            if time.monotonic() > end:
                message = (
                    f"A server whose process is not to be seen from here answers in {folder}: does another container "
                    f"use {self.home}? Stop it there, or set GRIDGOV_DATA_DIR to another folder."
                )
                raise SetupError(message)
            time.sleep(_POLL_S)

    def _is_gone(self, pid: int) -> bool:
        end = time.monotonic() + _STOP_S
        while is_alive(pid) and serves(pid, self.data):
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_S)
        return True

    def _launch(self) -> str:
        """Start the server, wait until it is ready, and return its last words in case it is not."""
        require_harmless(self.data)
        account = server_account(self.data)
        programs = find_programs(self.pg_bin, major=self.major)
        if self.major is None:
            initialise(self.data, programs, account, durable=self.durable)
        ensure_logins(self.data)
        folder = listen.socket_folder(self.home)
        if listen.answers(folder):
            self._require_ours(folder)
            return "it was on its way up already"
        self._clear_the_way()
        listen.prepare(folder, account)
        # pg_ctl hands the options to a shell, and PostgreSQL reads the socket's folder as a list of quoted names.
        settings = _SETTINGS | {"unix_socket_directories": f'"{folder}"'} | ({} if self.durable else _CARELESS)
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        command: list[str | Path] = [programs.path("pg_ctl"), "start", "--silent", "--wait", f"--timeout={_START_S}"]
        command += ["--pgdata", self.data, "--log", self.log, "--options", options]
        done = run(command, account, timeout_s=_START_S + 30)
        return " ".join([*done.stdout.split(), *self._last_words()])

    def _clear_the_way(self) -> None:
        """Remove what stops a start and is certainly not a server of this folder.

        The pid file of a dead process is left to PostgreSQL, which also looks for its orphans before it takes over;
        but of a living stranger that got the number it would believe that it is the server.
        """
        postmaster = read_postmaster(self.data)
        if postmaster is not None and is_alive(postmaster.pid) and not serves(postmaster.pid, self.data):
            (self.data / PID_FILE).unlink(missing_ok=True)
        end_orphans(self.data)
        sweep(self.data)
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.rename(self.log.with_name("server.log.1"))

    def _last_words(self) -> list[str]:
        try:
            return self.log.read_text("utf-8", "replace").splitlines()[-5:]
        except OSError:
            return []


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it went by itself
