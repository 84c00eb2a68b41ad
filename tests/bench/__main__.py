"""`make bench`: every speed that gridgov claims, and how well it plans, against named peers of the same run."""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PARTS = (
    *("locate", "databases", "gazetteer", "load", "intake", "acts", "streams", "sweep", "lists", "screens"),
    *("tiles", "planning", "staffing"),
)


def main() -> int:
    """Run the parts that are asked for, print a table and JSON; return 1 if any answers differed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=f"any of: {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    chosen = parser.parse_args()
    console = Console(width=150)
    rows: list[dict[str, Any]] = []
    for part in chosen.parts:
        with console.status(f"Measuring: {part} ..."):
            rows += [{"part": part, **row} for row in importlib.import_module(f"tests.bench.{part}").run()]
    console.print(_table(rows))
    text = json.dumps(rows, ensure_ascii=False, indent=1, default=float)
    print(text)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    return 0 if all(row["equal"] is not False for row in rows) else 1


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="gridgov against its peers (ratio > 1: gridgov is faster, or disturbs fewer)")
    for name in ("part", "what", "ours", "peer", "unit", "against", "ratio", "same answers"):
        table.add_column(name, justify="right" if name in {"ours", "peer", "ratio"} else "left")
    for row in rows:
        same = {True: "yes", False: "NO", None: "-"}[row["equal"]]
        ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else "-"
        peer = _short(row["peer"])
        table.add_row(row["part"], row["what"], _short(row["ours"]), peer, row["unit"], row["peer_name"], ratio, same)
    return table


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}"


if __name__ == "__main__":
    sys.exit(main())
