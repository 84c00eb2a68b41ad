"""What must be true of the town's database however often it was killed."""

from collections import Counter, defaultdict
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from gridgov.incidents import Fact, FactKind
from gridgov.incidents.facts import first_break
from gridgov.incidents.timing import RESUME, next_step
from gridgov.services.whistling.scene import ladders
from gridgov.store.tables import incident_fact
from gridgov.store.unit import Store, Unit
from gridgov.whistles import due_steps

from .town import lines

# Facts, changes and acts of one transaction carry its number: none of the three is there without the others.
_HALF_ACTS = """
    WITH acted AS (SELECT id, name, xmin::text::bigint AS xid FROM act),
    told AS (
        SELECT DISTINCT (xid::text::bigint % 4294967296) AS xid FROM change
        WHERE split_part(kind, '.', 1) IN ('incident', 'case', 'whistle')),
    chained AS (SELECT DISTINCT (xid::text::bigint % 4294967296) AS xid FROM incident_fact)
    SELECT 'act without fact: ' || name AS what FROM acted WHERE xid NOT IN (SELECT xid FROM chained)
    UNION ALL SELECT 'act without change: ' || name FROM acted WHERE xid NOT IN (SELECT xid FROM told)
    UNION ALL SELECT 'fact without change' FROM chained WHERE xid NOT IN (SELECT xid FROM told)
    UNION ALL SELECT 'change without fact' FROM told WHERE xid NOT IN (SELECT xid FROM chained)
    UNION ALL SELECT 'act without answer: ' || name FROM act WHERE answer = '{}'
    UNION ALL SELECT 'incident without state' FROM incident i WHERE NOT EXISTS (
        SELECT FROM incident_state s WHERE s.district_code = i.district_code AND s.incident_id = i.id)
    UNION ALL SELECT 'incident without facts' FROM incident i WHERE NOT EXISTS (
        SELECT FROM incident_fact f WHERE f.district_code = i.district_code AND f.incident_id = i.id)
    UNION ALL SELECT 'whistle without summons and sides' FROM whistle w WHERE NOT EXISTS (
        SELECT FROM whistle_side s WHERE s.district_code = w.district_code AND s.whistle_id = w.id)
    UNION ALL SELECT 'job without its asking' FROM chaos_answered WHERE id NOT IN (SELECT id FROM chaos_asked)
"""
# All that is compared is of one moment, while others act on.
_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
_STAGE_OF = {
    FactKind.FILED: "filed",
    FactKind.DISPATCHED: "dispatched",
    FactKind.ACCEPTED: "handling",
    FactKind.RETURNED: "filed",
    FactKind.FED_BACK: "fed_back",
    FactKind.VERIFIED: "verified",
    FactKind.SENT_BACK: "handling",
    FactKind.CLOSED: "closed",
    FactKind.REJECTED: "rejected",
    FactKind.SUSPENDED: "suspended",
}


def acknowledged(store: Store, journals: list[Path]) -> dict[str, int]:
    """Hold every answer that a client was given against what is stored, and return how many there were of what."""
    counted: Counter[str] = Counter()
    read = [list(lines(journal)) for journal in journals]  # before the store: what is told meanwhile is there as well
    with store.transaction() as unit:
        rows = unit.connection.execute(text("SELECT id, answer FROM act"))
        answers = {str(row.id): row.answer for row in rows}
        numbers = {str(r.id): r.number for r in unit.connection.execute(text("SELECT id, number FROM incident"))}
        asked_jobs = set(unit.connection.execute(text("SELECT id FROM chaos_asked")).scalars())
    for journal in read:
        did: dict[str, str] = {}
        for line in journal:
            if "asked" in line:
                did[line["asked"]["id"]] = line["asked"]["do"]
                continue
            do = did[line["told"]]
            if "refused" in line:
                counted["refused"] += 1
                assert line["refused"] not in {"error", "invalid-input"}, line
                assert answers.get(line["told"], {"refusal": ""}).get("refusal") is not None, line
                continue
            counted[do] += 1
            stored: Any = {"report": numbers, "job": dict.fromkeys(asked_jobs, "deferred")}.get(do, answers)
            assert _said(stored.get(line["told"])) == _said(line["answer"]), line
    return dict(counted)


def _said(answer: Any) -> Any:
    """Return an answer without the mark that it was given before."""
    return {k: v for k, v in answer.items() if k != "replayed"} if isinstance(answer, dict) else answer


def whole(store: Store) -> None:
    """No half act, no broken chain, no state that its facts do not tell, nothing done twice."""
    with store.transaction() as unit:
        connection = unit.connection
        connection.execute(_ONE_MOMENT)
        half = Counter(connection.execute(text(_HALF_ACTS)).scalars())
        assert not half, half
        chains = _chains(connection)
        broken = [key for key, facts in chains.items() if first_break(facts) is not None]
        assert not broken, broken
        _stages(connection, chains)
        _steps_once(chains)
        assert not unit.jobs.failures(), unit.jobs.failures()


def fired(store: Store, now: datetime) -> dict[str, int]:
    """Nothing that was due by `now` is missing, each step has its one fact and its notices; return how many of what."""
    with store.transaction() as unit:
        unit.connection.execute(_ONE_MOMENT)
        assert unit.jobs.oldest_due(now) is None
        known = ladders(unit)
        connection = unit.connection
        chains = _chains(connection)
        dedups = set(connection.execute(text("SELECT dedup FROM notice")).scalars())
        ids = connection.execute(text("SELECT id FROM whistle")).scalars().all()
        whistles = [unit.whistles.live.read(identifier) for identifier in ids]
        counted = _case_steps(unit, chains, dedups, now)
    steps = _whistle_steps(chains)
    for whistle in whistles:
        assert due_steps(whistle, now, known) == ()
        told = {key: numbers for key, numbers in steps.items() if key[0] == str(whistle.id)}
        expected = {("confirm", s.street_code): s.confirm_step for s in whistle.sides}
        expected |= {("check_in", s.organisation_code): s.check_in_step for s in whistle.summons}
        expected |= {("measure", s.organisation_code): s.measure_step for s in whistle.summons}
        expected |= {("close", str(whistle.id)): whistle.close_step}
        for (due, target), last in expected.items():
            numbers = told.pop((str(whistle.id), due, target), [])
            assert numbers == list(range(1, last + 1)), (whistle.id, due, target, numbers, last)
            for number in numbers:
                counted[due] += 1
                prefix = f"whistle:{whistle.id}:escalated:{due}:{target}:{number}:"
                assert any(dedup.startswith(prefix) for dedup in dedups), prefix
        assert not told
    return dict(counted)


def _case_steps(unit: Unit, chains: dict[tuple[str, str], list[Fact]], dedups: set[str], now: datetime) -> Counter[str]:
    """Each case has come as far up as its deadline, no step is left to take, and each was told to somebody."""
    rules, told = unit.worktime.rules(), {dedup.rpartition(":")[0] for dedup in dedups}
    counted: Counter[str] = Counter()
    for (_, incident_id), facts in chains.items():
        standing = unit.cases.read(UUID(incident_id))
        assert standing.due_kind in {None, RESUME} or next_step(standing, rules, now) is None, standing
        said = [fact.payload for fact in facts if fact.kind is FactKind.OVERDUE]
        deadline = standing.deadline_at.isoformat() if standing.deadline_at else None
        of_kind = [each for each in said if each["due_kind"] == standing.due_kind]
        steps = [each["step"] for each in of_kind if each["deadline_at"] == deadline]
        # A deadline that an act moved within the past keeps the steps that were taken of the one before.
        taken = steps[-1] if steps else max((each["step"] for each in of_kind), default=0)
        assert standing.due_step == taken if steps else standing.due_step <= taken, (standing, said)
        for each in said:
            occasion = f"overdue:{incident_id}:{each['due_kind']}:{each['deadline_at']}:{each['step']}"
            assert occasion in told, occasion
            counted[f"case {each['due_kind']}"] += 1
    return counted


def _chains(connection: Connection) -> dict[tuple[str, str], list[Fact]]:
    c = incident_fact.c
    query = select(c.district_code, c.incident_id, c.seq, c.kind, c.at, c.author, c.payload, c.previous_hash, c.hash)
    rows = connection.execute(query.order_by(c.district_code, c.incident_id, c.seq)).all()
    return {
        (key[0], str(key[1])): [Fact(r[1], r[2], FactKind(r[3]), *r[4:]) for r in found]
        for key, found in groupby(rows, key=lambda r: (r[0], r[1]))
    }


def _stages(connection: Connection, chains: dict[tuple[str, str], list[Fact]]) -> None:
    """The stage that stands is the stage that the facts lead to."""
    rows = connection.execute(
        text("SELECT district_code, incident_id, stage, stage_before, revision FROM incident_state")
    )
    for row in rows:
        facts = chains[row.district_code, str(row.incident_id)]
        moves = [fact.kind for fact in facts if fact.kind in _STAGE_OF]
        back = any(fact.kind in {FactKind.RESUMED, FactKind.REOPENED, FactKind.UNMERGED} for fact in facts)
        if not back:
            expected = _STAGE_OF[moves[-1]] if moves else "reported"
            assert row.stage == expected, (row, moves)


def _whistle_steps(chains: dict[tuple[str, str], list[Fact]]) -> dict[tuple[str, str, str], list[int]]:
    steps: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for facts in chains.values():
        for fact in facts:
            if fact.kind is FactKind.WHISTLE_ESCALATED:
                said = fact.payload
                steps[said["whistle"], said["due"], said["target"]].append(said["step"])
    return steps


def _steps_once(chains: dict[tuple[str, str], list[Fact]]) -> None:
    """Every step of every deadline has one fact, and none comes before the one below it."""
    for key, numbers in _whistle_steps(chains).items():
        assert numbers == list(range(1, len(numbers) + 1)), (key, numbers)
    for incident, facts in chains.items():
        taken: dict[tuple[str, str], list[int]] = defaultdict(list)
        for fact in facts:
            if fact.kind is FactKind.OVERDUE:
                said = fact.payload
                taken[said["due_kind"], said["deadline_at"]].append(said["step"])
        for deadline, numbers in taken.items():
            assert numbers == list(range(1, len(numbers) + 1)), (incident, deadline, numbers)
