"""Who asks too often is told to wait, and takes nothing from the others."""

from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.rates import RateLimit
from gridgov.access.throttle import network_of
from gridgov.settings import Settings


def asked(*, per_caller: int = 0, per_address: int = 0, address: str = "192.0.2.7") -> TestClient:
    async def answer(_request):
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/{path:path}", answer)])
    app.state.services = SimpleNamespace(settings=Settings())
    app.add_middleware(RateLimit, per_caller=per_caller, per_address=per_address)
    return TestClient(app, client=(address, 50_000))


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
    assert client.get("/x", headers={"Cookie": "gridgov-80=gs_three"}).status_code == 200


@pytest.mark.parametrize("beside", ["; j={}", "; gridgov-81=gs_{}", "; __Host-gridgov=gs_{}"])
def test_a_session_is_one_caller_whatever_is_sent_beside_it(beside):
    client = asked(per_caller=2)
    cookies = [f"gridgov-80=gs_one{beside.format(n)}" for n in range(4)]
    assert [client.get("/x", headers={"Cookie": c}).status_code for c in cookies] == [200, 200, 429, 429]
    assert [
        client.get("/x", headers={"Authorization": f"{kind} gg_two"}).status_code for kind in ("Bearer", "bearer")
    ] == [
        200,
        200,
    ]
    assert client.get("/x", headers={"Authorization": "BEARER gg_two", "Cookie": "j=1"}).status_code == 429


def test_an_address_of_ipv6_is_the_network_that_somebody_has():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::4")
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7" != network_of("::ffff:192.0.2.8")


def test_inventing_a_token_for_each_request_does_not_help():
    client = asked(per_caller=100, per_address=4)
    answers = [client.get("/x", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_health_answers_whatever_else_is_refused():
    client = asked(per_address=1)
    assert client.get("/x").status_code == 200
    assert client.get("/x").status_code == 429
    assert client.get("/health/ready").status_code == 200
    assert client.get("/health").status_code == 200
    assert client.get("/healthX").status_code == 429


@pytest.mark.parametrize("path", ["/x", "/api/v1/incidents"])
def test_zero_switches_the_limits_off(path):
    client = asked()
    assert {client.get(path).status_code for _ in range(50)} == {200}
