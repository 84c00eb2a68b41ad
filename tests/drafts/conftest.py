"""A district of sixteen squares in two streets, with people, homes and open cases: small enough to plan by hand."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import insert

from gridgov.access import Caller
from gridgov.ids import new_id
from gridgov.services.drafting import Drafting
from gridgov.services.loading import load_grid
from gridgov.store.tables import base_feature, organisation
from gridgov.store.unit import Store
from tests.support import NOON, SavepointStore, SetClock, somebody

DISTRICT = "370199"
STEP = 0.01
WEST, SOUTH = 117.0, 36.6
LOADED = NOON - timedelta(days=100)


def square(column: int, row: int, *, wide: int = 1, high: int = 1) -> shapely.Polygon:
    """Return squares of the lattice as one polygon that names every corner of the lattice on its border."""
    corners = [(column + i, row) for i in range(wide)]
    corners += [(column + wide, row + i) for i in range(high)]
    corners += [(column + wide - i, row + high) for i in range(wide)]
    corners += [(column, row + high - i) for i in range(high)]
    return shapely.Polygon([(WEST + x * STEP, SOUTH + y * STEP) for x, y in corners])


def squares() -> gpd.GeoDataFrame:
    """Return four by four cells: two columns to a street, two rows to a community, four cells each."""
    rows = []
    for street in (1, 2):
        for community in (1, 2):
            places = [(column, row) for row in (1, 0) for column in (0, 1)]
            for number, (column, row) in enumerate(places, start=1):
                code = f"{DISTRICT}{street:03}{community:03}{number:03}"
                shape = square(2 * (street - 1) + column, 2 * (2 - community) + row)
                rows.append({"code": code, "name": f"网格{code[6:]}", "households": 100.0, "geometry": shape})
    return gpd.GeoDataFrame(rows, crs=4326)


def code(street: int, community: int, number: int) -> str:
    return f"{DISTRICT}{street:03}{community:03}{number:03}"


def plan(store: Store, *merged: tuple[str, str], at: datetime = NOON) -> gpd.GeoDataFrame:
    """Return the grid with each second cell of a pair dissolved into the first, as a plan tells it."""
    with store.transaction() as unit:
        grid = unit.cells.frame(at=at)
    grid = grid[grid["district_code"] == DISTRICT].rename(columns={"code": "cell", "street_code": "street"})
    grid = grid.rename(columns={"community_code": "community"}).set_index("cell", drop=False)
    for kept, gone in merged:
        grid.loc[kept, "geometry"] = shapely.coverage_union_all([grid.loc[kept].geometry, grid.loc[gone].geometry])
        grid = grid.drop(index=gone)
    return grid[["cell", "street", "community", "geometry"]].reset_index(drop=True)


@dataclass
class Town:
    """The district with those who plan it.

    Attributes
    ----------
    planner, other
        Two who plan.
    centre
        Who approves.
    """

    store: Store
    clock: SetClock
    drafting: Drafting
    planner: Caller
    other: Caller
    centre: Caller
    people: dict[str, object] = field(default_factory=dict)

    def grid(self, at: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the cells in force at a moment, by code."""
        with self.store.transaction() as unit:
            found = unit.cells.frame(at=at or self.clock())
        return found[found["district_code"] == DISTRICT].set_index("code")

    def published(self, cells, *, at: datetime | None = None, title: str = "并网格", **how: object):
        """Return a draft that went all the way."""
        made = self.drafting.create(self.planner, cells, title=title)
        return self.pushed(made.id, at=at, **how)

    def pushed(self, draft_id, *, at: datetime | None = None, **how: object):
        """Return a draft that was made by the planner, led to publication."""
        self.drafting.propose(self.planner, draft_id)
        self.drafting.approve(self.centre, draft_id, at=at)
        return self.drafting.publish(self.planner, draft_id, **how)

    def answers(self, cell_code: str, at: datetime | None = None) -> list[str]:
        """Return who answers for a cell at a moment."""
        at = at or self.clock()
        with self.store.transaction() as unit:
            cell_id = unit.cells.id_of(cell_code, at=at)
            return sorted(one["name"] for one in unit.people.who(DISTRICT, cell_id, at=at))

    def give(self, name: str, cell_code: str, *, since: datetime = LOADED, until: datetime | None = None) -> None:
        """Let somebody answer for a cell."""
        with self.store.owning() as unit:
            person_id = self.people.setdefault(name, new_id())
            known = unit.people.person_ids(DISTRICT)
            if name not in known:
                unit.people.put_people(
                    [
                        {"district_code": DISTRICT, "id": person_id, "staff_code": name, "name": name}
                        | {"organisation_code": "370199-S-T", "employment": "full_time", "phone": None}
                    ]
                )
            cell_id = unit.cells.id_of(cell_code, at=max(since, LOADED))
            row = {"district_code": DISTRICT, "id": new_id(), "person_id": person_id, "role": "grid_worker"}
            unit.registers.duties.add([{**row, "cell_id": cell_id, "area_id": None, "since": since, "until": until}])


@pytest.fixture
def town(engine) -> Town:
    with engine.connect() as connection:
        transaction = connection.begin()
        store, clock = SavepointStore(connection), SetClock(NOON)
        settled(store)
        yield Town(store, clock, Drafting(store, clock=clock), *people_of(store))
        transaction.rollback()


def settled(store: Store) -> None:
    """Load the district and what is in it."""
    with store.owning() as unit:
        load_grid(unit, {"cells": squares()}, now=LOADED, source="test")
        _furnish(unit)


def people_of(store: Store) -> tuple[Caller, Caller, Caller]:
    """Return two who plan, and who approves."""
    plans = [somebody(store, "planner", DISTRICT, login=name) for name in ("planner", "other")]
    return plans[0], plans[1], somebody(store, "command_centre", DISTRICT, login="centre")


def _furnish(unit) -> None:
    """Put ten homes into each cell, nine of them in its western half."""
    cells = squares()
    rows = []
    for cell_code, shape in zip(cells["code"], cells.geometry, strict=True):
        west, south, east, _ = shape.bounds
        for number in range(10):
            lon = west + (east - west) * (0.25 if number < 9 else 0.75)
            point = shapely.Point(lon, south + STEP * (number + 1) / 12)
            rows.append(
                {"district_code": DISTRICT, "layer": "building", "source_key": f"{cell_code}-{number}", "name": None}
                | {"attributes": {"households": 10}, "geom": f"SRID=4326;{point.buffer(1e-5).wkt}"}
            )
    unit.connection.execute(insert(base_feature), rows)
    known = {"id": new_id(), "code": "370199-S-T", "name": "街道", "kind": "street_office", "area_code": DISTRICT}
    unit.connection.execute(insert(organisation).values(known))


@pytest.fixture
def merged(town: Town) -> pd.DataFrame:
    """Return a plan in which the second cell of the first community is dissolved into the first."""
    return plan(town.store, (code(1, 1, 1), code(1, 1, 2)))
