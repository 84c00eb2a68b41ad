"""Accounts: coming in and going, tokens and sessions, looking after others' accounts, single sign-on."""

from gridgov.services.accounts.administering import Administration
from gridgov.services.accounts.changing import AccountWanted, Left
from gridgov.services.accounts.entering import Entered, Entrance, Origin
from gridgov.services.accounts.keys import Keys, NewToken
from gridgov.services.accounts.signing_on import SignOn
from gridgov.services.accounts.wanted import Machine, NewAccount, NewGrant

__all__ = [
    "AccountWanted",
    "Administration",
    "Entered",
    "Entrance",
    "Keys",
    "Left",
    "Machine",
    "NewAccount",
    "NewGrant",
    "NewToken",
    "Origin",
    "SignOn",
]
