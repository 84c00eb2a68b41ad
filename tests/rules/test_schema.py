"""Whoever manages rules may send anything: the doors that change rules keep to their schema."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.api.test_schema import CHECKS
from tests.rules.conftest import proof_of

WRITES = [
    ("PUT", "/api/v1/limits"),
    ("DELETE", "/api/v1/limits"),
    ("PUT", "/api/v1/calendar/{year}"),
    ("PUT", "/api/v1/escalations/{kind}"),
    ("PUT", "/api/v1/hours/{code}"),
    ("PUT", "/api/v1/hours/{code}/keepers"),
    ("POST", "/api/v1/matter-lists"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_door_that_changes_rules_answers_as_its_schema_says(client, method, path):
    operation = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)[path][method]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def walk(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=proof_of("keeper"))

    walk()
