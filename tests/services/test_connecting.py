"""The Python door: frames of declared columns, as of any moment, with the rights of who connected."""

from datetime import datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import select

import gridgov
from gridgov.clock import SHANGHAI
from gridgov.errors import CoordinateError, InputError, NotAllowedError, NotAuthenticatedError, NotFoundError
from gridgov.ids import new_id
from gridgov.incidents import Reporter
from gridgov.services import connecting
from gridgov.services.connecting import Gov, Type
from gridgov.store.tables import look
from tests.conftest import SAMPLE
from tests.support import NOON, over, report, secret_of, somebody

READS = {
    "cells": (connecting.CELLS, {}),
    "areas": (connecting.AREAS, {"level": "street"}),
    "incidents": (connecting.INCIDENTS, {}),
    "staff": (connecting.STAFF, {}),
    "duties": (connecting.DUTIES, {"area": "370102001"}),
    "whistles": (connecting.WHISTLES, {}),
    "features": (connecting.FEATURES, {"layer": "water"}),
    "buildings": (connecting.BUILDINGS, {}),
}
OF_TIME = sorted(set(READS) - {"features", "buildings"})


@pytest.fixture
def border_block():
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]


@pytest.fixture
def gov(store, clock) -> Gov:
    return Gov(store, clock=clock)


def as_role(store, clock, role: str, area_code: str = "370102") -> Gov:
    return Gov(store, clock=clock, caller=somebody(store, role, area_code))


def with_two_joined(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return cells of which the first took in a neighbour of its own community."""
    first, *others = cells[cells["community_code"] == cells["community_code"].iloc[0]].index
    other = next(one for one in others if cells.geometry[first].intersection(cells.geometry[one]).length > 0)
    joined = shapely.coverage_union_all(cells.geometry[[first, other]].to_numpy())
    shapes = cells.geometry.where(cells.index != first, joined)
    return cells.set_geometry(shapes).drop(other)


@pytest.mark.parametrize("name", READS)
def test_a_frame_has_the_columns_that_are_declared_whether_or_not_there_are_rows(gov, name):
    declared, asked = READS[name]
    frame = getattr(gov, name)(**asked)
    assert list(frame.columns) == declared.names
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    if "geometry" in declared.names:
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs == "EPSG:4326"
    assert all(column.says for column in declared.all)
    for column in declared.all:
        if column.type is Type.TEXT:
            assert isinstance(frame[column.name].dtype, pd.StringDtype), column.name
        if column.type is Type.NUMBER:
            assert frame[column.name].dtype == float, column.name
        if column.type is Type.TIME:
            assert frame[column.name].dtype == pd.DatetimeTZDtype("us", SHANGHAI), column.name


@pytest.mark.parametrize("name", READS)
def test_the_docstring_names_each_column(name):
    said = getattr(Gov, name).__doc__
    assert [column for column in READS[name][0].names if column not in said] == []


def test_cells_know_their_street_their_community_and_who_lives_there(gov):
    cells = gov.cells()
    home = cells[cells["district_code"] == "370102"]
    assert len(home) == 773
    assert home["street_name"].nunique() == 13
    assert home["community_name"].notna().all()
    assert home["households"].sum() == gov.buildings().query("district_code == '370102'")["households"].sum()


def test_before_the_grid_was_loaded_there_was_none(gov):
    for name in OF_TIME:
        declared, asked = READS[name]
        frame = getattr(gov, name)(**asked, as_of=NOON - timedelta(days=30_000))
        assert list(frame.columns) == declared.names
        if name in {"cells", "areas", "duties"}:
            assert frame.empty


@pytest.mark.parametrize("name", OF_TIME)
def test_a_moment_without_an_offset_is_refused(gov, name):
    with pytest.raises(InputError, match="offset"):
        getattr(gov, name)(**READS[name][1], as_of=NOON.replace(tzinfo=None))


def test_incidents_come_with_their_place_and_as_they_stood(gov, intake, clock, border_block):
    first = intake.take(report(text="井盖松动"), author="test")
    clock.move(timedelta(minutes=5))
    intake.take(report(matter="20301", position=over(border_block), reported_at=clock()), author="test")
    found = gov.incidents()
    assert list(found["placement"]) == ["crossing", "located"]
    assert list(found.geom_type) == ["Polygon", "Point"]
    assert list(gov.incidents(as_of=NOON)["id"]) == [first.id]
    assert list(gov.incidents(matter="20301")["matter_code"]) == ["20301"]
    assert list(gov.incidents(until=NOON)["id"]) == [first.id]
    assert len(gov.whistles()) == 1
    assert gov.whistles()["combined"].tolist() == [True]
    assert gov.whistles(as_of=NOON).empty


def test_nothing_is_left_out_silently(gov, intake):
    for _ in range(3):
        intake.take(report(), author="test")
    assert len(gov.incidents(most=3)) == 3
    with pytest.raises(InputError, match="more than 2 incidents"):
        gov.incidents(most=2)


def test_no_whistle_is_left_out_silently(gov, intake, border_block):
    for _ in range(2):
        intake.take(report(matter="20301", position=over(border_block)), author="test")
    assert len(gov.whistles(most=2)) == 2
    with pytest.raises(InputError, match="more than 1 whistles"):
        gov.whistles(most=1)


@pytest.mark.parametrize("how", [str, pd.Timestamp, lambda moment: moment.isoformat()], ids=["text", "pandas", "iso"])
def test_a_moment_is_told_in_any_way_that_has_an_offset(gov, how):
    assert gov.cells(as_of=how(NOON.astimezone(SHANGHAI))).equals(gov.cells(as_of=NOON))


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-12-01", "has no offset"),
        (pd.Timestamp("2026-12-01"), "has no offset"),
        ("2026-02-30T00:00:00+08:00", "no moment of the calendar"),
        (pd.NaT, "no moment"),
        (NOON.date(), "no moment"),
        (datetime(1986, 5, 4, 2, 30, tzinfo=SHANGHAI), "No clock ever showed"),
    ],
    ids=["day", "pandas", "calendar", "missing", "date", "skipped"],
)
def test_what_is_no_moment_is_refused_in_words(gov, moment, says):
    with pytest.raises(InputError, match=says):
        gov.cells(as_of=moment)


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ({"street_code": "370102999"}, r'no street 370102999 .* gov\.areas\("street"\)'),
        ({"cell_code": "370102001001999"}, r"no cell 370102001001999 .* gov\.cells\(\)"),
        ({"street_code": "解放路街道"}, "is not a code"),
        ({"street_code": "37010\0"}, "is not a code"),
        ({"stage": "lost"}, "it is one of reported"),
        ({"placement": "nowhere"}, "it is one of located"),
        ({"matter": 5}, "asked for by text"),
        ({"since": NOON, "until": NOON}, "not later than"),
        ({"most": -1}, "1 or more"),
    ],
    ids=["street", "cell", "name", "nul", "stage", "placement", "number", "period", "most"],
)
def test_a_slip_of_the_finger_does_not_look_like_quiet(gov, which, says):
    with pytest.raises(InputError, match=says):
        gov.incidents(**which)


def test_an_incident_is_found_by_its_number_and_what_there_is_none_of_is_told_without_the_web(gov, intake):
    placed = intake.take(report(), author="test")
    assert gov.incident(placed.number)["id"] == placed.id
    assert gov.incident(str(placed.id))["id"] == placed.id
    for asked in (lambda: gov.incident("370102-0"), lambda: gov.incident(new_id())):
        with pytest.raises(NotFoundError, match=r"gov\.incidents\(\)"):
            asked()
    with pytest.raises(NotFoundError, match=r"gov\.cells"):
        gov.who("370102001001999")


def test_what_cannot_be_asked_is_refused_in_words(gov):
    with pytest.raises(InputError, match="not asked for by colour, but by"):
        gov.incidents(colour="red")
    with pytest.raises(InputError, match="ask for district, street or community"):
        gov.areas("village")
    with pytest.raises(InputError, match="ask for road, water"):
        gov.features("trees")


def test_staff_come_without_their_phone_numbers_and_duties_with_their_names(gov):
    staff, duties = gov.staff(), gov.duties(area="370102001")
    assert "phone" not in staff
    assert set(duties["person_id"]) <= set(staff["id"])
    assert duties["target_code"].str.startswith("370102001").all()
    assert {"cell", "community", "street"} >= set(duties["target_kind"])


def test_a_district_that_has_no_cells_has_no_atoms(gov):
    with pytest.raises(InputError, match="no cells of 370199 at that moment"):
        gov.atoms(area="370199")


class TestLoads:
    def test_a_load_is_that_of_each_ordinary_cell(self, gov):
        loads, cells = gov.loads(), gov.cells()
        assert loads.name == "households"
        assert list(loads.index) == list(cells.loc[cells["kind"] == "ordinary", "code"])
        assert loads.sum() == cells.loc[cells["kind"] == "ordinary", "households"].sum()

    def test_incidents_of_a_year_are_counted_where_they_lie(self, gov, intake):
        for _ in range(2):
            placed = intake.take(report(), author="test")
        loads = gov.loads("incidents")
        cell = gov.incident(placed.id)["cell_code"]
        assert loads[cell] == 2
        assert loads.sum() == 2

    def test_parts_are_shares_of_their_means(self, gov):
        mixed = gov.loads({"households": 3, "area_m2": 1})
        assert mixed.name == "load"
        assert mixed.mean() == pytest.approx(1)
        homes, ground = gov.loads(), gov.loads("area_m2")
        by_hand = 0.75 * homes / homes.mean() + 0.25 * ground / ground.mean()
        assert mixed.to_numpy() == pytest.approx(by_hand.to_numpy())

    @pytest.mark.parametrize("weight", ["people", {}, {"households": 0.0}, {"households": -1.0}, {"people": 1.0}])
    def test_what_is_no_weight_is_refused(self, gov, weight):
        with pytest.raises(InputError, match="Give weights among households"):
            gov.loads(weight)


class TestWhoConnected:
    def test_an_account_sees_what_is_theirs_to_see(self, store, clock, intake):
        intake.take(report(), author="test")
        assert len(as_role(store, clock, "command_centre").incidents()) == 1
        assert as_role(store, clock, "grid_worker", "370102002").incidents().empty
        assert len(as_role(store, clock, "planner").cells()) > 773

    def test_who_does_not_read_the_grid_is_refused_by_the_name_of_what_is_missing(self, store, clock):
        nobody = as_role(store, clock, "planner")
        with store.transaction() as unit:
            account_id = unit.access.add_account("idle", "idle", now=NOON)
            caller = nobody._caller
            unit.access.add_credential(account_id, "token", b"idle", now=NOON, expires_at=NOON + timedelta(days=1))
        idle = Gov(store, clock=clock, caller=type(caller)(b"idle"))
        for name in ("cells", "staff", "duties", "buildings"):
            with pytest.raises(NotAllowedError, match=r"grid\.read"):
                getattr(idle, name)()

    def test_who_reported_is_masked_and_each_look_is_written_down(self, gov, store, clock, intake):
        who = Reporter("郭女士", "000-3627-4152")
        placed = intake.take(report(reporter=who), author="test")
        centre, planner = as_role(store, clock, "command_centre"), as_role(store, clock, "planner")
        assert "*" in planner.reporter(placed.number).name
        with pytest.raises(NotAllowedError, match=r"reporter\.reveal"):
            planner.reporter(placed.id, purpose="回访核实情况")
        with pytest.raises(NotAuthenticatedError, match="account="):
            gov.reporter(placed.id)
        assert centre.reporter(placed.id, purpose="回访核实情况").name == "郭女士"
        assert len(planner.incidents()) == 1
        assert len(gov.incidents()) == 1  # the machine's own look is nobody's
        with store.owning() as unit:
            noted = unit.connection.execute(select(look.c.kind, look.c.purpose).order_by(look.c.id)).all()
        assert [tuple(one) for one in noted] == [("reporter", "回访核实情况"), ("table", "gov.incidents")]

    def test_the_machine_plans_nothing(self, gov):
        with pytest.raises(NotAuthenticatedError, match="account="):
            gov.draft(gov.cells(), title="2026")
        with pytest.raises(NotAuthenticatedError, match="account="):
            gov.drafts()
        for decides in (gov.scan, lambda: gov.confirm(new_id()), lambda: gov.dismiss(new_id(), reason="无")):
            with pytest.raises(NotAuthenticatedError, match="account="):
                decides()
        assert "as this machine: reads and reports" in repr(gov)

    def test_who_only_reads_drafts_nothing_and_who_plans_approves_nothing_of_their_own(self, store, clock):
        worker, planner = as_role(store, clock, "grid_worker"), as_role(store, clock, "planner")
        street = with_two_joined(planner.cells().query("street_code == '370102001'"))
        with pytest.raises(NotAllowedError, match=r"grid\.plan"):
            worker.draft(street, title="试划")
        draft = planner.draft(street, title="试划")
        assert [one.title for one in planner.drafts()] == ["试划"]
        counted = planner.preview(draft).counts
        assert (counted["unchanged"], counted["changed"], counted["new"], counted["closed"]) == (771, 1, 0, 1)
        planner.propose(draft)
        with pytest.raises(NotAllowedError, match=r"grid\.approve"):
            planner.approve(draft)

    def test_a_draft_that_there_is_none_of_is_told_without_the_web(self, store, clock):
        planner = as_role(store, clock, "planner")
        for asked in (planner.preview, planner.history, planner.draft_cells, planner.propose, planner.publish):
            with pytest.raises(NotFoundError, match=r"gov\.drafts\(\)") as caught:
                asked(new_id())
            assert "/api/" not in caught.value.message

    def test_a_report_stands_under_the_name_of_who_made_it(self, store, clock):
        worker = as_role(store, clock, "grid_worker")
        given = {"matter": "20908", "text": "施工", "datum": "wgs84", "lon": 117.0902, "lat": 36.6512}
        receipt = worker.report(**given, channel="grid_worker")
        assert worker.incident(receipt.id)["number"] == receipt.number
        with pytest.raises(NotAllowedError):
            as_role(store, clock, "planner").report(**given, channel="grid_worker")


def test_a_report_is_taken_in_and_found_again(gov):
    receipt = gov.report(matter="20908", text="施工", datum="wgs84", lon=117.0902, lat=36.6512, accuracy_m=5)
    assert gov.incident(receipt.id)["number"] == receipt.number
    assert gov.incident(receipt.id, as_of=NOON)["id"] == receipt.id


def test_a_channel_that_is_none_is_refused(gov):
    with pytest.raises(InputError, match="There is no channel pigeon: it is one of"):
        gov.report(matter="20908", text="施工", address="某路1号", channel="pigeon")


def test_a_position_without_a_datum_is_refused(gov):
    with pytest.raises(CoordinateError, match="datum"):
        gov.report(matter="20908", text="施工", lon=117.0902, lat=36.6512)


def test_a_time_without_an_offset_is_refused(gov):
    with pytest.raises(InputError, match="offset"):
        gov.report(matter="20908", text="施工", address="某路1号", reported_at=NOON.replace(tzinfo=None))


@pytest.fixture
def installed(own_sample_url, monkeypatch, as_before):  # noqa: ARG001 - the settings are read anew, before and after
    """Make a copy of the sample district this installation's own."""
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)


@pytest.mark.usefixtures("installed")
def test_an_installation_is_opened_by_its_settings_and_stays_open_until_it_is_closed():
    gov = gridgov.connect()
    assert len(gov.cells()) > 773
    gov.close()
    with pytest.raises(InputError, match=r"closed: gridgov\.connect\(\)"):
        gov.cells()
    with gridgov.connect() as again:
        assert len(again.cells()) > 773


@pytest.mark.usefixtures("installed")
def test_an_account_is_acted_for_until_the_end_and_a_token_by_its_own_rights():
    with gridgov.connect() as gov:
        somebody(gov._store, "planner", login="planner")
    with gridgov.connect(account="planner") as planner:
        lent = planner._caller
        street = with_two_joined(planner.cells().query("street_code == '370102001'"))
        draft = planner.draft(street, title="试划")
        assert draft.author == "planner"
    with gridgov.connect(token=secret_of("planner")) as planner:
        assert [one.id for one in planner.drafts()] == [draft.id]
        with pytest.raises(NotAuthenticatedError):
            Gov(planner._store, caller=lent).cells()
    with pytest.raises(NotFoundError, match="no account 'nobody'"):
        gridgov.connect(account="nobody")
    with pytest.raises(NotAuthenticatedError, match="gridgov tokens make"):
        gridgov.connect(token="gg_none")  # noqa: S106 - of nobody
    with pytest.raises(InputError, match="not both"):
        gridgov.connect(account="planner", token="gg_none")  # noqa: S106 - the same
