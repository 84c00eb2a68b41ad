"""The registers as those keep them who look after an area: people, duties, organisations, and who changed what."""

from functools import cached_property

from sqlalchemy import Connection

from gridgov.store.registers.changes import ChangeLog, Noted
from gridgov.store.registers.duties import DutiesAsked, DutyRegister, Target
from gridgov.store.registers.organisations import Held, OrganisationRegister, OrganisationsAsked
from gridgov.store.registers.people import PeopleAsked, PersonRegister

__all__ = [
    "ChangeLog",
    "DutiesAsked",
    "DutyRegister",
    "Held",
    "Noted",
    "OrganisationRegister",
    "OrganisationsAsked",
    "PeopleAsked",
    "PersonRegister",
    "RegisterStore",
    "Target",
]


class RegisterStore:
    """The registers of one transaction.

    Parameters
    ----------
    connection
        The transaction.
    acting
        Whether somebody acts in it, who sees of numbers and cases what is theirs; else the system, which sees all.
    """

    def __init__(self, connection: Connection, *, acting: bool) -> None:
        self._connection = connection
        self._acting = acting

    @cached_property
    def people(self) -> PersonRegister:
        """The people."""
        return PersonRegister(self._connection, acting=self._acting)

    @cached_property
    def duties(self) -> DutyRegister:
        """What they answer for."""
        return DutyRegister(self._connection)

    @cached_property
    def organisations(self) -> OrganisationRegister:
        """The organisations."""
        return OrganisationRegister(self._connection, acting=self._acting)

    @cached_property
    def changes(self) -> ChangeLog:
        """Who changed what."""
        return ChangeLog(self._connection)
