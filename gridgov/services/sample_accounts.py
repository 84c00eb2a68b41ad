"""The sample's accounts: one for each role of the day that the sample lives through, with random passwords.

The two streets lie on both sides of the district's border where the sample's first crossing block stands; the grid
worker is a member of the sample's staff with cells there.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd
import pandas as pd

from gridgov.access.secrets import new_password
from gridgov.clock import SHANGHAI
from gridgov.errors import SetupError
from gridgov.ids import new_id
from gridgov.services.accounts import NewGrant
from gridgov.services.accounts.hashing import Hasher
from gridgov.services.accounts.saved import write_private
from gridgov.store.unit import Store, Unit

_HOME, _CITY = "370102", "3701"
_CROSSING = "B-BORDER-1"
_DEPARTMENTS = ("ZF", "ZR", "ZJ", "GA", "CG", "HW")
_FILE = "sample-accounts.txt"
_BY = "sample"


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """One account of the sample, with the password it was given, or None where it was there before."""

    login: str
    name: str
    grants: tuple[NewGrant, ...]
    person: tuple[str, UUID] | None = None
    password: str | None = None


def sample_accounts(store: Store, folder: Path, data_dir: Path, *, now: datetime) -> tuple[list[SampleAccount], Path]:
    """Make the accounts that are missing, and return all of them with the file that keeps their passwords.

    Raises
    ------
    SetupError
        If the file cannot be written: then no account is made.
    """
    hasher, file = Hasher(), data_dir / _FILE
    with store.transaction() as unit:
        planned = _planned(unit, folder)
        missing = {a.login for a in planned if unit.accounts.id_of(a.login) is None}
    # Hashing takes its time, and takes it outside of the transaction.
    passwords = {login: new_password() for login in sorted(missing)}
    hashes = {login: hasher.hashed(password) for login, password in passwords.items()}
    with store.transaction() as unit:
        unit.accounts.hold_grants()
        passwords = {login: words for login, words in passwords.items() if unit.accounts.id_of(login) is None}
        made = [_add(unit, a, hashes[a.login], now) for a in planned if a.login in passwords]
        if made:
            _keep(file, passwords, now)
    return [SampleAccount(a.login, a.name, a.grants, a.person, passwords.get(a.login)) for a in planned], file


def _add(unit: Unit, planned: SampleAccount, password_hash: str, now: datetime) -> UUID:
    account_id = new_id()
    values: dict[str, Any] = {"id": account_id, "login": planned.login, "name": planned.name, "area_code": _CITY}
    if planned.person:
        values |= {"person_district_code": planned.person[0], "person_id": planned.person[1]}
    unit.accounts.add({**values, "password_hash": password_hash}, now=now)
    for grant in planned.grants:
        row = {"id": grant.id, "account_id": account_id, "role": grant.role, "area_code": grant.area_code}
        unit.accounts.add_grant({**row, "organisation_code": grant.organisation_code, "granted_by": _BY}, now=now)
    unit.accounts.note(account_id, "made", by=_BY, at=now)
    return account_id


def _keep(file: Path, passwords: dict[str, str], now: datetime) -> None:
    heading = f"# The sample's accounts, made {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}; change or disable them.\n"
    lines = "".join(f"{login}\t{password}\n" for login, password in passwords.items())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        write_private(file, before + heading + lines)
    except OSError as error:
        message = f"The sample's passwords cannot be kept in {file} ({error}): make its folder writable."
        raise SetupError(message) from error


def _planned(unit: Unit, folder: Path) -> list[SampleAccount]:
    home, other = _streets(folder)
    worker, cells = _worker(unit, folder, home.code)
    community = cells[0][:12]
    names = {o.code: o.name for o in (unit.people.book().by_code(_department(w)) for w in _DEPARTMENTS) if o}
    return [
        SampleAccount("worker", "网格员", tuple(NewGrant("grid_worker", code) for code in cells), worker),
        SampleAccount("community", "社区工作者", _office("community_officer", community, f"{community}-C")),
        SampleAccount("lane", "街巷长", (NewGrant("lane_chief", community),)),
        SampleAccount("street", f"{home.name}办事处", _office("street_officer", home.code, f"{home.code}-S")),
        SampleAccount("neighbour", f"{other.name}办事处", _office("street_officer", other.code, f"{other.code}-S")),
        *(
            SampleAccount(
                f"dept-{word.lower()}",
                names.get(_department(word), word),
                (NewGrant("department_officer", _HOME, _department(word)),),
            )
            for word in _DEPARTMENTS
        ),
        SampleAccount("centre", "区指挥中心", (NewGrant("command_centre", _HOME),)),
        SampleAccount("centre-next", "邻区指挥中心", (NewGrant("command_centre", other.code[:6]),)),
        SampleAccount("city", "市指挥中心", (NewGrant("command_centre", _CITY),)),
        SampleAccount("planner", "网格规划员", (NewGrant("planner", _HOME),)),
        SampleAccount("auditor", "审计员", (NewGrant("auditor", _HOME),)),
        SampleAccount("admin", "系统管理员", (NewGrant("administrator", _CITY),)),
    ]


@dataclass(frozen=True, slots=True)
class _Street:
    code: str
    name: str


def _streets(folder: Path) -> tuple[_Street, _Street]:
    """Return the two streets under the sample's crossing block, the home district's first."""
    block = gpd.read_parquet(folder / "buildings.parquet").set_index("id").loc[_CROSSING, "geometry"]
    streets = gpd.read_file(folder / "grid.gpkg", layer="streets")
    crossed = streets[streets.intersects(block)].sort_values("code", key=lambda c: c.str[:6] != _HOME, kind="stable")
    first, second = (_Street(code, name) for code, name in zip(crossed["code"], crossed["name"], strict=True))
    return first, second


def _worker(unit: Unit, folder: Path, street_code: str) -> tuple[tuple[str, UUID], tuple[str, ...]]:
    """Return a member of the sample's staff who answers for most cells of a street, and those cells."""
    duties = pd.read_csv(folder / "duties.csv", dtype=str, keep_default_na=False)
    held = duties[(duties["role"] == "grid_worker") & (duties["valid_to"] == "")]
    held = held[held["target_code"].str.startswith(street_code)]
    staff_code = str(held["staff_code"].value_counts(sort=True).sort_index(kind="stable").idxmax())
    cells = tuple(sorted(held.loc[held["staff_code"] == staff_code, "target_code"]))
    return (_HOME, unit.people.person_ids(_HOME)[staff_code]), cells


def _office(role: str, area_code: str, organisation_code: str) -> tuple[NewGrant, ...]:
    """Return a role over an area, and the same on behalf of the office that answers for it."""
    return NewGrant(role, area_code), NewGrant(role, area_code, organisation_code)


def _department(word: str) -> str:
    return f"{_HOME}-D-{word}"
