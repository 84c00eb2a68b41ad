"""What the API's document shows as examples is what its schemas say, and no more."""

import json

import pytest
from jsonschema import Draft202012Validator

from api.examples import EXAMPLES, json_of
from tests.api.test_answers import closed
from tests.openapi import document

DOCUMENT = document()
COMPONENTS = closed(DOCUMENT["components"])
OPERATIONS = {
    f"{method.upper()} {path}": said for path, item in DOCUMENT["paths"].items() for method, said in item.items()
}


@pytest.mark.parametrize("operation", sorted(json.loads(EXAMPLES.read_text("utf-8"))))
def test_examples_are_what_the_schema_says_and_no_more(operation):
    for name in json.loads(EXAMPLES.read_text("utf-8"))[operation]:
        content = json_of(DOCUMENT, operation, name)
        assert content is not None
        schema = {**content["schema"], "components": COMPONENTS}
        Draft202012Validator(schema).validate(content["example"])


@pytest.mark.parametrize("operation", [o for o, said in OPERATIONS.items() if "requestBody" in said])
def test_whatever_is_asked_with_a_body_is_shown_by_an_example(operation):
    content = OPERATIONS[operation]["requestBody"]["content"].get("application/json")
    if content is None:
        return  # bytes
    schema = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    needed = [schema["properties"][name] for name in schema.get("required", schema["properties"])]
    assert "example" in content or "examples" in schema or all("examples" in field for field in needed)
