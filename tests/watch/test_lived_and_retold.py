"""Whatever happens: what is told of a moment later is what was told when it was lived, to everybody who saw it then."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gridgov.access import Caller
from gridgov.errors import GridgovError
from gridgov.ids import id_at, new_id
from gridgov.incidents.asked import Merge, Relocate, Unmerge
from gridgov.incidents.lifecycle import TABLE
from gridgov.services.looking import Desk, Filter
from gridgov.services.positions import Positions
from gridgov.services.sweeps.cases import due_cases
from gridgov.services.watching import Watch, Watching
from tests.cases.conftest import begin
from tests.cases.people import MATTER, asked_of, one_person
from tests.cases.test_random_lives import undone, who_does
from tests.support import at, report
from tests.whistles.stage import Cast
from tests.whistles.test_the_past import open_to

EVER = timedelta(days=400)
ELSEWHERE = at(117.1302, 36.6592)
OFTEN = 2
"""The first watchers look at every step, the others in turn."""
HAPPENS = ["act", "act", "act", "whistle", "whistle", "whistle", "report", "late", "merge", "elsewhere", "duty"]
steps = st.lists(
    st.tuples(
        st.sampled_from(HAPPENS),
        st.integers(0, 59),
        # None: until the very moment at which the next deadline falls.
        st.sampled_from([0, 1, 1, 40, 700, 6_000, None, None]),
    ),
    min_size=8,
    max_size=14,
)


@dataclass(frozen=True)
class Answer:
    """What somebody was told at a moment, and of which incidents."""

    seen: frozenset[UUID]
    watch: Watch
    figures: dict[str, Any]


class District:
    """Two cases, a combined whistle, a worker on duty, and those who watch."""

    def __init__(self, store, clock, keeper, intake, whistling) -> None:
        self.store, self.clock, self.intake = store, clock, intake
        self.lives = [begin(store, clock, keeper, intake), begin(store, clock, keeper, intake)]
        self.play = Cast(store, clock, intake, whistling).drafted()
        self.desk, self.watching = Desk(store, clock=clock), Watching(store, clock=clock)
        self.duty = Positions(store, clock=clock, longest=timedelta(hours=10))
        self.shift: UUID | None = None
        people = self.lives[0].people
        one_person(self.lives[0], "worker")
        street = self.play.cast.street(self.play.now().sides[0].street_code)
        centre = self.play.cast.centre("37")
        department = self.play.cast.department(self.play.now().summons[0].organisation_code)
        self.watchers: list[Caller | None] = [
            None, centre, street, department, people["centre"], people["handler"], people["worker"]
        ]  # fmt: skip

    def told(self, who: Caller | None, as_of: datetime | None = None) -> Answer:
        rows = self.desk.incidents(who, Filter(), limit=200, as_of=as_of)
        watch = self.watching.watch(who, within=EVER, limit=1_000, as_of=as_of)
        return Answer(frozenset(row["id"] for row in rows), watch, self.watching.figures(who, as_of=as_of))

    def happen(self, what: str, drawn: int) -> None:
        life = self.lives[drawn % 2]
        match what:
            case "act":
                there = [row.act for row in TABLE.values() if row.stage is life.standing().stage]
                act = there[drawn // 2 % len(there)]
                life.do(who_does(life, act), asked_of(life, act))
            case "whistle":
                does = open_to(self.play)
                does[drawn % len(does)]()
            case "report" | "late":
                ago = timedelta(hours=drawn % 30) if what == "late" else timedelta(0)
                made = self.clock() - ago
                here = ELSEWHERE if drawn % 3 else at(117.0902, 36.6512)
                identifier = new_id() if drawn % 2 else id_at(made, drawn + self.clock().microsecond)
                asked = report(id=identifier, matter=MATTER, reported_at=made, position=here)
                self.intake.take(asked, author="test")
            case "merge":
                other = self.lives[1 - drawn % 2].receipt.id
                merged = life.standing().stage == "merged"
                life.do("centre", Unmerge(reason="并非同一件") if merged else Merge(into_id=other))
            case "elsewhere":
                life.do("centre", Relocate(position=ELSEWHERE, reason="位置有误"))
            case "duty":
                self.be_on_duty()

    def be_on_duty(self) -> None:
        worker = self.lives[0].people["worker"]
        if self.shift:
            self.duty.end(worker, self.shift)
            self.shift = None
        else:
            self.shift = self.duty.start(worker, new_id()).id

    def pass_time(self, minutes: int | None) -> None:
        if minutes is not None:
            self.clock.move(timedelta(minutes=minutes))
            return
        coming = self.watching.watch(None, within=EVER).found.soon
        self.clock.moment = min((row["deadline_at"] for row in coming), default=self.clock())

    def sweep(self) -> None:
        self.play.cast.sweep()
        with self.store.transaction() as unit:
            due_cases(unit, self.clock(), 50)


@given(drawn=steps)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_told_of_a_moment_is_what_was_told_at_it(store, clock, keeper, intake, whistling, drawn):
    with undone(store):
        start = clock()
        district = District(store, clock, keeper, intake, whistling)
        lived: dict[tuple[int, datetime], Answer] = {}
        for step, (what, which, minutes) in enumerate(drawn):
            district.pass_time(minutes)
            with suppress(GridgovError):
                district.happen(what, which)
            if which % 5 == 0:
                district.sweep()
            for number, who in enumerate(district.watchers):
                if number < OFTEN or (number + step) % 3 == 0:
                    lived[number, clock()] = district.told(who)
            clock.move(timedelta(microseconds=1))
        check_present(store)
        for (number, moment), answer in lived.items():
            check_same(district.told(district.watchers[number], as_of=moment), answer, (number, moment))
        clock.moment = start


def check_same(told: Answer, lived: Answer, when: Any) -> None:
    """Hold what is told against what was lived; whoever sees more by now is told of more, and of the rest the same."""
    assert lived.seen <= told.seen, when
    if lived.seen == told.seen:
        assert told.watch == lived.watch, when
        assert told.figures | on_duty(told, lived) == lived.figures, when
        return
    found = told.watch.found
    then = [row for row in (*found.late, *found.soon) if row["incident_id"] in lived.seen]
    was = [*lived.watch.found.late, *lived.watch.found.soon]
    assert [without_total(row) for row in then] == [without_total(row) for row in was], when


def on_duty(told: Answer, lived: Answer) -> dict[str, Any]:
    """Return how many were on duty where that is forgotten by now, as shifts are after some weeks."""
    return {"on_duty": lived.figures["on_duty"]} if told.figures["on_duty"] is None else {}


def without_total(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "total"}


def check_present(store) -> None:
    """How cases stand is the newest of what is kept of how they stood."""
    query = """
        SELECT count(*) FROM incident_state AS s FULL JOIN (SELECT * FROM incident_standing WHERE until IS NULL) AS t
            ON t.district_code = s.district_code AND t.incident_id = s.incident_id
        WHERE (s.stage, s.placement, s.position_seq, s.cell_code, s.matter_code, s.priority,
               s.handling_organisation_code, s.due_kind, coalesce(s.deadline_at, s.due_at))
           IS DISTINCT FROM (t.stage, t.placement, t.position_seq, t.cell_code, t.matter_code, t.priority,
               t.handling_organisation_code, t.due_kind, t.ends_at)
    """
    with store.owning() as unit:
        assert unit.connection.execute(text(query)).scalar_one() == 0
