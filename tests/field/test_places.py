"""What a screen says before a report is sent is what becomes of the report."""

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from gridgov.ids import new_id
from tests.conftest import SAMPLE

HERE = {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512}
PLACED = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture(scope="module")
def across() -> dict[str, object]:
    """Return the outline of the sample's block across the district's border, as GeoJSON."""
    return mapping(gpd.read_parquet(SAMPLE / "buildings.parquet").set_index("id").loc["B-BORDER-1", "geometry"])


def _report(phone, proof, position, matter):
    body = {"id": str(new_id()), "channel": "hotline_12345", "matter": matter, "text": "违建", "position": position}
    answer = phone.post("/api/v1/incidents", json=body | {"reported_at": "2026-06-15T11:57:00+08:00"}, headers=proof)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_stranger_is_told_nothing(phone):
    assert phone.post("/api/v1/places", json={"position": HERE}).status_code == 401


def test_a_token_that_was_made_for_something_else_is_told_nothing(phone, as_):
    proof = as_("grid_worker", scopes=["case.read"])
    assert phone.post("/api/v1/places", json={"position": HERE}, headers=proof).status_code == 403


def test_a_point_lies_in_one_cell_with_certainty_and_its_people_are_named(phone, as_):
    said = phone.post("/api/v1/places", json={"position": HERE, "matter": "20601"}, headers=as_("grid_worker")).json()
    assert (said["placement"], said["cell_code"]) == ("located", said["cells"][0]["cell_code"])
    assert [cell["probability"] for cell in said["cells"]] == [1.0]
    assert said["cells"][0]["street"] == said["streets"][0]["street"]
    assert {"staff_code", "name", "role"} <= set(said["answers"]["cell_people"][0])
    assert "phone" not in str(said)
    assert said["answers"]["lead"]["code"] == "370102-D-ZF"
    assert said["combined_whistle"] == {"will_be_drafted": False, "kind": None, "sides": []}


def test_without_a_matter_nobody_leads_yet(phone, as_):
    said = phone.post("/api/v1/places", json={"position": HERE}, headers=as_("grid_worker")).json()
    assert (said["answers"]["lead"], said["answers"]["cooperating"]) == (None, [])


def test_across_a_border_the_shares_are_said_and_the_whistle_that_will_be_drafted(phone, as_, across):
    centre, position = as_("command_centre", "37"), {"datum": "wgs84", "geometry": across}
    said = phone.post("/api/v1/places", json={"position": position, "matter": "20601"}, headers=centre).json()
    assert said["placement"] == "crossing"
    assert said["combined_whistle"]["will_be_drafted"]
    assert sum(street["share"] for street in said["streets"]) == pytest.approx(1.0)
    receipt = _report(phone, centre, position, "20601")
    drafted = phone.get(f"/api/v1/whistles/{receipt['whistle_id']}", headers=centre).json()
    sides = [(side["street_code"], side["share"]) for side in drafted["sides"]]
    assert [(s["street_code"], s["share"]) for s in said["combined_whistle"]["sides"]] == sides
    assert said["combined_whistle"]["kind"] == drafted["kind"]
    assert said["answers"]["lead"]["code"] == receipt["lead_organisation_code"]


def test_whatever_is_said_of_a_place_becomes_of_the_report(phone, as_):
    centre, worker = as_("command_centre", "37"), as_("grid_worker")

    @PLACED
    @given(
        lon=st.floats(117.0, 117.2),
        lat=st.floats(36.58, 36.72),
        accuracy_m=st.sampled_from([None, 8.0, 60.0, 400.0]),
        matter=st.sampled_from(["20601", "20908", "10101"]),
    )
    def holds(lon, lat, accuracy_m, matter):
        position = {"datum": "gcj02", "lon": lon, "lat": lat, "accuracy_m": accuracy_m}
        said = phone.post("/api/v1/places", json={"position": position, "matter": matter}, headers=worker).json()
        receipt = _report(phone, centre, position, matter)
        assert said["placement"] == receipt["placement"]
        assert said["cell_code"] == receipt["cell_code"]
        lead = said["answers"]["lead"]
        assert (lead["code"] if lead else None) == receipt["lead_organisation_code"]
        assert said["combined_whistle"]["will_be_drafted"] == (receipt["whistle_id"] is not None)
        chances = phone.get(f"/api/v1/incidents/{receipt['id']}", headers=centre).json()["probabilities"]
        if chances:
            told = {cell["cell_code"]: cell["probability"] for cell in said["cells"]}
            assert told == {one["cell_code"]: one["probability"] for one in chances if one["cell_code"]}

    holds()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "position"),
        ({"position": HERE | {"datum": "nad27"}}, "position.datum"),
        ({"position": HERE | {"lon": 36.65, "lat": 117.09}}, None),
        ({"position": HERE, "matter": "none"}, None),
        ({"position": HERE, "reporter": {"name": "x"}}, "reporter"),
        ({"position": {"datum": "wgs84", "geometry": {"type": "Polygon", "coordinates": []}}}, "position.geometry"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_says_why(phone, as_, body, field):
    answer = phone.post("/api/v1/places", json=body, headers=as_("grid_worker"))
    assert answer.status_code == 422, answer.text
    assert field is None or field in answer.text


def test_nothing_is_stored(phone, as_):
    worker = as_("grid_worker")
    phone.post("/api/v1/places", json={"position": HERE, "matter": "20601"}, headers=worker)
    assert phone.get("/api/v1/incidents", headers=worker).json()["items"] == []
