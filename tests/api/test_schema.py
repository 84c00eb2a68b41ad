"""The API keeps to its own schema, whatever is sent."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.api.conftest import proof_of

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


ENDLESS = {"GET /api/v1/events"}
"""A stream never ends; tests/events proves it."""


def _operations() -> list[str]:
    paths = create_app(Store("postgresql+psycopg://"), Settings()).openapi()["paths"]
    labels = [f"{method.upper()} {path}" for path, item in paths.items() for method in item]
    return [label for label in labels if label not in ENDLESS]


@pytest.mark.parametrize("label", _operations())
def test_an_operation_answers_as_its_schema_says(client, label):
    method, path = label.split()
    operation = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)[path][method]

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def walk(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=proof_of("centre"))

    walk()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does():
    paths = create_app(Store("postgresql+psycopg://"), Settings()).openapi()["paths"]
    operations = [operation for item in paths.values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation.get("description") for operation in operations)
