"""What a phone carries: the map and the rules of the place its holder works in, and around it."""

from tests.api.conftest import proof_of
from tests.support import somebody


def test_a_stranger_carries_nothing(stranger):
    assert stranger.get("/api/v1/field/pack").status_code == 401


def test_what_a_phone_carries_is_sent_once(stranger, store):
    somebody(store, "grid_worker", "370102001", login="worker")
    first = stranger.get("/api/v1/field/pack", headers=proof_of("worker"))
    assert first.status_code == 200
    again = stranger.get("/api/v1/field/pack", headers=proof_of("worker") | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
