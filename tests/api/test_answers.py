"""What the document says of answers: all of them, and nothing less than what is sent."""

from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from sqlalchemy import Table

from api import incidents, staff, stories, summons
from gridgov.store import tables
from tests.api.scene import everybody, set_scene
from tests.openapi import document

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
KEPT: list[tuple[type[BaseModel], Table]] = [
    (incidents.IncidentRowOut, tables.incident),
    (incidents.IncidentRowOut, tables.incident_state),
    (incidents.ProbabilityOut, tables.incident_probability),
    (incidents.ShareOut, tables.incident_share),
    (incidents.DuplicateOut, tables.incident_duplicate),
    (incidents.LookOut, tables.look),
    (summons.WhistleRowOut, tables.whistle),
    (summons.SideOut, tables.whistle_side),
    (summons.SummonsOut, tables.summons),
    (summons.CheckInOut, tables.check_in),
    (summons.MeasureOut, tables.summons_measure),
    (summons.ReleaseOut, tables.summons_release),
    (summons.RatingOut, tables.summons_rating),
    (summons.AttemptOut, tables.summons_attempt),
    (staff.StaffPositionOut, tables.staff_position),
    (stories.ToldIncident, tables.incident_state),
    (stories.ToldWhistle, tables.whistle),
    (stories.ToldEvidence, tables.evidence),
]
DRAWN = {
    "cells": "/api/v1/cells",
    "districts": "/api/v1/areas/{level}",
    "streets": "/api/v1/areas/{level}",
    "communities": "/api/v1/areas/{level}",
}


def _answers() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", content["schema"])
        for path, item in DOCUMENT["paths"].items()
        for method, said in item.items()
        for status, answer in said["responses"].items()
        for kind, content in answer.get("content", {}).items()
        if status < "300" and "json" in kind
    ]


def _found(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return SCHEMAS[name] if name else schema


def _says_something(schema: dict[str, Any]) -> bool:
    found = _found(schema)
    if "anyOf" in found:
        return all(map(_says_something, found["anyOf"]))
    if "items" in found.get("properties", {}):
        return _says_something(found["properties"]["items"]["items"])
    return bool(found.get("properties")) or isinstance(found.get("additionalProperties"), dict)


def closed(schema: Any) -> Any:
    """Return a schema that takes nothing beside what it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **parts} if "properties" in parts else parts


def _held(path: str, kind: str, answer: Any) -> None:
    schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"][kind]["schema"]
    Draft202012Validator({**schema, "components": closed(DOCUMENT["components"])}).validate(answer)


def test_every_answer_names_what_is_in_it():
    assert [label for label, schema in _answers() if not _says_something(schema)] == []


@pytest.mark.parametrize("level", DRAWN)
def test_what_is_drawn_is_what_the_document_says_and_no_more(client, level):
    path = DRAWN[level]
    answer = client.get(path.replace("areas/{level}", f"areas/{level}"))
    found = answer.json()
    assert found["features"]
    _held(path, answer.headers["content-type"], {**found, "features": found["features"][:20]})


def test_a_story_is_what_the_document_says_and_no_more(client, store):
    mine = everybody(store)
    there = set_scene(client, mine)
    story = client.get(f"/api/v1/incidents/{there['incident_id']}/story", headers=mine).json()
    assert story["whistles"]
    assert story["evidence"]
    _held("/api/v1/incidents/{incident_id}/story", "application/json", story)


@pytest.mark.parametrize(("answer", "table"), KEPT)
def test_what_a_column_may_leave_empty_an_answer_may_too(answer, table):
    empty = {column.name for column in table.c if column.nullable} & set(answer.model_fields)
    assert {name for name in empty if type(None) not in get_args(answer.model_fields[name].annotation)} == set()
