"""Reference rows that every installation starts with. Local ones are added beside them and never overwritten."""

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from gridgov.access import ROLES
from gridgov.store.tables import channel, duty_role, role, role_permission, whistle_kind
from gridgov.store.whistles.kinds import to_row
from gridgov.store.worktime_reference import ensure_worktime
from gridgov.whistles import STARTING_KINDS

_CHANNELS = [
    {"code": "grid_worker", "name_zh": "网格员上报", "name_en": "Grid worker"},
    {"code": "hotline_12345", "name_zh": "12345 热线", "name_en": "12345 hotline"},
    {"code": "resident_app", "name_zh": "市民随手拍", "name_en": "Resident's app"},
    {"code": "camera", "name_zh": "视频发现", "name_en": "Camera"},
    {"code": "inspection", "name_zh": "巡查督查", "name_en": "Inspection"},
    {"code": "proactive", "name_zh": "未诉先办", "name_en": "Proactive"},
]

_ROLES = [
    {"code": "grid_worker", "name_zh": "专职网格员", "name_en": "Grid worker, full-time"},
    {"code": "grid_worker_part_time", "name_zh": "兼职网格员", "name_en": "Grid worker, part-time"},
    {"code": "grid_lead", "name_zh": "网格长", "name_en": "Cell lead"},
    {"code": "community_commissioner", "name_zh": "社区专员", "name_en": "Community commissioner"},
    {"code": "grid_assistant", "name_zh": "网格助理员", "name_en": "Grid assistant"},
    {"code": "police", "name_zh": "社区民警", "name_en": "Police"},
    {"code": "enforcement", "name_zh": "执法队员", "name_en": "Enforcement"},
    {"code": "medic", "name_zh": "社区医生", "name_en": "Medic"},
    {"code": "fire", "name_zh": "消防", "name_en": "Fire"},
    {"code": "social_worker", "name_zh": "社工", "name_en": "Social worker"},
    {"code": "volunteer", "name_zh": "志愿者", "name_en": "Volunteer"},
    {"code": "street_lead", "name_zh": "街道负责人", "name_en": "Street lead"},
    {"code": "dispatcher", "name_zh": "派遣员", "name_en": "Dispatcher"},
    {"code": "handler", "name_zh": "处置员", "name_en": "Handler"},
    {"code": "inspector", "name_zh": "核查员", "name_en": "Inspector"},
    {"code": "lane_chief", "name_zh": "街巷长", "name_en": "Lane chief"},
]
_KINDS = [to_row(kind) for kind in STARTING_KINDS]


def ensure_reference(connection: Connection) -> None:
    """Add the reference rows that are missing; rows that a district has changed stay as they are."""
    for table, rows in ((channel, _CHANNELS), (duty_role, _ROLES), (whistle_kind, _KINDS)):
        connection.execute(insert(table).values(rows).on_conflict_do_nothing())
    _ensure_roles(connection)
    ensure_worktime(connection)


def _ensure_roles(connection: Connection) -> None:
    """Add the roles that are missing with their permissions; what a district has taken from a role stays taken."""
    rows = [{"code": r.code, "name_zh": r.name_zh, "name_en": r.name_en} for r in ROLES]
    added = insert(role).values(rows).on_conflict_do_nothing().returning(role.c.code)
    fresh = set(connection.execute(added).scalars())
    granted = [{"role": r.code, "permission": p} for r in ROLES if r.code in fresh for p in sorted(r.permissions)]
    if granted:
        connection.execute(insert(role_permission).values(granted))
