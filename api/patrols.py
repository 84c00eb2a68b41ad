"""Checklists and patrols as they come in and go out."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.etags import Edited
from api.shapes import Moment
from gridgov.clock import instant
from gridgov.lateness import is_late
from gridgov.patrols import MOST_ITEMS, NOTE_LIMIT, Answer, Checklist, DueWalk, Every, Finding, Item
from gridgov.services.patrolling import Walk

Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["small_shop_fire"])]
Words = Annotated[str, Field(min_length=1, max_length=200)]


_ITEM = {"code": "exits", "zh": "安全出口畅通", "en": "Exits are clear", "matter": "20901"}
_CHECKLIST = {
    "name_zh": "沿街小商铺消防巡查",
    "name_en": "Fire safety of small shops",
    "every": "weekly",
    "roles": ["grid_worker"],
    "items": [_ITEM],
    "source": "区消防救援大队 2026 年巡查方案",
}
_PATROL = {
    "id": "019a5f3e-7c00-7abc-8def-0123456789ab",
    "cell_code": "370102001002001",
    "checklist_code": "small_shop_fire",
    "checklist_version": 1,
    "started_at": "2026-06-15T09:00:00+08:00",
    "ended_at": "2026-06-15T09:25:00+08:00",
    "sent_at": "2026-06-15T11:00:00+08:00",
    "answers": [{"item": "exits", "answer": "found", "note": "货物堵门"}],
}


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ItemIn(_In):
    """One thing to look at."""

    code: Code
    zh: Words
    en: Words
    matter: Annotated[str | None, Field(max_length=40, description="What a finding is likely to be reported as")] = None


class ChecklistIn(_In):
    """What is looked at on a patrol, in order, and how often."""

    model_config = _like(_CHECKLIST)

    name_zh: Words
    name_en: Words
    every: Every
    roles: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(max_length=40, description="The roles of duties that walk it; none: all", examples=[["grid_worker"]]),
    ] = []
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=MOST_ITEMS)]
    source: Annotated[str, Field(min_length=1, max_length=500, description="Where it comes from")]
    retired: Annotated[bool, Field(description="It is walked no more")] = False

    def checklist(self, code: str) -> Checklist:
        """Return the checklist as the core takes it."""
        fields = {name: getattr(self, name) for name in ("name_zh", "name_en", "every", "source", "retired")}
        items = tuple(Item(item.code, item.zh, item.en, item.matter) for item in self.items)
        return Checklist(district_code="", code=code, items=items, roles=tuple(self.roles), **fields)


class ItemOut(BaseModel):
    """One thing to look at."""

    code: str
    zh: str
    en: str
    matter: str | None = Field(description="What a finding is likely to be reported as: a code of GET /api/v1/matters")


class ChecklistOut(Edited):
    """What is looked at on a patrol, in order, and how often."""

    unedited: ClassVar[frozenset[str]] = frozenset({"version"})

    district_code: str
    code: str = Field(examples=["small_shop_fire"])
    version: int = Field(description="Names it in a patrol; an older one that a phone still carries is taken too")
    name_zh: str
    name_en: str
    every: Every
    roles: list[str] = Field(description="The roles of duties that walk it; none: all")
    items: list[ItemOut]
    source: str
    retired: bool

    @classmethod
    def of(cls, checklist: Checklist) -> "ChecklistOut":
        """Return a checklist as it goes out."""
        items = [ItemOut(code=i.code, zh=i.zh, en=i.en, matter=i.matter) for i in checklist.items]
        names = ("district_code", "code", "version", "name_zh", "name_en", "every", "source", "retired")
        return cls(**{name: getattr(checklist, name) for name in names}, roles=list(checklist.roles), items=items)


class FindingIn(_In):
    """What was found of one item."""

    item: Annotated[str, Field(max_length=40, examples=["extinguisher"])]
    answer: Answer
    note: Annotated[str | None, Field(max_length=NOTE_LIMIT)] = None
    incident_id: Annotated[
        UUID | None, Field(description="What was reported of it, maybe sent in later; only with `found`")
    ] = None


class PatrolIn(_In):
    """One walk through one cell, as a whole. Times are the phone's own, so that it may be sent hours later."""

    model_config = _like(_PATROL)

    id: UUID = Field(
        description="A UUIDv7 that the sender makes; sent twice, it is one patrol",
        examples=["019a5f3e-7c00-7abc-8def-0123456789ab"],
    )
    cell_code: Annotated[str, Field(pattern="^[0-9]{15}$", examples=["370102001002001"])]
    checklist_code: Code
    checklist_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    started_at: AwareDatetime
    ended_at: AwareDatetime
    sent_at: Annotated[
        AwareDatetime | None, Field(description="Now by the phone's clock: it shows what that clock is worth")
    ] = None
    answers: Annotated[list[FindingIn], Field(min_length=1, max_length=MOST_ITEMS, description="One for each item")]

    def walk(self) -> Walk:
        """Return the patrol as the core takes it."""
        findings = tuple(Finding(f.item, f.answer, f.note, f.incident_id) for f in self.answers)
        return Walk(
            id=self.id,
            cell_code=self.cell_code,
            checklist_code=self.checklist_code,
            checklist_version=self.checklist_version,
            started_at=instant(self.started_at, field="started_at"),
            ended_at=instant(self.ended_at, field="ended_at"),
            sent_at=instant(self.sent_at, field="sent_at") if self.sent_at else None,
            findings=findings,
        )


class FindingOut(BaseModel):
    """What was found of one item."""

    item: str
    answer: Answer
    note: str | None
    incident_id: UUID | None = Field(description="What was reported of it; it may still be on its way")


class PatrolOut(BaseModel):
    """One walk through one cell."""

    district_code: str
    id: UUID
    person_id: UUID
    person: str
    cell_code: str
    checklist_code: str
    checklist_version: int
    started_at: Moment = Field(description="What the phone's clock is worth, by ours")
    ended_at: Moment
    device_started_at: Moment = Field(description="As the phone said")
    device_ended_at: Moment
    received_at: Moment
    sent_late: bool = Field(description="Whether it came more than five minutes after its end")
    found: int = Field(description="How many items had something to report")
    answers: list[FindingOut]

    @classmethod
    def of(cls, row: dict[str, Any]) -> "PatrolOut":
        """Return a patrol as it goes out."""
        return cls(**row, sent_late=is_late(row["ended_at"], row["received_at"]))


class DueWalkOut(BaseModel):
    """A checklist that is due in one of your cells."""

    checklist_code: str
    checklist_version: int
    cell_code: str
    last_at: Moment | None = Field(description="When anybody walked it last, as far as you may see; null: never")
    due_at: Moment = Field(description="The end of this day, week or month")

    @classmethod
    def of(cls, due: DueWalk) -> "DueWalkOut":
        """Return a due walk as it goes out."""
        said = {"checklist_code": due.checklist.code, "checklist_version": due.checklist.version}
        return cls(**said, cell_code=due.cell_code, last_at=due.last_at, due_at=due.due_at)


class DuePatrolsOut(BaseModel):
    """Your checklists, and which of them are due where."""

    checklists: list[ChecklistOut]
    due: list[DueWalkOut] = Field(description="The first due first")
