"""Access: who somebody is, what their roles let them do, and over which areas and organisations."""

from gridgov.access.roles import PERMISSIONS, ROLES, Role
from gridgov.access.subject import Caller, Grant, Subject, party_of

__all__ = ["PERMISSIONS", "ROLES", "Caller", "Grant", "Role", "Subject", "party_of"]
