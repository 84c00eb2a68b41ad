"""Of what a reader of the live changes is told, without a server."""

from datetime import UTC, datetime

import pytest

from gridgov.access import Grant, Subject
from gridgov.access.roles import ROLES
from gridgov.ids import new_id
from gridgov.services.streams import Scope
from gridgov.store.changes import Change

_PERMISSIONS = {role.code: role.permissions for role in ROLES}


def scope(role: str, area: str, organisation: str | None = None) -> Scope:
    grant = Grant(role, area, organisation, _PERMISSIONS[role])
    return Scope.of(Subject(new_id(), "login", "name", None, (grant,), new_id()))


def told(found: Scope, kind: str, district: str = "370102") -> bool:
    return found.sees(Change(1, district, kind, new_id(), None, datetime(2026, 6, 15, tzinfo=UTC)), {})


@pytest.mark.parametrize(
    "kind", ["person.changed", "duty.added", "organisation.ended", "register.imported", "grid.published"]
)
@pytest.mark.parametrize(
    ("role", "area", "heard"),
    [
        ("administrator", "370102", True),
        ("administrator", "370102001", True),
        ("administrator", "37", True),
        ("planner", "370102", True),
        ("administrator", "370103", False),
        ("administrator", "370103001", False),
    ],
)
def test_what_changes_in_a_register_is_told_to_whoever_may_read_registers_there(role, area, heard, kind):
    assert told(scope(role, area), kind) is heard


def test_whoever_looks_after_people_hears_of_no_case_by_it():
    assert not told(scope("administrator", "370102"), "patrol.filed")
    assert told(scope("command_centre", "370102"), "patrol.filed")
    assert not told(scope("department_officer", "370102", "370102-D-CG"), "person.changed")
