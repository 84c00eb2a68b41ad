"""The stage on which whistles are tested: two places, the people around them, and short words for every act."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import geopandas as gpd
import shapely
from shapely import Point
from shapely.affinity import translate
from sqlalchemy import func, select, update

from gridgov.access import Caller
from gridgov.coordinates import from_plane, to_plane
from gridgov.evidence import Told
from gridgov.ids import new_id
from gridgov.incidents import Fact
from gridgov.services.intake import Intake
from gridgov.services.sweeps.whistles import late_whistles
from gridgov.services.whistling import Asked, BlowOrder, Callers, Measure, Rating, Sighting, Which, Whistling
from gridgov.store.evidence import Evidence
from gridgov.store.tables import account, person
from gridgov.store.unit import Store
from gridgov.store.whistles import Ground
from gridgov.whistles import Whistle
from tests.conftest import SAMPLE
from tests.support import SetClock, at, over, report, somebody

ILLEGAL_BUILDING = "20601"
INSIDE = Point(117.0902, 36.6512)
"""A place in the midst of one street of Lixia."""
MINUTE = timedelta(minutes=1)


@cache
def border_block() -> shapely.Polygon:
    """Return the block that stands across the border of two districts: two thirds in Licheng, one in Lixia."""
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]


def away(place: shapely.Geometry, east_m: float, north_m: float = 0.0) -> Point:
    """Return the point so many metres from the middle of a place, measured in its CGCS2000 zone."""
    middle = place.representative_point()
    return from_plane(translate(to_plane(middle, middle.x), east_m, north_m), middle.x)


@dataclass
class Cast:
    """Everybody who takes part, made when first asked for."""

    store: Store
    clock: SetClock
    intake: Intake
    whistling: Whistling
    people: dict[tuple[str, ...], Caller] = field(default_factory=dict)

    def one(self, role: str, area_code: str, organisation_code: str | None = None) -> Caller:
        """Return somebody with a role over an area, maybe for an organisation."""
        key = (role, area_code, organisation_code or "")
        if key not in self.people:
            self.people[key] = somebody(self.store, role, area_code, organisation_code)
        return self.people[key]

    def street(self, street_code: str) -> Caller:
        return self.one("street_officer", street_code)

    def department(self, code: str) -> Caller:
        return self.one("department_officer", code[:6], code)

    def centre(self, area_code: str) -> Caller:
        return self.one("command_centre", area_code)

    def are_one_person(self, *callers: Caller) -> None:
        """Let accounts belong to one person, as somebody with two has them."""
        with self.store.transaction() as unit:
            one = unit.connection.execute(select(person.c.district_code, person.c.id).limit(1)).one()
            for caller in callers:
                mine = account.c.id == unit.access.subject(caller, now=self.clock()).account_id
                values = {"person_district_code": one.district_code, "person_id": one.id}
                unit.connection.execute(update(account).where(mine).values(values))

    def with_grant(self, caller: Caller, role: str, area_code: str, organisation_code: str | None = None) -> Caller:
        """Give somebody another role."""
        with self.store.transaction() as unit:
            account_id = unit.access.subject(caller, now=self.clock()).account_id
            unit.access.grant(account_id, role, area_code, organisation_code, now=self.clock(), by="test")
        return caller

    def attached(self, incident_id: UUID, evidence_id: UUID | None = None) -> UUID:
        """Let a photo be attached to an incident."""
        with self.store.transaction() as unit:
            now = unit.cases.read(incident_id)
            of = {"district_code": now.district_code, "id": evidence_id or new_id(), "incident_id": incident_id}
            size = {"size": 1, "original_size": 1, "width": 1, "height": 1, "duration_s": None}
            digest = {"sha256": bytes(32), "original_sha256": bytes(32), "thumbnail_sha256": None}
            told = {"name": "现场.jpg", "media_type": "image/jpeg", "account_id": new_id(), "author": "test"}
            made = Evidence(**of, **size, **digest, **told, whistle_id=None, fact_seq=1, added_at=self.clock())
            unit.evidence.add(made, Told())
        return made.id

    def reported_inside(self, **changes: Any):
        """Take in a report of an illegal building in the midst of one street."""
        return self.intake.take(
            report(**{"matter": ILLEGAL_BUILDING, "position": at(INSIDE.x, INSIDE.y), **changes}), author="test"
        )

    def reported_across(self):
        """Take in a report of an illegal building across the border; a combined whistle is drafted with it."""
        return self.intake.take(
            report(matter=ILLEGAL_BUILDING, position=over(border_block()), text="跨界违建"), author="test"
        )

    def blown(self, **changes: Any) -> "Play":
        """Blow a whistle in the midst of one street."""
        receipt = self.reported_inside()
        street = self.street(receipt.cell_code[:9])
        answer = self.whistling.blow(street, Asked(new_id()), BlowOrder(receipt.id, **changes))
        return Play(self, answer["whistle_id"])

    def blown_at(self, lon: float) -> "Play":
        """Blow a whistle at a longitude near the place in the midst of one street."""
        receipt = self.reported_inside(position=at(lon, INSIDE.y))
        answer = self.whistling.blow(self.street(receipt.cell_code[:9]), Asked(new_id()), BlowOrder(receipt.id))
        return Play(self, answer["whistle_id"])

    def drafted(self) -> "Play":
        """Let a combined whistle be drafted."""
        return Play(self, self.reported_across().whistle_id)

    def confirmed(self) -> "Play":
        """Let a combined whistle be drafted and confirmed by both sides."""
        play = self.drafted()
        for side in play.now().sides:
            play.confirm(self.street(side.street_code))
        return play

    def sweep(self, limit: int = 100) -> int:
        """Do what is due now."""
        with self.store.transaction() as unit:
            return late_whistles(unit, self.clock(), limit)


@dataclass
class Play:
    """One whistle, and what can be done with it; every act with an id of its own."""

    cast: Cast
    whistle_id: Any

    def now(self) -> Whistle:
        """Return the whistle as it stands."""
        with self.cast.store.transaction() as unit:
            return unit.whistles.live.read(self.whistle_id)

    def facts(self) -> list[Fact]:
        """Return the facts of its incident."""
        now = self.now()
        with self.cast.store.transaction() as unit:
            return unit.incidents.facts(now.district_code, now.incident_id)

    def kinds(self) -> list[str]:
        return [fact.kind.value for fact in self.facts()]

    def log(self) -> dict[str, list[dict[str, Any]]]:
        now = self.now()
        with self.cast.store.transaction() as unit:
            return unit.whistles.log.of(now)

    def ground(self) -> Ground:
        now = self.now()
        with self.cast.store.transaction() as unit:
            ground = unit.whistles.live.ground(now.district_code, now.incident_id)
        assert ground is not None
        return ground

    def place(self) -> shapely.Geometry:
        return self.ground().geometry

    def cell(self) -> str:
        return self.ground().cells[0]

    def lead_street(self) -> Caller:
        return self.cast.street(self.now().lead.street_code)

    def organisations(self) -> list[str]:
        return [call.organisation_code for call in self.now().called]

    def do(self, act: str, by: Caller, *arguments: Any) -> dict[str, Any]:
        return getattr(self.cast.whistling, act)(by, self.whistle_id, Asked(new_id()), *arguments)

    def confirm(self, by: Caller, street_code: str | None = None):
        return self.do("confirm", by, street_code)

    def choose(self, by: Caller, *organisations: str, reason: str = "只需这几家"):
        return self.do("choose_summons", by, Callers(by_list=False, organisations=organisations, reason=reason))

    def acknowledge(self, code: str):
        return self.do("acknowledge", self.cast.department(code), code)

    def sighting(self, code: str, point: Point | None = None, **changes: Any) -> Sighting:
        """Return what a device says: at the place, now, with 10 m accuracy, unless `changes` say otherwise."""
        point = point or self.place().representative_point()
        accuracy_m = changes.pop("accuracy_m", 10.0)
        given = at(point.x, point.y, accuracy_m=accuracy_m, datum=changes.pop("datum", "wgs84"))
        return Sighting(**{"organisation_code": code, "device_at": self.cast.clock(), "position": given, **changes})

    def check_in(self, code: str, point: Point | None = None, *, by: Caller | None = None, **changes: Any):
        return self.do("check_in", by or self.cast.department(code), self.sighting(code, point, **changes))

    def vouch(self, code: str, by: Caller, point: Point | None = None, **changes: Any):
        return self.do("vouch", by, self.sighting(code, point, **changes))

    def measure(self, code: str, text: str = "现场处置完毕", *, by: Caller | None = None):
        return self.do("file_measure", by or self.cast.department(code), Measure(code, text))

    def leave(self, code: str):
        return self.do("leave", self.cast.department(code), code)

    def release(self, code: str, by: Caller | None = None):
        return self.do("release", by or self.lead_street(), Which(code))

    def excuse(self, code: str, by: Caller | None = None, reason: str = "另有紧急任务"):
        return self.do("excuse", by or self.lead_street(), Which(code), reason)

    def rate(self, code: str, score: int = 5, by: Caller | None = None, words: str = "到场及时"):
        return self.do("rate", by or self.lead_street(), Rating(code, score, words))

    def close(self, by: Caller | None = None):
        return self.do("close", by or self.lead_street(), None)

    def withdraw(self, by: Caller | None = None):
        return self.do("withdraw", by or self.lead_street(), "误报")

    def come(self, *codes: str) -> None:
        """Let organisations come and file their measures."""
        for code in codes:
            self.check_in(code)
            self.measure(code)


def ended_by_one(cast: Cast) -> Play:
    """Return a combined whistle of which the first side let go who came and who did not, and closed."""
    play = cast.confirmed()
    street = cast.street(play.now().sides[0].street_code)
    came, *absent = play.organisations()
    play.come(came)
    play.release(came, street)
    for code in absent:
        play.excuse(code, street)
    play.close(street)
    return play


def passed(cast: Cast, minutes: float) -> datetime:
    """Let time pass."""
    cast.clock.move(timedelta(minutes=minutes))
    return cast.clock()


def rows(cast, table, **wanted: Any) -> int:
    query = select(func.count()).select_from(table).where(*(table.c[k] == v for k, v in wanted.items()))
    with cast.store.transaction() as unit:
        return unit.connection.execute(query).scalar_one()


def blow(cast, by, incident_id, **changes: Any):
    callers = Callers(**{k: changes.pop(k) for k in list(changes) if k in Callers.__dataclass_fields__})
    return cast.whistling.blow(by, Asked(new_id()), BlowOrder(incident_id, callers=callers, **changes))
