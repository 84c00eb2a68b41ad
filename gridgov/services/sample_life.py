"""An hour in the sample's life: its accounts work upon what came in, so that every screen shows a district at work."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from gridgov.access import Caller
from gridgov.access.secrets import TOKEN, caller_of, new_secret
from gridgov.clock import Clock
from gridgov.errors import GridgovError
from gridgov.ids import new_id
from gridgov.incidents import GivenPosition
from gridgov.incidents.asked import Accept, Asked, Close, Dispatch, FeedBack, File, Verify
from gridgov.services.casework import Casework
from gridgov.services.looking import Desk, Filter
from gridgov.services.sample_accounts import SampleAccount
from gridgov.services.whistling import Asked as AskedOfWhistle
from gridgov.services.whistling import Sighting
from gridgov.services.whistling.whistling import Whistling
from gridgov.settings import Settings
from gridgov.store.unit import Store

CASES: Final = 120
"""So many of the newest reports are worked upon: enough for every stage, and done in some seconds."""

_CENTRE = "centre"
_LENT = timedelta(hours=1)
_HOME = "370102"
_WAYS: Final = (0, 1, 2, 3, 3, 4, 5, 6)
"""How many steps the cases take, one after the other: all stages are met, most of them under way."""


@dataclass(frozen=True, slots=True)
class _Case:
    id: UUID
    lead: str


def live(store: Store, accounts: Sequence[SampleAccount], chosen: Settings, *, clock: Clock) -> Iterator[int]:
    """Work upon the newest reports and the first combined whistle, yielding how many cases are done with.

    What cannot be done is left undone: the district may have been changed since.
    """
    offices = _offices(accounts)
    with _lent(store, [_CENTRE, *offices.values()], clock) as proofs:
        casework = Casework.configured(store, chosen, clock=clock)
        cases = _led(store, clock)
        for done, (case, steps) in enumerate(zip(cases, itertools.cycle(_WAYS)), start=1):
            _work(casework, case, _walk(case, proofs, offices)[:steps])
            yield done
        _whistle(store, proofs, offices, clock)


def _led(store: Store, clock: Clock) -> list[_Case]:
    rows = Desk(store, clock=clock).incidents(None, Filter(district_code=_HOME, stage="reported"), limit=CASES)
    return [_Case(row["id"], row["lead_organisation_code"]) for row in rows if row["lead_organisation_code"]]


def _offices(accounts: Sequence[SampleAccount]) -> dict[str, str]:
    """Return who acts for an organisation: its code, and the login."""
    return {grant.organisation_code: one.login for one in accounts for grant in one.grants if grant.organisation_code}


def _walk(case: _Case, proofs: Mapping[str, Caller], offices: Mapping[str, str]) -> list[tuple[Caller, Asked]]:
    """Return what is done with a case from its filing to its end; early where nobody acts for its lead."""
    centre = proofs[_CENTRE]
    begun: list[tuple[Caller, Asked]] = [(centre, File()), (centre, Dispatch(organisation_code=case.lead))]
    if case.lead not in offices:
        return begun
    office = proofs[offices[case.lead]]
    handled: list[tuple[Caller, Asked]] = [(office, Accept()), (office, FeedBack(report="已到现场处置完毕"))]
    return [*begun, *handled, (centre, Verify(report="电话回访，居民认可")), (centre, Close())]


def _work(casework: Casework, case: _Case, steps: Sequence[tuple[Caller, Asked]]) -> None:
    with suppress(GridgovError):
        for caller, asked in steps:
            casework.act(caller, case.id, asked, act_id=new_id())


def _whistle(store: Store, proofs: Mapping[str, Caller], offices: Mapping[str, str], clock: Clock) -> None:
    """Let both sides of the newest combined whistle confirm, and the first summoned department arrive."""
    whistling, desk = Whistling(store, clock=clock), Desk(store, clock=clock)
    drafted = [one for one in whistling.whistles(proofs[_CENTRE], limit=50) if len(one["sides"]) > 1]
    for whistle in drafted:
        sides = [f"{side['street_code']}-S" for side in whistle["sides"]]
        if all(side in offices for side in sides):
            with suppress(GridgovError):
                for side in sides:
                    whistling.confirm(proofs[offices[side]], whistle["id"], AskedOfWhistle(new_id()))
                code = next(
                    one["organisation_code"] for one in whistle["summons"] if one["organisation_code"] in offices
                )
                place = desk.incident(None, whistle["incident_id"])["geometry"].representative_point()
                seen = Sighting(code, clock(), GivenPosition("wgs84", place, 8.0))
                whistling.check_in(proofs[offices[code]], whistle["id"], AskedOfWhistle(new_id()), seen)
            return


@contextmanager
def _lent(store: Store, logins: Sequence[str], clock: Clock) -> Iterator[dict[str, Caller]]:
    """Yield proofs to act as the accounts of these logins; they are worth nothing afterwards."""
    proofs, lent = {}, {}
    with store.transaction() as unit:
        for login in dict.fromkeys(logins):
            account_id = unit.accounts.id_of(login)
            if account_id is not None:
                proofs[login], now = caller_of(new_secret(TOKEN)), clock()
                credential_id = unit.access.add_credential(
                    account_id, "token", proofs[login].secret_hash, now=now, expires_at=now + _LENT
                )
                lent[credential_id] = account_id
    try:
        yield proofs
    finally:
        with store.transaction() as unit:
            for credential_id, account_id in lent.items():
                unit.accounts.revoke(account_id, now=clock(), only=credential_id)
