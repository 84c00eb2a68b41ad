"""Examples of the API's document: what a day of the sample district said and was answered.

`python -m tests.examples` makes them anew; a test holds each against its schema.
"""

import json
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

EXAMPLES = files("api") / "examples.json"


class Documented(FastAPI):
    """An application whose document shows an example wherever there is one."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        if self.openapi_schema is None:
            self.openapi_schema = _shown(super().openapi())
        return self.openapi_schema


def json_of(document: dict[str, Any], operation: str, name: str) -> dict[str, Any] | None:
    """Return what the document says of the JSON that an operation is asked with (`request`) or answers, if it does.

    Parameters
    ----------
    document
        The API's document.
    operation
        Its method and path.
    name
        ``request``, or the status of an answer.
    """
    method, path = operation.split()
    known = document["paths"].get(path, {}).get(method.lower(), {})
    part = known.get("requestBody") if name == "request" else known.get("responses", {}).get(name)
    found: dict[str, Any] | None = (part or {}).get("content", {}).get("application/json")
    return found


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    for operation, examples in json.loads(EXAMPLES.read_text("utf-8")).items():
        for name, example in examples.items():
            content = json_of(document, operation, name)
            if content is not None:
                content["example"] = example
    return document
