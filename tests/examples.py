"""Make api/examples.json anew: for each operation, what a day of the sample district said and was answered.

python -m tests.examples
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SECRET = re.compile("password|csrf|secret|^token$")
MOST = 2
"""More of a list explains nothing more."""


def main() -> int:
    """Live the day, and write down the first of everything that was said."""
    failed = pytest.main(["tests/day", "-q", "-n", "0"])
    if failed:
        return int(failed)
    # pytest must be the first to load these.
    from api.app import create_app  # noqa: PLC0415
    from api.examples import EXAMPLES, json_of  # noqa: PLC0415
    from gridgov.settings import Settings  # noqa: PLC0415
    from gridgov.store.unit import Store  # noqa: PLC0415
    from tests.day.town import SAID  # noqa: PLC0415

    document = create_app(Store("postgresql+psycopg://"), Settings()).openapi()
    paths = document["paths"]
    found: dict[str, dict[str, Any]] = {}
    for method, path, status, asked, answered in SAID:
        for operation in _operations(paths, method, path):
            shown = found.setdefault(operation, {})
            for name, said in (("request", asked), (str(status), answered)):
                if said is not None and json_of(document, operation, name) is not None:
                    shown.setdefault(name, short(said))
    found = {operation: shown for operation, shown in found.items() if shown}
    text = json.dumps(dict(sorted(found.items())), ensure_ascii=False, indent=1)
    Path(str(EXAMPLES)).write_text(text + "\n", encoding="utf-8")
    return 0


def short(said: Any, key: str = "") -> Any:
    """Return what was said with short lists, and no secrets."""
    if isinstance(said, dict):
        return {name: short(value, name) for name, value in said.items()}
    if isinstance(said, list):
        return [short(value) for value in said[: max(MOST, 4) if key == "" else MOST]]
    return "not-a-real-one" if isinstance(said, str) and SECRET.search(key) else said


def _operations(paths: dict[str, Any], method: str, path: str) -> Iterator[str]:
    """Yield the operation that answers at a path: the one that names most of it."""
    there = [known for known in paths if method.lower() in paths[known] and _pattern(known).fullmatch(path)]
    if there:
        yield f"{method} {min(there, key=lambda known: known.count('{'))}"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", path.removeprefix("/api/v1/")))


if __name__ == "__main__":
    sys.exit(main())
