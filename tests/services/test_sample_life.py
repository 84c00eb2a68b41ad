"""The sample's hour: every stage is met, a combined whistle is blown and answered, and nobody's proof outlives it."""

from collections import Counter

from sqlalchemy import func, select

from gridgov.services.looking import Desk, Filter
from gridgov.services.sample import day_of_reports, play
from gridgov.services.sample_accounts import sample_accounts
from gridgov.services.sample_life import live
from gridgov.settings import Settings
from gridgov.store.tables import credential
from tests.conftest import SAMPLE

REPORTS = 60


def test_a_district_is_at_work_after_its_hour(store, intake, clock, tmp_path):
    for _ in play(intake, day_of_reports(SAMPLE, ending=clock())[-REPORTS:]):
        pass
    accounts, _ = sample_accounts(store, SAMPLE, tmp_path, now=clock())
    before = _proofs(store)
    done = list(live(store, accounts, Settings(), clock=clock))
    desk = Desk(store, clock=clock)
    stages = Counter(row["stage"] for row in desk.incidents(None, Filter(), limit=REPORTS))
    assert done[-1] > REPORTS / 2
    assert {"reported", "filed", "dispatched", "handling", "fed_back", "verified", "closed"} == {*stages}
    assert _proofs(store) == before


def _proofs(store) -> int:
    """Return how many tokens are worth something."""
    with store.transaction() as unit:
        good = select(func.count()).select_from(credential).where(credential.c.revoked_at.is_(None))
        return int(unit.connection.execute(good.where(credential.c.kind == "token")).scalar_one())


def test_a_combined_whistle_is_confirmed_and_answered(store, intake, clock, tmp_path):
    reports = day_of_reports(SAMPLE, ending=clock())
    for _ in play(intake, [one for one in reports if one.position and one.position.geometry.geom_type != "Point"]):
        pass
    accounts, _ = sample_accounts(store, SAMPLE, tmp_path, now=clock())
    list(live(store, accounts, Settings(), clock=clock))
    whistles = Desk(store, clock=clock).whistles(None, limit=50)
    blown = [one for one in whistles if one["stage"] == "blown"]
    assert len(blown) == 1
    assert any(summons["stage"] == "on_site" for summons in blown[0]["summons"])
