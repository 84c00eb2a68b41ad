"""What is told of cases: every notice holds what its words use."""

from gridgov.incidents import Stage
from gridgov.incidents.lifecycle import Act
from gridgov.messages import KINDS
from tests.cases.conftest import begin
from tests.cases.people import Life, asked_of
from tests.cases.test_deadlines import sweep, to_deadline
from tests.support import lacking, report, somebody

ON_THE_WAY: tuple[tuple[str, Act], ...] = (
    ("centre", Act.FILE),
    ("centre", Act.DISPATCH),
    ("other_department", Act.ACCEPT),
    ("other_department", Act.ASK_EXTENSION),
    ("centre", Act.GRANT_EXTENSION),
    ("other_department", Act.ASK_EXTENSION),
    ("centre", Act.REFUSE_EXTENSION),
    ("centre", Act.SUSPEND),
    ("centre", Act.RESUME),
    ("centre", Act.URGE),
    ("centre", Act.SUPERVISE),
    ("centre", Act.RELOCATE),
    ("other_department", Act.RETURN),
    ("centre", Act.DISPATCH),
    ("other_department", Act.ACCEPT),
    ("other_department", Act.FEED_BACK),
    ("centre", Act.SEND_BACK),
    ("other_department", Act.FEED_BACK),
    ("centre", Act.VERIFY),
    ("centre", Act.CLOSE),
    ("centre", Act.REOPEN),
)


def reported_by_somebody(life: Life) -> Life:
    """Let an account have reported the case: it is told what became of it."""
    reporter = somebody(life.store, "grid_worker", life.receipt.cell_code)
    with life.store.transaction() as unit:
        account_id = unit.access.subject(reporter, now=life.clock()).account_id
        unit.cases.admit(life.head, str(account_id), "reporter")
    return life


def test_every_notice_of_a_case_holds_what_its_words_use(store, clock, keeper, intake):
    life = reported_by_somebody(begin(store, clock, keeper, intake))
    for who, act in ON_THE_WAY:
        life.do(who, asked_of(life, act))
    assert life.standing().stage is Stage.HANDLING
    to_deadline(life)
    assert sweep(life) == 1
    merged, other = reported_by_somebody(begin(store, clock, keeper, intake)), intake.take(report(), author="test")
    merged.do("centre", asked_of(merged, Act.MERGE, into_id=other.id))
    merged.do("centre", asked_of(merged, Act.UNMERGE))
    merged.do("centre", asked_of(merged, Act.REJECT))
    assert lacking(store, "case.") == ({code for code in KINDS if code.startswith("case.")}, {})
