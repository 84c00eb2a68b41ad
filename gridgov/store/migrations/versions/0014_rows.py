"""Row-level security, under a login role that owns nothing.

Migrations go forward only: going back is restoring the dump that was made before.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


@dataclass(frozen=True)
class Rule:
    """What the application's role may do with a table's rows, command by command; None: nothing at all."""

    read: str | None = None
    add: str | None = None
    change: str | None = None
    remove: str | None = None
    columns: str = ""
    """What may be read, where not all of it may."""


# Each condition calls its functions as `(SELECT ...)`: once per query, not per row.
_ENTERED = "(SELECT gridgov_private.entered())"
_ACTS = "(SELECT gridgov_private.acts())"
_ACCOUNT = "(SELECT gridgov_private.account())"


def _may(permission: str) -> str:
    return f"(SELECT gridgov_private.may('{permission}'))"


def _in_districts(permission: str, column: str = "district_code") -> str:
    return f"{column} = ANY ((SELECT gridgov_private.districts('{permission}'))::text[])"


def _in_parties(permission: str, column: str) -> str:
    return f"{column} = ANY ((SELECT gridgov_private.parties('{permission}'))::text[])"


def _visible(table: str, column: str = "incident_id", district: str = "district_code") -> str:
    """Return the one condition: the district's own people, and whoever takes part.

    OFFSET 0: asked of each row that is looked at; else the planner may gather all that somebody ever took part in.
    """
    return (
        f"({_in_districts('case.read', district)} OR EXISTS (SELECT FROM gridgov_private.party AS p "
        f"WHERE p.district_code = {table}.{district} AND p.incident_id = {table}.{column} "
        f"AND {_in_parties('case.read', 'p.party')} OFFSET 0))"
    )


def _of_whistle(table: str, column: str = "whistle_id") -> str:
    """Return the condition that the whistle is seen: by whoever sees its incident."""
    return (
        f"EXISTS (SELECT FROM whistle AS w WHERE w.district_code = {table}.district_code AND w.id = {table}.{column})"
    )


def _case(table: str, *, add: bool = True, change: bool = False, column: str = "incident_id") -> Rule:
    seen = _visible(table, column)
    done = f"{_ACTS} AND {seen}"
    return Rule(seen, done if add else None, done if change else None)


def _whistle(table: str, *, change: bool = True) -> Rule:
    seen = _of_whistle(table)
    done = f"{_ACTS} AND {seen}"
    return Rule(seen, done, done if change else None)


def _pair(table: str) -> Rule:
    """Return the rule of what names two incidents: for whoever sees both."""
    seen = f"{_visible(table)} AND {_visible(table, 'other_id', 'other_district_code')}"
    return Rule(seen, f"{_ACTS} AND {seen}", f"{_ACTS} AND {seen}")


def _whole(permission: str) -> str:
    """Return the condition that a permission is held over a whole district: what it changes holds everywhere in it."""
    return f"(SELECT gridgov_private.districts('{permission}'))::text[] <> '{{}}'"


def _reference(permission: str | None = None) -> Rule:
    write = _whole(permission) if permission else None
    return Rule(_ENTERED, write, write, write)


def _placed(permission: str) -> Rule:
    write = _in_districts(permission)
    return Rule(_ENTERED, write, write, write)


_OWN = f"account_id = {_ACCOUNT}"
_OFFICES = "(SELECT gridgov_private.offices('accounts.manage'))::text[]"
_OWN_OR_MANAGED = f"{_OWN} OR gridgov_private.manages(account_id, {_OFFICES})"
_MYSELF = "person_id = (SELECT gridgov_private.person())"
_OWN_SHIFT = f"{_MYSELF} AND {_OWN}"
_REACHED = "district_code = ANY ((SELECT gridgov_private.reach())::text[])"


def _exists(table: str, condition: str) -> str:
    """Return the condition that a row of another table is there, and is seen."""
    return f"EXISTS (SELECT FROM {table} AS o WHERE {condition})"


def _told(table: str, incident: str, whistle: str) -> str:
    """Return the condition for what tells of an incident or a whistle that one sees."""
    seen = _exists("incident_state", f"o.district_code = {table}.district_code AND o.incident_id = {incident}")
    return f"({seen} OR {_exists('whistle', f'o.district_code = {table}.district_code AND o.id = {whistle}')})"


_CHANGED = _told("change", "coalesce(change.incident_id, change.subject_id)", "change.subject_id")
_NOTED = _told("notice", "notice.incident_id", "notice.whistle_id")
_IN_INBOX = _exists(
    "inbox", f"o.district_code = notice.district_code AND o.notice_id = notice.id AND o.account_id = {_ACCOUNT}"
)
_OWN_UPLOAD = _exists("upload", "o.district_code = upload_part.district_code AND o.id = upload_part.upload_id")
_OF_EVIDENCE = _exists("evidence", "o.district_code = evidence_exif.district_code AND o.id = evidence_exif.evidence_id")
_ON_DUTY = _exists(
    "shift",
    "o.district_code = staff_position.district_code AND o.person_id = staff_position.person_id "
    "AND o.started_at <= staff_position.at AND coalesce(o.ended_at, o.due_at) >= staff_position.at",
)
_OWN_TEAM = (
    "EXISTS (SELECT FROM unnest((SELECT gridgov_private.areas('whistle.blow'))::text[]) AS a (code) "
    "WHERE starts_with(team.area_code, a.code))"
)
_OF_TEAM = (
    "EXISTS (SELECT FROM team WHERE team.district_code = team_member.district_code "
    f"AND team.id = team_member.team_id AND {_OWN_TEAM})"
)

# As `gridgov.access.subject` writes an organisation as a party.
_AS_PARTY = "('org:' || organisation_code)"

_SEES = "gridgov_private.sees(district_code, incident_id, (SELECT gridgov_private.parties('case.read'))::text[])"

_RULES: dict[str, Rule] = {
    # Access. Secrets are read by nobody, and accounts are kept by the system: one proves who one is before one enters.
    "role": _reference(),
    "role_permission": _reference(),
    "account": Rule(
        f"id = {_ACCOUNT} OR gridgov_private.manages(id, {_OFFICES})",
        columns="id, login, name, person_district_code, person_id, email, must_change, issuer, issuer_subject, "
        "created_at, disabled_at, area_code",
    ),
    "account_grant": Rule(_OWN_OR_MANAGED),
    "account_event": Rule(_OWN_OR_MANAGED),
    "credential": Rule(
        _OWN_OR_MANAGED,
        columns="id, account_id, kind, name, prefix, scopes, created_at, expires_at, revoked_at, seen_at",
    ),
    "login_attempt": Rule(),
    "sign_on": Rule(),
    # The city and its rules, which whoever has entered may read.
    **{
        name: _placed("grid.plan")
        for name in (
            "address",
            "area",
            "area_period",
            "base_feature",
            "cell",
            "cell_lineage",
            "cell_measure",
            "duty",
            "grid_version",
        )
    },
    # Who answers for what is everybody's to know who may do anything; by which number they are called is not.
    "person": replace(
        _placed("grid.plan"), columns="district_code, id, staff_code, name, organisation_code, employment"
    ),
    **{
        name: _reference("rules.manage")
        for name in (
            "calendar_day",
            "calendar_year",
            "channel",
            "duty_role",
            "escalation_step",
            "hours_of_kind",
            "hours_of_organisation",
            "matter",
            "matter_list",
            "organisation",
            "responsibility",
            "time_limit",
            "whistle_kind",
            "work_hours",
            "work_segment",
        )
    },
    "rule_change": Rule(_ENTERED, _whole("rules.manage")),
    "load_log": Rule(_ENTERED, f"{_whole('rules.manage')} OR {_in_districts('grid.plan')}"),
    "team": Rule(_ENTERED, _OWN_TEAM, _OWN_TEAM),
    "team_member": Rule(_ENTERED, _OF_TEAM, _OF_TEAM, _OF_TEAM),
    # Incidents. A report is taken in by the system, and never changed by anybody.
    # The digest covers who reported, and a phone number could be found from it by trying.
    "incident": replace(
        _case("incident", column="id", add=False),
        columns="district_code, id, number, reported_at, received_at, channel, external_number, list_version, "
        "matter_code, text",
    ),
    "incident_state": _case("incident_state", add=False, change=True),
    "incident_fact": _case("incident_fact"),
    "incident_position": _case("incident_position"),
    "incident_probability": _case("incident_probability"),
    "incident_share": _case("incident_share"),
    "incident_hop": _case("incident_hop", change=True),
    "incident_external": _case("incident_external", add=False),
    "incident_duplicate": _pair("incident_duplicate"),
    "incident_party": Rule(
        f"{_in_districts('case.read')} OR {_in_parties('case.read', 'party')} OR {_SEES}",
        f"{_ACTS} AND ({_in_districts('case.read')} OR {_SEES})",
        # Whoever reported what was merged into a case leaves it with that.
        remove=f"{_ACTS} AND {_may('case.unmerge')} AND part = 'merged_reporter' "
        f"AND ({_in_districts('case.read')} OR {_SEES})",
    ),
    "reporter": Rule(),
    "evidence": _case("evidence"),
    "evidence_exif": Rule(f"{_may('evidence.exif')} AND {_OF_EVIDENCE}", f"{_ACTS} AND {_OF_EVIDENCE}"),
    "upload": Rule(_OWN, f"{_OWN} AND {_ACTS} AND {_visible('upload')}", _OWN),
    "upload_part": Rule(_OWN_UPLOAD, _OWN_UPLOAD, _OWN_UPLOAD, _OWN_UPLOAD),
    # Whistles. Only the system drafts them by itself.
    "whistle": _case("whistle", change=True),
    "whistle_side": _whistle("whistle_side"),
    "summons": _whistle("summons"),
    "check_in": _whistle("check_in"),
    "summons_measure": _whistle("summons_measure", change=False),
    "summons_release": _whistle("summons_release", change=False),
    "summons_rating": _whistle("summons_rating", change=False),
    "summons_attempt": _whistle("summons_attempt", change=False),
    # What acts leave behind, and what is made of it.
    "act": Rule(f"{_OWN} OR {_in_districts('audit.read')}", _OWN, _OWN),
    "notice": Rule(
        f"{_OWN} OR {_in_parties('inbox.read', _AS_PARTY)} OR {_IN_INBOX}",
        f"{_ENTERED} AND ({_REACHED} OR {_NOTED})",
    ),
    # What is carried to people and programs, which the system does; a program's secret is shown once and never again.
    "inbox": Rule(_OWN, change=_OWN),
    "preference": Rule(_OWN, _OWN, _OWN),
    "endpoint": Rule(
        _in_districts("channels.manage"),
        _in_districts("channels.manage"),
        _in_districts("channels.manage"),
        columns="district_code, id, name, url, kinds, organisation_code, created_at, created_by, disabled_at, "
        "failures, paused_until",
    ),
    "delivery": Rule(_in_districts("channels.manage"), change=_in_districts("channels.manage")),
    "delivery_item": Rule(),
    "change": Rule(f"{_in_districts('case.read')} OR {_CHANGED}", f"{_ENTERED} AND ({_REACHED} OR {_CHANGED})"),
    "change_horizon": Rule(_ENTERED),
    "seal": Rule(_in_districts("audit.read")),
    "verification": Rule(_in_districts("audit.read"), _in_districts("audit.read")),
    "sweep_failure": Rule(_in_districts("audit.read")),
    # Looks are written by the functions that show something; positions by the person, while on duty.
    "look": Rule(
        f"{_in_districts('looks.read')} OR {_MYSELF}",
        columns="district_code, id, at, kind, account_id, login, incident_id, person_id, purpose",
    ),
    # A track is its account's: another account that is made for the same person opens none of it.
    "shift": Rule(_OWN_SHIFT, _OWN_SHIFT, _OWN_SHIFT),
    "staff_position": Rule(f"{_MYSELF} AND {_ON_DUTY}", f"{_MYSELF} AND {_ON_DUTY}"),
}


def upgrade() -> None:
    """Make the roles, the way in, and a rule for each table."""
    run = op.execute
    run(_ROLES)
    run(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    run("GRANT USAGE ON SCHEMA public TO gridgov_app, gridgov_jobs")
    run(_QUEUE)
    for table, rule in _RULES.items():
        for statement in _statements(table, rule):
            run(statement)
    run(_DISTRICTS)


def _statements(table: str, rule: Rule) -> list[str]:
    made = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
    conditions = {"SELECT": rule.read, "INSERT": rule.add, "UPDATE": rule.change, "DELETE": rule.remove}
    for command, condition in conditions.items():
        if condition is not None:
            words = {"SELECT": f"USING ({condition})", "DELETE": f"USING ({condition})"}
            held = words.get(command, f"WITH CHECK ({condition})")
            held = f"USING ({condition}) {held}" if command == "UPDATE" else held
            made.append(f"CREATE POLICY app_{command.lower()} ON {table} FOR {command} TO gridgov_app {held}")
            columns = f" ({rule.columns})" if command == "SELECT" and rule.columns else ""
            made.append(f"GRANT {command}{columns} ON {table} TO gridgov_app")
    made.append(f"CREATE POLICY jobs_all ON {table} TO gridgov_jobs USING (true) WITH CHECK (true)")
    commands = "INSERT, DELETE" if table == "reporter" else "SELECT, INSERT, UPDATE, DELETE"
    made.append(f"GRANT {commands} ON {table} TO gridgov_jobs")
    return made


# Roles belong to the whole server: another database may bring them at the same moment.
_ROLES = """
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['gridgov_app', 'gridgov_jobs'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOBYPASSRLS', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END
$$
"""
# Incidents that lie in no cell are their district's all the same.
_DISTRICTS = """
    INSERT INTO incident_party (district_code, party, incident_id, part)
    SELECT district_code, district_code, id, 'place' FROM incident ON CONFLICT DO NOTHING
"""
# Whoever acts may enqueue what follows from it, and read nothing of the queue.
_QUEUE = """
DO $$
BEGIN
    IF to_regnamespace('jobs') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA jobs TO gridgov_app, gridgov_jobs;
        REVOKE ALL ON FUNCTION jobs.defer(text, jsonb) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION jobs.defer(text, jsonb) TO gridgov_app, gridgov_jobs;
    END IF;
END
$$
"""
