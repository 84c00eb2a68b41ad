"""Whose a matter is at a place, and whether it may be given to somebody else."""

from dataclasses import dataclass
from typing import Any

from gridgov.errors import InputError, RuleError
from gridgov.matters.listing import STREET_OFFICE, MatterList
from gridgov.organisations import Organisation, OrganisationBook, OrganisationKind

REASON_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Answerers:
    """The organisations that a list names for a matter at a place, as codes of that place.

    Attributes
    ----------
    lead
        None where the street's office leads and nobody is the office of the street, or the street is not known.
    cooperating
        In the list's order, each once, without the lead.
    summoned
        Whom a whistle calls: the lead and those who cooperate, without the office of the street, which blows it.
    """

    lead: str | None
    cooperating: tuple[str, ...]
    summoned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A dispatch that is allowed, and whether by the list or against it."""

    matter_code: str
    organisation_code: str
    list_version: int
    lead: str | None
    against_list: bool
    reason: str | None

    def said(self) -> dict[str, Any]:
        """Return what the fact of the dispatch says about the list; ``against_list`` is there only if it was."""
        said: dict[str, Any] = {
            "organisation": self.organisation_code,
            "matter": self.matter_code,
            "list_version": self.list_version,
        }
        return {**said, "lead": self.lead, "against_list": self.reason} if self.against_list else said


def who_answers(
    matters: MatterList, book: OrganisationBook, matter_code: str, *, street_code: str | None, district_code: str
) -> Answerers:
    """Return who leads a matter, cooperates in it and is summoned for it at a place.

    Parameters
    ----------
    street_code
        The nine digits of the street; None where it is not known.
    district_code
        The six digits of the district of the place: the list of one district names the departments of that one, and
        across the border those of the neighbour with the same work answer.

    Raises
    ------
    RuleError
        If the list has no such matter.
    """
    matters.matter(matter_code)
    office = book.street_office(street_code) if street_code else None

    def here(code: str) -> str | None:
        if code == STREET_OFFICE:
            return office.code if office else None
        return book.counterpart(code, district_code)

    lead = here(matters.lead(matter_code))
    others = dict.fromkeys(here(code) for code in matters.cooperating(matter_code))
    cooperating = tuple(code for code in others if code is not None and code != lead)
    departments = dict.fromkeys((lead, *cooperating))
    summoned = tuple(code for code in departments if code is not None and (office is None or code != office.code))
    return Answerers(lead, cooperating, summoned)


def check_dispatch(  # noqa: PLR0913 - the list, the matter, whom to, where, and why
    matters: MatterList,
    book: OrganisationBook,
    matter_code: str,
    organisation_code: str,
    *,
    street_code: str | None,
    district_code: str,
    reason: str | None = None,
) -> Dispatch:
    """Return the dispatch of a matter to an organisation, if it is allowed.

    By the list is who leads, and a section of theirs; where the street's office leads and the street is not known,
    any street's office. Anybody else is against the list, and takes a `reason`, which is kept with the case and
    reported. No reason gives a street or a community what is not on the admission list.

    Raises
    ------
    InputError
        If there is no such organisation.
    RuleError
        If the list has no such matter, the matter is not admitted for that organisation, or it is against the list
        and no reason is given.
    """
    organisation = book.open(organisation_code)
    if organisation is None:
        message = f"There is no organisation {organisation_code!r}, or it is closed: dispatch to one that is open."
        raise InputError(message, field="organisation_code")
    # The admission list protects their sections too: what takes a department's powers is not theirs to handle.
    if book.of_the_street(organisation):
        require_admitted(matters, matter_code)
    answerers = who_answers(matters, book, matter_code, street_code=street_code, district_code=district_code)
    given = (reason or "").strip()
    if len(given) > REASON_LIMIT:
        message = f"The reason has {len(given)} characters: {REASON_LIMIT} are enough."
        raise InputError(message, field="reason")
    against = not _by_the_list(matters.lead(matter_code), answerers.lead, organisation)
    if against and not given:
        raise _against(matters, matter_code, organisation, answerers)
    return Dispatch(matter_code, organisation_code, matters.version, answerers.lead, against, given or None)


def require_admitted(matters: MatterList, matter_code: str) -> None:
    """Refuse to give a grid worker a matter that is not on the admission list.

    Raises
    ------
    RuleError
        If it is not, or the list has no such matter.
    """
    matter = matters.matter(matter_code)
    if not matter.admitted:
        message = (
            f"{matter.name} ({matter.code}) is not on the admission list (version {matters.version}): it takes the "
            f"powers of {matters.lead(matter_code)}, and is not given to grid workers, streets or communities."
        )
        raise RuleError(message, field="matter")


def _by_the_list(listed: str, lead: str | None, organisation: Organisation) -> bool:
    if lead is None and listed == STREET_OFFICE:
        return organisation.kind is OrganisationKind.STREET_OFFICE
    return lead is not None and lead in {organisation.code, organisation.parent_code}


def _against(matters: MatterList, matter_code: str, organisation: Organisation, answerers: Answerers) -> RuleError:
    part = "only cooperates in" if organisation.code in answerers.cooperating else "has no part in"
    message = (
        f"{organisation.name} {part} matter {matter_code} by the responsibility list (version {matters.version}); "
        f"{answerers.lead or matters.lead(matter_code)} leads. Dispatch it there, or say for what reason against the "
        "list: the reason is reported."
    )
    facts = {"lead": answerers.lead, "cooperating": list(answerers.cooperating), "list_version": matters.version}
    return RuleError(message, field="reason", details=[facts])
