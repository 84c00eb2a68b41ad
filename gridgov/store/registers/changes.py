"""Who changed what in the registers, in the transaction that changed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select

from gridgov.ids import new_id
from gridgov.store.tables import register_change


@dataclass(frozen=True, slots=True)
class Noted:
    """One change of a register.

    Attributes
    ----------
    register
        people, duties, organisations; of a file the name of its table.
    what
        added, changed, ended, imported.
    key
        The id of a person or a duty, the code of an organisation.
    area_code
        Whose business it is.
    data
        What it was and is, by field; numbers of people are not among it.
    """

    register: str
    what: str
    key: str
    area_code: str
    data: Mapping[str, Any]
    id: UUID = field(default_factory=new_id)


class ChangeLog:
    """Reads and writes the changes of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *changes: Noted, at: datetime, author: str) -> None:
        """Write changes down."""
        rows = [
            {
                "district_code": one.area_code[:6],
                "id": one.id,
                "at": at,
                "author": author,
                "register": one.register,
                "what": one.what,
                "key": one.key,
                "area_code": one.area_code,
                "data": dict(one.data),
            }
            for one in changes
        ]
        if rows:
            self._connection.execute(insert(register_change), rows)

    def one(self, change_id: UUID) -> dict[str, Any] | None:
        """Return a change, or None."""
        query = select(register_change).where(register_change.c.id == change_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else dict(row)

    def page(
        self,
        *,
        limit: int,
        before: UUID | None = None,
        register: str | None = None,
        key: str | None = None,
        area: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return changes, newest first, before the change `before`."""
        c = register_change.c
        query = select(register_change).order_by(c.id.desc()).limit(limit)
        query = query.where(c.id < before) if before else query
        query = query.where(c.register == register) if register else query
        query = query.where(c.key == key) if key else query
        query = query.where(func.starts_with(c.area_code, area)) if area else query
        return [dict(row) for row in self._connection.execute(query).mappings()]
