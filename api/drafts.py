"""Drafts of a grid as they come in and go out."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.shapes import Moment
from gridgov.drafts import State, Within
from gridgov.store.drafts import DraftRow

Note = Annotated[str, Field(max_length=2_000)]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class DraftQuery(_In):
    """How a new draft is called, and what its cells stay within."""

    title: Annotated[str, Field(min_length=1, max_length=200, description="What people call it")]
    within: Within = Field(default=Within.COMMUNITY, description="What no cell may cross")


class StepIn(_In):
    """Words that stay with a step."""

    model_config = _like({"note": "已与两个社区核对"})

    note: Note = ""


class ApprovalIn(StepIn):
    """An approval, with the moment from which the grid is to be in force."""

    model_config = _like({"at": "2026-07-01T00:00:00+08:00", "note": "同意"})

    at: AwareDatetime | None = Field(default=None, description="A moment to come; when it is published if left out")


class PublicationIn(_In):
    """A publication."""

    model_config = _like({"over_whistles": False})

    over_whistles: bool = Field(
        default=False, description="That combined whistles over changed cells stay open is known"
    )


class UndoIn(_In):
    """Back to the grid of a moment, as a new draft."""

    model_config = _like({"to": "2026-06-01T00:00:00+08:00", "district_code": "370102"})

    to: AwareDatetime
    district_code: Annotated[str | None, Field(pattern="^[0-9]{6}$")] = None
    title: Annotated[str | None, Field(min_length=1, max_length=200)] = None


class FaultOut(BaseModel):
    """One thing that keeps a draft from being a partition."""

    kind: str
    cells: list[str] = Field(description="Codes, or the row where there is none")
    reason: str
    lon: float | None
    lat: float | None
    area_m2: float
    message: str


class DraftOut(BaseModel):
    """A draft, without its cells."""

    id: UUID
    district_code: str
    title: str
    author: str
    state: State
    revision: int = Field(description="Goes into If-Match, in quotes")
    within: Within
    base_version: int = Field(description="The version of the grid that it was drawn on")
    faults: list[FaultOut]
    source: str
    created_at: Moment
    changed_at: Moment
    approved_by: str | None
    publish_at: Moment | None
    published_version: int | None

    @classmethod
    def of(cls, row: DraftRow) -> "DraftOut":
        """Return a draft as it goes out."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class StepOut(BaseModel):
    """A step of a draft's life."""

    revision: int
    at: Moment
    author: str
    act: str
    data: dict[str, Any]


class ChangedCellOut(BaseModel):
    """A cell that would be new, changed, or called otherwise."""

    code: str | None
    change: str = Field(description="relabelled, changed, new")
    continues: str | None
    name: str | None
    kind: str
    street_code: str | None
    community_code: str | None
    households: float | None


class DraftCellOut(BaseModel):
    """A cell of a draft, with the code that it would have."""

    code: str | None
    change: str = Field(description="unchanged, relabelled, changed, new")
    continues: str | None
    name: str | None
    kind: str
    street_code: str | None
    community_code: str | None
    households: float | None


class HeirOut(BaseModel):
    """Who inherits from a cell that would be closed."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    to: str | None
    share: float = Field(description="Of the old cell's area")
    household_share: float | None


class HandoverOut(BaseModel):
    """What would become of a duty."""

    person_id: UUID
    name: str | None
    role: str
    cell: str
    to: str | None
    share: float
    outcome: str = Field(description="continues, look_at (with less than half of the cell), ends")


class CaseInOut(BaseModel):
    """An open case in a cell that would change; it keeps the cell that it was located in."""

    number: str
    cell: str | None
    stage: str
    would_be: str | None


class WhistleOverOut(BaseModel):
    """An open whistle over a cell that would change; it keeps the version that it was judged by."""

    id: UUID
    stage: str
    combined: bool
    kind: str | None = Field(description="null where one may not read the case")
    incident_id: UUID | None = Field(description="null where one may not read the case")
    cell_code: str | None


class PreviewOut(BaseModel):
    """What publishing a draft would change."""

    version: int = Field(description="The version of the grid that it is compared with")
    at: Moment
    counts: dict[str, int] = Field(description="unchanged, relabelled, changed, new, closed")
    cells: list[ChangedCellOut]
    heirs: list[HeirOut]
    staff: list[HandoverOut]
    uncovered: list[str] = Field(description="Cells that nobody would answer for")
    cases: list[CaseInOut]
    whistles: list[WhistleOverOut]
    figures: dict[str, dict[str, float]] = Field(description="before, after: cells, mean, cv, within_25")
    faults: list[FaultOut]
