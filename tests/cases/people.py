"""The people of a case's life, and short words for what they do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from gridgov.access import Caller
from gridgov.ids import new_id
from gridgov.incidents import Head, Stage, Standing
from gridgov.incidents.asked import (
    Accept,
    Asked,
    AskExtension,
    Close,
    Dispatch,
    FeedBack,
    File,
    GrantExtension,
    Merge,
    Note,
    Reclassify,
    RefuseExtension,
    Reject,
    Relocate,
    Reopen,
    Resume,
    Return,
    SendBack,
    Supervise,
    Suspend,
    Unmerge,
    Urge,
    Verify,
)
from gridgov.incidents.lifecycle import Act
from gridgov.services.casework import Casework, Done
from gridgov.services.intake import Intake, Receipt
from gridgov.services.rules import RuleBook
from gridgov.store.tables import account
from gridgov.worktime import ALWAYS
from tests.support import EVER, NOON, SavepointStore, SetClock, at, report, somebody

MATTER = "20908"
OTHER_MATTER = "20909"


@dataclass
class Life:
    """A case and everybody around it."""

    store: SavepointStore
    clock: SetClock
    casework: Casework
    intake: Intake
    people: dict[str, Caller]
    lead: str
    other: str
    receipt: Receipt

    def do(self, who: str, asked: Asked, *, act_id: UUID | None = None, revision: int | None = None) -> Done:
        return self.casework.act(
            self.people[who], self.receipt.id, asked, act_id=act_id or new_id(), expected_revision=revision
        )

    def standing(self) -> Standing:
        with self.store.transaction() as unit:
            return unit.cases.read(self.receipt.id)

    @property
    def head(self) -> Head:
        return self.standing().head

    def to(self, stage: Stage) -> Standing:
        """Bring the fresh case to a stage, by the shortest way."""
        for who, asked in _WAYS[stage](self):
            self.do(who, asked)
        assert self.standing().stage is stage
        return self.standing()

    def next_to(self, stage: Stage) -> None:
        """Bring the case to a stage from the one before it on the shortest way."""
        self.do(*_WAYS[stage](self)[-1])


def asked_of(life: Life, act: Act, **changes: Any) -> Asked:
    """Return an act as somebody would do it with this case."""
    until = life.clock() + timedelta(days=2)
    plain: dict[Act, tuple[type[Asked], dict[str, Any]]] = {
        Act.FILE: (File, {}),
        Act.REJECT: (Reject, {"reason": "不属于受理范围"}),
        Act.DISPATCH: (Dispatch, {"organisation_code": life.other, "reason": "就近处置"}),
        Act.ACCEPT: (Accept, {}),
        Act.RETURN: (Return, {"reason": "非本部门职责"}),
        Act.FEED_BACK: (FeedBack, {"report": "已清运", "measures": "加装围挡"}),
        Act.VERIFY: (Verify, {"report": "现场已看"}),
        Act.SEND_BACK: (SendBack, {"reason": "仍有残留"}),
        Act.CLOSE: (Close, {}),
        Act.REOPEN: (Reopen, {"reason": "居民反映未解决"}),
        Act.SUSPEND: (Suspend, {"reason": "等待汛期结束", "until": until}),
        Act.RESUME: (Resume, {}),
        Act.ASK_EXTENSION: (AskExtension, {"reason": "需要吊车", "minutes": 120}),
        Act.GRANT_EXTENSION: (GrantExtension, {}),
        Act.REFUSE_EXTENSION: (RefuseExtension, {"reason": "不同意"}),
        Act.URGE: (Urge, {"text": "请尽快"}),
        Act.SUPERVISE: (Supervise, {"text": "区级督办"}),
        Act.MERGE: (Merge, {"into_id": new_id()}),
        Act.UNMERGE: (Unmerge, {"reason": "并非同一件"}),
        Act.RECLASSIFY: (Reclassify, {"matter": OTHER_MATTER, "reason": "类别有误"}),
        Act.RELOCATE: (Relocate, {"position": at(117.0905, 36.6515), "reason": "位置有误"}),
        Act.NOTE: (Note, {"text": "已电话联系"}),
    }
    kind, values = plain[act]
    return kind(**{**values, **changes})


def _filed(_: Life) -> list[tuple[str, Asked]]:
    return [("centre", File())]


def _dispatched(life: Life) -> list[tuple[str, Asked]]:
    return [*_filed(life), ("centre", Dispatch(organisation_code=life.lead))]


def _handling(life: Life) -> list[tuple[str, Asked]]:
    return [*_dispatched(life), ("handler", Accept())]


def _fed_back(life: Life) -> list[tuple[str, Asked]]:
    return [*_handling(life), ("handler", FeedBack(report="已清运"))]


def _verified(life: Life) -> list[tuple[str, Asked]]:
    return [*_fed_back(life), ("worker", Verify())]


_WAYS = {
    Stage.REPORTED: lambda _: [],
    Stage.FILED: _filed,
    Stage.DISPATCHED: _dispatched,
    Stage.HANDLING: _handling,
    Stage.FED_BACK: _fed_back,
    Stage.VERIFIED: _verified,
    Stage.CLOSED: lambda life: [*_verified(life), ("centre", Close())],
    Stage.REJECTED: lambda _: [("centre", Reject(reason="重复"))],
    Stage.SUSPENDED: lambda life: [*_handling(life), ("handler", asked_of(life, Act.SUSPEND))],
    Stage.MERGED: lambda life: [("centre", Merge(into_id=another(life).id))],
}


def another(life: Life, **changes: Any) -> Receipt:
    """Take another report in, beside the first."""
    return life.intake.take(report(matter=MATTER, **changes), author="test")


def cast(store: SavepointStore, cell_code: str, lead: str, other: str) -> dict[str, Caller]:
    """Make everybody who may have to do with a case, and some who may not."""
    district, street = cell_code[:6], cell_code[:9]
    return {
        "centre": somebody(store, "command_centre", district),
        "street": somebody(store, "street_officer", street),
        "other_street": somebody(store, "street_officer", _other_street(street)),
        "community": somebody(store, "community_officer", cell_code[:12]),
        "lane_chief": somebody(store, "lane_chief", cell_code[:12]),
        "worker": somebody(store, "grid_worker", cell_code),
        "handler": somebody(store, "department_officer", district, lead),
        "colleague": somebody(store, "department_officer", district, lead),
        "other_department": somebody(store, "department_officer", district, other),
        "other_centre": somebody(store, "command_centre", "370103"),
        "planner": somebody(store, "planner", district),
        "administrator": somebody(store, "administrator", district),
        "auditor": somebody(store, "auditor", district),
        "both": both(store, street, lead),
    }


def never_close(life: Life, organisation: str) -> None:
    """Let an organisation work day and night."""
    book = RuleBook(life.store, clock=life.clock, home_district="370102")
    book.keep_hours(None, ALWAYS.code, organisation_code=organisation)


def one_person(life: Life, *logins: str) -> None:
    """Let several accounts be of one and the same person."""
    with life.store.transaction() as unit:
        district, person = unit.connection.exec_driver_sql("SELECT district_code, id FROM person LIMIT 1").one()
        for who in logins:
            account_id = unit.access.subject(life.people[who], now=life.clock()).account_id
            values = {"person_district_code": district, "person_id": person}
            unit.connection.execute(account.update().where(account.c.id == account_id).values(values))


def both(store: SavepointStore, street: str, organisation: str) -> Caller:
    """Make somebody who holds the street's office and works for the department as well."""
    login = f"both-{new_id().hex[-12:]}"
    caller = somebody(store, "street_officer", street, login=login)
    with store.transaction() as unit:
        account_id = unit.access.subject(caller, now=NOON).account_id
        unit.access.grant(account_id, "department_officer", street[:6], organisation, now=EVER, by="test")
        unit.access.grant(account_id, "command_centre", street[:6], None, now=EVER, by="test")
    return caller


def _other_street(street: str) -> str:
    return street[:6] + ("001" if street[6:] != "001" else "002")
