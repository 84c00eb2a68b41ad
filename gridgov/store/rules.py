"""Rules that are data: the matter list in its versions, the kinds of whistle."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range

from gridgov.errors import SetupError
from gridgov.matters import Counted, Matter, MatterList, Part, Responsibility
from gridgov.store.tables import matter, matter_list, responsibility
from gridgov.store.whistles.kinds import KindStore
from gridgov.whistles import WhistleKind


class RuleStore:
    """Reads and writes rules of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current_version(self) -> int | None:
        """Return the version of the matter list in force, or None if no list was loaded."""
        query = select(matter_list.c.version).where(func.upper_inf(matter_list.c.valid))
        return self._connection.execute(query).scalar()

    def matters(self, version: int | None = None) -> MatterList:
        """Return a version of the matter list (None: the one in force).

        Raises
        ------
        SetupError
            If no list was loaded yet.
        """
        version = version or self.current_version()
        if version is None:
            message = "No matter list is loaded: `gridgov demo` brings one, or call register_matters."
            raise SetupError(message)
        rows = self._connection.execute(
            select(matter).where(matter.c.list_version == version).order_by(matter.c.code)
        ).mappings()
        matters = [
            Matter(
                code=r["code"],
                name=r["name"],
                category=r["category"],
                subcategory=r["subcategory"],
                whistle_kind=r["whistle_kind"],
                admitted=r["admitted"],
                priority=r["priority"],
                file_within=timedelta(minutes=r["file_minutes"]),
                handle_within=timedelta(minutes=r["handle_minutes"]),
                counted=Counted(r["counted"]),
            )
            for r in rows
        ]
        c = responsibility.c
        parts = self._connection.execute(
            select(c.matter_code, c.organisation_code, c.part).where(c.list_version == version).order_by(c.rank)
        )
        return MatterList(version, matters, [Responsibility(r[0], r[1], Part(r[2])) for r in parts])

    def publish_matters(
        self, matters: list[Matter], responsibilities: list[Responsibility], *, at: datetime, source: str
    ) -> bool:
        """Put a new version of the list in force from `at` on; return False if the present one says the same."""
        version = (self.current_version() or 0) + 1
        MatterList(version, matters, responsibilities)
        digest = _checksum(matters, responsibilities)
        current = select(matter_list.c.checksum).where(func.upper_inf(matter_list.c.valid))
        if self._connection.execute(current).scalar() == digest:
            return False
        self._connection.execute(
            update(matter_list)
            .where(func.upper_inf(matter_list.c.valid))
            .values(valid=func.tstzrange(func.lower(matter_list.c.valid), at))
        )
        run = self._connection.execute
        run(insert(matter_list).values(version=version, valid=Range(at, None), checksum=digest, source=source))
        run(insert(matter), [_matter(version, m) for m in matters])
        run(
            insert(responsibility),
            [
                {
                    "list_version": version,
                    "matter_code": r.matter_code,
                    "rank": rank,
                    "organisation_code": r.organisation_code,
                    "part": r.part.value,
                }
                for rank, r in enumerate(responsibilities)
            ],
        )
        return True

    def whistle_kinds(self) -> dict[str, WhistleKind]:
        """Return the kinds of whistle by code."""
        return KindStore(self._connection).all()


def _matter(version: int, m: Matter) -> dict[str, object]:
    return {
        "list_version": version,
        "code": m.code,
        "name": m.name,
        "category": m.category,
        "subcategory": m.subcategory,
        "whistle_kind": m.whistle_kind,
        "admitted": m.admitted,
        "priority": m.priority,
        "file_minutes": m.file_within // timedelta(minutes=1),
        "handle_minutes": m.handle_within // timedelta(minutes=1),
        "counted": m.counted.value,
    }


def _checksum(matters: list[Matter], responsibilities: list[Responsibility]) -> bytes:
    return hashlib.sha256(repr((matters, responsibilities)).encode()).digest()
