"""What SQL that slipped into a planner's request could make of drafts: nothing that a step does not allow."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gridgov.drafts import TABLE, Act, State
from tests.drafts.test_lifecycle import come

LATER = timedelta(days=7)


@contextmanager
def hand(town, caller):
    """Yield a connection under the login of requests with somebody's rights; what it does is undone."""
    with town.store._connection.begin_nested() as tried:
        with town.store.acting(caller, now=town.clock()) as unit:
            yield unit.connection
        tried.rollback()


DENIED = frozenset({"42501"})
"""No privilege, or no policy that lets the row pass: refused also where there is no row."""


def refused(town, caller, statement: str, only=frozenset({"42501", "23514", "nothing"}), **values: object) -> bool:
    with hand(town, caller) as connection:
        try:
            with connection.begin_nested():
                return connection.execute(text(statement), values).rowcount == 0 and "nothing" in only
        except DBAPIError as error:
            return error.orig.sqlstate in only


@pytest.mark.parametrize(
    "values",
    [
        "state = 'approved', approved_by = 'centre'",
        "state = 'published', approved_by = 'centre', published_version = 2, publish_at = now()",
        "approved_by = 'centre'",
        "publish_at = now()",
        "author_id = gen_random_uuid()",
        "author = 'other'",
        "within = 'street'",
        "content = 2",
        "base_version = 2",
        "state = 'proposed'",
        "state = 'proposed', revision = 2",
    ],
)
def test_a_draft_is_not_made_more_than_its_steps_made_it(town, merged, values):
    made = come(town, State.DRAFT, merged)
    for caller in (town.planner, town.centre):
        assert refused(town, caller, f"UPDATE draft SET {values} WHERE id = :id", id=made.id)  # noqa: S608
    assert not refused(town, town.planner, "UPDATE draft SET changed_at = now() WHERE id = :id", id=made.id)


@pytest.mark.parametrize("values", ["publish_at = now()", "approved_by = 'planner'", "content = 2", "base_version = 0"])
def test_what_was_approved_stays_what_was_approved(town, merged, values):
    made = come(town, State.APPROVED, merged)
    assert refused(town, town.planner, f"UPDATE draft SET {values} WHERE id = :id", id=made.id)  # noqa: S608


STEP = """
    INSERT INTO draft_event (district_code, draft_id, revision, at, author, act, data)
    VALUES (:district, :id, :revision, now(), :author, :act, CAST(:data AS jsonb))
"""


def step(made, act, author, *, revision=None):
    said = {"district": made.district_code, "id": made.id, "act": act, "author": author, "data": json.dumps({})}
    return said | {"revision": revision or made.revision + 1}


WITH_THE_GRID = {Act.PUBLISH, Act.CALL_OFF}
"""What the system writes, together with the grid."""


@pytest.mark.parametrize("state", State)
def test_the_database_allows_the_steps_of_the_table_and_no_other(town, merged, state):
    made = come(town, state, merged)
    for act in Act:
        allowed = TABLE.get((state, act))
        for caller, permission in ((town.other, "grid.plan"), (town.centre, "grid.approve")):
            author = "other" if caller is town.other else "centre"
            may = allowed is not None and allowed.permission == permission and act not in WITH_THE_GRID
            assert refused(town, caller, STEP, **step(made, act, author)) is not may, (act, permission)


def test_a_step_is_signed_by_whoever_takes_it_once_and_in_its_turn(town, merged):
    made = come(town, State.DRAFT, merged)
    assert not refused(town, town.planner, STEP, **step(made, "propose", "planner"))
    assert refused(town, town.planner, STEP, **step(made, "propose", "other"))
    assert refused(town, town.planner, STEP, **step(made, "propose", "planner", revision=7))


def test_the_author_of_a_draft_signs_no_approval_whatever_roles_they_have(town, merged):
    with town.store.transaction() as unit:
        account = unit.access.subject(town.planner, now=town.clock())
    with town.store.owning() as unit:
        unit.access.grant(account.account_id, "command_centre", "370199", None, now=town.clock(), by="test")
    made = come(town, State.PROPOSED, merged)
    assert refused(town, town.planner, STEP, **step(made, "approve", "planner"))
    assert not refused(town, town.planner, STEP, **step(made, "send_back", "planner"))


CELL = """
    INSERT INTO draft_cell (district_code, draft_id, revision, number, kind)
    VALUES (:district, :id, :revision, 999, 'ordinary')
"""


@pytest.mark.parametrize("state", [State.DRAFT, State.PROPOSED, State.APPROVED, State.PUBLISHED])
def test_no_cell_slips_into_what_was_drawn(town, merged, state):
    made = come(town, state, merged)
    key = {"district": made.district_code, "id": made.id}
    assert refused(town, town.planner, CELL, **key, revision=made.content)
    assert refused(town, town.planner, CELL, **key, revision=made.revision + 1) is (state != State.DRAFT)


def test_a_draft_begins_as_one(town, merged):
    made = come(town, State.DRAFT, merged)
    copy = """
        INSERT INTO draft (district_code, id, title, author, author_id, state, revision, content, within, base_version,
                           source, created_at, changed_at, approved_by)
        SELECT district_code, gen_random_uuid(), title, :author, author_id, :state, 1, 1, within, base_version,
               source, now(), now(), :approver FROM draft WHERE id = :id
    """
    assert not refused(town, town.planner, copy, id=made.id, author="planner", state="draft", approver=None)
    assert refused(town, town.planner, copy, id=made.id, author="other", state="draft", approver=None)
    assert refused(town, town.planner, copy, id=made.id, author="planner", state="approved", approver="centre")


GRID = ("address", "area", "area_period", "base_feature", "cell", "cell_lineage", "cell_measure", "grid_version")


@pytest.mark.parametrize("table", [*GRID, "draft_duty"])
def test_nobody_who_makes_a_request_writes_the_grid(town, merged, table):
    come(town, State.PUBLISHED, merged)
    for caller in (town.planner, town.centre):
        for words in (f"UPDATE {table} SET district_code = district_code", f"DELETE FROM {table}"):  # noqa: S608
            assert refused(town, caller, words, only=DENIED)
        assert refused(town, caller, f"INSERT INTO {table} SELECT * FROM {table}", only=DENIED)  # noqa: S608


DUTY = """
    INSERT INTO duty (district_code, id, person_id, role, cell_id, valid)
    SELECT district_code, gen_random_uuid(), person_id, role, cell_id, tstzrange(now(), NULL) FROM duty
    WHERE cell_id IS NOT NULL LIMIT 1
"""


def test_duties_are_handed_over_by_publishing_alone(town, merged):
    come(town, State.APPROVED, merged)
    assert refused(town, town.planner, DUTY)
    assert refused(town, town.planner, "UPDATE duty SET valid = 'empty'")


@pytest.mark.parametrize("values", ["published_version = 7", "due_at = now()", "published_version = NULL"])
def test_what_became_of_a_published_draft_is_not_told_otherwise(town, merged, values):
    made = come(town, State.PUBLISHED, merged)
    assert refused(town, town.planner, f"UPDATE draft SET {values} WHERE id = :id", id=made.id)  # noqa: S608
