"""What is left of a file when it is attached or given up: what is shown, and nothing beside it."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gridgov.errors import (
    ConflictError,
    EvidenceUnavailableError,
    NotAllowedError,
    NotFoundError,
)
from gridgov.evidence import LINGERING
from gridgov.services.sweeps.evidence import sweep_uploads
from gridgov.store.tables import evidence, evidence_exif
from tests.evidence.files import LAT, LON, photo
from tests.evidence.sending import attached, orphans, send, sent, swept
from tests.support import somebody


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


def test_giving_up_is_final_and_never_takes_what_hangs_on_a_case(attaching, worker, incident_id):
    wanted = sent(attaching, worker, photo(), incident_id)
    attaching.give_up(worker, wanted.id)
    with pytest.raises(ConflictError):
        attaching.complete(worker, wanted.id)
    done = attached(attaching, worker, photo(), incident_id)
    with pytest.raises(ConflictError):
        attaching.give_up(worker, done.id)


def test_nothing_that_was_told_lies_beside_what_is_shown(store, attaching, worker, incident_id):
    found = attached(attaching, worker, photo(), incident_id)
    with store.transaction() as unit:
        row = unit.connection.execute(select(evidence).where(evidence.c.id == found.id)).one()
        apart = unit.connection.execute(select(evidence_exif)).one()
    assert not {"lon", "lat", "taken_at"} & set(row._mapping)
    assert apart.camera == "<script>alert(1)</script>"
    assert Path(row.name).name == row.name
