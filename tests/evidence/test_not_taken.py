"""What is not taken: from whom, for which case, of which content, and how much of it."""

from datetime import timedelta
from uuid import UUID

import pytest

from gridgov.errors import (
    ConflictError,
    EvidenceUnavailableError,
    FileFormatError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooManyError,
)
from gridgov.evidence import Allowance
from gridgov.ids import new_id
from gridgov.settings import Settings
from gridgov.store.objects import Objects
from tests.evidence.files import photo
from tests.evidence.sending import BIG, announcement, attached, cut, facts, send, sent
from tests.support import somebody


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


def test_a_full_disk_is_said_and_nothing_is_half_kept(store, clock, worker, incident_id, tmp_path, full_disk):
    from gridgov.services.attaching import Attaching  # noqa: PLC0415 - on a disk of its own

    objects = Objects.configured(Settings(evidence_url=full_disk.as_uri(), cache_dir=tmp_path / "cache"))
    attaching = Attaching(store, objects, clock=clock, most=20_000_000)
    wanted = announcement(BIG, incident_id)
    attaching.announce(worker, wanted)
    with pytest.raises(EvidenceUnavailableError, match="is full"):
        send(attaching, worker, wanted.id, 1, cut(BIG)[0])
    assert attaching.progress(worker, wanted.id).received == ()


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
