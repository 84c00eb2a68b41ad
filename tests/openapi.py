"""Write the API's own description to a file: the pages' types are made from it, so that neither can drift."""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from api.app import create_app
from gridgov.settings import Settings
from gridgov.store.unit import Store


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, which takes its time to make and which nobody changes; no database is asked."""
    store = Store("postgresql+psycopg:///nowhere")
    try:
        return create_app(store, Settings()).openapi()
    finally:
        store.close()


def main(target: Path) -> None:
    """Write the OpenAPI document."""
    target.write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
