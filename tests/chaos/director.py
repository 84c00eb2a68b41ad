"""What people of the town do next: chosen at random from where things stand, as data, so that it can be sent again."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import geopandas as gpd
from shapely import Point, wkt
from sqlalchemy import text

from gridgov.clock import Clock
from gridgov.ids import new_id
from gridgov.incidents import Channel, GivenPosition, Report, asked
from gridgov.services.casework import Casework
from gridgov.services.intake import Intake
from gridgov.services.whistling import Asked, BlowOrder, Measure, Rating, Sighting, Which, Whistling
from gridgov.store.unit import Store
from gridgov.whistles import Whistle
from tests.conftest import SAMPLE

from .town import caller, login

Deed = dict[str, Any]
ILLEGAL_BUILDING = "20601"
NIGHT_WORKS = "20908"
FAR = Point(117.15, 36.70)

_ANY_CASE = text("SELECT incident_id FROM incident_state WHERE stage <> 'closed' ORDER BY random() LIMIT 1")
_ANY_WHISTLE = text("SELECT id FROM whistle WHERE stage NOT IN ('closed', 'withdrawn') ORDER BY random() LIMIT 1")
_NO_WHISTLE = text("""
    SELECT s.incident_id, s.cell_code FROM incident_state s
    WHERE s.cell_code IS NOT NULL AND s.matter_code = :matter AND NOT EXISTS (
        SELECT FROM whistle w WHERE w.district_code = s.district_code AND w.incident_id = s.incident_id)
    ORDER BY random() LIMIT 1
""")


@cache
def ground() -> tuple[Any, Any]:
    """Return the bounds of the town in lon/lat, and the block that stands across the border of its two districts."""
    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet").set_index("id")
    return cells.total_bounds, buildings.loc["B-BORDER-1", "geometry"]


class Director:
    """Decides what is done next."""

    def __init__(self, store: Store, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._rng = rng
        self._bounds, self._across = ground()

    def next(self) -> Deed:
        """Return what is done next, with an id of its own."""
        choices: list[tuple[float, Callable[[], Deed | None]]] = [
            (3, self._report),
            (1, self._blow),
            (4, self._whistle),
            (5, self._case),
            (1, self._job),
        ]
        weights = [weight for weight, _ in choices]
        while True:
            _, choose = self._rng.choices(choices, weights)[0]
            deed = choose()
            if deed is not None:
                return {"id": str(new_id()), **deed}

    def _report(self) -> Deed:
        if self._rng.random() < 0.15:
            return {"do": "report", "matter": ILLEGAL_BUILDING, "wkt": self._across.wkt}
        west, south, east, north = self._bounds
        point = Point(self._rng.uniform(west, east), self._rng.uniform(south, north))
        return {"do": "report", "matter": self._rng.choice([ILLEGAL_BUILDING, NIGHT_WORKS]), "wkt": point.wkt}

    def _job(self) -> Deed:
        return {"do": "job"}

    def _blow(self) -> Deed | None:
        row = self._one(_NO_WHISTLE, matter=ILLEGAL_BUILDING)
        if row is None:
            return None
        return {"do": "blow", "incident": str(row.incident_id), "as": login("street_officer", row.cell_code[:9])}

    def _whistle(self) -> Deed | None:
        row = self._one(_ANY_WHISTLE)
        if row is None:
            return None
        with self._store.transaction() as unit:
            whistle = unit.whistles.live.read(row.id)
            ground = unit.whistles.live.ground(whistle.district_code, whistle.incident_id)
        side = self._rng.choice(whistle.sides)
        street = login("street_officer", side.street_code)
        if whistle.stage == "drafted":
            return _on(whistle, street, "confirm")
        if self._rng.random() < 0.15 or ground is None or not whistle.called:
            return _on(whistle, street, "close")
        call = self._rng.choice(whistle.called)
        place = FAR if self._rng.random() < 0.1 else ground.geometry.representative_point()
        code = call.organisation_code
        officer = login("department_officer", code[:6], code)
        by = {"release": street, "excuse": street, "rate": street}
        act = self._rng.choice(_ACTS_OF.get(call.stage, ("rate",)))
        return _on(whistle, by.get(act, officer), act, organisation=code, wkt=place.wkt)

    def _case(self) -> Deed | None:
        row = self._one(_ANY_CASE)
        if row is None:
            return None
        with self._store.transaction() as unit:
            standing = unit.cases.read(row.incident_id)
        act = self._rng.choice(_ACTS_AT.get(standing.stage, ("note",)))
        district = (standing.cell_code or standing.district_code)[:6]
        handler = standing.handling_organisation_code
        by = login("command_centre", district)
        if act in {"accept", "return", "feed_back"} and handler:
            by = login("department_officer", handler[:6], handler)
        said = {"act": act, "organisation": standing.lead_organisation_code or f"{district}-D01"}
        return {"do": "case", "incident": str(row.incident_id), "as": by, **said}

    def _one(self, query: Any, **values: object) -> Any:
        with self._store.transaction() as unit:
            return unit.connection.execute(query, values).first()


_ACTS_OF = {
    "summoned": ("acknowledge", "check_in", "check_in", "excuse"),
    "acknowledged": ("check_in", "check_in", "leave"),
    "on_site": ("file_measure", "file_measure", "leave"),
    "measured": ("release",),
    "released": ("leave", "rate"),
    "rated": ("leave",),
}
_ACTS_AT = {
    "reported": ("file", "file", "file", "reject", "note"),
    "filed": ("dispatch", "dispatch", "dispatch", "suspend", "urge"),
    "dispatched": ("accept", "accept", "return", "urge"),
    "handling": ("feed_back", "feed_back", "return", "suspend", "supervise"),
    "fed_back": ("verify", "verify", "send_back"),
    "verified": ("close",),
    "rejected": ("reopen",),
    "suspended": ("resume", "note"),
}


def _on(whistle: Whistle, by: str, act: str, **said: str) -> Deed:
    return {"do": "whistle", "whistle": str(whistle.id), "as": by, "act": act, **said}


class Hand:
    """Does what the director says, through the services."""

    def __init__(self, store: Store, clock: Clock, *, intake: Intake, casework: Casework) -> None:
        self._store = store
        self._clock = clock
        self._intake = intake
        self._casework = casework
        self._whistling = Whistling(store, clock=clock)

    def do(self, deed: Deed) -> Any:
        """Do it, and return the answer as JSON."""
        return getattr(self, f"_{deed['do']}")(deed)

    def _report(self, deed: Deed) -> Any:
        # Sent again, it is the same to the last letter: nothing of it may come from the clock.
        report = Report(
            id=UUID(deed["id"]),
            reported_at=datetime.fromisoformat(deed["at"]),
            channel=Channel.GRID_WORKER,
            matter=deed["matter"],
            text="忙碌的一小时",
            position=GivenPosition("wgs84", wkt.loads(deed["wkt"])),
        )
        return self._intake.take(report, author="client").number

    def _job(self, deed: Deed) -> Any:
        with self._store.transaction() as unit:
            added = unit.connection.execute(
                text("INSERT INTO chaos_asked VALUES (:id) ON CONFLICT DO NOTHING RETURNING id"), {"id": deed["id"]}
            ).first()
            if added:
                unit.jobs.defer("echo", id=deed["id"])
        return "deferred"

    def _blow(self, deed: Deed) -> Any:
        order = BlowOrder(UUID(deed["incident"]))
        return self._whistling.blow(caller(deed["as"]), Asked(UUID(deed["id"])), order)

    def _whistle(self, deed: Deed) -> Any:
        act, code = deed["act"], deed.get("organisation", "")
        given = GivenPosition("wgs84", wkt.loads(deed["wkt"]), 10.0) if "wkt" in deed else None
        arguments: dict[str, tuple[Any, ...]] = {
            "confirm": (),
            "close": (),
            "check_in": (Sighting(code, device_at=datetime.fromisoformat(deed["at"]), position=given),),
            "file_measure": (Measure(code, "现场处置完毕"),),
            "release": (Which(code),),
            "excuse": (Which(code), "另有任务"),
            "rate": (Rating(code, 4, "及时"),),
        }
        do = getattr(self._whistling, act)
        return do(caller(deed["as"]), UUID(deed["whistle"]), Asked(UUID(deed["id"])), *arguments.get(act, (code,)))

    def _case(self, deed: Deed) -> Any:
        at = datetime.fromisoformat(deed["at"])
        said: dict[str, asked.Asked] = {
            "file": asked.File(),
            "reject": asked.Reject(reason="不属实"),
            "dispatch": asked.Dispatch(organisation_code=deed["organisation"], reason="就近处置"),
            "accept": asked.Accept(),
            "return": asked.Return(reason="不属本部门"),
            "feed_back": asked.FeedBack(report="已处置"),
            "verify": asked.Verify(),
            "send_back": asked.SendBack(reason="没有处理好"),
            "close": asked.Close(),
            "reopen": asked.Reopen(reason="又出现了"),
            "suspend": asked.Suspend(reason="等待材料", until=at + timedelta(minutes=15)),
            "resume": asked.Resume(),
            "urge": asked.Urge(text="请尽快"),
            "supervise": asked.Supervise(text="区里督办"),
            "note": asked.Note(text="记一笔"),
        }
        done = self._casework.act(
            caller(deed["as"]), UUID(deed["incident"]), said[deed["act"]], act_id=UUID(deed["id"])
        )
        return done.answer
