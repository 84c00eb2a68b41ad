"""Whistles with their sides and summons."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, insert, literal, select, text

from gridgov.incidents import Head
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
from gridgov.store.whistles.ground import Whereabouts, whereabouts
from gridgov.store.whistles.kinds import KindStore
from gridgov.store.whistles.live import LiveStore
from gridgov.store.whistles.log import LogStore
from gridgov.store.whistles.teams import TeamStore
from gridgov.store.whistles.which import ALL, WhistleFilter
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

    def whereabouts(self, heads: Iterable[Head]) -> dict[Head, Whereabouts]:
        """Return which incidents these are, and where."""
        return whereabouts(self._connection, heads)

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

    def drafted_by(self, district_code: str, incident_id: UUID, moment: datetime) -> list[UUID]:
        """Return the ids of an incident's whistles that had been drafted by a moment, the first one first."""
        c = whistle.c
        theirs = (c.district_code == district_code, c.incident_id == incident_id, c.drafted_at <= moment)
        return list(self._connection.execute(select(c.id).where(*theirs).order_by(c.id)).scalars())

    def page(self, *, limit: int, before: UUID | None = None, which: WhistleFilter = ALL) -> list[dict[str, Any]]:
        """Return whistles with sides and summons, newest id first, strictly before the id `before`."""
        query = _listing().where(*which.asked(), *_before(before)).order_by(whistle.c.id.desc()).limit(limit)
        return [self._shown(row) for row in self._connection.execute(query).mappings()]

    def ids_then(
        self, moment: datetime, *, limit: int, before: UUID | None = None, which: WhistleFilter = ALL
    ) -> list[UUID]:
        """Return the ids of whistles that there were at a moment, as `page` does; whom they summoned they must tell."""
        query = select(whistle.c.id).where(*which.asked(moment), *_before(before))
        return list(self._connection.execute(query.order_by(whistle.c.id.desc()).limit(limit)).scalars())

    def detail(self, district_code: str, whistle_id: UUID, *, position_seq: int | None = None) -> dict[str, Any]:
        """Return one whistle as `page` does, with the rules that it is judged by.

        Parameters
        ----------
        position_seq
            Which place of its incident to show; None for where it is now.
        """
        seq = incident_state.c.position_seq if position_seq is None else literal(position_seq)
        query = _listing(seq).add_columns(whistle.c.rules)
        query = query.where(whistle.c.district_code == district_code, whistle.c.id == whistle_id)
        return self._shown(self._connection.execute(query).mappings().one())

    def parts(self, district_code: str, whistle_id: UUID, place: BaseGeometry) -> dict[str, BaseGeometry]:
        """Return what of a place lies in each side's street, by its code; a side that none of it lies in has none."""
        asked = {"district": district_code, "whistle": whistle_id, "place": place.wkb}
        found = self._connection.execute(_PARTS, {**asked, "dimension": shapely.get_dimensions(place) + 1})
        return {code: shapely.from_wkb(part) for code, part in found}

    def _shown(self, row: RowMapping) -> dict[str, Any]:
        found: dict[str, Any] = dict(row)
        found["geometry"] = from_store(found.pop("geom"))
        key = (found["district_code"], found["id"])
        return {**found, "sides": self._sides(*key), "summons": self._summons(*key)}

    def _sides(self, district_code: str, whistle_id: UUID) -> list[dict[str, Any]]:
        c = whistle_side.c
        shown = (column for column in c if column.name not in {"district_code", "whistle_id", "street_id"})
        query = (
            select(*shown, area_period.c.name.label("street_name"))
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
        shown = (column for column in c if column.name not in {"district_code", "whistle_id"})
        query = (
            select(*shown, organisation.c.name)
            .join(organisation, organisation.c.code == c.organisation_code)
            .where(c.district_code == district_code, c.whistle_id == whistle_id)
            .order_by(c.leads.desc(), c.organisation_code)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _before(before: UUID | None) -> list[ColumnElement[bool]]:
    return [whistle.c.id < before] if before else []


# Of a border that an extent only touches, lines and points are no part of it.
_PARTS = text("""
    SELECT found.street_code, ST_AsBinary(found.part) AS part FROM (
        SELECT s.street_code, ST_CollectionExtract(
            ST_Intersection(p.geom, ST_GeomFromWKB(CAST(:place AS bytea), 4326)), CAST(:dimension AS integer)
        ) AS part
        FROM whistle_side AS s
        JOIN whistle AS w ON w.district_code = s.district_code AND w.id = s.whistle_id
        JOIN area_period AS p ON p.district_code = s.street_district_code AND p.area_id = s.street_id
            AND p.valid @> w.drafted_at
        WHERE s.district_code = :district AND s.whistle_id = :whistle
    ) AS found WHERE NOT ST_IsEmpty(found.part)
""")


def _listing(position_seq: ColumnElement[Any] = incident_state.c.position_seq) -> Select[Any]:
    of_incident = (incident.c.district_code == whistle.c.district_code) & (incident.c.id == whistle.c.incident_id)
    standing = (incident_state.c.district_code == whistle.c.district_code) & (
        incident_state.c.incident_id == whistle.c.incident_id
    )
    here = (
        (incident_position.c.district_code == whistle.c.district_code)
        & (incident_position.c.incident_id == whistle.c.incident_id)
        & (incident_position.c.seq == position_seq)
    )
    shown = (column for column in whistle.c if column.name not in {"rules", "due_at"})
    return (
        select(*shown, incident.c.number.label("incident_number"), incident.c.matter_code, incident.c.text)
        .add_columns(incident_position.c.geom)
        .join(incident, of_incident)
        .join(incident_state, standing)
        .join(incident_position, here)
    )
