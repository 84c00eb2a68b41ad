"""Limits and the responsibility list: what overrules what, its versions, and what a list may not say."""

import threading
from datetime import timedelta

import pytest

from gridgov.errors import ConflictError, InputError, NotFoundError, RuleError
from gridgov.matters import STREET_OFFICE, Counted, Part, Responsibility
from gridgov.services.rules import RuleBook
from gridgov.store.unit import Store
from gridgov.worktime import Limit, LimitKind, LimitRow, LimitUnit
from tests.rules.ruling import a_list, rules
from tests.support import SetClock


@pytest.mark.parametrize(
    ("matter", "limit"),
    [
        ("10101", Limit(240, LimitUnit.MINUTES, around_the_clock=True)),  # priority 1: urgent
        ("10102", Limit(3, LimitUnit.WORKING_DAYS)),  # 72 hours
        ("10103", Limit(1, LimitUnit.WORKING_DAYS)),
    ],
)
def test_a_matter_has_the_time_its_list_gives_it(store, matter, limit):
    found = rules(store)
    with store.transaction() as unit:
        priority = unit.rules.matters().matter(matter).priority
    assert found.limit("handle", matter, priority) == limit
    assert found.limit("file", matter, priority).unit is LimitUnit.MINUTES


def test_a_row_for_a_matter_overrules_its_list_until_it_is_taken_away(store, book):
    row = LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), "10102", source="district's decision")
    book.put_limit(None, row)
    assert rules(store).limit("handle", "10102", 3) == row.limit
    book.drop_limit(None, "handle", "10102", None)
    assert rules(store).limit("handle", "10102", 3) == Limit(3, LimitUnit.WORKING_DAYS)
    with pytest.raises(NotFoundError, match="exactly for these"):
        book.drop_limit(None, "handle", "10102", None)


def test_a_limit_for_a_matter_that_is_not_listed_is_refused(book):
    with pytest.raises(RuleError, match="not on the list"):
        book.put_limit(None, LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), "nothing", source="s"))


@pytest.mark.parametrize("source", ["", "  ", "x" * 501])
def test_a_rule_without_a_source_is_refused(book, source):
    with pytest.raises(InputError, match="where this rule comes from"):
        book.put_limit(None, LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), source=source))


def test_a_new_list_is_a_new_version_and_the_old_one_stays(store, book, clock):
    old = book.matters(None).version
    version = book.publish(None, *a_list(handle_hours="48"), source="decision 1")
    assert version == old + 1
    assert rules(store).limit("handle", "10102", 3) == Limit(2, LimitUnit.WORKING_DAYS)
    assert rules(store).limit("handle", "10102", 3, list_version=old) == Limit(3, LimitUnit.WORKING_DAYS)
    newest, before = book.versions(None)[:2]
    assert (newest["since"], newest["until"], newest["source"]) == (clock(), None, "decision 1")
    assert before["until"] == newest["since"]
    assert book.matters(None, old).matter("10102").handle_within == timedelta(hours=72)


def test_the_same_list_again_makes_no_version(book, clock):
    book.publish(None, *a_list(handle_hours="48"), source="decision 1")
    changes = len(book.changes(None, limit=50))
    clock.move(timedelta(days=1))
    assert book.publish(None, *a_list(handle_hours="48"), source="decision 1") == book.matters(None).version
    assert len(book.changes(None, limit=50)) == changes


def test_a_list_that_contradicts_itself_changes_nothing(store, book):
    before = book.versions(None)
    matters, parts = a_list(admitted="0")
    mine = [p for p in parts if p.matter_code != "10102"]
    lead = [Responsibility("10102", STREET_OFFICE, Part.LEAD)]
    with pytest.raises(RuleError, match="keeps it from streets"):
        book.publish(None, matters, [*mine, *lead], source="s")
    assert book.versions(None) == before
    assert rules(store).limit("handle", "10102", 3) == Limit(3, LimitUnit.WORKING_DAYS)


def test_two_lists_cannot_begin_at_one_moment(book):
    book.publish(None, *a_list(handle_hours="48"), source="s")
    with pytest.raises(ConflictError, match="later than that"):
        book.publish(None, *a_list(handle_hours="96"), source="s")


def test_a_version_that_never_was_is_not_found(book):
    with pytest.raises(NotFoundError, match="never was a version 99"):
        book.matters(None, 99)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("priority", "urgent", "must be a number"),
        ("handle_hours", "", "must be a number"),
        ("handle_hours", "nan", "must be a number"),
        ("file_hours", "1e300", "must be a number"),
        ("counted", "sometimes", "none of urgent"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(column, value, words):
    with pytest.raises(InputError, match=f"10102.*{words}") as refused:
        a_list(**{"counted": "", column: value})
    assert refused.value.field == column


def test_a_list_may_say_how_its_time_is_counted():
    matters, _ = a_list(counted="working")
    assert next(m.counted for m in matters if m.code == "10102") is Counted.WORKING


def test_two_who_publish_at_once_make_two_versions_one_after_the_other(own_sample_url):
    store = Store(own_sample_url, pool_size=4)
    with store.transaction() as unit:
        newest = unit.rules.versions()[0]
    clocks = [SetClock(newest["since"] + timedelta(hours=n)) for n in (1, 2)]
    errors: list[Exception] = []

    def publish(number: int) -> None:
        book = RuleBook(store, clock=clocks[number], home_district="370102")
        try:
            book.publish(None, *a_list(handle_hours=str(24 * (5 + number))), source=f"decision {number}")
        except ConflictError as error:  # the later clock came first
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with store.transaction() as unit:
        versions = unit.rules.versions()
        in_force = [v for v in versions if v["until"] is None]
    store.close()
    assert len(versions) == newest["version"] + 2 - len(errors)
    assert len(in_force) == 1
