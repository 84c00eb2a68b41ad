"""Programs that want to hear. A secret is written here and read back by the sender alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.store.tables import endpoint

_SHOWN = [c for c in endpoint.c if c.name != "secret"]


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """A program's address, and what it wants to hear: kinds as in `Preferences.muted`, or all."""

    district_code: str
    id: UUID
    name: str
    url: str
    kinds: tuple[str, ...] | None
    organisation_code: str | None
    created_at: datetime
    created_by: str
    disabled_at: datetime | None = None

    def wants(self, kind: str, organisation_code: str | None) -> bool:
        """Return whether it is told of notices of a kind that are for an organisation."""
        if self.organisation_code is not None and self.organisation_code != organisation_code:
            return False
        return self.kinds is None or kind in self.kinds or f"{kind.partition('.')[0]}.*" in self.kinds


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

    def find(self, endpoint_id: UUID) -> EndpointRow | None:
        """Return an endpoint, or None if there is none or it is not to be seen."""
        row = self._connection.execute(select(*_SHOWN).where(endpoint.c.id == endpoint_id)).first()
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

    def change(self, row: EndpointRow, **values: Any) -> None:
        """Change an endpoint."""
        if "kinds" in values:
            values["kinds"] = _list(values["kinds"])
        mine = (endpoint.c.district_code == row.district_code, endpoint.c.id == row.id)
        self._connection.execute(update(endpoint).where(*mine).values(**values))


def _list(kinds: tuple[str, ...] | None) -> list[str] | None:
    return None if kinds is None else list(kinds)


def _read(row: Any) -> EndpointRow:
    found = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's name for it
    kinds = found.pop("kinds")
    return EndpointRow(**found, kinds=None if kinds is None else tuple(kinds))
