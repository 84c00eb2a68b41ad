"""The tables, as SQLAlchemy sees them. Migrations make them; a test holds both equal."""

from gridgov.store.tables.access import account, account_grant, credential, role, role_permission
from gridgov.store.tables.accounts import account_event, login_attempt, sign_on
from gridgov.store.tables.audit import seal, verification
from gridgov.store.tables.base import metadata
from gridgov.store.tables.cases import act, incident_hop, incident_party, notice
from gridgov.store.tables.changes import change, change_horizon, load_log
from gridgov.store.tables.drafts import draft, draft_cell, draft_duty, draft_event
from gridgov.store.tables.evidence import evidence, evidence_exif, upload, upload_part
from gridgov.store.tables.grid import area, area_period, base_feature, cell, cell_lineage, cell_measure, grid_version
from gridgov.store.tables.incidents import (
    incident,
    incident_duplicate,
    incident_external,
    incident_fact,
    incident_position,
    incident_probability,
    incident_share,
    incident_state,
    reporter,
)
from gridgov.store.tables.jobs import sweep_failure
from gridgov.store.tables.messages import delivery, delivery_item, endpoint, inbox, preference
from gridgov.store.tables.patrols import checklist, patrol
from gridgov.store.tables.people import duty, duty_role, organisation, person, register_change
from gridgov.store.tables.places import address
from gridgov.store.tables.proactive import proposal
from gridgov.store.tables.rollups import (
    rollup_cell,
    rollup_due,
    rollup_hexagon,
    rollup_placement,
    rollup_progress,
)
from gridgov.store.tables.rows import look, shift, staff_position
from gridgov.store.tables.rules import channel, matter, matter_list, responsibility
from gridgov.store.tables.standing import incident_standing
from gridgov.store.tables.whistles import (
    check_in,
    summons,
    summons_attempt,
    summons_measure,
    summons_rating,
    summons_release,
    team,
    team_member,
    whistle,
    whistle_kind,
    whistle_side,
)
from gridgov.store.tables.worktime import (
    calendar_day,
    calendar_year,
    escalation_step,
    hours_of_kind,
    hours_of_organisation,
    rule_change,
    time_limit,
    work_hours,
    work_segment,
)

__all__ = [
    "account",
    "account_event",
    "account_grant",
    "act",
    "address",
    "area",
    "area_period",
    "base_feature",
    "calendar_day",
    "calendar_year",
    "cell",
    "cell_lineage",
    "cell_measure",
    "change",
    "change_horizon",
    "channel",
    "check_in",
    "checklist",
    "credential",
    "delivery",
    "delivery_item",
    "draft",
    "draft_cell",
    "draft_duty",
    "draft_event",
    "duty",
    "duty_role",
    "endpoint",
    "escalation_step",
    "evidence",
    "evidence_exif",
    "grid_version",
    "hours_of_kind",
    "hours_of_organisation",
    "inbox",
    "incident",
    "incident_duplicate",
    "incident_external",
    "incident_fact",
    "incident_hop",
    "incident_party",
    "incident_position",
    "incident_probability",
    "incident_share",
    "incident_standing",
    "incident_state",
    "load_log",
    "login_attempt",
    "look",
    "matter",
    "matter_list",
    "metadata",
    "notice",
    "organisation",
    "patrol",
    "person",
    "preference",
    "proposal",
    "register_change",
    "reporter",
    "responsibility",
    "role",
    "role_permission",
    "rollup_cell",
    "rollup_due",
    "rollup_hexagon",
    "rollup_placement",
    "rollup_progress",
    "rule_change",
    "seal",
    "shift",
    "sign_on",
    "staff_position",
    "summons",
    "summons_attempt",
    "summons_measure",
    "summons_rating",
    "summons_release",
    "sweep_failure",
    "team",
    "team_member",
    "time_limit",
    "upload",
    "upload_part",
    "verification",
    "whistle",
    "whistle_kind",
    "whistle_side",
    "work_hours",
    "work_segment",
]
