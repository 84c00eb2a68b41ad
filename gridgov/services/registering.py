"""Registering what surrounds the grid: organisations, staff and duties, matters, addresses, base features."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridgov import codes
from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.ids import new_id
from gridgov.matters import Counted, Matter, Part, Responsibility
from gridgov.store.unit import Unit

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_TRUE = {"1", "true", "yes", "是"}


def register_organisations(unit: Unit, rows: pd.DataFrame) -> int:
    """Add or change organisations (columns code, name, kind, area_code, parent_code); return how many changed."""
    _require(rows, "organisations", "code", "name", "kind", "area_code")
    return unit.people.put_organisations(
        [
            {
                "id": new_id(),
                "code": row["code"],
                "name": row["name"],
                "kind": row["kind"],
                "area_code": row["area_code"],
                "parent_code": row.get("parent_code"),
            }
            for row in _records(rows)
        ]
    )


def register_matters(unit: Unit, matters: pd.DataFrame, parts: pd.DataFrame, *, now: datetime, source: str) -> bool:
    """Put a matter list in force; return False if the one in force says the same.

    Parameters
    ----------
    matters
        As for `matters_of`.
    parts
        As for `responsibilities_of`.
    """
    return unit.rules.publish_matters(matters_of(matters), responsibilities_of(parts), at=now, source=source)


def matters_of(rows: pd.DataFrame) -> list[Matter]:
    """Return the matters of a table.

    Its columns are code, name, category, subcategory, whistle_allowed, whistle_kind, admitted, priority, file_hours,
    handle_hours and maybe counted: how the time to handle runs. Where that is left out, the most urgent run day and
    night, whole days are working days (a list that says 72 hours means three of them), and all others are hours of
    work: our choice, after the three units that such lists are written in.

    Raises
    ------
    InputError
        If a column is missing or a cell is not what its column holds.
    """
    names = ("code", "name", "whistle_allowed", "admitted", "priority", "file_hours", "handle_hours")
    _require(rows, "matters", *names)
    return [_matter(row) for row in _records(rows)]


def _matter(row: dict[str, Any]) -> Matter:
    handle = timedelta(hours=_number(row, "handle_hours"))
    priority = round(_number(row, "priority"))
    try:
        counted = Counted(row["counted"]) if row.get("counted") else _usually(priority, handle)
    except ValueError as error:
        message = f"Matter {row['code']}: {row['counted']!r} is none of {', '.join(Counted)}."
        raise InputError(message, field="counted") from error
    return Matter(
        code=row["code"] or "",
        name=row["name"] or "",
        category=row.get("category") or "",
        subcategory=row.get("subcategory") or "",
        whistle_kind=row.get("whistle_kind") if _flag(row["whistle_allowed"]) else None,
        admitted=_flag(row["admitted"]),
        priority=priority,
        file_within=timedelta(hours=_number(row, "file_hours")),
        handle_within=handle,
        counted=counted,
    )


def _usually(priority: int, handle: timedelta) -> Counted:
    if priority == 1:
        return Counted.URGENT
    return Counted.WORKING if handle % timedelta(days=1) else Counted.DAYS


def _number(row: dict[str, Any], name: str) -> float:
    try:
        value = float(row[name])
        timedelta(hours=value)
    except (TypeError, ValueError, OverflowError) as error:
        message = f"Matter {row['code']}: {name} is {row[name]!r}, and must be a number."
        raise InputError(message, field=name) from error
    return value


def responsibilities_of(rows: pd.DataFrame) -> list[Responsibility]:
    """Return the responsibilities of a table: matter_code, organisation_code (or STREET_OFFICE), part.

    Raises
    ------
    InputError
        If a column is missing, or a part is neither lead nor cooperating.
    """
    _require(rows, "responsibilities", "matter_code", "organisation_code", "part")
    return [_responsibility(row) for row in _records(rows)]


def _responsibility(row: dict[str, Any]) -> Responsibility:
    try:
        part = Part(row["part"])
    except ValueError as error:
        message = f"Matter {row['matter_code']}: a part is lead or cooperating, not {row['part']!r}."
        raise InputError(message, field="part") from error
    return Responsibility(row["matter_code"] or "", row["organisation_code"] or "", part)


def register_staff(unit: Unit, people: pd.DataFrame, duties: pd.DataFrame, districts: dict[str, str]) -> int:
    """Add or change people and append the duties that are new; return how many of both.

    Parameters
    ----------
    people
        Columns code, name, organisation_code, employment, phone.
    duties
        Columns staff_code, target_kind, target_code, role, valid_from, valid_to (dates; empty: still).
    districts
        The district that each organisation belongs to, by organisation code.
    """
    _require(people, "staff", "code", "name", "organisation_code", "employment")
    rows = [
        {
            "district_code": districts[row["organisation_code"]],
            "id": new_id(),
            "staff_code": row["code"],
            "name": row["name"],
            "organisation_code": row["organisation_code"],
            "employment": row["employment"],
            "phone": row.get("phone"),
        }
        for row in _records(people)
    ]
    changed = unit.people.put_people(rows)
    home = {row["staff_code"]: row["district_code"] for row in rows}
    return changed + _register_duties(unit, duties, home)


def _register_duties(unit: Unit, duties: pd.DataFrame, home: dict[str, str]) -> int:
    _require(duties, "duties", "staff_code", "target_kind", "target_code", "role", "valid_from")
    added = 0
    frame = duties.assign(district_code=duties["staff_code"].map(home))
    unknown = frame.loc[frame["district_code"].isna(), "staff_code"]
    if len(unknown):
        message = f"A duty names {unknown.iloc[0]}, who is not on the staff list: add the person first."
        raise InputError(message, field="staff_code")
    for district_code, part in frame.groupby("district_code"):
        fresh = list(_fresh_duties(unit, str(district_code), part))
        unit.people.add_duties(fresh)
        added += len(fresh)
    return added


def _fresh_duties(unit: Unit, district_code: str, duties: pd.DataFrame) -> Iterator[dict[str, Any]]:
    people = unit.people.person_ids(district_code)
    cells = {code: row.id for code, row in unit.cells.current(district_code).items()}
    areas = {code: row.area_id for code, row in unit.areas.current(district_code).items()}
    known = unit.people.duty_keys(district_code)
    for row in _records(duties):
        of_cell = row["target_kind"] == "cell"
        target = (cells if of_cell else areas).get(row["target_code"])
        if target is None:
            message = f"A duty names {row['target_kind']} {row['target_code']}, which is not loaded: load it first."
            raise InputError(message, field="target_code")
        duty = _duty(district_code, people[row["staff_code"]], row, target, of_cell=of_cell)
        if (duty["person_id"], duty["role"], duty["cell_id"], duty["area_id"], duty["starts_at"]) not in known:
            yield duty


def _duty(district_code: str, person: UUID, row: dict[str, Any], target: UUID, *, of_cell: bool) -> dict[str, Any]:
    return {
        "district_code": district_code,
        "id": new_id(),
        "person_id": person,
        "role": row["role"],
        "cell_id": target if of_cell else None,
        "area_id": None if of_cell else target,
        "starts_at": _midnight(row["valid_from"]),
        "ends_at": _midnight(row["valid_to"]) if row.get("valid_to") else None,
    }


def register_addresses(unit: Unit, rows: pd.DataFrame, district_codes: dict[str, str]) -> int:
    """Add or change the address book; `district_codes` gives the code of each district's name."""
    _require(rows, "addresses", "id", "kind", "district", "lon", "lat")
    parts = ("street", "community", "road", "number", "estate", "building", "unit", "name")
    return unit.bases.put_addresses(
        [
            {
                "district_code": district_codes[row["district"]],
                "source_key": row["id"],
                "kind": row["kind"],
                **{part: row.get(part) for part in parts},
                "aliases": _split(row.get("aliases")),
                "old_names": [name.rsplit("@", 1) for name in _split(row.get("old_names"))],
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
            }
            for row in _records(rows)
        ]
    )


def register_features(
    unit: Unit, layer: str, frame: gpd.GeoDataFrame, district_of: Callable[[gpd.GeoDataFrame], Iterable[str]]
) -> int:
    """Add or change base features of a layer; `district_of` says which district each belongs to."""
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    attributes = frame.drop(columns=[frame.geometry.name, "id", "name"], errors="ignore")
    names = frame["name"] if "name" in frame else [None] * len(frame)
    return unit.bases.put_features(
        [
            {
                "district_code": district_code,
                "layer": layer,
                "source_key": str(key),
                "name": None if pd.isna(name) else str(name),
                "attributes": json.loads(json.dumps(more, default=str)),
                "geometry": geometry,
            }
            for district_code, key, name, more, geometry in zip(
                district_of(frame), frame["id"], names, _records(attributes), frame.geometry, strict=True
            )
        ]
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(k): _native(v) for k, v in row.items()} for row in plain.to_dict("records")]


def _native(value: Any) -> Any:
    if isinstance(value, str):
        return value or None
    return value.item() if hasattr(value, "item") else value


def _require(frame: pd.DataFrame, what: str, *columns: str) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        message = f"The table of {what} lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}."
        raise InputError(message, field=missing[0])


def _split(text: str | None) -> list[str]:
    return [part for part in (text or "").split(";") if part]


def _flag(value: Any) -> bool:
    return str(value).strip().lower() in _TRUE


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.min, SHANGHAI)


def district_of_code(code: str) -> str:
    """Return the six digits of the district that an area code begins with."""
    return codes.area_code(code)[:6] if len(code) > 6 else codes.district_code(code)
