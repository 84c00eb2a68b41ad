"""Examples of the API's document: what a day of the sample district said and was answered.

`python -m tests.examples` makes them anew; a test holds each against its schema.
"""

import json
from importlib.resources import files
from typing import Any

EXAMPLES = files("api") / "examples.json"


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


def shown(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document that shows an example wherever there is one."""
    for operation, examples in json.loads(EXAMPLES.read_text("utf-8")).items():
        for name, example in examples.items():
            content = json_of(document, operation, name)
            if content is not None:
                content["example"] = example
    return document
