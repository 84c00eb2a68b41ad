"""What maps show: one query a layer, each within districts, a period or a box, and each with a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from gridgov.spans import day_of
from gridgov.store.cells import observed_by
from gridgov.store.geometry import frame
from gridgov.store.tables import (
    area_period,
    base_feature,
    cell,
    cell_measure,
    channel,
    grid_version,
    incident,
    incident_position,
    incident_probability,
    incident_state,
    matter,
    organisation,
    summons,
    whistle,
    whistle_kind,
    whistle_side,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees (EPSG:4326)."""


@dataclass(frozen=True, slots=True)
class Whistles:
    """Combined whistles of a period: a frame of whistles with their footprints, and tables of what belongs to them."""

    whistles: gpd.GeoDataFrame
    sides: pd.DataFrame
    summons: pd.DataFrame


class MapStore:
    """Reads layers of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def features(
        self, layer: str, districts: Sequence[str], *, box: Box | None = None, limit: int = 20_000
    ) -> gpd.GeoDataFrame:
        """Return a layer of the base map: district_code, source_key, name, attributes, geometry; sorted by key."""
        c = base_feature.c
        query: Select[Any] = select(c.district_code, c.source_key, c.name, c.attributes, c.geom)
        query = query.where(c.layer == layer, c.district_code.in_(districts))
        if box:
            query = query.where(_meets(c.geom, box))
        rows = self._connection.execute(query.order_by(c.source_key).limit(limit))
        return frame(rows, ["district_code", "source_key", "name", "attributes", "geom"])

    def incidents(
        self, districts: Sequence[str], since: datetime, until: datetime, *, box: Box | None = None, limit: int = 5_000
    ) -> gpd.GeoDataFrame:
        """Return the incidents reported from `since` to `until` that have a place, newest first.

        Columns: district_code, id, number, reported_at, channel, channel_zh, channel_en, matter, text, stage,
        placement, cell_code, address, accuracy_m, geometry (a point; of an extent, one inside it).
        """
        query = _incidents(districts, since, until).where(incident_state.c.geom.is_not(None))
        if box:
            query = query.where(_meets(incident_state.c.geom, box))
        query = query.order_by(incident.c.reported_at.desc(), incident.c.id).limit(limit)
        columns = ["district_code", "id", "number", "reported_at", "channel", "channel_zh", "channel_en", "matter"]
        columns += ["text", "stage", "placement", "cell_code", "address", "accuracy_m", "geom"]
        return frame(self._connection.execute(query), columns)

    def chances(self, districts: Sequence[str], since: datetime, until: datetime) -> pd.DataFrame:
        """Return where the doubtful incidents of a period may lie, likeliest first.

        Columns: incident_id, rank, cell_code (None: outside every cell), probability.
        """
        state, chance = incident_state.c, incident_probability.c
        query = (
            select(chance.incident_id, chance.rank, chance.cell_code, chance.probability)
            .join(incident_state, _newest(chance, state))
            .join(incident, _same(incident.c, state))
            .where(state.placement == "doubtful", *_within(districts, since, until))
            .order_by(chance.incident_id, chance.rank)
        )
        return _table(self._connection, query)

    def homes(self, at: datetime) -> pd.DataFrame:
        """Return the cells as of `at` without their outlines, by code: code, households (None: not known).

        Households are those of that day; before they were counted for the first time, as counted first.
        """
        m = cell_measure.c
        newest = (
            select(m.district_code, m.cell_id, m.value)
            .ext(distinct_on(m.district_code, m.cell_id))
            .where(m.measure == "households")
            .order_by(m.district_code, m.cell_id, *observed_by(day_of(at)))
            .subquery()
        )
        same = (newest.c.district_code == cell.c.district_code) & (newest.c.cell_id == cell.c.id)
        query = select(cell.c.code, newest.c.value.label("households")).outerjoin(newest, same)
        return _table(self._connection, query.where(cell.c.valid.contains(at)).order_by(cell.c.code))

    def combined_whistles(
        self, districts: Sequence[str], since: datetime, until: datetime, *, limit: int = 500
    ) -> Whistles:
        """Return the combined whistles drafted for incidents reported in a period, newest first.

        ``whistles``: district_code, id, kind_zh, kind_en, stage, crosses_district, drafted_at, number, matter, text,
        geometry. ``sides``: whistle_id, street_code, street_name, share, measure, leads, confirm_due_at, by share.
        ``summons``: whistle_id, organisation_code, name, leads, due_at, the lead first.
        """
        query = _whistles(districts, since, until).order_by(whistle.c.id.desc()).limit(limit)
        columns = ["district_code", "id", "kind_zh", "kind_en", "stage", "crosses_district", "drafted_at"]
        found = frame(self._connection.execute(query), [*columns, "number", "matter", "text", "geom"])
        ids = list(found["id"])
        return Whistles(found, self._sides(districts, ids), self._summons(districts, ids))

    def _sides(self, districts: Sequence[str], ids: Sequence[object]) -> pd.DataFrame:
        c = whistle_side.c
        named = (
            (area_period.c.district_code == c.street_district_code)
            & (area_period.c.area_id == c.street_id)
            & area_period.c.valid.contains(whistle.c.drafted_at)
        )
        query = (
            select(c.whistle_id, c.street_code, area_period.c.name.label("street_name"), c.share, c.measure)
            .add_columns(c.leads, c.confirm_due_at)
            .join(whistle, (whistle.c.district_code == c.district_code) & (whistle.c.id == c.whistle_id))
            .outerjoin(area_period, named)
            .where(c.district_code.in_(districts), c.whistle_id.in_(ids))
            .order_by(c.whistle_id, c.share.desc(), c.street_code)
        )
        return _table(self._connection, query)

    def _summons(self, districts: Sequence[str], ids: Sequence[object]) -> pd.DataFrame:
        c = summons.c
        query = (
            select(c.whistle_id, c.organisation_code, organisation.c.name, c.leads, c.due_at)
            .join(organisation, organisation.c.code == c.organisation_code)
            .where(c.district_code.in_(districts), c.whistle_id.in_(ids))
            .order_by(c.whistle_id, c.leads.desc(), c.organisation_code)
        )
        return _table(self._connection, query)

    def kinds(self, layer: str, attribute: str) -> dict[str, int]:
        """Return how many features of a layer of the base map have which value of an attribute."""
        kind = base_feature.c.attributes[attribute].astext
        query = select(kind, func.count()).where(base_feature.c.layer == layer, kind.is_not(None)).group_by(kind)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def drawn(self, at: datetime) -> tuple[datetime | None, datetime | None, int]:
        """Return what changes with the areas as of `at`: when the newest began, when the last ended, how many are."""
        c = area_period.c
        ended = select(func.max(func.upper(c.valid))).where(func.upper(c.valid) <= at).scalar_subquery()
        query = select(func.max(c.starts_at), ended, func.count()).where(c.valid.contains(at))
        row = self._connection.execute(query).one()
        return row[0], row[1], row[2]

    def sources(self, at: datetime) -> dict[str, str]:
        """Return what each district's grid as of `at` says about where it comes from, by district code."""
        c = grid_version.c
        query = select(c.district_code, c.source).ext(distinct_on(c.district_code)).where(c.valid_from <= at)
        rows = self._connection.execute(query.order_by(c.district_code, c.version.desc()))
        return {row[0]: row[1] for row in rows}


def _incidents(districts: Sequence[str], since: datetime, until: datetime) -> Select[Any]:
    state, position = incident_state.c, incident_position.c
    return (
        select(
            *(incident.c[name] for name in ("district_code", "id", "number", "reported_at", "channel")),
            channel.c.name_zh,
            channel.c.name_en,
            matter.c.name.label("matter"),
            incident.c.text,
            state.stage,
            state.placement,
            state.cell_code,
            position.address,
            position.accuracy_m,
            state.geom,
        )
        .join(incident_state, _same(incident.c, state))
        .join(channel, channel.c.code == incident.c.channel)
        .join(matter, _judged_by())
        .outerjoin(incident_position, _newest(position, state))
        .where(*_within(districts, since, until))
    )


def _whistles(districts: Sequence[str], since: datetime, until: datetime) -> Select[Any]:
    state, position = incident_state.c, incident_position.c
    return (
        select(whistle.c.district_code, whistle.c.id, whistle_kind.c.name_zh, whistle_kind.c.name_en)
        .add_columns(whistle.c.stage, whistle.c.crosses_district, whistle.c.drafted_at)
        .add_columns(incident.c.number, matter.c.name.label("matter"), incident.c.text, position.geom)
        .join(whistle_kind, whistle_kind.c.code == whistle.c.kind)
        .join(
            incident,
            (incident.c.district_code == whistle.c.district_code) & (incident.c.id == whistle.c.incident_id),
        )
        .join(incident_state, _same(incident.c, state))
        .join(incident_position, _newest(position, state))
        .join(matter, _judged_by())
        .where(whistle.c.combined, *_within(districts, since, until))
    )


def _within(districts: Sequence[str], since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    # By district first: that is how the index on the time of the report begins.
    reported = incident.c.reported_at
    return incident.c.district_code.in_(districts), reported >= since, reported <= until


def _same(one: Any, state: Any) -> ColumnElement[bool]:
    joined: ColumnElement[bool] = (one.district_code == state.district_code) & (one.id == state.incident_id)
    return joined


def _newest(part: Any, state: Any) -> ColumnElement[bool]:
    joined: ColumnElement[bool] = (
        (part.district_code == state.district_code)
        & (part.incident_id == state.incident_id)
        & (part.seq == state.position_seq)
    )
    return joined


def _judged_by() -> ColumnElement[bool]:
    return (matter.c.list_version == incident.c.list_version) & (matter.c.code == incident.c.matter_code)


def _meets(geom: Any, box: Box) -> ColumnElement[bool]:
    met: ColumnElement[bool] = geom.op("&&")(func.ST_MakeEnvelope(*box, 4326))
    return met


def _table(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    rows = connection.execute(query)
    # Object columns: pandas would turn a code that is None into NaN.
    return pd.DataFrame([tuple(row) for row in rows], columns=list(rows.keys()), dtype=object)
