"""`python -m tests.bench.planning --json FILE`: all figures of all methods, without the other benches."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from tests.bench.planning import compared, show
from tests.bench.planning.sources import korea, made_up, milder_sample, sample

SOURCES = {"sample": sample, "milder": milder_sample, "korea": korea, "made-up": lambda: made_up(20_000)}


def main() -> None:
    """Compare on the instances that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", nargs="*", default=["sample", "korea"], help=f"any of: {', '.join(SOURCES)}")
    parser.add_argument("--cap", type=float, default=30.0, help="seconds for each street of a peer")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--text", type=Path, help="write the tables to this file")
    chosen = parser.parse_args()
    console = Console(width=220, record=True)
    found = {}
    for name in chosen.instances:
        instance = SOURCES[name]()
        found[name] = compared(instance, cap_s=chosen.cap)
        show(instance, found[name], console)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, ensure_ascii=False, indent=1, default=float) + "\n", encoding="utf-8")
    if chosen.text:
        chosen.text.write_text(console.export_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
