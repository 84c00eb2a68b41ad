"""Intake: a report becomes a case. One service behind every door; one transaction a report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from gridgov.access import Subject
from gridgov.clock import Clock
from gridgov.errors import AddressNotFoundError, ConflictError, NotAllowedError
from gridgov.gazetteer import Sure, Unknown, Unsure
from gridgov.ids import new_id
from gridgov.incidents import (
    Case,
    Channel,
    DuplicateRule,
    GivenPosition,
    Place,
    Placement,
    Report,
    Stored,
    Suggestion,
    require_valid,
    suggest,
)
from gridgov.services.judging import Reception, judge
from gridgov.services.knowledge import Knowledge, KnowledgeKeeper, keeper_of
from gridgov.services.placing import Placed, place_given, place_report
from gridgov.services.whistling import tell_draft
from gridgov.settings import Settings
from gridgov.store.unit import Store, Unit
from gridgov.whistles import CombinedDraft

_DUPLICATES = DuplicateRule()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report. The same report sent again gets the same receipt, with `replayed` set."""

    id: UUID
    number: str
    district_code: str
    received_at: datetime
    placement: Placement
    cell_code: str | None
    lead_organisation_code: str | None
    findings: tuple[str, ...]
    whistle_id: UUID | None
    replayed: bool


class Intake:
    """Takes reports in.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Tells when they are received.
    home_district
        Receives a report which neither says its district nor lies in a cell.
    keeper
        Keeps what decides about reports; several intakes may share one.
    """

    def __init__(self, store: Store, *, clock: Clock, home_district: str, keeper: KnowledgeKeeper) -> None:
        self._store = store
        self._clock = clock
        self._home_district = home_district
        self._keeper = keeper

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return an intake as an installation's settings want it."""
        keeper = keeper_of(store, settings.cache_dir)
        return cls(store, clock=clock, home_district=settings.home_district, keeper=keeper)

    def knowledge(self) -> Knowledge:
        """Return what decides about reports now; the first call reads it, so that the first report need not wait."""
        with self._store.transaction() as unit:
            return self._keeper.current(unit, self._clock())

    def place(self, position: GivenPosition) -> Place:
        """Return where a position lies, storing nothing.

        Raises
        ------
        CoordinateError
            Unknown datum, not finite, swapped axes, off the map.
        GeometryError
            An outline that no incident can have.
        """
        return place_given(position, None, self.knowledge().grid)

    def look_up(self, address: str) -> Sure | Unsure:
        """Return what an address text means, storing nothing.

        Raises
        ------
        AddressNotFoundError
            If the address book knows no such address, or none is loaded.
        """
        gazetteer = self.knowledge().gazetteer
        answer = gazetteer.find(address) if gazetteer else Unknown("No address book is loaded.")
        if isinstance(answer, Unknown):
            raise AddressNotFoundError(answer.reason, field="text")
        return answer

    def take_from(self, subject: Subject, report: Report) -> Receipt:
        """Take a report in from somebody who may report, and who may then see what becomes of it.

        Raises
        ------
        NotAllowedError
            If no role of theirs reports incidents by this channel, or in the district that the report names.
        InputError, ConflictError
            As for `take`.
        """
        _require_channel(subject, report.channel)
        return self._take(report, author=subject.login, subject=subject)

    def take(self, report: Report, *, author: str) -> Receipt:
        """Take a report in that the installation itself brings, and say what became of it.

        Parameters
        ----------
        report
            The report; its id is the idempotency key.
        author
            What brought it, for the facts.

        Raises
        ------
        InputError
            If the report cannot be used; nothing is stored.
        ConflictError
            If its id, or its channel's own number, already stands for another report.
        """
        return self._take(report, author=author)

    def take_within(self, unit: Unit, report: Report, subject: Subject) -> Receipt:
        """Take a new report in within a transaction of the system's, of which more is done; `subject` brought it.

        Whoever calls has asked for their right to do so.

        Raises
        ------
        InputError, ConflictError
            As for `take`.
        """
        now = self._clock()
        require_valid(report, now=now)
        return self._take_new(
            unit, report, Reception(now, subject.login, self._home_district, subject.account_id), subject
        )

    def _take(self, report: Report, *, author: str, subject: Subject | None = None) -> Receipt:
        now = self._clock()
        require_valid(report, now=now)
        with self._store.transaction() as unit:
            unit.incidents.hold(report.id)
            known = unit.incidents.stored(report.id)
            if known is not None:
                _require_own(known, report, subject)
                return _again(unit, known)
            account_id = subject.account_id if subject else None
            return self._take_new(unit, report, Reception(now, author, self._home_district, account_id), subject)

    def _take_new(self, unit: Unit, report: Report, reception: Reception, subject: Subject | None) -> Receipt:
        knowledge = self._keeper.current(unit, reception.now)
        knowledge.matters.matter(report.matter)
        placed = place_report(report, knowledge.grid, knowledge.gazetteer)
        if subject is not None and report.district_code is not None:
            _require_district(subject, report.channel, report.district_code, placed)
        duplicates, rules = _duplicates(unit, report, placed), unit.worktime.rules()
        judgement = judge(report, placed, duplicates, knowledge, reception, rules=rules)
        unit.incidents.add(judgement.case)
        whistle_id = _add_draft(unit, judgement.case, judgement.draft, knowledge) if judgement.draft else None
        unit.cases.append(judgement.case.head, judgement.case.facts, at=reception.now, author=reception.author)
        return _receipt(judgement.case, whistle_id)


def _permission(channel: Channel) -> str:
    return "case.report" if channel.is_field else "case.take_in"


def _require_channel(subject: Subject, channel: Channel) -> None:
    if channel is Channel.PROACTIVE:
        message = "Nobody reports by this channel: confirm a proposal, which opens the case and is counted apart."
        raise NotAllowedError(message, field="channel")
    if not subject.may(_permission(channel)):
        message = f"{subject.login} may not bring reports by the channel {channel} ({_permission(channel)}): name the "
        message += "channel you report by yourself, or ask your administrator for the role."
        raise NotAllowedError(message, field="channel")


def _require_district(subject: Subject, channel: Channel, named: str, placed: Placed) -> None:
    """Refuse a district that is neither the subject's own nor one that it lies in."""
    place = placed.place
    cells = [place.cell, *(share.cell for share in place.shares)] if place else []
    lies_there = any(cell is not None and cell.district_code == named for cell in cells)
    if not lies_there and not subject.reaches(_permission(channel), named):
        message = f"In {named} you report only what lies there: correct the position, or leave the district out."
        raise NotAllowedError(message, field="district_code")


def _require_own(known: Stored, report: Report, subject: Subject | None) -> None:
    """Refuse another report under the same id, in the same words to whoever did not bring the first one.

    Else a stranger could learn a hidden case, and try out who reported it.
    """
    brought = subject is None or subject.login == known.author
    if not brought or known.digest != report.digest():
        message = "This id already stands for another report: send a changed report under a new id."
        raise ConflictError(message, field="id")


def _again(unit: Unit, known: Stored) -> Receipt:
    state = unit.incidents.state(known.district_code, known.id)
    return Receipt(
        id=known.id,
        number=known.number,
        district_code=known.district_code,
        received_at=known.received_at,
        placement=Placement(state["placement"]),
        cell_code=state["cell_code"],
        lead_organisation_code=state["lead_organisation_code"],
        findings=tuple(state["findings"]),
        whistle_id=unit.whistles.of_incident(known.district_code, known.id),
        replayed=True,
    )


def _duplicates(unit: Unit, report: Report, placed: Placed) -> list[Suggestion]:
    if placed.place is None:
        return []
    neighbours = unit.incidents.neighbours(placed.place, report.matter, report.reported_at, _DUPLICATES)
    return suggest(report.text, report.reported_at, neighbours, _DUPLICATES)


def _add_draft(unit: Unit, case: Case, draft: CombinedDraft, knowledge: Knowledge) -> UUID:
    whistle_id = new_id()
    sides = {s.street_code: _side(s.street_code, knowledge) for s in draft.sides}
    unit.whistles.add_draft(
        draft,
        whistle_id=whistle_id,
        district_code=case.district_code,
        incident_id=case.report.id,
        streets=sides,
    )
    tell_draft(unit, unit.whistles.live.read(whistle_id), at=case.received_at)
    return whistle_id


def _side(street_code: str, knowledge: Knowledge) -> tuple[UUID, str | None]:
    office = knowledge.organisations.street_office(street_code)
    return knowledge.grid.streets[street_code], office.code if office else None


def _receipt(case: Case, whistle_id: UUID | None) -> Receipt:
    return Receipt(
        id=case.report.id,
        number=case.number,
        district_code=case.district_code,
        received_at=case.received_at,
        placement=case.placement,
        cell_code=case.place.cell.code if case.place and case.place.cell else None,
        lead_organisation_code=case.lead_organisation_code,
        findings=tuple(finding.value for finding in case.findings),
        whistle_id=whistle_id,
        replayed=False,
    )
