"""Cleaning apart: a file that is hostile to its decoder harms nothing but its own process."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from gridgov.errors import EvidenceUnavailableError, FileFormatError
from gridgov.evidence import Cleaned, clean
from gridgov.evidence.answers import pack, pack_refusal, unpack
from gridgov.services import cleaning
from gridgov.services.cleaning import Limits, clean_apart
from tests.evidence.files import mp4, photo, webm

PLENTY = Limits()
LARGE = photo(size=(7_000, 7_000), exif=False, progressive=True)


@pytest.fixture
def target() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        yield file


def cleaned(file: bytes, target: BinaryIO, limits: Limits = PLENTY) -> Cleaned:
    with tempfile.TemporaryFile() as source:
        source.write(file)
        return clean_apart(source, target, limits)


@pytest.mark.parametrize("file", [photo(), photo("PNG"), photo("WEBP", exif=False), mp4(), webm()])
def test_what_is_cleaned_apart_is_what_is_cleaned_here(file, target):
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as here:
        source.write(file)
        assert cleaned(file, target) == clean(source, here)
        assert (target.seek(0), here.seek(0)) == (0, 0)
        assert target.read() == here.read()


def test_a_refusal_comes_with_its_reason(target):
    with pytest.raises(FileFormatError, match="no photo or video"):
        cleaned(b"#!/bin/sh", target)


def test_a_photo_that_takes_too_long_is_refused(target):
    with pytest.raises(FileFormatError, match="too long"):
        cleaned(LARGE, target, Limits(cpu_s=0))


def test_a_photo_that_takes_too_much_memory_is_refused(target):
    with pytest.raises(FileFormatError, match="memory"):
        cleaned(photo("PNG", size=(7_000, 7_000), exif=False), target, Limits(memory_bytes=250_000_000))


def test_who_cannot_wait_any_longer_is_told_to_come_again_and_nothing_goes_on(target, monkeypatch):
    started, start = [], subprocess.Popen
    monkeypatch.setattr(
        cleaning.subprocess, "Popen", lambda *words, **options: started.append(start(*words, **options)) or started[-1]
    )
    with pytest.raises(EvidenceUnavailableError, match="again") as refusal:
        cleaned(LARGE, target, Limits(patience=timedelta(0)))
    assert refusal.value.details[0]["retry_after_s"] > 0
    (process,) = started
    with pytest.raises(ChildProcessError):  # it has ended, and somebody has seen to that
        os.waitpid(process.pid, os.WNOHANG)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", FileFormatError),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", EvidenceUnavailableError),
        ("raise KeyError('a fault of ours')", EvidenceUnavailableError),
        ("print('no answer')", EvidenceUnavailableError),
        ("", EvidenceUnavailableError),
    ],
    ids=["crashed", "killed", "broken", "no answer", "silent"],
)
def test_a_process_that_breaks_down_breaks_nothing_else(words, error, target, tmp_path, monkeypatch):
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\nexec {cleaning.sys.executable} -c "{words}"\n')
    program.chmod(0o755)
    monkeypatch.setattr(cleaning.sys, "executable", str(program))
    with pytest.raises(error):
        cleaned(photo(), target)


def test_the_process_learns_no_password(monkeypatch, target, tmp_path):
    monkeypatch.setenv("GRIDGOV_SMTP_PASSWORD", "secret")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path / 'seen'}\n")
    program.chmod(0o755)
    monkeypatch.setattr(cleaning.sys, "executable", str(program))
    with pytest.raises(EvidenceUnavailableError):
        cleaned(photo(), target)
    assert "secret" not in Path(tmp_path / "seen").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"[]", b"7", b"{", b"\xff", b'{"kind": "text/html"}', b'{"kind": []}'], ids=repr
)
def test_what_is_no_answer_is_not_believed(answer):
    with pytest.raises(ValueError, match="no answer"):
        unpack(answer)


def test_a_refusal_is_unpacked_as_one():
    with pytest.raises(FileFormatError, match="why"):
        unpack(pack_refusal("why"))


def test_an_answer_says_all_that_was_found(tmp_path):
    with (tmp_path / "a").open("w+b") as source, (tmp_path / "b").open("w+b") as shown:
        source.write(photo())
        done = clean(source, shown)
    assert unpack(pack(done)) == done
