"""Make sample_geo/data anew from the seed: `python -m sample_geo.make`."""

import time
from collections.abc import Callable
from typing import TypeVar

import geopandas as gpd
import shapely

from sample_geo import (
    addresses,
    buildings,
    checklists,
    files,
    incidents,
    landscape,
    matters,
    organisations,
    partition,
    people,
    places,
    roads,
)
from sample_geo.common import DATA, geometry_to_metres, write_rows
from sample_geo.scene import Scene

T = TypeVar("T")


def main() -> None:
    """Make every file, saying what is being made."""
    started = time.process_time()
    DATA.mkdir(exist_ok=True)
    geometry()
    registers()
    reports()
    _step("checksums", files.write_checksums)
    print(f"done in {time.process_time() - started:.0f} s of CPU time; files in {DATA}")


def _step(what: str, make: Callable[[], T]) -> T:
    print(f"  {what} ...", end=" ", flush=True)
    started = time.process_time()
    made = make()
    print(f"{time.process_time() - started:.1f} s", flush=True)
    return made


def geometry() -> None:
    """Make grid.gpkg, base.gpkg, buildings.parquet and addresses.csv."""
    ground = _step("cells, communities, streets, districts", partition.make)
    walls = buildings.wall_arcs(ground)
    ways = addresses.rename_twins(roads.make(ground.arcs, roads.walls(ground.arcs, walls)))
    water, green = _step("water and green", lambda: landscape.make(ground.cells, ground.communities))
    kept_open = [*geometry_to_metres(water.geometry.to_numpy()), *geometry_to_metres(green.geometry.to_numpy())]
    free = shapely.buffer(shapely.union_all(kept_open), 6.0)
    houses = _step("buildings", lambda: buildings.make(ground, ways, free, walls))
    side = addresses.streetside(ways)
    book = _step("address book", lambda: addresses.of_buildings(houses, side))
    sites = _step("places", lambda: places.make(ground, book[: len(houses)], houses, ways, green))
    places.number_missing([place for place in sites if not place.road], side)
    write_rows(DATA / "addresses.csv", addresses.COLUMNS, addresses.rows([*book, *sites], ground))
    _step("files", lambda: _write(ground, houses, book, (ways, water, green)))


def registers() -> None:
    """Make the organisations, matters and staff of the district that lies in grid.gpkg."""
    frames = [files.read_layer(DATA / "grid.gpkg", layer) for layer in ("districts", "streets", "communities", "cells")]
    bodies = _step("organisations", lambda: organisations.make(*frames[:3]))
    organisations.write(bodies)
    matters.write(_step("matters", matters.make))
    checklists.write()
    people.write(_step("people", lambda: people.make(frames[3], bodies)))


def reports() -> None:
    """Make the checked-in days of incidents and the truth about them, from the files made before."""
    scene = _step("places where things happen", Scene)
    days = _step("incidents", lambda: [incidents.day_rows(scene, day) for day in incidents.DAYS])
    write_rows(DATA / "incidents_days.csv", incidents.COLUMNS, (row for rows, _ in days for row in rows))
    write_rows(DATA / "incidents_truth.csv", incidents.TRUTH_COLUMNS, (fact for _, facts in days for fact in facts))


def _write(
    ground: partition.Ground,
    houses: gpd.GeoDataFrame,
    book: list[addresses.Address],
    base: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    cells = ground.cells.copy()
    counted = houses.groupby("cell")["households"].sum()
    cells.insert(6, "households", cells["code"].map(counted).fillna(0).astype("int32"))
    grid = {"districts": ground.districts, "streets": ground.streets, "communities": ground.communities, "cells": cells}
    files.write_gpkg(DATA / "grid.gpkg", grid)
    files.write_gpkg(DATA / "base.gpkg", dict(zip(("roads", "water", "green"), base, strict=True)))
    named = houses.copy()
    named["address_id"] = [address.id for address in book[: len(houses)]]
    named["name"] = [row.name or (row.estate + row.building if row.estate else "") for row in book[: len(houses)]]
    named["floors"] = named["floors"].astype("int32")
    named["households"] = named["households"].astype("int32")
    columns = ["id", "name", "kind", "floors", "households", "address_id", "geometry"]
    files.write_parquet(DATA / "buildings.parquet", named[columns])


if __name__ == "__main__":
    main()
