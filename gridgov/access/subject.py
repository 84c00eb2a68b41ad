"""Who acts: an account with its grants. A grant is a role over an area, or in an organisation of an area."""

from dataclasses import dataclass, replace
from uuid import UUID

from gridgov.errors import NotAllowedError


def party_of(organisation_code: str) -> str:
    """Return an organisation as a party of incidents, which is no area and no account whatever its code looks like."""
    return f"org:{organisation_code}"


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody proves with who they are: the SHA-256 of a session's or a token's secret."""

    secret_hash: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, over the area `area_code` with everything below it, maybe for one organisation.

    Attributes
    ----------
    area_code
        A code of the area tree: city (4 digits), district (6), street (9), community (12) or cell (15). A code stands
        for all codes that begin with it.
    organisation_code
        The organisation that the holder acts for, or None.
    """

    role: str
    area_code: str
    organisation_code: str | None
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whoever acts, as one request knows them.

    Attributes
    ----------
    login
        The name they log in with: the author of their facts.
    scopes
        A token's scopes: permissions it is limited to, or None for all of the account's.
    """

    account_id: UUID
    login: str
    name: str
    person: tuple[str, UUID] | None
    grants: tuple[Grant, ...]
    credential_id: UUID
    scopes: frozenset[str] | None = None

    def may(self, permission: str, area_code: str | None = None) -> bool:
        """Return whether a grant allows `permission` over `area_code` (None: anywhere)."""
        return any(area_code is None or area_code.startswith(g.area_code) for g in self._with(permission))

    def reaches(self, permission: str, area_code: str) -> bool:
        """Return whether a grant allows `permission` over `area_code` or anywhere inside of it."""
        grants = self._with(permission)
        return any(area_code.startswith(g.area_code) or g.area_code.startswith(area_code) for g in grants)

    def acts_for(self, permission: str, organisation_code: str) -> bool:
        """Return whether a grant allows `permission` on behalf of this organisation."""
        return any(g.organisation_code == organisation_code for g in self._with(permission))

    def areas(self, permission: str) -> tuple[str, ...]:
        """Return the areas over which `permission` is granted by office, not by organisation."""
        return tuple(dict.fromkeys(g.area_code for g in self._with(permission) if g.organisation_code is None))

    def organisations(self, permission: str) -> tuple[str, ...]:
        """Return the organisations for which `permission` is granted."""
        codes = (g.organisation_code for g in self._with(permission))
        return tuple(dict.fromkeys(code for code in codes if code))

    def parties(self, permission: str) -> tuple[str, ...]:
        """Return as what the subject takes part in incidents with `permission`: areas, organisations, their account."""
        if not self.may(permission):
            return ()
        organisations = (party_of(code) for code in self.organisations(permission))
        return (*self.areas(permission), *organisations, str(self.account_id))

    def only(self, permission: str) -> "Subject":
        """Return the subject as far as the grants go that bring `permission`: where it may be done, nothing more."""
        return replace(self, grants=tuple(self._with(permission)))

    def require(self, permission: str, area_code: str | None = None) -> None:
        """Refuse what no grant allows.

        Raises
        ------
        NotAllowedError
            Naming the permission and the place.
        """
        if not self.may(permission, area_code):
            where = f" in {area_code}" if area_code else ""
            message = f"{self.login} may not do this ({permission}{where}): ask your administrator for the role."
            raise NotAllowedError(message)

    def _with(self, permission: str) -> list[Grant]:
        if self.scopes is not None and permission not in self.scopes:
            return []
        return [grant for grant in self.grants if permission in grant.permissions]
