"""How incidents stood, from when until when: what `incident_state` was, so that a list can be asked as of a moment."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, SmallInteger, String, Table, func
from sqlalchemy import text as sql

from gridgov.store.tables.base import district, key, metadata, moment

# Kept by `gridgov_tell_standing` in the transaction of whatever changes the state, from the state: one row for each
# time in which none of this changed. Not partitioned, like `incident_party`: every act writes here, and planning that
# over months would cost each of them milliseconds.
incident_standing = Table(
    "incident_standing",
    metadata,
    district(),
    key("incident_id"),
    Column("since", moment("since").type, primary_key=True),
    Column("until", moment("until").type, comment="null: it still stands so"),
    Column("stage", String(20), nullable=False),
    Column("placement", String(12), nullable=False),
    Column("position_seq", Integer),
    Column("cell_code", String(15)),
    Column("matter_code", String(40)),
    Column("priority", SmallInteger),
    Column("handling_organisation_code", String(40)),
    Column("due_kind", String(20)),
    Column("ends_at", moment("ends_at").type, comment="the deadline, or when a suspension ends"),
    Column(
        "clock_told",
        Boolean,
        nullable=False,
        server_default=sql("true"),
        comment="false: told later from the facts, by rules of time that may have been others then",
    ),
    Column(
        "untold",
        Boolean,
        nullable=False,
        server_default=sql("false"),
        comment="how it stood before that is still to be told from the facts",
    ),
    ForeignKeyConstraint(["district_code", "incident_id"], ["incident.district_code", "incident.id"]),
)
Index(
    "incident_standing_open_idx",
    func.tstzrange(incident_standing.c.since, incident_standing.c.until),
    postgresql_using="gist",
    postgresql_where=sql("stage NOT IN ('closed', 'rejected', 'merged')"),
)
Index("incident_standing_incident_id_idx", incident_standing.c.incident_id, incident_standing.c.since)
Index("incident_standing_matter_idx", incident_standing.c.matter_code, incident_standing.c.incident_id)
Index(
    "incident_standing_handling_idx",
    incident_standing.c.handling_organisation_code,
    incident_standing.c.incident_id,
    postgresql_where=sql("handling_organisation_code IS NOT NULL"),
)
Index("incident_standing_untold_idx", incident_standing.c.incident_id, postgresql_where=sql("untold"))
