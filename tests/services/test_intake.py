"""Intake: what a report becomes, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import func, select

from gridgov.coordinates import Datum, from_wgs84
from gridgov.errors import (
    CodeError,
    ConflictError,
    CoordinateError,
    GeometryError,
    GridgovError,
    InputError,
    RuleError,
)
from gridgov.ids import new_id
from gridgov.incidents import Channel, Finding, Placement, Reporter, first_break
from gridgov.store.tables import (
    change,
    incident,
    incident_fact,
    incident_position,
    incident_share,
    incident_state,
    metadata,
    reporter,
    whistle,
)
from gridgov.store.walking import Filter
from tests.conftest import SAMPLE
from tests.support import NOON, at, over, report

INCIDENT_TABLES = [name for name in metadata.tables if name.startswith(("incident", "whistle", "reporter", "change"))]


class KnownAddress(NamedTuple):
    text: str
    point: shapely.Point


def count(store, table) -> int:
    with store.owning() as unit:
        return unit.connection.execute(select(func.count()).select_from(table)).scalar_one()


def everything(store) -> dict[str, int]:
    names = [name for name in INCIDENT_TABLES if name != "whistle_kind"]
    return {name: count(store, metadata.tables[name]) for name in names}


@pytest.fixture(scope="session")
def border_block() -> shapely.Polygon:
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]


@pytest.fixture(scope="session")
def cells() -> gpd.GeoDataFrame:
    return gpd.read_file(Path(SAMPLE) / "grid.gpkg", layer="cells")


def test_a_report_lands_in_the_cell_that_holds_its_point(store, intake, cells):
    receipt = intake.take(report(), author="test")
    holding = cells[cells.intersects(shapely.Point(117.0902, 36.6512))]["code"].min()
    assert (receipt.cell_code, receipt.placement) == (holding, Placement.LOCATED)
    assert receipt.number.startswith("370102-")
    assert count(store, incident) == 1


def test_the_raw_position_is_kept_beside_the_converted_one(store, intake):
    lon, lat = (float(v[0]) for v in from_wgs84([117.0902], [36.6512], Datum.parse("gcj02")))
    receipt = intake.take(report(position=at(lon, lat, datum="gcj02")), author="test")
    with store.transaction() as unit:
        found = unit.lists.detail(receipt.id, None)
    assert found["datum"] == "gcj02"
    assert shapely.from_wkt(found["raw_wkt"]).equals(shapely.Point(lon, lat))
    assert found["geometry"].distance(shapely.Point(117.0902, 36.6512)) < 1e-8


def test_the_same_report_sent_twice_is_stored_once_and_answered_the_same(store, intake):
    sent = report(external_number="A-1", reporter=Reporter("王某", "000-1"))
    first = intake.take(sent, author="test")
    before = everything(store)
    second = intake.take(sent, author="test")
    assert everything(store) == before
    assert second == replace(first, replayed=True)


def test_another_report_under_the_same_id_is_a_conflict_and_changes_nothing(store, intake):
    sent = report()
    intake.take(sent, author="test")
    before = everything(store)
    with pytest.raises(ConflictError, match="new id"):
        intake.take(replace(sent, text="另一件事"), author="test")
    assert everything(store) == before


def test_a_channels_number_stands_for_one_incident(store, intake):
    intake.take(report(external_number="A-1"), author="test")
    before = everything(store)
    with pytest.raises(ConflictError) as caught:
        intake.take(report(external_number="A-1"), author="test")
    assert caught.value.field == "external_number"
    assert everything(store) == before
    intake.take(report(external_number="A-1", channel=Channel.HOTLINE), author="test")


def test_the_same_event_from_two_channels_is_suggested_as_a_duplicate_and_not_merged(store, intake):
    first = intake.take(report(), author="test")
    second = intake.take(
        report(channel=Channel.HOTLINE, position=at(117.09025, 36.65122), text="楼下施工到半夜，没法睡"), author="test"
    )
    assert Finding.POSSIBLE_DUPLICATE in second.findings
    with store.transaction() as unit:
        suggested = unit.lists.detail(second.id, None)["possible_duplicates"]
    assert [s["other_id"] for s in suggested] == [first.id]
    assert count(store, incident) == 2


@pytest.mark.parametrize(
    "extent",
    [
        shapely.LineString([(117.0502, 36.6712), (117.0602, 36.6722)]),
        shapely.Polygon([(117.05, 36.65), (117.06, 36.65), (117.06, 36.651), (117.0501, 36.651), (117.0501, 36.66)]),
    ],
    ids=["a long street", "a bent block"],
)
def test_the_same_extent_from_two_channels_is_suggested_as_a_duplicate(intake, extent):
    intake.take(report(position=over(extent)), author="test")
    again = intake.take(report(position=over(extent), channel=Channel.HOTLINE), author="test")
    assert Finding.POSSIBLE_DUPLICATE in again.findings


def test_another_matter_in_the_same_place_is_no_duplicate(intake):
    intake.take(report(), author="test")
    assert Finding.POSSIBLE_DUPLICATE not in intake.take(report(matter="20702"), author="test").findings


def test_a_position_near_a_border_is_doubtful_and_its_chances_are_kept(store, intake, cells):
    line = cells.geometry.iloc[5].exterior
    point = line.interpolate(0.3, normalized=True)
    receipt = intake.take(report(position=at(point.x, point.y, accuracy_m=30)), author="test")
    assert receipt.placement is Placement.DOUBTFUL
    with store.transaction() as unit:
        chances = unit.lists.detail(receipt.id, None)["probabilities"]
    assert len(chances) > 1
    assert sum(c["probability"] for c in chances) == pytest.approx(1)


def test_a_point_outside_every_cell_is_kept_and_says_so(store, intake):
    receipt = intake.take(report(position=at(116.5, 36.2)), author="test")
    assert (receipt.placement, receipt.cell_code) == (Placement.OUTSIDE, None)
    assert receipt.district_code == "370102"
    assert count(store, incident_position) == 1


def test_an_unknown_address_is_kept_for_a_person_to_place(store, intake):
    receipt = intake.take(report(position=None, address="火星基地三号舱"), author="test")
    assert receipt.placement is Placement.UNPLACED
    assert Finding.ADDRESS_UNKNOWN in receipt.findings
    assert (count(store, incident), count(store, incident_position)) == (1, 0)


def test_the_address_of_what_could_not_be_placed_is_shown_to_whoever_must_place_it(store, intake):
    receipt = intake.take(report(position=None, address="火星基地三号舱"), author="test")
    with store.transaction() as unit:
        (listed,) = unit.lists.page(Filter(), None, now=NOON, limit=1)
        assert unit.incidents.facts("370102", receipt.id)[0].payload["address"] == "火星基地三号舱"
        assert unit.lists.detail(receipt.id, None)["address"] == listed["address"] == "火星基地三号舱"


@pytest.fixture(scope="session")
def known() -> KnownAddress:
    """Return an address of the sample's book, written out, with its position."""
    book = pd.read_csv(SAMPLE / "addresses.csv", dtype=str, keep_default_na=False)
    row = book[(book["kind"] == "building") & (book["road"] != "") & (book["number"] != "")].iloc[0]
    text = "".join(row[["district", "street", "road", "number"]])
    return KnownAddress(text, shapely.Point(float(row["lon"]), float(row["lat"])))


def test_a_known_address_places_the_report(intake, cells, known):
    receipt = intake.take(report(position=None, address=known.text), author="test")
    holding = cells[cells.intersects(known.point)]["code"].min()
    assert receipt.cell_code == holding


def test_a_position_far_from_its_own_address_is_flagged(intake, known):
    wrong = at(known.point.x + 0.0065, known.point.y)  # about as far as GCJ-02 is off in Jinan
    receipt = intake.take(report(position=wrong, address=known.text), author="test")
    assert Finding.POSITION_FAR_FROM_ADDRESS in receipt.findings


def test_a_matter_that_grid_workers_may_not_be_given_is_flagged(store, intake):
    with store.transaction() as unit:
        closed = next(m for m in unit.rules.matters() if not m.admitted)
    assert Finding.NOT_ADMITTED in intake.take(report(matter=closed.code), author="test").findings
    other = report(matter=closed.code, channel=Channel.HOTLINE)
    assert Finding.NOT_ADMITTED not in intake.take(other, author="test").findings


def test_the_block_on_the_district_border_blows_a_combined_whistle(store, intake, border_block):
    with store.transaction() as unit:
        matters = unit.rules.matters()
        building = next(m for m in matters if m.whistle_allowed and "违" in m.name)
        listed = {matters.lead(building.code), *matters.cooperating(building.code)} - {"STREET_OFFICE"}
        book = unit.people.book()
    departments = {book.counterpart(name, district) for name in listed for district in ("370102", "370112")}
    assert len(departments) > len(listed)
    receipt = intake.take(report(matter=building.code, position=over(border_block), text="违建"), author="test")
    assert receipt.placement is Placement.CROSSING
    with store.transaction() as unit:
        (drafted,) = unit.whistles.page(limit=10)
    assert drafted["id"] == receipt.whistle_id
    assert drafted["crosses_district"]
    assert [side["share"] for side in drafted["sides"]] == pytest.approx([2 / 3, 1 / 3], abs=0.001)
    assert [side["leads"] for side in drafted["sides"]] == [True, False]
    assert {side["street_code"][:6] for side in drafted["sides"]} > {"370102"}
    assert all(side["organisation_code"] for side in drafted["sides"])
    assert {called["organisation_code"] for called in drafted["summons"]} == departments
    (leading,) = [called["organisation_code"] for called in drafted["summons"] if called["leads"]]
    assert leading == receipt.lead_organisation_code == book.counterpart(matters.lead(building.code), "370112")
    assert all(called["due_at"] > drafted["drafted_at"] for called in drafted["summons"])


def test_the_shares_of_an_extent_add_to_one(store, intake, border_block):
    receipt = intake.take(report(position=over(border_block)), author="test")
    with store.transaction() as unit:
        shares = unit.lists.detail(receipt.id, None)["shares"]
    assert sum(s["share"] for s in shares) == pytest.approx(1, abs=1e-12)
    assert sum(s["area_m2"] for s in shares) == pytest.approx(1000, rel=0.02)


def test_an_extent_inside_one_street_drafts_no_whistle(store, intake):
    box = shapely.box(117.09, 36.651, 117.0901, 36.6511)
    intake.take(report(position=over(box)), author="test")
    assert count(store, whistle) == 0


def test_the_reporter_stands_apart_from_the_case(store, intake):
    receipt = intake.take(report(reporter=Reporter("王某", "000-1234")), author="test")
    assert count(store, reporter) == 1
    with store.transaction() as unit:
        assert "000-1234" not in str(unit.lists.detail(receipt.id, None))
        assert "000-1234" not in str(unit.incidents.facts("370102", receipt.id))


def test_no_digest_that_is_shown_depends_on_the_reporter(store, intake):
    sent = report(reporter=Reporter("王某", "000-1234"))
    intake.take(sent, author="test")
    with store.transaction() as unit:
        shown = unit.incidents.facts("370102", sent.id)[0].payload["digest"]
    assert shown == replace(sent, reporter=Reporter("李某", "000-4321")).public_digest().hex()
    assert shown != sent.digest().hex()


def test_the_facts_of_a_case_are_chained_and_a_change_in_sql_shows(store, intake):
    receipt = intake.take(report(), author="test")
    with store.transaction() as unit:
        assert first_break(unit.incidents.facts("370102", receipt.id)) is None
        unit.connection.execute(incident_fact.update().where(incident_fact.c.seq == 2).values(author="somebody"))
        assert first_break(unit.incidents.facts("370102", receipt.id)) == 2


def test_each_case_leaves_a_change_row(store, intake):
    before = count(store, change)
    intake.take(report(), author="test")
    assert count(store, change) == before + 1


def test_the_deadline_to_file_counts_from_reception(store, intake):
    receipt = intake.take(report(), author="test")
    with store.transaction() as unit:
        within = unit.rules.matters().matter("20908").file_within
        due_at = unit.connection.execute(select(incident_state.c.due_at)).scalar_one()
    assert due_at == receipt.received_at + within == NOON + within


BOWTIE = shapely.Polygon([(117.05, 36.65), (117.06, 36.66), (117.06, 36.65), (117.05, 36.66)])
BAD = {
    "NaN": ({"position": at(float("nan"), 36.6)}, CoordinateError),
    "infinity": ({"position": at(float("inf"), 36.6)}, CoordinateError),
    "swapped axes": ({"position": at(36.65, 117.09)}, CoordinateError),
    "unknown datum": ({"position": at(117.0, 36.6, datum="mars")}, CoordinateError),
    "negative accuracy": ({"position": at(117.0, 36.6, accuracy_m=-1)}, CoordinateError),
    "zero zero": ({"position": at(0, 0)}, CoordinateError),
    "self-crossing polygon": ({"position": over(BOWTIE)}, GeometryError),
    "empty polygon": ({"position": over(shapely.Polygon())}, GeometryError),
    "a collection": ({"position": over(shapely.GeometryCollection([shapely.Point(117, 36)]))}, GeometryError),
    "as large as a province": ({"position": over(shapely.box(115, 35, 118, 38))}, GeometryError),
    "in the future": ({"reported_at": NOON + timedelta(hours=2)}, InputError),
    "from before the war": ({"reported_at": NOON - timedelta(days=365 * 80)}, InputError),
    "unknown matter": ({"matter": "no-such"}, RuleError),
    "ten megabytes of text": ({"text": "长" * 10_000_000}, InputError),
    "empty text": ({"text": " \u3000"}, InputError),
    "a NUL": ({"text": "a\x00b"}, InputError),
    "half a surrogate": ({"text": "a\ud83d"}, InputError),
    "no place at all": ({"position": None}, InputError),
    "an id of version 4": ({"id": uuid4()}, InputError),
    "an id from after the year 9999": ({"id": UUID(int=2**128 - 1 - (0x8 << 76) - (0b01 << 62))}, InputError),
    "a district without a grid": ({"district_code": "999999"}, CodeError),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_the_field_and_leaves_nothing(store, intake, name):
    changes, error = BAD[name]
    before = everything(store)
    with pytest.raises(error) as caught:
        intake.take(report(**changes), author="test")
    assert caught.value.field
    assert len(caught.value.message) > 20
    assert everything(store) == before


NAUGHTY = [
    "'; DROP TABLE incident; --",
    "<script>alert(1)</script>",
    "Robert'); DROP TABLE students;--",
    "=cmd|' /C calc'!A0",
    "﷽﷽﷽",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "\u202etest\u202e",
    "\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f3\ufe0f",
    "\uff05s{}$HOME%00",
    "\\x00\\u0000",
    "𠜎𠜱𡿺",
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_come_back_as_they_went_in(store, intake, text):
    receipt = intake.take(report(text=text, external_number=text, address=text), author="test")
    with store.transaction() as unit:
        found = unit.lists.detail(receipt.id, None)
    assert (found["text"], found["external_number"], found["address"]) == (text, text, text)


def test_a_failure_in_the_middle_stores_nothing(store, intake, monkeypatch, border_block):
    before = everything(store)

    def fail(*_args: object, **_options: object) -> None:
        message = "power cut"
        raise GridgovError(message)

    with store.transaction() as unit:
        whistled = next(m for m in unit.rules.matters() if m.whistle_allowed)
    crossing = report(matter=whistled.code, position=over(border_block), external_number="X")
    for last in ("whistles.WhistleStore.add_draft", "incidents.IncidentStore._claim_number"):
        with monkeypatch.context() as patch:
            patch.setattr(f"gridgov.store.{last}", fail)
            with pytest.raises(GridgovError, match="power cut"):
                intake.take(crossing, author="test")
        assert everything(store) == before
    assert intake.take(crossing, author="test").whistle_id


def test_shares_are_stored_per_cell_with_their_rank(store, intake, border_block):
    intake.take(report(position=over(border_block), id=new_id()), author="test")
    with store.transaction() as unit:
        rows = unit.connection.execute(select(incident_share.c.rank, incident_share.c.share).order_by("rank")).all()
    assert [r[1] for r in rows] == sorted((r[1] for r in rows), reverse=True)
