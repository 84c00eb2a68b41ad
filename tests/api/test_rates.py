"""Who asks too often is told to wait, and takes nothing from the others."""

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.rates import RateLimit


def asked(*, per_caller: int = 0, per_address: int = 0) -> TestClient:
    async def answer(_request):
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/{path:path}", answer)])
    return TestClient(RateLimit(app, per_caller=per_caller, per_address=per_address))


def test_a_caller_beyond_the_limit_is_told_how_long_to_wait():
    client = asked(per_caller=3)
    headers = {"Authorization": "Bearer one"}
    assert [client.get("/x", headers=headers).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = client.get("/x", headers=headers)
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["type"] == "/problems/too-many"


def test_one_caller_takes_nothing_from_another():
    client = asked(per_caller=1)
    assert client.get("/x", headers={"Authorization": "Bearer one"}).status_code == 200
    assert client.get("/x", headers={"Authorization": "Bearer one"}).status_code == 429
    assert client.get("/x", headers={"Authorization": "Bearer two"}).status_code == 200
    assert client.get("/x", headers={"Cookie": "session=three"}).status_code == 200


def test_inventing_a_token_for_each_request_does_not_help():
    client = asked(per_caller=100, per_address=4)
    answers = [client.get("/x", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_health_answers_whatever_else_is_refused():
    client = asked(per_address=1)
    assert client.get("/x").status_code == 200
    assert client.get("/x").status_code == 429
    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("path", ["/x", "/api/v1/incidents"])
def test_zero_switches_the_limits_off(path):
    client = asked()
    assert {client.get(path).status_code for _ in range(50)} == {200}
