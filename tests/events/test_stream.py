"""The door: who may listen, what they hear, and how a stream ends."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import insert, text, update

from api.streams import EventStream
from gridgov.access import party_of
from gridgov.clock import SHANGHAI, system_clock
from gridgov.ids import new_id
from gridgov.services.intake import Intake
from gridgov.services.relaying import Pace
from gridgov.services.streams import INBOX
from gridgov.store.tables import account, credential, incident_party, whistle
from gridgov.store.unit import Store
from tests.events.conftest import FAST, Listener, Served, serving, subjects, wait_for, write
from tests.support import keeper, report, secret_of, somebody

__all__ = ["keeper"]


def test_nobody_listens_without_logging_in(live: Served):
    for headers in ({}, {"Authorization": "Bearer invented"}):
        answer = httpx2.get(f"{live.address}/api/v1/events", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_change_is_told_with_kind_and_ids_and_nothing_else(live: Served, listen):
    listener = listen()
    subject = write(live.store, "grid.published")
    wait_for(lambda: listener.seen)
    (found,) = listener.seen
    assert set(found) == {"id", "kind", "subject_id", "incident_id", "district_code", "at"}
    assert (found["kind"], found["subject_id"], found["district_code"]) == ("grid.published", str(subject), "370102")
    assert found["at"].endswith("+08:00")
    assert datetime.fromisoformat(found["at"]).utcoffset() == datetime.now(SHANGHAI).utcoffset()


def test_the_answer_is_a_stream_that_nobody_keeps_back(live: Served, listen):
    listener = listen(headers={"Accept-Encoding": "gzip"})
    assert listener.answer_headers["content-type"].startswith("text/event-stream")
    assert listener.answer_headers["cache-control"] == "no-store"
    assert "content-encoding" not in listener.answer_headers
    assert "content-length" not in listener.answer_headers
    assert listener.words == ["hello"]
    write(live.store)
    wait_for(lambda: listener.seen)


def test_whoever_comes_back_hears_exactly_what_came_meanwhile(live: Served, listen):
    first = listen(login="back")
    write(live.store)
    wait_for(lambda: first.seen)
    first.leave()
    wait_for(lambda: not live.relay._streams)
    missed = [write(live.store) for _ in range(30)]
    second = Listener(live.address, secret_of("back"), after=first.after)
    later = write(live.store)
    wait_for(lambda: len(second.seen) > 30)
    assert subjects(second) == [*missed, later]
    second.leave()


def test_the_cursor_may_stand_in_the_address_as_well(live: Served, listen):
    listener = listen(login="address")
    assert listener.words == ["hello"]
    headers = {"Authorization": f"Bearer {secret_of('address')}"}
    with httpx2.stream("GET", f"{live.address}/api/v1/events?after=0", headers=headers) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_lines()) == "event: resync"


@pytest.mark.parametrize("cursor", ["7", "a-b-c", "00000000-zz", "\u00e9", "0" * 5000, "'; DROP TABLE change; --"])
def test_an_invented_cursor_is_answered_with_resync(live: Served, listen, cursor):
    listener = listen(after=cursor)
    assert listener.words[0] == "resync"
    assert listener.reasons() == ["unknown-cursor"]
    subject = write(live.store)
    wait_for(lambda: listener.seen)
    assert subjects(listener) == [subject]


def test_a_cursor_from_the_future_is_answered_with_resync(listen):
    epoch = str(listen().after).partition("-")[0]
    assert listen(after=f"{epoch}-zzzzzzzzzzzz").words[0] == "resync"


def test_a_cursor_from_before_what_was_forgotten_is_answered_with_resync(live: Served, listen):
    first = listen(login="old")
    write(live.store)
    wait_for(lambda: first.seen)
    old = first.after
    write(live.store, at=system_clock() - timedelta(days=30))
    wait_for(lambda: len(first.seen) == 2)
    first.leave()
    with live.store.transaction() as unit:
        assert unit.changes.prune(system_clock() - timedelta(days=3), limit=100) == 1
    second = Listener(live.address, secret_of("old"), after=old)
    assert second.words[0] == "resync"
    assert second.reasons() == ["too-old"]
    third = Listener(live.address, secret_of("old"), after=second.after)
    assert third.words == ["hello"]
    second.leave()
    third.leave()


def test_a_worker_hears_nothing_of_another_district_or_cell(live: Served, listen, keeper):
    intake = Intake(live.store, clock=system_clock, home_district="370102", keeper=keeper)
    taken = intake.take(report(reported_at=system_clock()), author="test")
    cell = taken.cell_code
    assert cell
    here = listen("grid_worker", cell)
    community, beside = listen("community_officer", cell[:12]), listen("grid_worker", f"{cell[:12]}999")
    elsewhere, city, centre = listen("grid_worker", "370103"), listen("command_centre", "3701"), listen()
    again = intake.take(report(reported_at=system_clock(), text="又来了，还是很吵"), author="test")
    listeners = (here, community, city, centre)
    wait_for(lambda: all(found.seen for found in listeners))
    assert all(UUID(found.seen[-1]["subject_id"]) == again.id for found in listeners)
    end = write(live.store, "grid.published", district="370103")
    wait_for(lambda: end in subjects(elsewhere))
    assert subjects(elsewhere) == [end]
    assert beside.seen == []
    assert end not in subjects(here)


def test_a_department_hears_of_a_case_from_when_it_takes_part(live: Served, listen, keeper):
    intake = Intake(live.store, clock=system_clock, home_district="370102", keeper=keeper)
    taken = intake.take(report(reported_at=system_clock()), author="test")
    with live.store.transaction() as unit:
        lead = unit.connection.execute(text("SELECT code FROM organisation ORDER BY code LIMIT 1")).scalar_one()
    officer, centre = listen("department_officer", organisation=lead), listen()
    write(live.store, "case.filed", subject_id=taken.id)
    wait_for(lambda: centre.seen)
    with live.store.transaction() as unit:
        row = {"district_code": "370102", "incident_id": taken.id, "party": party_of(lead), "part": "handling"}
        unit.connection.execute(insert(incident_party).values(row))
    write(live.store, "case.dispatched", subject_id=taken.id)
    wait_for(lambda: officer.seen)
    assert [found["kind"] for found in officer.seen] == ["case.dispatched"]


def test_a_whistle_is_heard_by_whoever_sees_its_incident(live: Served, listen, keeper):
    intake = Intake(live.store, clock=system_clock, home_district="370102", keeper=keeper)
    taken = intake.take(report(reported_at=system_clock()), author="test")
    here, elsewhere = listen("grid_worker", taken.cell_code), listen("grid_worker", "370102999")
    whistle_id = new_id()
    values = {"district_code": "370102", "id": whistle_id, "incident_id": taken.id, "kind": "emergency"}
    values |= {"stage": "drafted", "combined": False, "crosses_district": False, "drafted_at": system_clock()}
    with live.store.transaction() as unit:
        unit.connection.execute(insert(whistle).values(values))
    write(live.store, "whistle.drafted", subject_id=whistle_id)
    attached = write(live.store, "attachment.added", incident_id=taken.id)
    wait_for(lambda: len(here.seen) == 2)
    assert [found["incident_id"] for found in here.seen] == [str(taken.id)] * 2
    assert subjects(here) == [whistle_id, attached]
    assert elsewhere.seen == []


def test_what_lies_in_an_inbox_is_told_to_its_owner_alone(live: Served, listen):
    mine, other = listen(login="mine"), listen(login="other")
    with live.store.transaction() as unit:
        query = account.select().where(account.c.login == "mine")
        owner = unit.connection.execute(query).one().id
    write(live.store, INBOX, subject_id=owner)
    wait_for(lambda: mine.seen)
    write(live.store)
    wait_for(lambda: other.seen)
    assert [found["kind"] for found in other.seen] == ["grid.published"]


def test_a_session_that_is_revoked_ends_its_stream(live: Served, listen):
    listener, other = listen(login="revoked"), listen()
    secret_hash = hashlib.sha256(secret_of("revoked").encode()).digest()
    with live.store.transaction() as unit:
        gone = update(credential).where(credential.c.secret_hash == secret_hash).values(revoked_at=system_clock())
        unit.connection.execute(gone)
    listener.join()
    assert listener.reasons() == ["not-logged-in"]
    assert not other.ended


@pytest.mark.parametrize("what", ["the account", "the session"])
def test_whoever_is_shut_out_hears_of_nothing_that_changes_after_it(own_sample_url, what):
    store = Store(own_sample_url)
    with serving(store, pace=Pace(poll_s=0.02, check_s=60)) as served:
        for login in ("out", "in"):
            somebody(store, "command_centre", login=login)
        out, other = (Listener(served.address, secret_of(login)) for login in ("out", "in"))
        with store.transaction() as unit:
            run = unit.connection.execute
            account_id = run(account.select().where(account.c.login == "out")).one().id
            if what == "the account":
                run(update(account).where(account.c.id == account_id).values(disabled_at=system_clock()))
            else:
                owned = update(credential).where(credential.c.account_id == account_id)
                run(owned.values(revoked_at=system_clock()))
        written = write(store)
        out.join()
        wait_for(lambda: other.seen)
        assert (out.seen, out.reasons()) == ([], ["not-logged-in"])
        assert subjects(other) == [written]
        other.leave()
    store.close()


def test_a_role_that_is_taken_away_silences_its_stream(live: Served, listen):
    listener, other = listen(login="taken"), listen()
    with live.store.transaction() as unit:
        owner = unit.connection.execute(account.select().where(account.c.login == "taken")).one().id
        ended = text("UPDATE account_grant SET valid = tstzrange(lower(valid), :now) WHERE account_id = :owner")
        unit.connection.execute(ended, {"now": system_clock(), "owner": owner})
    (stream,) = [found for found in live.relay._streams if found.scope.account_id == owner]
    wait_for(lambda: not stream.scope.parties)
    write(live.store)
    wait_for(lambda: other.seen)
    assert listener.seen == []


def test_an_expired_session_ends_its_stream(own_sample_url):
    store = Store(own_sample_url)
    moments = [datetime(2026, 6, 15, 4, 0, tzinfo=UTC)]
    with serving(store, clock=lambda: moments[0]) as served:
        somebody(store, "command_centre", login="expiring")
        listener = Listener(served.address, secret_of("expiring"))
        moments[0] = datetime(2100, 1, 1, tzinfo=UTC)
        listener.join()
        assert listener.reasons() == ["not-logged-in"]
    store.close()


def test_one_account_may_not_open_streams_without_end(own_sample_url):
    store = Store(own_sample_url)
    with serving(store, pace=Pace(poll_s=0.02, per_account=2)) as served:
        somebody(store, "command_centre", login="many")
        two = [Listener(served.address, secret_of("many")) for _ in range(2)]
        third = Listener(served.address, secret_of("many"))
        third.join()
        assert third.status == 429
        for listener in two:
            listener.leave()
    store.close()


def test_a_reader_who_takes_nothing_is_cut_off_and_holds_up_nobody(own_sample_url):
    store = Store(own_sample_url)
    with serving(store, pace=Pace(poll_s=0.005, check_s=60, buffer=3)) as served:
        somebody(store, "command_centre", login="slow")
        somebody(store, "command_centre", login="quick")
        place = urlsplit(served.address)
        with socket.socket() as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.connect((place.hostname, place.port))
            ask = f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret_of('slow')}\r\n\r\n"
            lazy.sendall(ask.encode())
            quick = Listener(served.address, secret_of("quick"))
            wait_for(lambda: len(served.relay._streams) == 2)
            written = 0
            while len(served.relay._streams) == 2:
                _write_many(store, 1000)
                written += 1000
                wait_for(lambda: len(quick.seen) == written)  # noqa: B023 - asked at once
            heard = b""
            while not heard.endswith(b"0\r\n\r\n"):
                heard += lazy.recv(1_000_000)
            assert b'event: resync\ndata: {"reason":"too-slow"}' in heard[-500:]
        quick.leave()
    store.close()


def _write_many(store: Store, count: int) -> None:
    with store.transaction() as unit:
        rows = "SELECT '370102', now(), 'grid.published', gen_random_uuid() FROM generate_series(1, :count)"
        unit.connection.execute(
            text(f"INSERT INTO change (district_code, at, kind, subject_id) {rows}"),
            {"count": count},
        )


def test_more_at_once_than_fits_a_message_is_answered_with_resync(own_sample_url):
    store = Store(own_sample_url)
    with serving(store, pace=Pace(poll_s=0.02, batch=50)) as served:
        somebody(store, "command_centre", login="flood")
        listener = Listener(served.address, secret_of("flood"))
        _write_many(store, 51)
        wait_for(lambda: "resync" in listener.words)
        assert listener.reasons() == ["too-many-changes"]
        subject = write(store)
        wait_for(lambda: listener.seen)
        assert subjects(listener) == [subject]
        again = Listener(served.address, secret_of("flood"), after=listener.after)
        assert again.words == ["hello"]
        listener.leave()
        again.leave()
    store.close()


def test_open_streams_do_not_hold_up_the_end_of_the_server(live: Served, listen):
    listeners = [listen() for _ in range(3)]
    live.stop()
    for listener in listeners:
        listener.join()
    assert [listener.reasons() for listener in listeners] == [["server-stops"]] * 3


def test_silence_is_broken_by_a_ping_that_moves_the_cursor(own_sample_url, monkeypatch):
    monkeypatch.setitem(EventStream.__init__.__kwdefaults__, "ping_s", 0.05)
    store = Store(own_sample_url)
    with serving(store, pace=FAST) as served:
        somebody(store, "grid_worker", "370103", login="quiet")
        listener = Listener(served.address, secret_of("quiet"))
        first = listener.after
        write(store)
        wait_for(lambda: listener.after != first)
        assert listener.words == ["hello"]
        listener.leave()
    store.close()


def test_asking_for_the_head_opens_no_stream_and_leaves_the_connection_free(live: Served):
    somebody(live.store, "command_centre", login="head")
    headers = {"Authorization": f"Bearer {secret_of('head')}"}
    with httpx2.Client(headers=headers, timeout=20) as client:
        for _ in range(3 * FAST.per_account):
            answer = client.head(f"{live.address}/api/v1/events")
            assert (answer.status_code, answer.content) == (200, b"")
            assert answer.headers["content-type"].startswith("text/event-stream")
        assert client.get(f"{live.address}/api/v1/me").status_code == 200
        wait_for(lambda: not live.relay._streams)
    assert httpx2.head(f"{live.address}/api/v1/events").status_code == 401


def test_a_stream_ends_after_its_time_and_its_reader_comes_back_without_missing_anything(own_sample_url, monkeypatch):
    monkeypatch.setitem(EventStream.__init__.__kwdefaults__, "longest_s", 2.0)
    store = Store(own_sample_url)
    with serving(store) as served:
        somebody(store, "command_centre", login="hour")
        first = Listener(served.address, secret_of("hour"))
        before = write(store)
        wait_for(lambda: first.seen)
        wait_for(lambda: first.ended)
        assert (subjects(first), first.reasons()) == ([before], [])
        wait_for(lambda: not served.relay._streams)
        missed = write(store)
        second = Listener(served.address, secret_of("hour"), after=first.after)
        wait_for(lambda: second.seen)
        assert subjects(second) == [missed]
        second.leave()
    store.close()


@pytest.mark.slow
def test_the_program_ends_at_once_on_sigterm_with_a_stream_open(own_sample_url):
    store = Store(own_sample_url)
    somebody(store, "command_centre", login="program")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GRIDGOV_DATABASE_URL": own_sample_url, "GRIDGOV_PORT": str(port)}
    command = [sys.executable, "-c", "from gridgov.cli import main; main()", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _ready(port) or process.poll() is not None)
        listener = Listener(f"http://127.0.0.1:{port}", secret_of("program"))
        assert listener.words == ["hello"]
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        listener.join()
        assert listener.reasons() == ["server-stops"]
    finally:
        process.kill()
        process.wait()
        store.close()


def _ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    except httpx2.HTTPError:
        return False
