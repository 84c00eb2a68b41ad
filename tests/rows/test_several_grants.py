"""Whoever holds several roles, over several areas and for organisations: the database grants what the program does."""

import hashlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from gridgov.access import Caller, Subject, party_of
from gridgov.ids import new_id
from gridgov.store.tables import area, role_permission
from gridgov.store.unit import Unit
from tests.support import EVER, FAR, NOON

ROLES = ("command_centre", "street_officer", "grid_worker", "department_officer", "planner", "administrator", "auditor")
AREAS = ("37", "3701", "370102", "370112", "370102001", "370102002", "370102001001", "370102001001001")
ORGANISATIONS = (None, None, "370102-D-CG", "370102-D-HW")

grants = st.lists(st.tuples(*map(st.sampled_from, (ROLES, AREAS, ORGANISATIONS))), max_size=5)


def entered(unit: Unit, held: list[tuple[str, str, str | None]], scopes: list[str] | None) -> Subject:
    caller = Caller(hashlib.sha256(new_id().bytes).digest())
    account_id = unit.access.add_account(f"holder-{new_id().hex}", "某甲", now=EVER)
    for role, code, organisation in held:
        unit.access.grant(account_id, role, code, organisation, now=EVER, by="test")
    unit.access.add_credential(account_id, "token", caller.secret_hash, now=EVER, expires_at=FAR, scopes=scopes)
    unit.connection.execute(text("SELECT * FROM gridgov_enter(:hash, :now)"), {"hash": caller.secret_hash, "now": NOON})
    subject = unit.access.subject(caller, now=NOON)
    assert subject is not None
    return subject


def told(unit: Unit, permission: str) -> list[object]:
    names = ("may", "districts", "parties", "areas", "offices")
    found = unit.connection.execute(select(*(getattr(func.gridgov_private, name)(permission) for name in names))).one()
    return [each if isinstance(each, bool) else sorted(each) for each in found]


def expected(subject: Subject, permission: str, loaded: list[str]) -> list[object]:
    offices = subject.areas(permission)
    below = {code for code in loaded for wide in offices if len(wide) < 6 and code.startswith(wide)}
    districts = {code for code in offices if len(code) == 6} | below
    parties = {code for code in offices if len(code) >= 6} | below
    parties |= {party_of(code) for code in subject.organisations(permission)}
    may = subject.may(permission)
    areas = {grant.area_code for grant in subject.only(permission).grants}
    mine = {str(subject.account_id)} if may else set()
    return [may, sorted(districts), sorted(parties | mine), sorted(areas), sorted(offices)]


@given(held=grants, narrowed=st.booleans(), data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_each_permission_holds_where_its_grants_say(store, held, narrowed, data):
    with store.owning() as unit:
        permissions = list(unit.connection.execute(select(role_permission.c.permission).distinct()).scalars())
        loaded = list(unit.connection.execute(select(area.c.district_code).distinct()).scalars())
        scopes = data.draw(st.lists(st.sampled_from(permissions), unique=True)) if narrowed else None
        subject = entered(unit, held, scopes)
        for permission in [*permissions, "no.such"]:
            assert told(unit, permission) == expected(subject, permission, loaded)
        reach = set(unit.connection.execute(select(func.gridgov_private.reach())).scalar_one())
    codes = {g.area_code for name in permissions for g in subject.only(name).grants}
    below = {code for code in loaded for wide in codes if len(wide) < 6 and code.startswith(wide)}
    assert reach == {code[:6] for code in codes if len(code) >= 6} | below
