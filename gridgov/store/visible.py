"""What somebody may see, as one WHERE clause: the district's own people, and whoever takes part in the incident.

The rules of the rows (migrations 0014 and 0015) say the same in the database; a test holds both equal, row by row.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, any_, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from gridgov.access import Subject
from gridgov.store.tables import incident_party

READ = "case.read"
_DISTRICT_DIGITS = 6


def visible(
    district_code: ColumnElement[Any], incident_id: ColumnElement[Any], subject: Subject | None, permission: str = READ
) -> ColumnElement[bool]:
    """Return the condition under which `subject` may see what belongs to an incident; None, the system, sees all.

    Parameters
    ----------
    district_code, incident_id
        The columns that say which incident a row belongs to.
    subject
        Who asks.
    permission
        What they need over the area or for the organisation.
    """
    if subject is None:
        return true()
    areas = subject.areas(permission)
    if not subject.may(permission):
        return false()
    p = incident_party.alias().c  # an own name: a walk over parties asks about others of the same table
    wide = [area for area in areas if len(area) < _DISTRICT_DIGITS]
    whole = [area for area in areas if len(area) == _DISTRICT_DIGITS]
    below = [and_(_is_below(p.party, area), func.length(p.party) == _DISTRICT_DIGITS) for area in wide]
    # OFFSET 0: asked of each row that is walked to; as a join it would gather all that somebody takes part in.
    takes_part = (
        select(p.party)
        .where(p.district_code == district_code, p.incident_id == incident_id)
        .where(or_(p.party == any_(parties(subject, permission)), *below))
        .offset(0)
        .exists()
    )
    own = [district_code == any_(array(whole))] if whole else []
    return or_(*own, *(_is_below(district_code, area) for area in wide), takes_part)


def _is_below(code: ColumnElement[Any], area: str) -> ColumnElement[bool]:
    return code.startswith(area, autoescape=True)


def parties(subject: Subject, permission: str = READ) -> ColumnElement[Any]:
    """Return the parties that `subject` is one of: codes of areas and organisations, their account."""
    return array(party_codes(subject, permission))


def party_codes(subject: Subject, permission: str = READ) -> list[str]:
    """Return the same as a list; areas above the district are no parties of any incident."""
    return [party for party in subject.parties(permission) if len(party) >= _DISTRICT_DIGITS or not party.isdigit()]


def array(values: list[str]) -> ColumnElement[Any]:
    """Return texts as one array of the database."""
    return literal(values, ARRAY(TEXT))
