"""The Python door."""

import pytest

import gridgov
from gridgov.errors import CoordinateError, InputError
from gridgov.services.connecting import Gov
from gridgov.settings import settings
from tests.support import NOON


@pytest.fixture
def gov(store, clock) -> Gov:
    return Gov(store, clock=clock)


def test_cells_and_areas_come_as_frames(gov):
    assert (gov.cells()["district_code"] == "370102").sum() == 773
    assert gov.areas("street").crs.to_epsg() == 4326


def test_a_report_is_taken_in_and_found_again(gov):
    receipt = gov.report(matter="20908", text="施工", datum="wgs84", lon=117.0902, lat=36.6512, accuracy_m=5)
    assert gov.incident(receipt.id)["number"] == receipt.number


def test_a_position_without_a_datum_is_refused(gov):
    with pytest.raises(CoordinateError, match="datum"):
        gov.report(matter="20908", text="施工", lon=117.0902, lat=36.6512)


def test_a_time_without_an_offset_is_refused(gov):
    with pytest.raises(InputError, match="offset"):
        gov.report(matter="20908", text="施工", address="某路1号", reported_at=NOON.replace(tzinfo=None))


def test_an_installation_is_opened_by_its_settings(sample_url, monkeypatch):
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", sample_url)
    settings.cache_clear()
    with gridgov.connect() as gov:
        assert len(gov.cells()) > 773
    settings.cache_clear()
