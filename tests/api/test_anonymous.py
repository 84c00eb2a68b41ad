"""Who has not logged in gets nothing, at every door."""

import pytest
from fastapi.testclient import TestClient

from tests.openapi import document

OPEN = {"GET /health/live", "GET /health/ready", "POST /api/v1/login"}
FORGED = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer gg_forged",
    "Basic Y2VudHJlOng=",
    "Bearer \u00e9",
    "bearer a b",
    "Bearer " + "x" * 8000,
]


def _operations() -> list[str]:
    paths = document()["paths"]
    labels = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    return sorted(label for label in labels - OPEN if not label.split()[1].startswith("/api/v1/oidc/"))


def test_every_operation_is_closed_to_whoever_has_not_logged_in(stranger):
    operations = _operations()
    assert len(operations) > 100
    open_to_all = [label for label in operations if not _is_closed(stranger, *label.split())]
    assert open_to_all == []


def _is_closed(stranger: TestClient, method: str, path: str) -> bool:
    answer = stranger.request(method, path, headers={"Authorization": "Bearer gg_forged"})
    return (
        stranger.request(method, path).status_code == 401
        and answer.status_code == 401
        and answer.headers["www-authenticate"].startswith("Bearer")
        and answer.headers["content-type"] == "application/problem+json"
    )


@pytest.mark.parametrize("proof", FORGED)
def test_a_forged_proof_is_worth_nothing(stranger, proof):
    answer = stranger.get("/api/v1/cells", headers={"Authorization": proof.encode()})
    assert answer.status_code == 401
