"""Programs that want to hear. A secret is written here and read back by the sender alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.messages import LONGEST_PAUSE, pause_after
from gridgov.store.tables import endpoint

_MOST_FAILURES = 1_000
"""Counted so far: it says "for long" either way."""

_SHOWN = [c for c in endpoint.c if c.name != "secret"]


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """A program's address, and what it wants to hear: kinds as in `Preferences.muted`, or all.

    Attributes
    ----------
    failures
        How often in a row it could not be told; 0 as long as it hears.
    paused_until
        When it is tried again, if it could not be told.
    """

    district_code: str
    id: UUID
    name: str
    url: str
    kinds: tuple[str, ...] | None
    organisation_code: str | None
    created_at: datetime
    created_by: str
    disabled_at: datetime | None = None
    failures: int = 0
    paused_until: datetime | None = None

    def wants(self, kind: str, organisation_code: str | None) -> bool:
        """Return whether it is told of notices of a kind that are for an organisation."""
        if self.organisation_code is not None and self.organisation_code != organisation_code:
            return False
        return self.kinds is None or kind in self.kinds or f"{kind.partition('.')[0]}.*" in self.kinds


@dataclass(frozen=True, slots=True)
class Program:
    """An endpoint with the secret that signs what it is told: for the sender alone."""

    row: EndpointRow
    secret: str


class EndpointStore:
    """Reads and writes endpoints of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: EndpointRow, secret: str) -> bool:
        """Add an endpoint with its secret, and return whether it was not there before."""
        values = {name: getattr(row, name) for name in EndpointRow.__slots__}
        values |= {"kinds": _list(row.kinds), "secret": secret}
        adding = insert(endpoint).values(**values).on_conflict_do_nothing().returning(endpoint.c.id)
        return self._connection.execute(adding).first() is not None

    def find(self, endpoint_id: UUID, *, hold: bool = False) -> EndpointRow | None:
        """Return an endpoint, or None if there is none or it is not to be seen; `hold` locks its row."""
        query = select(*_SHOWN).where(endpoint.c.id == endpoint_id)
        row = self._connection.execute(query.with_for_update() if hold else query).first()
        return _read(row) if row else None

    def page(self, districts: Collection[str], *, limit: int, before: UUID | None = None) -> list[EndpointRow]:
        """Return the endpoints in districts, newest first, strictly before the id `before`."""
        query = select(*_SHOWN).where(
            or_(false(), *(func.starts_with(endpoint.c.district_code, code) for code in districts))
        )
        if before:
            query = query.where(endpoint.c.id < before)
        query = query.order_by(endpoint.c.id.desc()).limit(limit)
        return [_read(row) for row in self._connection.execute(query)]

    def active(self, districts: Collection[str]) -> list[EndpointRow]:
        """Return the endpoints of districts that are in use."""
        wanted = (endpoint.c.district_code.in_(districts), endpoint.c.disabled_at.is_(None))
        return [_read(row) for row in self._connection.execute(select(*_SHOWN).where(*wanted))]

    def programs(self, endpoint_ids: Collection[UUID]) -> dict[UUID, Program]:
        """Return endpoints with their secrets, by id."""
        query = select(*_SHOWN, endpoint.c.secret).where(endpoint.c.id.in_(endpoint_ids))
        found = [dict(row) for row in self._connection.execute(query).mappings()]
        return {values["id"]: Program(secret=values.pop("secret"), row=_made(values)) for values in found}

    def told(self, row: EndpointRow) -> None:
        """Remember that a program could be told."""
        if row.failures:
            self.change(row, failures=0, paused_until=None)

    def not_told(self, row: EndpointRow, *, now: datetime) -> None:
        """Let a program that could not be told rest, longer each time; those that failed together count once."""
        c = endpoint.c
        mine = (c.district_code == row.district_code, c.id == row.id)
        asked = select(c.failures, c.paused_until).where(*mine).with_for_update()
        (failures, paused_until) = self._connection.execute(asked).one()
        if paused_until is None or not now < paused_until <= now + LONGEST_PAUSE:
            failures = min(failures + 1, _MOST_FAILURES)
            self.change(row, failures=failures, paused_until=now + pause_after(failures))

    def change(self, row: EndpointRow, **values: Any) -> None:
        """Change an endpoint."""
        if "kinds" in values:
            values["kinds"] = _list(values["kinds"])
        mine = (endpoint.c.district_code == row.district_code, endpoint.c.id == row.id)
        self._connection.execute(update(endpoint).where(*mine).values(**values))


def _list(kinds: tuple[str, ...] | None) -> list[str] | None:
    return None if kinds is None else list(kinds)


def _read(row: Any) -> EndpointRow:
    return _made(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's name for it


def _made(values: dict[str, Any]) -> EndpointRow:
    kinds = values.pop("kinds")
    return EndpointRow(**values, kinds=None if kinds is None else tuple(kinds))
