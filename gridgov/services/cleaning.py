"""Cleaning apart: a stranger's file is decoded in a process that may crash, hang or swell without harm to this one."""

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import structlog

from gridgov.errors import EvidenceUnavailableError, FileFormatError
from gridgov.evidence import Cleaned
from gridgov.evidence.answers import unpack

_MOST_ANSWER = 8_388_608
_PASSED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What decoding one file may take; the largest photos that are accepted take 6 s and 1.1 GB (WebP).

    Attributes
    ----------
    patience
        How long to wait for it by the clock on the wall, also while the machine is busy with other things.
    """

    cpu_s: int = 30
    memory_bytes: int = 1_342_177_280
    patience: timedelta = timedelta(minutes=2)


def clean_apart(source: BinaryIO, target: BinaryIO, limits: Limits = Limits()) -> Cleaned:
    """Write to `target` what may be shown of `source`; both are files of the system, not of memory.

    Raises
    ------
    FileFormatError
        If it is of no accepted kind, is not what it claims to be, or takes more than `limits` to decode.
    EvidenceUnavailableError
        If that cannot be said now: the machine is too busy, or ended the process.
    """
    source.flush()
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as words:
        ended = _run(source, target, answer, words, limits)
        if ended == 0:
            return _found(_tail(answer, _MOST_ANSWER))
        raise _why(ended, _tail(words, 2_000))


def _run(source: BinaryIO, target: BinaryIO, answer: BinaryIO, words: BinaryIO, limits: Limits) -> int | None:
    """Return the code with which the process ended, or None if it was not waited for any longer."""
    bounds = (str(number) for number in (target.fileno(), limits.cpu_s, limits.memory_bytes))
    with subprocess.Popen(  # noqa: S603 - our own program, and numbers
        [sys.executable, "-P", "-m", "gridgov.evidence", *bounds],
        stdin=source,
        stdout=answer,
        stderr=words,
        pass_fds=[target.fileno()],
        env=_surroundings(),
        start_new_session=True,  # Ctrl-C ends the server, which still waits for this
    ) as process:
        try:
            return process.wait(limits.patience.total_seconds())
        except subprocess.TimeoutExpired:
            return None
        finally:
            process.kill()


def _surroundings() -> dict[str, str]:
    """Return the environment of the process: it finds the same modules, and learns none of our passwords."""
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {**passed, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _tail(file: BinaryIO, most: int) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - most))
    return file.read(most)


def _found(answer: bytes) -> Cleaned:
    try:
        return unpack(answer)
    except ValueError as error:
        _log.exception("a file was cleaned without an answer", length=len(answer))
        raise _later() from error


def _why(ended: int | None, words: bytes) -> FileFormatError | EvidenceUnavailableError:
    """Return what it means that the process ended with this code; its last words are for the log alone."""
    if ended is not None and -ended == signal.SIGXCPU:
        message = "The file takes too long to unpack: make it smaller, or save it anew, and send that."
        return FileFormatError(message, field="file")
    _log.error("cleaning a file broke down", code=ended, words=words.decode("utf-8", "replace"))
    if ended is not None and -ended in _CRASHES:
        message = "The file is broken: take or send it again."
        return FileFormatError(message, field="file")
    return _later()


def _later() -> EvidenceUnavailableError:
    message = "The file could not be looked at now: what you sent is still there, complete it again in half a minute."
    return EvidenceUnavailableError(message, details=[{"retry_after_s": 30}])
