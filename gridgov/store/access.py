"""Who acts: from the proof that a request carries to its subject with their grants; and making accounts."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import Range

from gridgov.access import Caller, Grant, Subject
from gridgov.access.logins import folded
from gridgov.errors import NotAuthenticatedError
from gridgov.ids import new_id
from gridgov.store.tables import account, account_grant, credential, role_permission


class AccessStore:
    """Reads and writes accounts of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def subject(self, caller: Caller, *, now: datetime) -> Subject:
        """Return who a caller is, with the grants in force at `now`.

        Raises
        ------
        NotAuthenticatedError
            If the proof is unknown, expired or revoked, or the account is disabled.
        """
        c, a = credential.c, account.c
        query = (
            select(a.id, a.login, a.name, a.person_district_code, a.person_id, c.id.label("credential_id"), c.scopes)
            .join(account, a.id == c.account_id)
            .where(c.secret_hash == caller.secret_hash, c.expires_at > now, c.revoked_at.is_(None))
            .where(a.disabled_at.is_(None))
        )
        row = self._connection.execute(query).first()
        if row is None:
            message = "You are not logged in, or no longer: log in again."
            raise NotAuthenticatedError(message)
        person = (row.person_district_code, row.person_id) if row.person_id else None
        return Subject(
            account_id=row.id,
            login=row.login,
            name=row.name,
            person=person,
            grants=self.grants(row.id, now=now),
            credential_id=row.credential_id,
            scopes=None if row.scopes is None else frozenset(row.scopes),
        )

    def gone(self, secret_hashes: Collection[bytes], *, now: datetime) -> frozenset[bytes]:
        """Return which of these proofs are worth nothing any more at `now`."""
        c, a = credential.c, account.c
        held = select(c.secret_hash).join(account, a.id == c.account_id).where(c.secret_hash.in_(secret_hashes))
        held = held.where(c.expires_at > now, c.revoked_at.is_(None), a.disabled_at.is_(None))
        return frozenset(secret_hashes) - set(self._connection.execute(held).scalars())

    def grants(self, account_id: UUID, *, now: datetime) -> tuple[Grant, ...]:
        """Return an account's grants in force at `now`."""
        g = account_grant.c
        permissions = func.array_agg(role_permission.c.permission)
        query = (
            select(g.role, g.area_code, g.organisation_code, permissions)
            .join(role_permission, role_permission.c.role == g.role)
            .where(g.account_id == account_id, g.valid.contains(now))
            .group_by(g.id, g.role, g.area_code, g.organisation_code)
            .order_by(g.id)
        )
        return tuple(Grant(r[0], r[1], r[2], frozenset(r[3])) for r in self._connection.execute(query))

    def add_account(
        self, login: str, name: str, *, now: datetime, person: tuple[str, UUID] | None = None, email: str | None = None
    ) -> UUID:
        """Make an account without a password and without grants, and return its id."""
        values = {
            "id": new_id(),
            "login": folded(login),
            "name": name,
            "email": email,
            "person_district_code": person[0] if person else None,
            "person_id": person[1] if person else None,
            "must_change": False,
            "created_at": now,
        }
        self._connection.execute(insert(account).values(values))
        return UUID(str(values["id"]))

    def grant(
        self, account_id: UUID, role: str, area_code: str, organisation_code: str | None, *, now: datetime, by: str
    ) -> UUID:
        """Grant a role over an area, maybe for an organisation, from `now` on."""
        grant_id = new_id()
        values = {"id": grant_id, "account_id": account_id, "role": role, "area_code": area_code}
        values |= {"organisation_code": organisation_code, "valid": Range(now, None), "granted_by": by}
        self._connection.execute(insert(account_grant).values(values))
        return grant_id

    def add_credential(
        self,
        account_id: UUID,
        kind: str,
        secret_hash: bytes,
        *,
        now: datetime,
        expires_at: datetime,
        scopes: list[str] | None = None,
    ) -> UUID:
        """Keep the hash of a session's or a token's secret."""
        credential_id = new_id()
        values = {"id": credential_id, "account_id": account_id, "kind": kind, "secret_hash": secret_hash, "name": ""}
        values |= {"scopes": scopes, "created_at": now, "expires_at": expires_at}
        self._connection.execute(insert(credential).values(values))
        return credential_id
