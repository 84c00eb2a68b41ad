"""A year of incidents from the seed, streamed to a file: `python -m sample_geo.year --out FILE [--days N]`.

About 200,000 reports, written day by day, so that no more than a day is ever in memory. The file's ending decides the
format: .csv or .parquet. `--truth FILE` writes what is true about each report beside it.
"""

import argparse
import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sample_geo.incidents import COLUMNS, TRUTH_COLUMNS, day_rows
from sample_geo.scene import Scene
from sample_geo.seasons import YEAR_DAYS, YEAR_START

Writer = Callable[[Sequence[tuple[str, ...]]], None]


def days(count: int = YEAR_DAYS, first: date = YEAR_START) -> Iterator[date]:
    """Return `count` days from the first."""
    return (first + timedelta(days=number) for number in range(count))


def stream(out: Path, truth: Path | None, count: int, first: date) -> int:
    """Write `count` days of incidents and return how many there are."""
    scene = Scene()
    written = 0
    with ExitStack() as stack:
        write = _writer(out, COLUMNS, stack)
        write_truth = _writer(truth, TRUTH_COLUMNS, stack) if truth else None
        for day in days(count, first):
            rows, facts = day_rows(scene, day)
            write(rows)
            if write_truth:
                write_truth(facts)
            written += len(rows)
            print(f"\r  {day} {written:>7}", end="", flush=True)
    print()
    return written


def _writer(path: Path, columns: Sequence[str], stack: ExitStack) -> Writer:
    return (_parquet if path.suffix == ".parquet" else _csv)(path, columns, stack)


def _csv(path: Path, columns: Sequence[str], stack: ExitStack) -> Writer:
    writer = csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
    writer.writerow(columns)
    return writer.writerows


def _parquet(path: Path, columns: Sequence[str], stack: ExitStack) -> Writer:
    schema = pa.schema([(column, pa.string()) for column in columns])
    writer = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))

    def write(rows: Sequence[tuple[str, ...]]) -> None:
        table = pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)), schema=schema)
        writer.write_table(table)

    return write


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the year."""
    parser = argparse.ArgumentParser(prog="python -m sample_geo.year", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the file to write, .csv or .parquet")
    parser.add_argument("--truth", type=Path, help="where to write the truth about each report")
    parser.add_argument("--days", type=int, default=YEAR_DAYS, help="how many days (365)")
    parser.add_argument("--start", type=date.fromisoformat, default=YEAR_START, help="the first day (2025-01-01)")
    given = parser.parse_args(arguments)
    count = stream(given.out, given.truth, given.days, given.start)
    print(f"{count} incidents in {given.out}")


if __name__ == "__main__":
    main()
