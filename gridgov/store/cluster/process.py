"""The server's process: which one it is, what state it is in, and how PostgreSQL's programs are run."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gridgov.store.cluster.account import Account

PID_FILE = "postmaster.pid"
_ORPHANS_S = 5
_POLL_S = 0.05
_KEPT_VARIABLES = ("HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "TMPDIR")


@dataclass(frozen=True)
class Postmaster:
    """What the server has written about itself into its data folder (PostgreSQL's ``utils/pidfile.h``)."""

    pid: int
    state: str
    """``starting``, ``ready``, ``stopping`` ...; empty in the first moments."""
    socket: Path | None


def read_postmaster(data: Path) -> Postmaster | None:
    """Return what the pid file in the data folder `data` says, true or stale; None if there is none."""
    try:
        lines = (data / PID_FILE).read_text("utf-8", "replace").splitlines()
        pid = abs(int(lines[0]))  # a single-user server writes its number negated
    except (OSError, IndexError, ValueError):
        return None
    socket = Path(lines[4]) if len(lines) > 4 and lines[4] else None
    return Postmaster(pid, lines[7].strip() if len(lines) > 7 else "", socket)


def is_alive(pid: int) -> bool:
    """Return whether a process of this number exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def serves(pid: int, data: Path) -> bool:
    """Return whether the process `pid` is a PostgreSQL server of the data folder `data`, and not a stranger.

    A pid file outlives a killed server, and the system gives the number to somebody else. A server changes into its
    data folder and names it on its command line: either tells.
    """
    arguments = _arguments(pid)
    if not arguments or Path(arguments[0]).name not in {"postgres", "postmaster"}:
        return False
    return str(data) in arguments or _working_folder(pid) == data


def end_orphans(data: Path) -> None:
    """End what is left of a killed server of `data`: a backend amid a long computation does not notice at once.

    PostgreSQL refuses to start while one of them lives. Call it only when the server itself is gone. Where there is no
    /proc, they are waited for instead.
    """
    for number in (signal.SIGQUIT, signal.SIGKILL):
        end = time.monotonic() + _ORPHANS_S
        while (orphans := _orphans(data)) and time.monotonic() < end:
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            time.sleep(_POLL_S)


def _orphans(data: Path) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _working_folder(pid) == data and _arguments(pid)[0].startswith("postgres:")]


def _arguments(pid: int) -> list[str]:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return _arguments_by_ps(pid)
    return [os.fsdecode(part) for part in raw.split(b"\0")]


def _arguments_by_ps(pid: int) -> list[str]:
    """Return the command line as macOS tells it, which has no /proc."""
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command and a number
    program, _, rest = done.stdout.strip().partition(" -D ")
    return [program, rest.split(" -c ", 1)[0]] if rest else [program]


def _working_folder(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def run(command: Sequence[str | Path], account: Account, *, timeout_s: float) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as `account`, from a folder that every account may enter.

    Its environment is a short list of what is known to be harmless: a ``PGPORT`` would move the server's socket, a
    ``PROJ_DATA`` of some Python environment would break the coordinate systems of PostGIS.
    """
    return subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        [str(part) for part in command],
        cwd="/",
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=timeout_s,
        **account.subprocess_options(),
    )
