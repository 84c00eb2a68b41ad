"""1,500 invented people and their dated duties: many cells to a person, many people to a cell, and some history."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import geopandas as gpd
import numpy as np

from sample_geo.common import DATA, HOME, rng, write_rows
from sample_geo.organisations import Organisation
from sample_geo.words import person

STAFF_COLUMNS = ("code", "name", "organisation_code", "employment", "phone")
DUTY_COLUMNS = ("staff_code", "target_kind", "target_code", "role", "valid_from", "valid_to")
STAFF_COUNT = 1500
FIRST_DAY = date(2023, 1, 1)
_NEW_GRID_DAY = date(2024, 7, 1)
"""From this day the present grid is staffed; earlier duties have ended."""


@dataclass
class Person:
    """One row of staff.csv and the duties of that person."""

    organisation: str
    employment: str
    name: str = ""
    code: str = ""
    phone: str = ""
    duties: list[tuple[str, str, str, date, date | None]] = field(default_factory=list)
    """Target's kind and code, role, first day, day after the last or None."""


def make(cells: gpd.GeoDataFrame, organisations: list[Organisation]) -> list[Person]:
    """Return the staff of the three districts, numbered by district."""
    random = rng("people")
    staff = [*_grid_workers(cells, random), *_communities(cells, random), *_streets(cells, organisations, random)]
    staff += _departments(organisations, STAFF_COUNT - len(staff), random)
    for number, someone in enumerate(staff, start=1):
        someone.code = f"{someone.organisation[:6]}-P{number:04d}"
        someone.name = person(random)
        someone.phone = f"000-{number:04d}-{int(random.integers(10_000)):04d}"
    return staff


def _grid_workers(cells: gpd.GeoDataFrame, random: np.random.Generator) -> Iterator[Person]:
    """Give every cell a full-time worker; let some workers have two cells, and part-time workers help in many."""
    for community, members in cells.groupby("community_code"):
        codes = members["code"].tolist()
        start = 0
        while start < len(codes):
            size = 2 if len(codes) - start >= 2 and random.random() < 0.3 else 1
            yield _worker(str(community), codes[start : start + size], random)
            start += size
        for _ in range(int(random.integers(0, 2))):
            helped = sorted(random.choice(codes, min(len(codes), int(random.integers(1, 4))), replace=False).tolist())
            helper = Person(f"{community}-C", "part_time")
            since = _day(random)
            helper.duties = [("cell", code, "grid_worker_part_time", since, None) for code in helped]
            yield helper


def _worker(community: str, codes: list[str], random: np.random.Generator) -> Person:
    worker = Person(f"{community}-C", "full_time")
    since = _day(random)
    worker.duties = [("cell", code, "grid_worker", since, None) for code in codes]
    if random.random() < 0.25:
        # Somebody who moved: the earlier duty in the first cell ended the day before the present one began.
        worker.duties.insert(0, ("cell", codes[0], "grid_assistant", FIRST_DAY, since))
    return worker


def _communities(cells: gpd.GeoDataFrame, random: np.random.Generator) -> Iterator[Person]:
    """Give every community a grid lead, and a commissioner from its street; some took over from somebody else."""
    for community in sorted(set(cells["community_code"])):
        lead = Person(f"{community}-C", "post")
        changed = random.random() < 0.2
        since = _day(random) if changed else FIRST_DAY
        lead.duties = [("community", community, "grid_lead", since, None)]
        yield lead
        if changed:
            before = Person(f"{community}-C", "post")
            before.duties = [("community", community, "grid_lead", FIRST_DAY, since)]
            yield before
        commissioner = Person(f"{community[:9]}-S", "post")
        commissioner.duties = [("community", community, "community_commissioner", _day(random), None)]
        yield commissioner


def _streets(
    cells: gpd.GeoDataFrame, organisations: list[Organisation], random: np.random.Generator
) -> Iterator[Person]:
    """Give every street a director on duty and its stations' people, who answer for several cells each."""
    for office in [o for o in organisations if o.kind == "street_office"]:
        head = Person(office.code, "post")
        head.duties = [("street", office.area_code, "street_lead", FIRST_DAY, None)]
        yield head
    for station in [o for o in organisations if o.kind == "station" and o.district_code == HOME]:
        codes = cells["code"][cells["street_code"] == station.area_code].tolist()
        role = {"PC": "police", "ZF": "enforcement"}.get(station.code.rsplit("-", 1)[1], "inspector")
        for part in np.array_split(np.array(codes), 3 if role == "police" else 1):
            officer = Person(station.code, "full_time")
            since = _day(random)
            officer.duties = [("cell", str(code), role, since, None) for code in part] if role == "police" else []
            officer.duties = officer.duties or [("street", station.area_code, role, since, None)]
            yield officer


def _departments(organisations: list[Organisation], count: int, random: np.random.Generator) -> Iterator[Person]:
    """Fill up to the wanted number with people of departments and enterprises, who answer for the whole district."""
    fit = [o for o in organisations if o.kind in {"department", "enterprise"} and o.district_code == HOME]
    for number in range(count):
        organisation = fit[number % len(fit)]
        someone = Person(organisation.code, "full_time")
        role = "dispatcher" if organisation.code.endswith("-ZX") else "handler"
        someone.duties = [("district", HOME, role, _day(random), None)]
        yield someone


def _day(random: np.random.Generator) -> date:
    return _NEW_GRID_DAY + timedelta(days=int(random.integers(0, 180)))


def write(staff: list[Person]) -> None:
    """Write staff.csv and duties.csv."""
    write_rows(
        DATA / "staff.csv", STAFF_COLUMNS, ((p.code, p.name, p.organisation, p.employment, p.phone) for p in staff)
    )
    duties = [
        (p.code, kind, target, role, since.isoformat(), until.isoformat() if until else "")
        for p in staff
        for kind, target, role, since, until in p.duties
    ]
    write_rows(DATA / "duties.csv", DUTY_COLUMNS, duties)
