"""Which rule holds for the rows of which table, as migrations wrote it into the database; a test holds both equal.

A new table belongs here, and its rule into the migration that makes it. A table without one is closed: the login role
of requests was granted nothing on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Seen(Enum):
    """By whom a row is seen."""

    BY_NOBODY = "only through functions that write down who looked, or by the system"
    BY_ALL = "whoever has entered"
    BY_ITSELF = "the account or the person that it is about, or who looks after it"
    WITH_INCIDENT = "the people of its district, and whoever takes part"
    WITH_BOTH = "whoever sees both incidents that it names"
    WITH_WHISTLE = "whoever sees the whistle's incident"
    BY_OFFICE = "holders of a permission over its district"


@dataclass(frozen=True, slots=True)
class Rule:
    """By whom the rows of a table are seen, and which commands the role of requests may try at all.

    Attributes
    ----------
    commands
        Letters: read, add, change, delete. What a command may touch is decided row by row.
    """

    seen: Seen
    commands: str


def _all(seen: Seen, commands: str, names: str) -> dict[str, Rule]:
    return {name: Rule(seen, commands) for name in names.split()}


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        **_all(Seen.BY_NOBODY, "", "reporter login_attempt sign_on delivery_item rollup_progress"),
        **_all(
            Seen.BY_ALL,
            "r",
            "role role_permission change_horizon "
            "address area area_period base_feature cell cell_lineage cell_measure grid_version",
        ),
        **_all(Seen.BY_ALL, "ra", "rule_change load_log"),
        **_all(Seen.BY_ALL, "rac", "checklist duty organisation person team"),
        **_all(
            Seen.BY_ALL,
            "racd",
            "calendar_day calendar_year channel duty_role escalation_step hours_of_kind hours_of_organisation matter "
            "matter_list responsibility time_limit whistle_kind work_hours work_segment team_member",
        ),
        **_all(Seen.BY_ITSELF, "r", "account account_grant account_event credential look"),
        **_all(Seen.BY_ITSELF, "ra", "notice patrol staff_position"),
        **_all(Seen.BY_ITSELF, "rc", "inbox"),
        **_all(Seen.BY_ITSELF, "rac", "act preference shift upload"),
        **_all(Seen.BY_ITSELF, "racd", "upload_part"),
        **_all(Seen.WITH_INCIDENT, "r", "incident incident_external incident_standing"),
        **_all(
            Seen.WITH_INCIDENT,
            "ra",
            "incident_fact incident_position incident_probability incident_share evidence evidence_exif change",
        ),
        **_all(Seen.WITH_INCIDENT, "rad", "incident_party"),
        **_all(Seen.WITH_INCIDENT, "rc", "incident_state"),
        **_all(Seen.WITH_INCIDENT, "rac", "incident_hop whistle"),
        **_all(Seen.WITH_BOTH, "rac", "incident_duplicate"),
        **_all(Seen.WITH_WHISTLE, "ra", "summons_measure summons_release summons_rating summons_attempt"),
        **_all(Seen.WITH_WHISTLE, "rac", "whistle_side summons check_in"),
        **_all(
            Seen.BY_OFFICE, "r", "draft_duty seal sweep_failure rollup_cell rollup_due rollup_hexagon rollup_placement"
        ),
        **_all(Seen.BY_OFFICE, "ra", "draft_cell draft_event proposal register_change verification"),
        **_all(Seen.BY_OFFICE, "rc", "delivery"),
        **_all(Seen.BY_OFFICE, "rac", "draft endpoint"),
    }
)
