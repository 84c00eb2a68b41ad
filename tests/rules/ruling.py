"""What tests of rules share: the rules as they are read, and the sample's list with a change."""

from datetime import datetime

import pandas as pd

from gridgov.clock import SHANGHAI
from gridgov.services.registering import matters_of, responsibilities_of
from gridgov.store.unit import Store
from gridgov.worktime import Escalation, Level, Limit, LimitUnit
from gridgov.worktime.published import years_of
from tests.conftest import SAMPLE

OFFICE = "370102-D-CG"
YEAR_2027 = years_of(
    {"day": day, "kind": "holiday", "name": "节", "source": "a notice"}
    for day in ("2027-01-01", "2027-05-01", "2027-10-01")
)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def rules(store: Store):
    with store.transaction() as unit:
        return unit.worktime.rules()


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLE / f"{name}.csv", dtype=str, keep_default_na=False)


def a_list(**changes: str):
    """Return the sample's list; `changes` are columns of matter 10102."""
    matters = table("matters")
    for name, value in changes.items():
        matters.loc[matters["code"] == "10102", name] = value
    return matters_of(matters), responsibilities_of(table("responsibilities"))


def step(number: int, minutes: int, role: str = "command_centre") -> Escalation:
    return Escalation(number, Limit(minutes, LimitUnit.MINUTES), Level.DISTRICT, role, source="s")
