"""Whistles with their sides and summons."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from gridgov.store.geometry import from_store
from gridgov.store.tables import (
    area_period,
    change,
    incident,
    incident_position,
    incident_state,
    organisation,
    summons,
    whistle,
    whistle_side,
)
from gridgov.store.whistles.kinds import KindStore
from gridgov.store.whistles.live import LiveStore
from gridgov.store.whistles.log import LogStore
from gridgov.store.whistles.teams import TeamStore
from gridgov.whistles import CombinedDraft


class WhistleStore:
    """Reads and writes whistles of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def kinds(self) -> KindStore:
        """Kinds of whistle."""
        return KindStore(self._connection)

    @cached_property
    def live(self) -> LiveStore:
        """Whistles as they stand: locked, moved on, due."""
        return LiveStore(self._connection)

    @cached_property
    def log(self) -> LogStore:
        """Check-ins, measures, releases, ratings, attempts."""
        return LogStore(self._connection)

    @cached_property
    def teams(self) -> TeamStore:
        """Command groups and team templates."""
        return TeamStore(self._connection)

    def add_draft(
        self,
        draft: CombinedDraft,
        *,
        whistle_id: UUID,
        district_code: str,
        incident_id: UUID,
        streets: dict[str, tuple[UUID, str | None]],
    ) -> None:
        """Store a drafted combined whistle; `streets` gives each side's area id and its office's code."""
        run = self._connection.execute
        head = {"district_code": district_code, "whistle_id": whistle_id}
        run(
            insert(whistle).values(
                district_code=district_code,
                id=whistle_id,
                incident_id=incident_id,
                kind=draft.kind.code,
                stage="drafted",
                combined=True,
                crosses_district=draft.crosses_district,
                drafted_at=draft.drafted_at,
                due_at=min(s.confirm_due_at for s in draft.sides),
            )
        )
        run(
            insert(whistle_side),
            [
                {
                    **head,
                    "street_code": s.street_code,
                    "street_district_code": s.street_code[:6],
                    "street_id": streets[s.street_code][0],
                    "organisation_code": streets[s.street_code][1],
                    "share": s.share,
                    "measure": s.measure,
                    "leads": s.leads,
                    "confirm_due_at": s.confirm_due_at,
                }
                for s in draft.sides
            ],
        )
        if draft.summons:
            called = [
                {**head, "organisation_code": s.organisation_code, "leads": s.leads, "due_at": s.due_at}
                for s in draft.summons
            ]
            run(insert(summons), called)
        news = {"district_code": district_code, "at": draft.drafted_at}
        run(insert(change).values(**news, kind="whistle.drafted", subject_id=whistle_id))

    def of_incident(self, district_code: str, incident_id: UUID) -> UUID | None:
        """Return the id of the incident's newest whistle, or None."""
        query = select(whistle.c.id).where(
            whistle.c.district_code == district_code, whistle.c.incident_id == incident_id
        )
        query = query.order_by(whistle.c.id.desc()).limit(1)
        return self._connection.execute(query).scalar()

    def page(self, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return whistles with sides and summons, newest id first, strictly before the id `before`."""
        query = (
            select(
                *whistle.c,
                incident.c.number.label("incident_number"),
                incident.c.matter_code,
                incident.c.text,
                incident_position.c.geom,
            )
            .join(
                incident,
                (incident.c.district_code == whistle.c.district_code) & (incident.c.id == whistle.c.incident_id),
            )
            .join(
                incident_state,
                (incident_state.c.district_code == whistle.c.district_code)
                & (incident_state.c.incident_id == whistle.c.incident_id),
            )
            .join(
                incident_position,
                (incident_position.c.district_code == whistle.c.district_code)
                & (incident_position.c.incident_id == whistle.c.incident_id)
                & (incident_position.c.seq == incident_state.c.position_seq),
            )
            .order_by(whistle.c.id.desc())
            .limit(limit)
        )
        if before:
            query = query.where(whistle.c.id < before)
        found = [dict(row) for row in self._connection.execute(query).mappings()]
        for row in found:
            row["geometry"] = from_store(row.pop("geom"))
            row["sides"] = self._sides(row["district_code"], row["id"])
            row["summons"] = self._summons(row["district_code"], row["id"])
        return found

    def _sides(self, district_code: str, whistle_id: UUID) -> list[dict[str, Any]]:
        c = whistle_side.c
        query = (
            select(c.street_code, area_period.c.name.label("street_name"), c.organisation_code, c.share, c.measure)
            .add_columns(c.leads, c.confirm_due_at, c.confirmed_at, c.closed_at)
            .join(whistle, (whistle.c.district_code == c.district_code) & (whistle.c.id == c.whistle_id))
            .outerjoin(
                area_period,
                (area_period.c.district_code == c.street_district_code)
                & (area_period.c.area_id == c.street_id)
                & area_period.c.valid.contains(whistle.c.drafted_at),
            )
            .where(c.district_code == district_code, c.whistle_id == whistle_id)
            .order_by(c.share.desc(), c.street_code)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _summons(self, district_code: str, whistle_id: UUID) -> list[dict[str, Any]]:
        c = summons.c
        query = (
            select(c.organisation_code, organisation.c.name, c.leads, c.due_at, c.arrived_at, c.released_at)
            .join(organisation, organisation.c.code == c.organisation_code)
            .where(c.district_code == district_code, c.whistle_id == whistle_id)
            .order_by(c.leads.desc(), c.organisation_code)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]
