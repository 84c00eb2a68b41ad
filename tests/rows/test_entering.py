"""Whoever proves who they are enters; everybody else sees nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gridgov.access import Caller
from gridgov.errors import NotAllowedError, NotAuthenticatedError
from gridgov.store.unit import Store
from tests.support import EVER, FAR, NOON, somebody


def test_nobody_enters_with_a_proof_that_is_not_known(store):
    with pytest.raises(NotAuthenticatedError), store.acting(Caller(b"x" * 32), now=NOON):
        pass


@pytest.mark.parametrize("now", [EVER - timedelta(days=1), FAR])
def test_nobody_enters_with_a_proof_that_has_expired_or_a_grant_that_has_not_begun(store, now):
    caller = somebody(store, "command_centre")
    if now == FAR:
        with pytest.raises(NotAuthenticatedError), store.acting(caller, now=now):
            pass
    else:
        with store.acting(caller, now=now) as unit:
            assert unit.subject.grants == ()


def test_entering_tells_who_acts_as_the_accounts_do(store):
    caller = somebody(store, "street_officer", "370102001", "370102-D-CG")
    with store.transaction() as unit:
        expected = unit.access.subject(caller, now=NOON)
    with store.acting(caller, now=NOON) as unit:
        assert unit.subject == expected


def test_in_life_people_come_by_a_login_that_owns_nothing(own_sample_url):
    store = Store(own_sample_url)
    caller = somebody(store, "command_centre")
    with store.acting(caller, now=NOON) as unit:
        who = unit.connection.execute(text("SELECT session_user, current_user")).one()
        seen = unit.connection.execute(text("SELECT count(*) FROM cell")).scalar_one()
    store.close()
    assert tuple(who) == ("gridgov_app", "gridgov_app")
    assert seen > 0


def test_a_row_that_the_database_refuses_is_not_allowed(store):
    caller = somebody(store, "auditor")
    with pytest.raises(NotAllowedError), store.acting(caller, now=NOON) as unit:
        unit.connection.execute(text("SELECT * FROM reporter"))


def test_an_error_of_the_database_quotes_nobody(own_sample_url):
    store = Store(own_sample_url)
    with pytest.raises(DBAPIError) as raised, store.transaction() as unit:
        unit.connection.execute(text("SELECT 1 / 0 WHERE :name <> ''"), {"name": "某甲 00012340078"})
    store.close()
    assert "某甲" not in str(raised.value)
