"""Rules that are data: the matter list in its versions, the kinds of whistle."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, cast, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import Range

from gridgov.access import Subject
from gridgov.clock import shown
from gridgov.errors import ConflictError, NotFoundError, SetupError
from gridgov.matters import Counted, Matter, MatterList, Part, Responsibility
from gridgov.store.tables import incident, incident_fact, matter, matter_list, organisation, responsibility
from gridgov.store.visible import visible
from gridgov.store.whistles.kinds import KindStore
from gridgov.whistles import WhistleKind

Place = tuple[datetime, UUID, int]
"""Where a page of facts ends: the moment, the incident, the fact's number in it."""


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
        NotFoundError
            If there never was such a version.
        """
        version = version or self.current_version()
        if version is None:
            message = (
                "No matter list is loaded: `gridgov demo` brings one, `gridgov rules publish` puts yours in force."
            )
            raise SetupError(message)
        rows = (
            self._connection.execute(select(matter).where(matter.c.list_version == version).order_by(matter.c.code))
            .mappings()
            .all()
        )
        if not rows:
            message = f"There never was a version {version} of the list: GET /api/v1/matter-lists shows all."
            raise NotFoundError(message, field="version")
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

    def says(self, matters: list[Matter], responsibilities: list[Responsibility]) -> bool:
        """Return whether the list in force says just this."""
        current = select(matter_list.c.checksum).where(func.upper_inf(matter_list.c.valid))
        return self._connection.execute(current).scalar() == _checksum(matters, responsibilities)

    def publish_matters(
        self, matters: list[Matter], responsibilities: list[Responsibility], *, at: datetime, source: str
    ) -> bool:
        """Put a new version of the list in force from `at` on; return False if the present one says the same.

        Raises
        ------
        ConflictError
            If the present one came into force at `at` or later.
        """
        version = (self.current_version() or 0) + 1
        MatterList(version, matters, responsibilities)
        if self.says(matters, responsibilities):
            return False
        digest = _checksum(matters, responsibilities)
        self._require_after(at)
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

    def _require_after(self, at: datetime) -> None:
        since = self._connection.execute(
            select(func.lower(matter_list.c.valid)).where(func.upper_inf(matter_list.c.valid))
        ).scalar()
        if since is not None and since >= at:
            message = f"The list in force began at {shown(since)}: the next one begins later than that."
            raise ConflictError(message, field="at")

    def versions(self) -> list[dict[str, Any]]:
        """Return all versions of the list, newest first: ``version, since, until, source, matters``."""
        c = matter_list.c
        counted = select(func.count()).where(matter.c.list_version == c.version).scalar_subquery()
        query = select(
            c.version, func.lower(c.valid).label("since"), func.upper(c.valid).label("until"), c.source, counted
        ).order_by(c.version.desc())
        names = ("version", "since", "until", "source", "matters")
        return [dict(zip(names, row, strict=True)) for row in self._connection.execute(query)]

    def against_list(
        self, since: datetime, until: datetime, *, subject: Subject | None, limit: int, before: Place | None = None
    ) -> list[dict[str, Any]]:
        """Return dispatches against the list in a period, newest first, each with its reason.

        Parameters
        ----------
        subject
            Who asks, and sees only what is theirs; None, the system, sees all.
        before
            Where the page before this one ended.
        """
        f, said = incident_fact.c, incident_fact.c.payload
        key = tuple_(f.at, f.incident_id, f.seq)
        judged = matter.c.list_version == cast(said["list_version"].astext, Integer)
        query = (
            select(f.district_code, f.incident_id, f.seq, incident.c.number, f.at, f.author)
            .add_columns(matter.c.code.label("matter_code"), matter.c.name.label("matter_name"), matter.c.list_version)
            .add_columns(organisation.c.code.label("organisation_code"), organisation.c.name.label("organisation_name"))
            .add_columns(said["lead"].astext.label("lead"), said["against_list"].astext.label("reason"))
            .join(incident, (incident.c.district_code == f.district_code) & (incident.c.id == f.incident_id))
            .join(matter, judged & (matter.c.code == said["matter"].astext))
            .join(organisation, organisation.c.code == said["organisation"].astext)
            .where(said["against_list"].astext.is_not(None), f.at >= since, f.at < until)
            .where(visible(f.district_code, f.incident_id, subject))
            .order_by(f.at.desc(), f.incident_id.desc(), f.seq.desc())
            .limit(limit)
        )
        found = self._connection.execute(query if before is None else query.where(key < before))
        return [dict(row) for row in found.mappings()]

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
