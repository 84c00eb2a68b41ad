"""A district in which something burns, made once row by row; what a test does to it is undone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from gridgov.ids import id_at
from gridgov.incidents import public_number
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.proactive import Proactive
from gridgov.store.tables import cell, incident, incident_party, incident_position, incident_state, matter
from tests.api.conftest import stranger
from tests.field.conftest import as_, phone
from tests.support import NOON, SavepointStore, SetClock, keeper

__all__ = ["as_", "keeper", "phone", "stranger"]

HOME = "370102"
HOT = "370102011014002"
"""The cell in which something burns."""
FIRE = "20602"
"""What burns."""


@pytest.fixture(scope="module")
def district(sample_engine: Engine, keeper: KnowledgeKeeper) -> Iterator[Connection]:
    """Yield a transaction with the burning district, after one look by the system; the module's end undoes it."""
    with sample_engine.connect() as connection:
        transaction = connection.begin()
        _burn(connection)
        _service(SavepointStore(connection), keeper, SetClock(NOON)).scan(None)
        yield connection
        transaction.rollback()


@pytest.fixture
def store(district: Connection) -> Iterator[SavepointStore]:
    """Yield a store over the burning district; what a test does to it is undone."""
    savepoint = district.begin_nested()
    yield SavepointStore(district)
    savepoint.rollback()


@pytest.fixture
def clock() -> SetClock:
    """Return a clock that stands at noon."""
    return SetClock(NOON)


@pytest.fixture
def proactive(store: SavepointStore, keeper: KnowledgeKeeper, clock: SetClock) -> Proactive:
    """Return the service over the test's store."""
    return _service(store, keeper, clock)


@pytest.fixture
def fire(proactive: Proactive) -> dict[str, Any]:
    """Return what was proposed of the hot cell."""
    found = proactive.proposals(None, limit=200)
    return next(one for one in found if one["kind"] == "hotspot" and one["place"] == HOT)


def _service(store: SavepointStore, keeper: KnowledgeKeeper, clock: SetClock) -> Proactive:
    return Proactive(store, clock=clock, intake=Intake(store, clock=clock, home_district=HOME, keeper=keeper))


def _burn(connection: Connection) -> None:
    """Add a calm half year over the cells of two streets, and four weeks of fire in one of them."""
    version = connection.execute(text("SELECT max(list_version) FROM matter")).scalar_one()
    query = select(cell.c.code, text("ST_X(ST_PointOnSurface(geom))"), text("ST_Y(ST_PointOnSurface(geom))"))
    rows = connection.execute(query.where(cell.c.code.like("370102011%") | cell.c.code.like("370102001%"))).all()
    middles = {row[0]: (row[1], row[2]) for row in rows}
    matters = sorted(connection.execute(select(matter.c.code).distinct()).scalars())[:6]
    chance = np.random.default_rng(7)
    cells, size = sorted(middles), 3000
    happened = [
        *zip(chance.uniform(0, 252, size), chance.choice(cells, size), chance.choice(matters, size), strict=True),
        *zip(chance.uniform(0, 27, 60), [HOT] * 60, [FIRE] * 60, strict=True),
    ]
    made: dict[Any, list[dict[str, Any]]] = {t: [] for t in (incident, incident_state, incident_position)}
    made[incident_party] = []
    for number, (days, code, kind) in enumerate(happened):
        at = NOON - timedelta(days=float(days))
        _add(made, at, id_at(at, number * 7919 + 1), {"cell": str(code), "matter": str(kind), "version": version},
             middles[str(code)])  # fmt: skip
    for table, theirs in made.items():
        connection.execute(insert(table), theirs)
    connection.execute(text("ANALYZE"))


def _add(
    made: dict[Any, list[dict[str, Any]]], at: datetime, which: UUID, said: dict[str, Any], place: tuple[float, float]
) -> None:
    head, known = {"district_code": HOME, "incident_id": which}, {"matter_code": said["matter"], "reported_at": at}
    point, code = f"SRID=4326;POINT({place[0]} {place[1]})", said["cell"]
    made[incident].append({
        "district_code": HOME, "id": which, "number": public_number(HOME, which), "received_at": at,
        "channel": "hotline_12345", "list_version": said["version"], "text": "测试", "digest": which.bytes * 2, **known,
    })  # fmt: skip
    made[incident_state].append({
        **head, **known, "stage": "handling", "placement": "located", "findings": [], "cell_district_code": HOME,
        "cell_code": code, "position_seq": 1, "geom": point,
    })  # fmt: skip
    made[incident_position].append({
        **head, "seq": 1, "source": "given", "datum": "wgs84", "geom": point, "cell_code": code, "grid_checksum": "",
    })  # fmt: skip
    made[incident_party].extend({**head, "party": party, "part": "place"} for party in (HOME, code[:9], code))
