"""The API keeps to its own schema, whatever is sent."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import SAMPLE


def test_every_operation_answers_as_its_schema_says(client):
    assert SAMPLE.exists()
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)
    checks = (
        schemathesis.checks.not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
    )
    walked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @operation.as_strategy_test
        def walk(case) -> None:
            case.call_and_validate(session=client, checks=checks)

        walk()
        walked += 1
    assert walked >= 14
