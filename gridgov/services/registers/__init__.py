"""The registers of an installation, looked after by whoever looks after an area: inside that area only."""

from gridgov.services.registers.duties import DutyBook, NewDuty
from gridgov.services.registers.keeping import PERMISSION, Keeping
from gridgov.services.registers.organisations import OrganisationBook, OrganisationWanted
from gridgov.services.registers.people import NewPerson, PeopleBook, PersonWanted

__all__ = [
    "PERMISSION",
    "DutyBook",
    "Keeping",
    "NewDuty",
    "NewPerson",
    "OrganisationBook",
    "OrganisationWanted",
    "PeopleBook",
    "PersonWanted",
]
