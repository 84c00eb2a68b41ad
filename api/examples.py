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


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    for operation, examples in json.loads(EXAMPLES.read_text("utf-8")).items():
        method, path = operation.split()
        known = document["paths"].get(path, {}).get(method.lower())
        if known is None:
            continue
        for name, example in examples.items():
            part = known.get("requestBody") if name == "request" else known["responses"].get(name)
            content = (part or {}).get("content", {}).get("application/json")
            if content is not None:
                content["example"] = example
    return document
