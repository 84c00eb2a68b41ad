"""Attaching: a file comes in parts over a bad line, is checked, and hangs on its case once."""

import hashlib
import io

import pytest
from sqlalchemy import select, text

from gridgov.errors import (
    ConflictError,
    EvidenceUnavailableError,
    InputError,
    NotAuthenticatedError,
)
from gridgov.incidents import FactKind, first_break
from gridgov.store.objects import Objects
from gridgov.store.tables import change
from tests.evidence.files import photo
from tests.evidence.sending import BIG, NOBODY, announcement, attached, cut, facts, send, sent
from tests.support import somebody


def test_nobody_attaches_without_being_known(attaching, incident_id):
    with pytest.raises(NotAuthenticatedError):
        attaching.announce(NOBODY, announcement(photo(), incident_id))


def test_a_photo_hangs_on_its_case_and_the_chain_tells_of_it(store, attaching, gallery, worker, incident_id):
    file = photo()
    found = attached(attaching, worker, file, incident_id)
    shown = b"".join(gallery.read(found.sha256))
    told = facts(store, incident_id)
    assert gallery.of_incident(worker, incident_id) == [found]
    assert hashlib.sha256(shown).digest() == found.sha256
    assert b"script" not in shown
    assert first_break(told) is None
    assert (told[-1].kind, told[-1].seq) == (FactKind.EVIDENCE_ADDED, found.fact_seq)
    assert told[-1].payload["sha256"] == hashlib.sha256(shown).hexdigest()
    assert told[-1].payload["original_sha256"] == hashlib.sha256(file).hexdigest()
    with store.transaction() as unit:
        assert "incident.evidence_added" in unit.connection.execute(select(change.c.kind)).scalars().all()


def test_parts_come_in_any_order_and_more_than_once(attaching, worker, incident_id):
    wanted = announcement(BIG, incident_id, name="a.mp4", media_type="video/mp4")
    parts = cut(BIG)
    assert attaching.announce(worker, wanted).missing == (1, 2, 3)
    send(attaching, worker, wanted.id, 3, parts[2])
    send(attaching, worker, wanted.id, 1, parts[0])
    assert send(attaching, worker, wanted.id, 1, parts[0]).received == (1, 3)
    with pytest.raises(ConflictError) as refusal:
        attaching.complete(worker, wanted.id)
    assert refusal.value.details == [{"missing": [2]}]
    assert attaching.progress(worker, wanted.id).missing == (2,)
    send(attaching, worker, wanted.id, 2, parts[1])
    assert attaching.complete(worker, wanted.id).media_type == "video/mp4"


def test_completing_twice_hangs_it_there_once(store, attaching, worker, incident_id):
    wanted = sent(attaching, worker, photo(), incident_id)
    first = attaching.complete(worker, wanted.id)
    before = len(facts(store, incident_id))
    assert attaching.complete(worker, wanted.id) == first
    assert len(facts(store, incident_id)) == before


def test_the_same_content_is_kept_once_and_hangs_twice(attaching, worker, incident_id, tmp_path):
    one = attached(attaching, worker, photo(), incident_id)
    two = attached(attaching, worker, photo(), incident_id)
    assert one.sha256 == two.sha256
    assert one.id != two.id
    assert len([path for path in (tmp_path / "kept").rglob("*") if path.is_file()]) == 2


def test_announcing_again_is_answered_the_same_and_another_content_is_a_conflict(attaching, worker, incident_id):
    wanted = announcement(photo(), incident_id)
    assert not attaching.announce(worker, wanted).replayed
    assert attaching.announce(worker, wanted).replayed
    with pytest.raises(ConflictError):
        attaching.announce(worker, announcement(photo("PNG"), incident_id, id=wanted.id))


@pytest.mark.parametrize("number", [0, -1, 2, 10_000])
def test_a_part_that_the_file_does_not_have_is_refused(attaching, worker, incident_id, number):
    wanted = announcement(photo(), incident_id)
    attaching.announce(worker, wanted)
    with pytest.raises(InputError):
        send(attaching, worker, wanted.id, number, photo())


@pytest.mark.parametrize("part", [b"", b"x", photo() + b"x"], ids=["none", "short", "long"])
def test_a_part_of_another_length_is_refused(attaching, worker, incident_id, part):
    wanted = announcement(photo(), incident_id)
    attaching.announce(worker, wanted)
    with pytest.raises(InputError, match="bytes instead of"):
        send(attaching, worker, wanted.id, 1, part)


def test_a_part_that_was_damaged_on_its_way_is_refused(attaching, worker, incident_id):
    wanted = announcement(photo(), incident_id)
    attaching.announce(worker, wanted)
    with pytest.raises(InputError, match="damaged"):
        attaching.receive(worker, wanted.id, 1, io.BytesIO(photo()), bytes(32))
    assert attaching.progress(worker, wanted.id).received == ()


def test_parts_that_make_another_file_can_be_replaced(attaching, worker, incident_id, tmp_path):
    file = photo()
    wanted = announcement(file, incident_id)
    attaching.announce(worker, wanted)
    send(attaching, worker, wanted.id, 1, bytes(len(file)))
    with pytest.raises(InputError, match="checksum"):
        attaching.complete(worker, wanted.id)
    send(attaching, worker, wanted.id, 1, file)
    assert len(list((tmp_path / "kept" / "uploads").rglob("*-*[0-9a-f]"))) <= 2
    assert attaching.complete(worker, wanted.id).original_size == len(file)


def test_a_part_that_the_store_lost_must_come_again(attaching, worker, incident_id, tmp_path):
    wanted = sent(attaching, worker, photo(), incident_id)
    for path in (tmp_path / "kept" / "uploads").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(ConflictError, match="send it again"):
        attaching.complete(worker, wanted.id)
    assert attaching.progress(worker, wanted.id).missing == (1,)


def test_two_who_complete_at_once_hang_it_there_once(own_sample_url, clock, keeper, settings):
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - real connections, only here

    from gridgov.services.attaching import Attaching  # noqa: PLC0415
    from gridgov.services.intake import Intake  # noqa: PLC0415
    from gridgov.store.unit import Store  # noqa: PLC0415
    from tests.support import report  # noqa: PLC0415

    store = Store(own_sample_url)
    case = Intake(store, clock=clock, home_district="370102", keeper=keeper).take(report(), author="test")
    who = somebody(store, "grid_worker", str(case.cell_code))
    attaching = Attaching(store, Objects.configured(settings), clock=clock, most=20_000_000)
    wanted = sent(attaching, who, photo(), case.id)

    def completed(_: int) -> object:
        try:
            return attaching.complete(who, wanted.id)
        except EvidenceUnavailableError as busy:
            return busy.details[0]["retry_after_s"] > 0

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(completed, range(6)))
    done = attaching.complete(who, wanted.id)
    assert {done} <= answers <= {done, True}
    told = [fact for fact in facts(store, case.id) if fact.kind == FactKind.EVIDENCE_ADDED]
    assert len(told) == 1
    with store.transaction() as unit:
        assert unit.connection.execute(text("SELECT count(*) FROM evidence")).scalar_one() == 1
    store.close()
