"""Whatever is sent to the routes of a draft that there is, by those who may: never an error of the server's."""

import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.app import create_app
from gridgov.settings import Settings
from tests.support import secret_of

ACTS = ("rebase", "propose", "approve", "send-back", "publish", "call-off", "withdraw")
READS = ("", "/steps", "/cells", "/file", "/preview")

_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_MOMENT = st.datetimes(timezones=st.timezones() | st.none()).map(lambda moment: moment.isoformat())
_SAID = st.fixed_dictionaries(
    {},
    optional={
        "note": st.text(max_size=30) | _ANY,
        "at": _MOMENT | _ANY,
        "to": _MOMENT | _ANY,
        "over_whistles": st.booleans() | _ANY,
        "district_code": st.from_regex(r"\A[0-9]{6}\Z") | _ANY,
        "title": st.text(max_size=30) | _ANY,
    },
)
_BODY = (_SAID | _ANY).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200)
_MATCH = st.none() | st.integers(-1, 2**70).map('"{}"'.format) | st.sampled_from(["*", "x", '"x"', 'W/"1"', ""])
_QUERY = st.dictionaries(st.sampled_from(["onto_newest", "title", "within", "state", "limit"]), st.text(max_size=9))


@pytest.fixture
def client(town) -> TestClient:
    app = create_app(town.store, Settings(), clock=town.clock)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


def test_no_request_to_a_draft_that_there_is_makes_the_server_fail(town, merged, client):
    made = town.drafting.create(town.planner, merged, title="并网格")
    base, seen = f"/api/v1/drafts/{made.id}", set()
    routes = [("PUT", f"{base}/file"), ("POST", "/api/v1/drafts"), ("POST", "/api/v1/drafts/undo")]
    routes += [("POST", f"{base}/{act}") for act in ACTS] + [("GET", f"{base}{read}") for read in READS]

    @settings(
        max_examples=150,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(data=st.data())
    def run(data):
        method, path = data.draw(st.sampled_from(routes))
        match = data.draw(_MATCH)
        headers = {"Authorization": f"Bearer {secret_of(data.draw(st.sampled_from(['planner', 'centre'])))}"}
        headers |= {"Content-Type": data.draw(st.sampled_from(["application/json", "application/octet-stream"]))}
        headers |= {} if match is None else {"If-Match": match}
        query, body = data.draw(_QUERY), data.draw(_BODY)
        with town.store._connection.begin_nested() as tried:
            answer = client.request(method, path, content=body, headers=headers, params=query)
            tried.rollback()
        assert answer.status_code < 500, (method, path, query, body, headers.get("If-Match"), answer.text)
        seen.add(answer.status_code)

    run()
    assert {200, 403, 422} <= seen
