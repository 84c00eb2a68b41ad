"""Who may change rules, and under whose name it is done."""

from datetime import date

import pytest

from gridgov.errors import NotAllowedError
from gridgov.worktime import Hours, Limit, LimitKind, LimitRow, LimitUnit, Segment
from tests.rules.ruling import OFFICE, YEAR_2027, a_list, rules, step
from tests.support import somebody


def test_whoever_manages_rules_changes_them_under_their_name(book, keeper_of_rules):
    row = LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), priority=2, source="decision 7")
    book.put_limit(keeper_of_rules, row)
    newest = book.changes(keeper_of_rules, limit=1)[0]
    assert (newest["author"], newest["what"]) == ("keeper", "limit")
    assert newest["data"] == {"kind": "handle", "matter": None, "priority": 2, "is": "5 hours"}


def test_whoever_manages_rules_publishes_and_loads(store, book, keeper_of_rules):
    version = book.publish(keeper_of_rules, *a_list(handle_hours="48"), source="decision 8")
    assert book.put_years(keeper_of_rules, YEAR_2027).last_day == date(2027, 12, 31)
    book.put_escalations(keeper_of_rules, "file", [step(1, 0)])
    book.put_hours(keeper_of_rules, Hours("hall", dict.fromkeys(range(6), (Segment(480, 720),)), "厅", "s", "Hall"))
    book.keep_hours(keeper_of_rules, "hall", organisation_code=OFFICE)
    assert rules(store).hours(OFFICE).code == "hall"
    assert book.matters(keeper_of_rules).version == version


@pytest.mark.parametrize(
    ("role", "area"),
    [("command_centre", "370102"), ("street_officer", "370102001"), ("administrator", "370112"), ("planner", "370102")],
)
def test_nobody_else_changes_rules(store, book, role, area):
    caller = somebody(store, role, area)
    before = book.changes(None, limit=50)
    row = LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), source="s")
    for act in (
        lambda: book.put_limit(caller, row),
        lambda: book.drop_limit(caller, "close", None, None),
        lambda: book.put_years(caller, YEAR_2027),
        lambda: book.put_escalations(caller, "file", []),
        lambda: book.publish(caller, *a_list(handle_hours="48"), source="s"),
        lambda: book.keep_hours(caller, "office", kind="station"),
    ):
        with pytest.raises(NotAllowedError, match=r"rules\.manage"):
            act()
    assert book.changes(None, limit=50) == before
    assert book.limits(caller)
