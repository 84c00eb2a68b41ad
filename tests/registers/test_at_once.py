"""Several who change the registers at once: one after the other, and whoever was overtaken is told."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gridgov.clock import system_clock
from gridgov.editing import Seen, Shown
from gridgov.errors import ConflictError, GridgovError, StaleError
from gridgov.ids import new_id
from gridgov.services.accounts import Machine
from gridgov.services.registers import NewPerson, PeopleBook, PersonWanted
from gridgov.services.registers.people import Employment
from gridgov.services.registers.tables import Brought, Tables
from gridgov.store.registers import PeopleAsked
from gridgov.store.unit import Store
from tests.apart import cluster, own_sample_url, sample_url
from tests.registers.conftest import HOME, STREET

__all__ = ["cluster", "own_sample_url", "sample_url"]

WHO = Machine("test")


@pytest.fixture
def store(own_sample_url: str) -> Iterator[Store]:
    found = Store(own_sample_url)
    yield found
    found.close()


@pytest.fixture
def tables(store: Store) -> Tables:
    return Tables(store, clock=system_clock, home_district=HOME)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do things at the same time, and return what came of each: what it returned, or how it was refused."""
    together = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return deed()
        except GridgovError as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def file_of(*codes: str) -> bytes:
    rows = "".join(f"{code},林晓燕,{STREET}-S,专职\r\n" for code in codes)
    return f"工号,姓名,单位编码,用工形式\r\n{rows}".encode()


def test_of_files_that_were_tried_on_the_same_table_one_is_brought(tables):
    tried = tables.bring(WHO, "people", file_of("T-1"), dry_run=True)
    seen = Seen(tried.digest, {}, lambda stored: Shown(stored.digest, {"digest": stored.digest}))
    came = at_once(*(lambda n=n: tables.bring(WHO, "people", file_of(f"T-{n}"), seen=seen) for n in range(4)))
    assert [type(one) for one in came if not isinstance(one, Brought)] == [StaleError] * 3


def test_a_file_that_is_sent_four_times_at_once_is_brought_once(store, tables):
    content, name = file_of("T-1", "T-2"), new_id()
    came = at_once(*[lambda: tables.bring(WHO, "people", content, import_id=name)] * 4)
    assert sorted(one.replayed for one in came) == [False, True, True, True]
    with store.transaction() as unit:
        assert len(unit.registers.people.page(PeopleAsked(text="T-"), at=system_clock(), limit=9)) == 2


def test_a_staff_number_is_taken_once_by_whoever_comes_first(store):
    book = PeopleBook(store, clock=system_clock)
    new = [NewPerson(new_id(), "T-7", "林", f"{STREET}-S", Employment.POST) for _ in range(4)]
    came = at_once(*(lambda one=one: book.add(WHO, one) for one in new))
    assert sum(isinstance(one, ConflictError) for one in came) == 3


def test_files_and_edits_and_ends_of_the_same_people_wait_for_each_other_and_none_is_lost(store, tables):
    book = PeopleBook(store, clock=system_clock)
    tables.bring(WHO, "people", file_of(*(f"T-{n}" for n in range(20))))
    with store.transaction() as unit:
        people = unit.registers.people.page(PeopleAsked(text="T-"), at=system_clock(), limit=20)
    renamed = file_of(*(f"T-{n}" for n in range(20))).replace("专职".encode(), "兼职".encode())
    came = at_once(
        lambda: tables.bring(WHO, "people", renamed),
        *(lambda one=one: book.change(WHO, one["id"], PersonWanted(phone="000-0000-0009")) for one in people[:6]),
        *(lambda one=one: book.end(WHO, one["id"], system_clock()) for one in people[6:9]),
    )
    assert [one for one in came if isinstance(one, GridgovError)] == []
    with store.transaction() as unit:
        after = {one["id"]: unit.registers.people.one(one["id"]) for one in people}
    assert {one["employment"] for one in after.values()} == {"part_time"}
    assert all(after[one["id"]]["phone"] == "000-0000-0009" for one in people[:6])
    assert all(after[one["id"]]["ended_at"] for one in people[6:9])
