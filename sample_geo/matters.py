"""The 81 matters and the responsibility list, from the hand-written table in names/matters.csv.

The division into assets and incidents follows the idea of GB/T 30428.2 (classification for digital urban management);
the wording, the choice and all figures are our own.
"""

from dataclasses import dataclass

from sample_geo.common import DATA, NAMES, read_rows, write_rows
from sample_geo.organisations import code_of

COLUMNS = (
    "code", "name", "category", "subcategory", "kind", "whistle_allowed", "whistle_kind", "admitted", "priority",
    "file_hours", "handle_hours", "source",
)  # fmt: skip
LIMITS = {1: (1, 4), 2: (2, 24), 3: (8, 72), 4: (24, 168)}
"""Hours to file and to handle, by priority (1 is the most urgent)."""

_SOURCE = "自拟样例清单；部件与事件的划分思路参照GB/T 30428.2"


@dataclass(frozen=True)
class Matter:
    """One matter and how often, when and where it happens in the sample."""

    code: str
    name: str
    category: str
    subcategory: str
    kind: str
    priority: int
    whistle_kind: str
    admitted: bool
    lead: str
    cooperating: tuple[str, ...]
    weight: float
    season: str
    where: str
    phrases: tuple[str, ...]


def make() -> list[Matter]:
    """Return the matters, ordered by code: one digit for the kind, two for the category, two for the place in it."""
    rows = read_rows(NAMES / "matters.csv")
    categories = list(dict.fromkeys(row["category"] for row in rows))
    counts: dict[str, int] = {}
    found = []
    for row in rows:
        group = f"{1 if row['kind'] == 'asset' else 2}{categories.index(row['category']) + 1:02d}"
        counts[group] = counts.get(group, 0) + 1
        found.append(_matter(f"{group}{counts[group]:02d}", row))
    return sorted(found, key=lambda matter: matter.code)


def _matter(code: str, row: dict[str, str]) -> Matter:
    return Matter(
        code=code,
        name=row["name"],
        category=row["category"],
        subcategory=row["subcategory"],
        kind=row["kind"],
        priority=int(row["priority"]),
        whistle_kind=row["whistle"],
        admitted=row["admitted"] == "1",
        lead=code_of(row["lead"]),
        cooperating=tuple(code_of(word) for word in row["cooperating"].split()),
        weight=float(row["weight"]),
        season=row["season"],
        where=row["where"],
        phrases=tuple(row["phrases"].split("|")),
    )


def write(matters: list[Matter]) -> None:
    """Write matters.csv and responsibilities.csv."""
    write_rows(DATA / "matters.csv", COLUMNS, (_row(matter) for matter in matters))
    parts = []
    for matter in matters:
        parts.append((matter.code, matter.lead, "lead"))
        parts.extend((matter.code, organisation, "cooperating") for organisation in matter.cooperating)
    write_rows(DATA / "responsibilities.csv", ("matter_code", "organisation_code", "part"), parts)


def _row(matter: Matter) -> tuple[object, ...]:
    whistle = (int(bool(matter.whistle_kind)), matter.whistle_kind, int(matter.admitted))
    texts = (matter.code, matter.name, matter.category, matter.subcategory, matter.kind)
    return (*texts, *whistle, matter.priority, *LIMITS[matter.priority], _SOURCE)
