"""Files are looked at in turn: each once, one of an account at a time, and nobody waits without end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from gridgov.errors import (
    EvidenceUnavailableError,
    FileFormatError,
)
from tests.evidence.files import photo
from tests.evidence.sending import orphans, send, sent


def test_a_file_that_is_no_photo_is_looked_at_once_and_refused_for_good(
    attaching, worker, incident_id, tmp_path, monkeypatch
):
    wanted = sent(attaching, worker, b"<svg onload='alert(1)'/>", incident_id)
    with pytest.raises(FileFormatError) as first:
        attaching.complete(worker, wanted.id)
    assert not orphans(tmp_path)
    monkeypatch.setattr("gridgov.services.attaching.prepare", lambda *_: pytest.fail("it was looked at again"))
    for again in (lambda: attaching.complete(worker, wanted.id), lambda: send(attaching, worker, wanted.id, 1, b"")):
        with pytest.raises(FileFormatError) as second:
            again()
        assert second.value.message == first.value.message
    assert attaching.progress(worker, wanted.id).upload.stage == "refused"


def test_one_file_of_an_account_is_looked_at_at_a_time(attaching, worker, street, incident_id, monkeypatch):
    from gridgov.services import attaching as module  # noqa: PLC0415 - to look in while it prepares

    one, two, others = (sent(attaching, who, photo(), incident_id) for who in (worker, worker, street))
    real, busy = module.prepare, []

    def prepare(*given: Any):
        monkeypatch.setattr(module, "prepare", real)
        for act, wanted in ((attaching.complete, one), (attaching.complete, two), (attaching.give_up, one)):
            with pytest.raises(EvidenceUnavailableError) as refusal:
                act(worker, wanted.id)
            busy.append(refusal.value.details[0]["retry_after_s"])
        attaching.complete(street, others.id)
        return real(*given)

    monkeypatch.setattr(module, "prepare", prepare)
    attaching.complete(worker, one.id)
    assert min(busy) > 0
    assert attaching.complete(worker, two.id).id == two.id


def test_a_claim_ends_with_what_claimed_it_and_by_itself_where_that_was_killed(
    attaching, worker, incident_id, clock, monkeypatch
):
    wanted = sent(attaching, worker, photo(), incident_id)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("gridgov.services.attaching.prepare", killed)
        with pytest.raises(KeyboardInterrupt):
            attaching.complete(worker, wanted.id)
        patched.setattr(attaching, "_release", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            attaching.complete(worker, wanted.id)
    with pytest.raises(EvidenceUnavailableError):
        attaching.complete(worker, wanted.id)
    clock.move(timedelta(seconds=11))
    assert attaching.complete(worker, wanted.id).id == wanted.id


def test_a_claim_is_renewed_as_long_as_its_file_is_looked_at(attaching, store, worker, incident_id, clock, monkeypatch):
    from gridgov.services import attaching as module  # noqa: PLC0415 - to look in while it prepares

    wanted = sent(attaching, worker, photo(), incident_id)
    pace, real, begin, renewed = (
        "gridgov.services.claiming._RENEWED_EVERY_S",
        module.prepare,
        store.transaction,
        Event(),
    )
    monkeypatch.setattr(pace, 0.01)

    @contextmanager
    def transaction() -> Iterator[Any]:
        with begin() as unit:
            yield unit
        monkeypatch.setattr(pace, 60)  # once is enough
        renewed.set()

    def slow(*given: Any):
        monkeypatch.setattr(module, "prepare", real)
        clock.move(timedelta(seconds=9))
        monkeypatch.setattr(store, "transaction", transaction)
        assert renewed.wait(20)
        clock.move(timedelta(seconds=9))
        with pytest.raises(EvidenceUnavailableError):
            attaching.complete(worker, wanted.id)
        return real(*given)

    monkeypatch.setattr(module, "prepare", slow)
    assert attaching.complete(worker, wanted.id).id == wanted.id


def test_who_finds_all_decoders_taken_waits_only_among_few(attaching, worker, incident_id, monkeypatch):
    from threading import BoundedSemaphore  # noqa: PLC0415 - only here

    wanted = sent(attaching, worker, photo(), incident_id)
    for name in ("_decoders", "_room"):
        full = BoundedSemaphore(1)
        full.acquire()
        with monkeypatch.context() as patched:
            patched.setattr("gridgov.services.preparing._PATIENCE_S", 0.01)
            patched.setattr(f"gridgov.services.preparing.{name}", full)
            with pytest.raises(EvidenceUnavailableError, match="complete it again"):
                attaching.complete(worker, wanted.id)
    assert attaching.complete(worker, wanted.id).id == wanted.id
