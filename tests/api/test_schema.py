"""The API keeps to its own schema, whatever is sent."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine, create_engine

from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.store.cluster import Cluster
from tests.api.conftest import proof_of, visited
from tests.api.scene import everybody, names_in, set_scene
from tests.conftest import sample_of_its_own
from tests.openapi import document
from tests.support import SavepointStore

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)

PATIENCE_S = 240
"""How long an answer may take is no matter of the schema, and a machine may be busy."""

ENDLESS = {"GET /api/v1/events"}
"""A stream never ends; tests/events proves it."""

LARGE = {"GET /api/v1/field/pack"}
"""Ten megabytes are not held against a schema thirty times; tests/field does it once, for one street."""


@cache
def _schema() -> BaseSchema:
    return schemathesis.openapi.from_dict(deepcopy(document()))


def _operations() -> list[str]:
    labels = [f"{method.upper()} {path}" for path, item in document()["paths"].items() for method in item]
    return [label for label in labels if label not in ENDLESS | LARGE]


def _operation(client: TestClient, label: str) -> APIOperation:
    """Return an operation of the one schema, which is read once, of the application of this test."""
    method, path = label.split()
    schema = _schema()
    schema.app = client.app
    operation = schema[path][method]
    operation.app = client.app
    return operation


UNNAMED = {
    "draft_id",
    "proposal_id",
    "cell_code",
    "team_id",
    "shift_id",
    "notice_id",
    "delivery_id",
    "grant_id",
    "token_id",
    "session_id",
}
"""What no scene has: these doors are walked with names of nothing alone."""


@pytest.fixture(scope="module")
def engine(cluster: Cluster, sample_url: str) -> Iterator[Engine]:  # noqa: ARG001 - it makes the template
    """Yield an engine on a database with the sample district in which the scene will be set."""
    with sample_of_its_own(cluster) as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def there(engine: Engine, keeper: KnowledgeKeeper) -> dict[str, str]:
    """Set the scene once, and return the names of what is in it."""
    with engine.begin() as connection:
        store = SavepointStore(connection)
        with visited(store, keeper) as client:
            return set_scene(client, everybody(store))


@pytest.fixture
def store(engine: Engine, there: dict[str, str]) -> Iterator[SavepointStore]:  # noqa: ARG001 - it sets the scene
    """Yield a store with the scene; what a test does to it is undone."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield SavepointStore(connection)
        transaction.rollback()


def test_what_a_path_names_stands_in_the_scene(there):
    for path in (label.split()[1] for label in _operations()):
        if path.startswith("/api/"):
            wanted = {part.partition("}")[0] for part in path.split("{")[1:]}
            assert wanted - UNNAMED <= set(names_in(path, there)), path


@pytest.mark.parametrize("label", [label for label in _operations() if "{" in label])
def test_an_operation_answers_as_its_schema_says_of_what_there_is_too(stranger, there, label):
    operation, named = _operation(stranger, label), names_in(label.split()[1], there)

    @SETTINGS
    @given(case=operation.as_strategy())
    def walk(case: schemathesis.Case) -> None:
        case.path_parameters |= named
        case.call_and_validate(checks=CHECKS, headers=proof_of("everybody"), timeout=PATIENCE_S)

    walk()


@pytest.mark.parametrize("label", _operations())
def test_an_operation_answers_as_its_schema_says(client, label):
    operation = _operation(client, label)

    @SETTINGS
    @given(case=operation.as_strategy())
    def walk(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=proof_of("centre"), timeout=PATIENCE_S)

    walk()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does():
    operations = [operation for item in document()["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation.get("description") for operation in operations)
