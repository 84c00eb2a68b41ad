"""From notices to people: whom each is for, into their inboxes, and what is carried outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridgov.messages import Capabilities, Severity, kind_of
from gridgov.messages.channels import AddressKind
from gridgov.services.streams import INBOX
from gridgov.services.sweeps import fire
from gridgov.store.messages import EndpointRow, Posted, Recipient, Wanted
from gridgov.store.unit import Unit

SWEEP = "notices"
WEBHOOK = "webhook"


@dataclass(frozen=True)
class Fan:
    """Passes notices on.

    Parameters
    ----------
    channels
        What the channels of this installation can carry, by name.
    """

    channels: Mapping[str, Capabilities]

    def sweep(self, unit: Unit, now: datetime, limit: int) -> int:
        """Pass on at most `limit` notices that nobody has been told of yet."""
        posted = unit.messages.untold(limit)

        def step(found: Sequence[Posted]) -> None:
            self._pass_on(unit, found, now)

        return fire(unit, SWEEP, posted, step, key=lambda n: (n.district_code, str(n.id)), now=now)

    def _pass_on(self, unit: Unit, notices: Sequence[Posted], now: datetime) -> None:
        audience = unit.messages.audience(notices, now=now)
        people = unit.messages.recipients(set().union(*audience.values()))
        pairs = [(notice, who) for notice in notices for who in sorted(audience.get(notice.id, ()))]
        unit.messages.put_into_inboxes(pairs)
        programs = unit.endpoints.active({n.district_code for n in notices}) if WEBHOOK in self.channels else []
        wanted = [plan for notice, who in pairs for plan in self._to_person(notice, people[who], now)]
        wanted += [plan for notice in notices for plan in _to_programs(notice, programs, now)]
        unit.deliveries.plan(wanted, now=now)
        for account_id, district_code in {who: notice.district_code for notice, who in pairs}.items():
            unit.changes.add(district_code, INBOX, account_id, at=now)
        unit.messages.told(notices)
        if any(plan.at <= now for plan in wanted):
            unit.jobs.defer("deliver")

    def _to_person(self, notice: Posted, person: Recipient, now: datetime) -> Iterator[Wanted]:
        severity = kind_of(notice.kind).severity
        reached = {name: can for name, can in self.channels.items() if _reaches(can, person)}
        digesting = [name for name, can in reached.items() if can.digests]
        plans = person.preferences.plan(notice.kind, severity, now=now, channels=list(reached), digesting=digesting)
        urgent = severity is Severity.URGENT
        for plan in plans:
            dedup = f"{plan.channel}:{person.account_id}:{'digest' if plan.digest else notice.id}"
            yield Wanted(notice, plan.channel, plan.at, urgent, dedup, account_id=person.account_id, digest=plan.digest)


def _reaches(can: Capabilities, person: Recipient) -> bool:
    match can.address:
        case AddressKind.EMAIL:
            return bool(person.email)
        case AddressKind.ACCOUNT:
            return True
        case _:
            return False


def _to_programs(notice: Posted, programs: Sequence[EndpointRow], now: datetime) -> Iterator[Wanted]:
    urgent = kind_of(notice.kind).severity is Severity.URGENT
    for program in programs:
        same = program.district_code == notice.district_code
        if same and program.wants(notice.kind, notice.audience.organisation_code):
            yield Wanted(notice, WEBHOOK, now, urgent, f"{WEBHOOK}:{program.id}:{notice.id}", endpoint_id=program.id)
