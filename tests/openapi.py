"""Write the API's own description to a file: the pages' types are made from it, so that neither can drift."""

import json
import sys
from pathlib import Path

from api.app import create_app
from gridgov.settings import Settings
from gridgov.store.unit import Store


def main(target: Path) -> None:
    """Write the OpenAPI document; nothing is asked of the database."""
    store = Store("postgresql+psycopg:///nowhere")
    try:
        target.write_text(json.dumps(create_app(store, Settings()).openapi(), ensure_ascii=False), encoding="utf-8")
    finally:
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
