"""The roles that every installation starts with. In the database they are rows, and a district may add its own."""

from dataclasses import dataclass

_READ = {"case.read", "grid.read", "inbox.read"}
_ON_DUTY = {"staff.self"}
_WORKER = (
    _READ
    | _ON_DUTY
    | {"case.report", "case.note", "case.verify", "case.send_back", "evidence.add", "whistle.vouch", "patrol.file"}
)
_HANDLER = _ON_DUTY | {
    "case.accept",
    "case.return",
    "case.feed_back",
    "case.suspend",
    "case.resume",
    "case.ask_extension",
    "case.note",
    "evidence.add",
    "whistle.answer",
}
_DISPATCHER = {
    "case.report",
    "case.file",
    "case.reject",
    "case.dispatch",
    "case.verify",
    "case.send_back",
    "case.close",
    "case.urge",
    "case.merge",
    "case.unmerge",
    "case.reclassify",
    "case.relocate",
    "case.note",
    "case.export",
    "evidence.add",
    "proactive.scan",
    "proactive.confirm",
}
_ISSUER = {"whistle.blow", "whistle.confirm", "whistle.release", "whistle.rate", "whistle.close", "whistle.vouch"}


@dataclass(frozen=True, slots=True)
class Role:
    """A role: what it is called, and what it may do inside the scope it is granted over."""

    code: str
    name_zh: str
    name_en: str
    permissions: frozenset[str]


ROLES: tuple[Role, ...] = (
    Role("grid_worker", "网格员", "Grid worker", frozenset(_WORKER)),
    Role(
        "community_officer",
        "社区工作者",
        "Community officer",
        frozenset(_WORKER | _HANDLER | {"whistle.blow", "whistle.release", "whistle.rate", "whistle.close"}),
    ),
    Role(
        "lane_chief",
        "街巷长",
        "Lane chief",
        frozenset(_WORKER | {"whistle.blow", "whistle.release", "whistle.rate", "whistle.close"}),
    ),
    Role(
        "street_officer",
        "街道工作人员",
        "Street officer",
        frozenset(_READ | _DISPATCHER | _HANDLER | _ISSUER | {"staff.locate", "evidence.exif"}),
    ),
    Role("department_officer", "部门工作人员", "Department officer", frozenset(_READ | _HANDLER)),
    Role(
        "command_centre",
        "区指挥中心",
        "Command centre",
        frozenset(
            _READ
            | _DISPATCHER
            | {
                "case.take_in",
                "case.reopen",
                "case.supervise",
                "case.resume",
                "case.suspend",
                "case.grant_extension",
                "case.refuse_extension",
                "reporter.reveal",
                "evidence.exif",
                "staff.locate",
                "whistle.blow",
                "whistle.confirm",
                "whistle.release",
                "whistle.rate",
                "whistle.close",
                "whistle.escalated",
                "audit.read",
                "grid.approve",
            }
        ),
    ),
    Role("planner", "网格规划员", "Planner", frozenset(_READ | {"grid.plan", "proactive.scan"})),
    Role(
        "administrator",
        "系统管理员",
        "Administrator",
        frozenset({"accounts.manage", "people.manage", "rules.manage", "grid.read", "inbox.read", "channels.manage"}),
    ),
    Role("auditor", "审计员", "Auditor", frozenset(_READ | {"audit.read", "case.export", "looks.read"})),
)
"""Nobody's role is everything: an administrator sees no case, a command centre manages no account."""

PERMISSIONS: frozenset[str] = frozenset().union(*(role.permissions for role in ROLES))
"""Every permission there is, as ``noun.verb``."""
