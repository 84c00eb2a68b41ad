"""The address book, indexed: by road and number, estate and building, and every name that a person may use."""

from __future__ import annotations

import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridgov.clock import SHANGHAI
from gridgov.errors import CoordinateError, InputError
from gridgov.gazetteer.answer import Level, Whole
from gridgov.gazetteer.names import NameIndex, Sense, forms_of
from gridgov.gazetteer.normalise import NUMERAL, building_key, name_text, number_key, unit_key

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "id", "kind", "district", "street", "community", "road", "number", "estate", "building", "unit",
    "name", "aliases", "old_names", "lon", "lat",
)  # fmt: skip
"""The columns of an address book; only id, lon and lat must be filled in every row."""

NAMED_PARTS = ("district", "street", "community", "road", "estate")
PARTS = (*NAMED_PARTS, "number", "building", "unit")

NEAR_NUMBERS = 20
"""A number may lie so far from a known one of the same road and side and still be placed between two."""

CROSSING_M = 250.0
"""Roads whose nearest addresses lie farther apart do not cross, as far as an address book can tell."""

_ROAD_AND_NUMBER = re.compile(rf"(?P<road>[^0-9]{{2,}}?)(?P<number>{NUMERAL}(?:-{NUMERAL})?)号")
PAIRS = (
    ("road", "number"), ("estate", "building"), ("estate", "number"), ("street", "number"), ("community", "number"),
)  # fmt: skip
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the address book: `parts` are normal forms for comparing, `written` are the book's words."""

    address_id: str
    lon: float
    lat: float
    name: str
    parts: dict[str, str]
    written: dict[str, str]
    names: frozenset[str] = frozenset()
    """Names, aliases and old names in normal form."""

    def label(self, upto: str = "unit") -> str:
        """Return the address written out, as far as the part `upto`."""
        order = ("district", "street", "community", "road", "number", "estate", "building", "unit")
        parts = [part for part in order[: order.index(upto) + 1] if part != "community"]
        name = f"（{self.name}）" if self.name and upto == "unit" else ""
        return written_out(self.written, parts) + name


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return metres between two lon/lat pairs on the local plane; errs under 0.5 % within a city."""
    east = (a[0] - b[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot(east, a[1] - b[1]) * _METRES_PER_DEGREE


@dataclass
class Group:
    """Addresses that one reading of a text cannot tell apart: one building, one number, one estate, one road."""

    entries: tuple[Entry, ...]
    level: Level
    accepts: frozenset[tuple[str, str]] = frozenset()
    """(part, value) pairs that it stands near to: a number between two known ones."""

    @cached_property
    def parts(self) -> dict[str, frozenset[str]]:
        """Every value that a part has in the group."""
        return {part: frozenset(e.parts[part] for e in self.entries if e.parts[part]) for part in PARTS}

    @cached_property
    def label(self) -> str:
        """The address written out as far as the group goes, with the name that all its addresses share."""
        if len(self.entries) == 1:
            return self.middle.label()
        names = {entry.name for entry in self.entries}
        return self.middle.label(self.level) + (f"（{names.pop()}）" if len(names) == 1 and "" not in names else "")

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids of its addresses."""
        return frozenset(entry.address_id for entry in self.entries)

    @cached_property
    def first_id(self) -> str:
        """The lowest of its ids, to put equals in one order."""
        return min(self.ids)

    @cached_property
    def middle(self) -> Entry:
        """The address nearest to the mean of all."""
        lon = sum(entry.lon for entry in self.entries) / len(self.entries)
        lat = sum(entry.lat for entry in self.entries) / len(self.entries)
        return min(self.entries, key=lambda entry: (distance_m((lon, lat), (entry.lon, entry.lat)), entry.address_id))

    @cached_property
    def radius_m(self) -> float:
        """Distance from the middle to the farthest address, metres."""
        place = (self.middle.lon, self.middle.lat)
        return max(distance_m(place, (entry.lon, entry.lat)) for entry in self.entries)


def split(entries: Iterable[Entry], keys: Sequence[str], level: Level) -> Iterator[Group]:
    """Yield one group for each combination of the values of `keys`."""
    parted: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        parted.setdefault(tuple(entry.parts[key] for key in keys), []).append(entry)
    for members in parted.values():
        yield Group(tuple(members), level)


@dataclass
class Book:
    """All entries and the dictionaries that lead to them."""

    entries: list[Entry]
    names: NameIndex = field(default_factory=NameIndex)
    by_part: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    by_pair: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """(pair, name, number) -> entries, for the pairs of `PAIRS`, name+building and road+main (12 of 12-3)."""
    _wholes: dict[tuple[str, str], list[Group]] = field(default_factory=dict)

    @classmethod
    def from_frame(cls, addresses: pd.DataFrame, region: Sequence[str] = ()) -> Book:
        """Index `addresses`; `region` are the names above the district, such as the province and the city."""
        rows = list(_rows(addresses))
        book = cls([_entry(row, names) for row, names in zip(rows, _names_of(rows), strict=True)])
        for index, entry in enumerate(book.entries):
            book._index(index, entry)
        senses: dict[str, list[Sense]] = defaultdict(list)
        for form, sense in book._all_forms(rows, region):
            senses[form].append(sense)
        names = {name for part in NAMED_PARTS for (kind, name) in book.by_part if kind == part}
        names.update(name_text(entry.name) for entry in book.entries if entry.name)
        book.names = NameIndex.build(senses, sorted(names))
        return book

    def _index(self, index: int, entry: Entry) -> None:
        values = entry.parts
        for part in NAMED_PARTS:
            if values[part]:
                self.by_part[part, values[part]].append(index)
        for name, number in PAIRS:
            if values[name] and values[number]:
                self.by_pair[f"{name}+{number}", values[name], values[number]].append(index)
        main = values["number"].partition("-")[0]
        if values["road"] and main != values["number"]:
            self.by_pair["road+main", values["road"], main].append(index)

    def _all_forms(self, rows: list[dict[str, str]], region: Sequence[str]) -> Iterator[tuple[str, Sense]]:
        for name in region:
            yield name_text(name), Sense("region", name, 1.0)
            yield name_text(name).rstrip("省市"), Sense("region", name, 0.9)
        for part, value in list(self.by_part):
            for form, quality in forms_of(part, value):
                yield form, Sense(part, value, quality)
        yield from self._old_roads(rows)
        yield from self._row_names(rows)

    def _old_roads(self, rows: list[dict[str, str]]) -> Iterator[tuple[str, Sense]]:
        """Yield old names of roads, which a book keeps as old road and number of each address (旧路12号@...)."""
        found: dict[str, tuple[set[str], datetime]] = {}
        for row in rows:
            for name, until in _old_names(row["old_names"]):
                old = _ROAD_AND_NUMBER.fullmatch(name_text(name))
                if old and row["road"]:
                    roads, last = found.setdefault(old["road"], (set(), until))
                    roads.add(name_text(row["road"]))
                    found[old["road"]] = (roads, max(last, until))
        for old_road, (roads, until) in found.items():
            for form, quality in forms_of("road", old_road):
                for road in sorted(roads):
                    yield form, Sense("road", road, quality, until)

    def _row_names(self, rows: list[dict[str, str]]) -> Iterator[tuple[str, Sense]]:
        """Yield the place names, aliases and old names, each leading to what all its rows have in common."""
        named: dict[str, list[int]] = defaultdict(list)
        until: dict[str, datetime] = {}
        for index, (row, entry) in enumerate(zip(rows, self.entries, strict=True)):
            until |= {name_text(name): last for name, last in _old_names(row["old_names"])}
            for name in sorted(entry.names):
                named[name].append(index)
        for name, indexes in named.items():
            sense = self._common_sense(name, indexes)
            for form, quality in forms_of("estate" if sense.part == "estate" else "name", name):
                yield form, Sense(sense.part, sense.value, quality, until.get(name))

    def whole(self, part: Whole, name: str) -> list[Group]:
        """Return the estate (one group per street it is in), road, community or street called `name`, made once."""
        key = (part, name)
        if key not in self._wholes:
            keys = ["street", part] if part == "estate" else [part]
            self._wholes[key] = list(split(self._of(part, name), keys, part))
        return self._wholes[key]

    def beside(self, road: str, number: str) -> list[Group]:
        """Return the known numbers around one that the book does not have, on the same side of the road."""
        wanted = _leading(number)
        if wanted is None:
            return []
        same_side = [(_leading(e.parts["number"]), e) for e in self._of("road", road)]
        known = [
            (n, e) for n, e in same_side if n is not None and (n - wanted) % 2 == 0 and abs(n - wanted) <= NEAR_NUMBERS
        ]
        below = max(((n, e) for n, e in known if n < wanted), key=lambda pair: pair[0], default=None)
        above = min(((n, e) for n, e in known if n > wanted), key=lambda pair: pair[0], default=None)
        if below is None or above is None:
            return []
        return [Group((below[1], above[1]), "road", frozenset({("number", number)}))]

    def crossing(self, first: str, second: str) -> list[Group]:
        """Return where two roads come nearest: one address of each, if they lie within `CROSSING_M`."""
        ours, theirs = self._of("road", first), self._of("road", second)
        if not ours or not theirs:
            return []
        a, b = (np.array([(e.lon, e.lat) for e in entries]) for entries in (ours, theirs))
        away = a[:, None] - b[None]
        away[..., 0] *= math.cos(math.radians(float(a[0, 1])))
        i, j = np.unravel_index(int(np.argmin((away**2).sum(axis=2))), away.shape[:2])
        pair = ours[int(i)], theirs[int(j)]
        near = distance_m((pair[0].lon, pair[0].lat), (pair[1].lon, pair[1].lat)) <= CROSSING_M
        return [Group(pair, "road")] if near else []

    def _of(self, part: str, name: str) -> list[Entry]:
        return [self.entries[index] for index in self.by_part.get((part, name), ())]

    def _common_sense(self, name: str, indexes: list[int]) -> Sense:
        """Return the estate whose every address has this other name, or the name itself (a school, an old address)."""
        estate = self.entries[indexes[0]].parts["estate"]
        if len(indexes) > 1 and set(self.by_part.get(("estate", estate), ())) == set(indexes):
            return Sense("estate", estate, 1.0)
        self.by_part["name", name].extend(indexes)
        for index in indexes:
            if building := self.entries[index].parts["building"]:
                self.by_pair["name+building", name, building].append(index)
        return Sense("name", name, 1.0)


def _rows(addresses: pd.DataFrame) -> Iterator[dict[str, str]]:
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    missing = [column for column in COLUMNS if column not in addresses.columns]
    if missing:
        message = f"The address book has no column {', '.join(missing)}: it needs {', '.join(COLUMNS)}."
        raise InputError(message, field=missing[0])
    seen: set[str] = set()
    for record in addresses.loc[:, list(COLUMNS)].itertuples(index=False, name=None):
        row = {column: _text(value, pd.NA) for column, value in zip(COLUMNS, record, strict=True)}
        if not row["id"] or row["id"] in seen:
            message = f"The id {row['id']!r} of the address book is empty or stands twice: give every address its own."
            raise InputError(message, field="id")
        seen.add(row["id"])
        yield row


def _text(value: object, nothing: object) -> str:
    if value is None or value is nothing or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    return sys.intern(text)  # a book says the same street thousands of times


def _names_of(rows: list[dict[str, str]]) -> list[frozenset[str]]:
    """Return all names of each row; the houses of a school share the other names that only its first row has."""
    shared: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    own = [
        {row["name"], *row["aliases"].split(";"), *(name for name, _ in _old_names(row["old_names"]))} for row in rows
    ]
    for row, names in zip(rows, own, strict=True):
        if row["name"]:
            shared[row["name"], row["road"], row["number"]] |= names
    return [
        frozenset(filter(None, map(name_text, shared.get((row["name"], row["road"], row["number"]), names))))
        for row, names in zip(rows, own, strict=True)
    ]


def _entry(row: dict[str, str], names: frozenset[str]) -> Entry:
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except ValueError:
        lon = lat = math.nan
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        message = (
            f"Address {row['id']} lies at {row['lon']!r}, {row['lat']!r}: give lon and lat in degrees (EPSG:4326)."
        )
        raise CoordinateError(message, field="lon")
    values = {part: name_text(row[part]) for part in PARTS}
    values["number"], values["building"] = number_key(values["number"]), building_key(values["building"])
    values["unit"] = unit_key(values["unit"])
    return Entry(row["id"], lon, lat, row["name"], values, {part: row[part] for part in PARTS}, names)


def _leading(number: str) -> int | None:
    digits = re.match("[0-9]+", number)
    return int(digits[0]) if digits else None


def _old_names(text: str) -> Iterator[tuple[str, datetime]]:
    for item in filter(None, text.split(";")):
        name, _, day = item.partition("@")
        try:
            last = date.fromisoformat(day)
        except ValueError as error:
            message = f"The old name {item!r} has no date: write it like 旧名@2015-06-30, the last day it was valid."
            raise InputError(message, field="old_names") from error
        yield name, datetime.combine(last, time.max, SHANGHAI).astimezone(UTC)


def written_out(written: Mapping[str, str | None], parts: Iterable[str]) -> str:
    """Return the parts of an address as people write them, one behind the other; what is not known is left out."""
    return "".join(_shown(part, written.get(part) or "") for part in parts)


def _shown(part: str, value: str) -> str:
    ending = {"number": "号", "building": "号楼", "unit": "单元"}.get(part, "")
    return value + ending if value and value[-1].isascii() else value
