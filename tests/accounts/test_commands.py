"""The command line: logging in, what it keeps where, and the first administrator of a machine."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gridgov.cli import app
from gridgov.clock import system_clock
from gridgov.errors import GridgovError, NotAllowedError, NotAuthenticatedError, SetupError
from gridgov.services.accounts import saved
from gridgov.services.sample_accounts import sample_accounts
from gridgov.settings import settings
from gridgov.store.unit import Store
from tests.accounts.conftest import PASSWORD
from tests.conftest import SAMPLE

pytestmark = pytest.mark.usefixtures("as_before")


@pytest.fixture
def home(
    own_sample_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_before: None,  # noqa: ARG001 - before all that makes a home run commands
) -> Iterator[Path]:
    """Yield a home of this test's own, on a database of its own."""
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def run(*words: str, typed: str = "") -> str:
    done = CliRunner().invoke(app, words, input=typed, env={"COLUMNS": "200"})
    if isinstance(done.exception, GridgovError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def password_in(said: str) -> str:
    return said.split(" logs in with ")[1].split(maxsplit=1)[0]


@pytest.fixture
def admin(home: Path) -> Path:
    """Make the first administrator, who chose a password, and log the command line in; return its home."""
    first = password_in(run("account", "add", "chief", "--name", "管理员", "--area", "3701"))
    run("account", "grant", "chief", "administrator", "--area", "3701")
    run("login", "chief", typed=f"{first}\n{PASSWORD}\n{PASSWORD}\n")
    return home


@pytest.mark.usefixtures("admin")
def test_the_machine_makes_its_first_administrator_who_then_acts_under_a_name():
    assert "chief" in run("whoami")
    assert "administrator over 3701" in run("whoami")
    said = run("account", "add", "wang", "--name", "王", "--area", "370102")
    assert len(password_in(said)) >= 16
    run("account", "grant", "wang", "grid_worker", "--area", "370102009001001")
    assert "grid_worker over 370102009001001" in run("account", "list", "wang")
    run("account", "withdraw", "wang", "grid_worker", "--area", "370102009001001")
    assert "grid_worker" not in run("account", "list", "wang")
    run("account", "disable", "wang")
    assert "kept out" in run("account", "list", "wang")


@pytest.mark.usefixtures("admin")
def test_an_address_and_a_person_are_taken_out_of_an_account_by_the_command_line(sample_store):
    with sample_store.transaction() as unit:
        person = str(unit.people.person_ids("370102")["370102-P0001"])
    run("account", "add", "wang", "--name", "王", "--area", "370102", "--email", "wang@example.org")
    assert "wang@example.org" in run("account", "change", "wang", "--person", person)
    assert "without an address" in run("account", "change", "wang", "--email", "")
    run("account", "change", "wang", "--person", "")
    assert [line.split()[2] for line in run("account", "events", "wang").splitlines()[1:4]] == [
        "untied",
        "changed",
        "tied",
    ]


def test_what_is_kept_is_readable_by_its_owner_alone_and_gone_after_logging_out(admin):
    file = admin / "config" / "gridgov" / "tokens.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text()
    token = next(iter(json.loads(file.read_text()).values()))["token"]
    assert "logged out" in run("logout")
    assert "chief" not in file.read_text()
    os.environ["GRIDGOV_TOKEN"] = token
    settings.cache_clear()
    try:
        with pytest.raises(NotAuthenticatedError):
            run("whoami")
    finally:
        del os.environ["GRIDGOV_TOKEN"]


def test_a_file_that_others_can_read_is_refused(admin):
    (admin / "config" / "gridgov" / "tokens.json").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        run("whoami")


def test_a_token_in_the_environment_goes_first(admin, monkeypatch):
    file = admin / "config" / "gridgov" / "tokens.json"
    token = next(iter(json.loads(file.read_text()).values()))["token"]
    file.unlink()
    with pytest.raises(NotAuthenticatedError, match="gridgov login"):
        run("whoami")
    monkeypatch.setenv("GRIDGOV_TOKEN", token)
    settings.cache_clear()
    assert "chief" in run("whoami")
    assert token not in repr(settings())


def test_once_there_is_an_administrator_the_machine_acts_only_when_asked_to(admin):
    run("logout")
    with pytest.raises(NotAuthenticatedError, match="--local"):
        run("account", "list")
    said = run("account", "reset-password", "chief", "--local")
    assert password_in(said)
    assert admin


@pytest.mark.usefixtures("admin")
def test_the_command_line_may_do_no_more_than_whoever_is_logged_in():
    first = password_in(run("account", "add", "wang", "--name", "王", "--area", "370102"))
    run("login", "wang", typed=f"{first}\n{PASSWORD}\n{PASSWORD}\n")
    with pytest.raises(NotAllowedError):
        run("account", "list")


@pytest.mark.usefixtures("home")
def test_a_wrong_password_keeps_nothing(home):
    with pytest.raises(NotAuthenticatedError):
        run("login", "nobody", typed="something\n")
    assert not (home / "config" / "gridgov" / "tokens.json").exists()
    assert saved.found_caller(settings()) is None


@pytest.fixture
def sample_store(own_sample_url: str) -> Iterator[Store]:
    store = Store(own_sample_url)
    yield store
    store.close()


def test_the_sample_has_an_account_for_each_role_and_its_passwords_are_in_one_private_file(sample_store, tmp_path):
    accounts, file = sample_accounts(sample_store, SAMPLE, tmp_path / "data", now=system_clock())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = dict(line.split("\t") for line in file.read_text().splitlines() if "\t" in line)
    assert kept == {a.login: a.password for a in accounts}
    assert len(set(kept.values())) == len(kept)
    roles = {grant.role for account in accounts for grant in account.grants}
    assert {
        "grid_worker",
        "street_officer",
        "department_officer",
        "command_centre",
        "planner",
        "administrator",
    } <= roles
    worker = next(a for a in accounts if a.login == "worker")
    assert worker.person
    assert all(len(grant.area_code) == 15 for grant in worker.grants)
    streets = [
        g.area_code for a in accounts if a.login in {"street", "neighbour"} for g in a.grants if not g.organisation_code
    ]
    assert len({code[:6] for code in streets}) == 2
    assert "370102-D-HW" in {grant.organisation_code for account in accounts for grant in account.grants}, "rubbish"
    again, _ = sample_accounts(sample_store, SAMPLE, tmp_path / "data", now=system_clock())
    assert [a.password for a in again] == [None] * len(accounts)
    assert dict(line.split("\t") for line in file.read_text().splitlines() if "\t" in line) == kept


def test_an_account_is_not_made_whose_password_cannot_be_kept(sample_store, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="cannot be kept"):
        sample_accounts(sample_store, SAMPLE, tmp_path / "data", now=system_clock())
    with sample_store.transaction() as unit:
        assert unit.accounts.id_of("worker") is None
