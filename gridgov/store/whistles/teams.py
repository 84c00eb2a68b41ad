"""Command groups and team templates as rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.errors import NotFoundError
from gridgov.store.tables import team, team_member
from gridgov.whistles.teams import Team, TeamKind


class TeamStore:
    """Reads and writes teams of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, made: Team, *, at: datetime, by: str) -> bool:
        """Add a team, and return whether its id and, in its area, its name were free; whoever adds the same waits."""
        row = {"district_code": made.district_code, "id": made.id, "kind": made.kind.value, "name": made.name}
        row |= {"area_code": made.area_code, "created_at": at, "created_by": by}
        added = upsert(team).values(row).on_conflict_do_nothing().returning(team.c.id)
        if self._connection.execute(added).first() is None:
            return False
        head = {"district_code": made.district_code, "team_id": made.id}
        members = [{**head, "organisation_code": code, "leads": code == made.lead} for code in made.members]
        self._connection.execute(insert(team_member), members)
        return True

    def all(self) -> list[Team]:
        """Return the teams that can be summoned, by area and name."""
        return self._read(select(team).where(team.c.retired_at.is_(None)).order_by(team.c.area_code, team.c.name))

    def made(self, team_id: UUID) -> Team | None:
        """Return the team that was made under an id, a retired one as well, or None."""
        return next(iter(self._read(select(team).where(team.c.id == team_id))), None)

    def _read(self, query: Select[Any]) -> list[Team]:
        rows = self._connection.execute(query).all()
        members = self._members([(row.district_code, row.id) for row in rows])
        return [
            Team(
                id=row.id,
                district_code=row.district_code,
                kind=TeamKind(row.kind),
                name=row.name,
                area_code=row.area_code,
                members=tuple(sorted(code for code, _ in members[row.id])),
                lead=next((code for code, leads in members[row.id] if leads), None),
                retired_at=row.retired_at,
            )
            for row in rows
        ]

    def one(self, team_id: UUID, *, hold: bool = False) -> Team:
        """Return a team that can be summoned; `hold` locks its row, for whoever may change it.

        Raises
        ------
        NotFoundError
            If there is none, or it was retired.
        """
        query = select(team).where(team.c.id == team_id, team.c.retired_at.is_(None))
        found = next(iter(self._read(query.with_for_update() if hold else query)), None)
        if found is None:
            message = f"There is no team {team_id}: GET /api/v1/teams lists those there are."
            raise NotFoundError(message, field="teams")
        return found

    def retire(self, gone: Team, *, at: datetime) -> None:
        """Let a team be summoned no more."""
        mine = (team.c.district_code == gone.district_code, team.c.id == gone.id)
        self._connection.execute(update(team).where(*mine).values(retired_at=at))

    def _members(self, keys: list[tuple[str, UUID]]) -> dict[UUID, list[tuple[str, bool]]]:
        c = team_member.c
        found: dict[UUID, list[tuple[str, bool]]] = {team_id: [] for _, team_id in keys}
        query = select(c.team_id, c.organisation_code, c.leads).where(tuple_(c.district_code, c.team_id).in_(keys))
        for row in self._connection.execute(query) if keys else ():
            found[row[0]].append((row[1], row[2]))
        return found
