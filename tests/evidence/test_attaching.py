"""Attaching: a file comes in parts over a bad line, is checked and cleaned, and hangs on its case once."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from gridgov.access import Caller
from gridgov.errors import (
    ConflictError,
    EvidenceUnavailableError,
    FileFormatError,
    InputError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyError,
)
from gridgov.evidence import LINGERING, PART_BYTES, Allowance, Announcement
from gridgov.ids import new_id
from gridgov.incidents import FactKind, first_break
from gridgov.services.sweeps.evidence import sweep_uploads
from gridgov.settings import Settings
from gridgov.store.objects import Objects
from gridgov.store.tables import change, evidence, evidence_exif
from tests.evidence.files import LAT, LON, mp4, photo
from tests.support import somebody

NOBODY = Caller(bytes(32))
BIG = mp4(data=bytes(2 * PART_BYTES + 5))


def announcement(file: bytes, incident_id: UUID | None, **changes: Any) -> Announcement:
    said: dict[str, Any] = {
        "id": new_id(),
        "incident_id": incident_id,
        "whistle_id": None,
        "name": "现场.jpg",
        "media_type": "image/jpeg",
        "size": len(file),
        "sha256": hashlib.sha256(file).digest(),
    }
    return Announcement(**{**said, **changes})


def cut(file: bytes) -> list[bytes]:
    return [file[at : at + PART_BYTES] for at in range(0, len(file), PART_BYTES)]


def send(attaching, caller, upload_id, number, part):
    return attaching.receive(caller, upload_id, number, io.BytesIO(part), hashlib.sha256(part).digest())


def sent(attaching, caller, file, incident_id, **changes: Any):
    """Announce a file and send its parts."""
    wanted = announcement(file, incident_id, **changes)
    attaching.announce(caller, wanted)
    for number, part in enumerate(cut(file), start=1):
        send(attaching, caller, wanted.id, number, part)
    return wanted


def attached(attaching, caller, file, incident_id, **changes: Any):
    return attaching.complete(caller, sent(attaching, caller, file, incident_id, **changes).id)


def facts(store, incident_id):
    with store.transaction() as unit:
        return unit.incidents.facts("370102", incident_id)


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


def test_the_file_that_was_sent_is_kept_nowhere(attaching, worker, incident_id, tmp_path):
    attached(attaching, worker, photo(), incident_id)
    files = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert len(files) == 2
    assert not any(b"script" in path.read_bytes() for path in files)


def test_what_the_file_told_is_for_the_street_and_the_command_centre(
    store, attaching, gallery, worker, street, incident_id
):
    found = attached(attaching, worker, photo(), incident_id)
    told = gallery.told(street, found.id)
    assert (told.lon, told.lat, told.taken_text) == (pytest.approx(LON), pytest.approx(LAT), "2026:06:15 11:58:00")
    assert gallery.told(somebody(store, "command_centre"), found.id) == told
    with pytest.raises(NotAllowedError):
        gallery.told(worker, found.id)
    neighbours = somebody(store, "street_officer", "370102999")
    with pytest.raises((NotAllowedError, NotFoundError)):
        gallery.told(neighbours, found.id)


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


def test_somebody_elses_upload_is_as_if_it_were_not_there(attaching, worker, street, incident_id):
    wanted = announcement(photo(), incident_id)
    attaching.announce(worker, wanted)
    for act in (
        lambda: attaching.progress(street, wanted.id),
        lambda: send(attaching, street, wanted.id, 1, b"x"),
        lambda: attaching.complete(street, wanted.id),
        lambda: attaching.give_up(street, wanted.id),
    ):
        with pytest.raises(NotFoundError):
            act()
    with pytest.raises(ConflictError):
        attaching.announce(street, wanted)


def test_a_case_that_one_does_not_see_is_not_there(attaching, gallery, worker, stranger, incident_id):
    with pytest.raises((NotFoundError, NotAllowedError)):
        attaching.announce(stranger, announcement(photo(), incident_id))
    found = attached(attaching, worker, photo(), incident_id)
    with pytest.raises(NotFoundError):
        gallery.one(stranger, found.id)
    with pytest.raises(NotFoundError):
        gallery.of_incident(stranger, incident_id)


def test_who_may_only_read_may_not_attach(store, attaching, incident_id):
    with pytest.raises(NotAllowedError):
        attaching.announce(somebody(store, "auditor"), announcement(photo(), incident_id))


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"size": -1},
        {"size": 2_000_000_000},
        {"name": " "},
        {"name": "a\x00b"},
        {"whistle_id": UUID("01900000-0000-7000-8000-000000000000")},
        {"id": UUID(int=1)},
    ],
    ids=str,
)
def test_what_would_not_be_taken_is_refused_before_it_is_sent(attaching, worker, incident_id, changes):
    with pytest.raises(InputError):
        attaching.announce(worker, announcement(photo(), incident_id, **changes))


def test_what_belongs_to_nothing_is_refused(attaching, worker):
    with pytest.raises(InputError, match="belongs to"):
        attaching.announce(worker, announcement(photo(), None))


def test_a_whistle_that_is_not_there_is_not_found(attaching, worker):
    with pytest.raises(NotFoundError):
        attaching.announce(worker, announcement(photo(), None, whistle_id=new_id()))


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


@pytest.mark.parametrize("file", [b"<svg onload='alert(1)'/>", b"\0" * 500, photo()[:200]], ids=["svg", "zeros", "cut"])
def test_what_is_no_photo_leaves_no_trace_on_the_case(store, attaching, worker, incident_id, file):
    wanted = sent(attaching, worker, file, incident_id)
    before = facts(store, incident_id)
    with pytest.raises(FileFormatError):
        attaching.complete(worker, wanted.id)
    assert facts(store, incident_id) == before


def test_the_content_says_what_it_is_and_not_the_sender(attaching, worker, incident_id):
    found = attached(attaching, worker, photo("PNG"), incident_id, name="../../x.html", media_type="text/html")
    assert (found.media_type, found.name) == ("image/png", "x.png")


def test_a_part_that_the_store_lost_must_come_again(attaching, worker, incident_id, tmp_path):
    wanted = sent(attaching, worker, photo(), incident_id)
    for path in (tmp_path / "kept" / "uploads").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(ConflictError, match="send it again"):
        attaching.complete(worker, wanted.id)
    assert attaching.progress(worker, wanted.id).missing == (1,)


def test_one_account_cannot_announce_without_end(store, objects, clock, worker, incident_id):
    from gridgov.services.attaching import Attaching  # noqa: PLC0415 - with a limit of its own

    wide = Attaching(store, objects, clock=clock, most=10**9)
    wide.announce(worker, announcement(photo(), incident_id, size=10**9))
    with pytest.raises(TooManyError, match="not complete"):
        wide.announce(worker, announcement(photo(), incident_id, size=10**9))


def test_what_one_account_sends_in_a_day_is_bounded_whatever_becomes_of_it(
    store, objects, clock, worker, street, incident_id
):
    from gridgov.services.attaching import Attaching  # noqa: PLC0415 - with a limit of its own

    file = photo()
    narrow = Attaching(store, objects, clock=clock, most=10**6, allowance=Allowance(day_bytes=2 * len(file)))
    attached(narrow, worker, file, incident_id)
    clock.move(timedelta(hours=1))
    narrow.give_up(worker, sent(narrow, worker, file, incident_id).id)
    with pytest.raises(TooManyError, match="in a day") as refusal:
        narrow.announce(worker, announcement(file, incident_id))
    assert refusal.value.details[0]["retry_after_s"] == 23 * 3600
    attached(narrow, street, file, incident_id)
    clock.move(timedelta(hours=23))
    attached(narrow, worker, file, incident_id)


def test_one_account_hangs_only_so_many_files_on_one_case(store, objects, clock, worker, street, incident_id):
    from gridgov.services.attaching import Attaching  # noqa: PLC0415 - with a limit of its own

    few = Attaching(store, objects, clock=clock, most=10**6, allowance=Allowance(on_case=2))
    attached(few, worker, photo(), incident_id)
    few.give_up(worker, sent(few, worker, photo(), incident_id).id)
    waiting = sent(few, worker, photo(), incident_id)
    with pytest.raises(TooManyError, match="this case"):
        few.announce(worker, announcement(photo(), incident_id))
    assert few.announce(worker, waiting).replayed
    attached(few, street, photo(), incident_id)


def test_an_upload_that_nobody_completes_is_given_up_and_its_parts_removed(  # noqa: PLR0917 - fixtures
    store, attaching, objects, worker, incident_id, clock, tmp_path
):
    wanted = sent(attaching, worker, photo(), incident_id)
    kept = attached(attaching, worker, photo("PNG"), incident_id)

    def sweep() -> int:
        with store.transaction() as unit:
            return sweep_uploads(unit, clock(), 10, objects)

    assert sweep() == 0
    clock.move(timedelta(days=4))
    assert [sweep(), sweep()] == [2, 0]  # one is given up, of one that is complete nothing is left
    clock.move(LINGERING)
    assert [sweep(), sweep()] == [1, 0]
    assert attaching.progress(worker, wanted.id).upload.stage == "abandoned"
    assert not [path for path in (tmp_path / "kept" / "uploads").rglob("*") if path.is_file()]
    with pytest.raises(ConflictError):
        send(attaching, worker, wanted.id, 1, photo())
    assert objects.hash_of(kept.sha256) == kept.sha256


def orphans(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "kept" / "uploads").rglob("*") if path.is_file()]


def swept(store, clock, objects) -> None:
    clock.move(LINGERING)
    with store.transaction() as unit:
        sweep_uploads(unit, clock(), 10, objects)


def test_the_original_goes_although_the_store_failed_when_it_was_to_be_removed(  # noqa: PLR0917 - fixtures
    store, attaching, objects, worker, incident_id, clock, tmp_path, monkeypatch
):
    def down(_: object) -> None:
        message = "The store of attachments does not answer."
        raise EvidenceUnavailableError(message)

    wanted = sent(attaching, worker, photo(), incident_id)
    with monkeypatch.context() as patched:
        patched.setattr(objects, "drop_parts", down)
        done = attaching.complete(worker, wanted.id)
    assert orphans(tmp_path)
    swept(store, clock, objects)
    assert not orphans(tmp_path)
    assert attaching.progress(worker, wanted.id).upload.stage == "complete"
    assert attaching.complete(worker, wanted.id) == done


@pytest.mark.parametrize("closing", ["complete", "give_up"])
def test_a_part_that_was_on_its_way_when_the_upload_was_closed_goes_too(  # noqa: PLR0917 - fixtures
    store, attaching, objects, worker, incident_id, clock, tmp_path, closing
):
    wanted = sent(attaching, worker, photo(), incident_id)
    getattr(attaching, closing)(worker, wanted.id)
    with store.transaction() as unit:
        sweep_uploads(unit, clock(), 10, objects)
    objects.keep_part(("370102", wanted.id), 1, wanted.sha256, io.BytesIO(photo()))
    swept(store, clock, objects)
    assert not orphans(tmp_path)


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
    clock.move(timedelta(minutes=6))
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


def test_giving_up_is_final_and_never_takes_what_hangs_on_a_case(attaching, worker, incident_id):
    wanted = sent(attaching, worker, photo(), incident_id)
    attaching.give_up(worker, wanted.id)
    with pytest.raises(ConflictError):
        attaching.complete(worker, wanted.id)
    done = attached(attaching, worker, photo(), incident_id)
    with pytest.raises(ConflictError):
        attaching.give_up(worker, done.id)


def test_a_full_disk_is_said_and_nothing_is_half_kept(store, clock, worker, incident_id, tmp_path, full_disk):
    from gridgov.services.attaching import Attaching  # noqa: PLC0415 - on a disk of its own

    objects = Objects.configured(Settings(evidence_url=full_disk.as_uri(), cache_dir=tmp_path / "cache"))
    attaching = Attaching(store, objects, clock=clock, most=20_000_000)
    wanted = announcement(BIG, incident_id)
    attaching.announce(worker, wanted)
    with pytest.raises(EvidenceUnavailableError, match="is full"):
        send(attaching, worker, wanted.id, 1, cut(BIG)[0])
    assert attaching.progress(worker, wanted.id).received == ()


def test_nothing_that_was_told_lies_beside_what_is_shown(store, attaching, worker, incident_id):
    found = attached(attaching, worker, photo(), incident_id)
    with store.transaction() as unit:
        row = unit.connection.execute(select(evidence).where(evidence.c.id == found.id)).one()
        apart = unit.connection.execute(select(evidence_exif)).one()
    assert not {"lon", "lat", "taken_at"} & set(row._mapping)
    assert apart.camera == "<script>alert(1)</script>"
    assert Path(row.name).name == row.name


def test_many_announcements_at_once_do_not_pass_what_one_account_may(own_sample_url, clock, keeper, settings):
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - real connections, only here

    from gridgov.services.attaching import Attaching  # noqa: PLC0415
    from gridgov.services.intake import Intake  # noqa: PLC0415
    from gridgov.store.unit import Store  # noqa: PLC0415
    from tests.support import report  # noqa: PLC0415

    store = Store(own_sample_url)
    case = Intake(store, clock=clock, home_district="370102", keeper=keeper).take(report(), author="test")
    who = somebody(store, "grid_worker", str(case.cell_code))
    attaching = Attaching(store, Objects.configured(settings), clock=clock, most=10**9)

    def taken(_: int) -> bool:
        try:
            return bool(attaching.announce(who, announcement(b"x", case.id, size=5 * 10**8)))
        except TooManyError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(taken, range(16))) == 2
    store.close()


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
