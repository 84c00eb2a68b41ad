"""Registers as files: what tables there are, and what a file does to one."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gridgov.formats.sheets import Column
from gridgov.services.registers.tables import Brought, Table

Language = Literal["zh", "en"]


class ChoiceOut(BaseModel):
    """A value of a column, in both languages: a file may say any of them."""

    code: str
    zh: str
    en: str


class ColumnOut(BaseModel):
    """A column of a table."""

    name: str
    zh: str = Field(description="The header in Chinese")
    en: str = Field(description="The header in English")
    kind: str = Field(description="text, code, number, moment, day, flag, choice")
    required: bool = Field(description="Whether every file must have it; one left out leaves what is there")
    shown_only: bool = Field(description="Written for people, and read by nobody")
    words: list[ChoiceOut]

    @classmethod
    def of(cls, column: Column) -> "ColumnOut":
        """Return a column as it goes out."""
        words = [ChoiceOut(code=code, zh=zh, en=en) for code, (zh, en) in column.words.items()]
        return cls(
            name=column.name,
            zh=column.zh,
            en=column.en,
            kind=column.kind,
            required=column.required,
            shown_only=column.shown_only,
            words=words,
        )


class TableOut(BaseModel):
    """A table that may be taken away and brought back."""

    name: str = Field(examples=["people"])
    name_zh: str
    name_en: str
    whole: bool = Field(description="Whether a file is all there is; else what it does not mention stays")
    note_zh: str
    note_en: str
    key: list[str] = Field(description="The columns by which a row is known")
    columns: list[ColumnOut]

    @classmethod
    def of(cls, table: Table, columns: tuple[Column, ...]) -> "TableOut":
        """Return a table as it goes out."""
        return cls(
            name=table.name,
            name_zh=table.name_zh,
            name_en=table.name_en,
            whole=table.whole,
            note_zh=table.note_zh,
            note_en=table.note_en,
            key=list(table.key),
            columns=[ColumnOut.of(column) for column in columns],
        )


class ImportQuery(BaseModel):
    """How a file is brought."""

    model_config = ConfigDict(extra="forbid")

    dry_run: Annotated[bool, Field(description="Only tried: nothing is changed")] = False
    id: Annotated[
        UUID | None, Field(description="A UUIDv7 of the sender's (or Idempotency-Key): the same file is brought once")
    ] = None
    source: Annotated[
        str, Field(max_length=500, pattern=r"^[^\x00-\x1f]*$", description="Where a responsibility list comes from")
    ] = ""


class ExportQuery(BaseModel):
    """How a file is written."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[Language, Field(description="Of headers and words")] = "zh"


class ChangedOut(BaseModel):
    """A field that is different in the file."""

    key: str
    field: str
    before: str = Field(serialization_alias="from")
    after: str = Field(serialization_alias="to")


class FaultOut(BaseModel):
    """What is wrong in the file."""

    row: int = Field(description="As the spreadsheet counts, from 1")
    column: str
    message: str = Field(description="What is wrong and what to do")


class BroughtOut(BaseModel):
    """What a file does to a table, or did."""

    table: str
    applied: bool = Field(description="false: it was only tried")
    replayed: bool = Field(description="It was done before under this id")
    adds: int
    changes: list[ChangedOut]
    ends: int = Field(description="What ends, and of a whole list what is gone")
    unchanged: int
    faults: list[FaultOut]
    digest: str = Field(description="Of the table before; goes into If-Match, so that nobody else's change is lost")

    @classmethod
    def of(cls, brought: Brought) -> "BroughtOut":
        """Return what a file does as it goes out."""
        said: dict[str, Any] = dict(brought.summary)
        changes = [
            ChangedOut(key=one["key"], field=one["field"], before=one["from"], after=one["to"])
            for one in said["changes"]
        ]
        return cls(
            table=brought.table,
            applied=brought.applied,
            replayed=brought.replayed,
            adds=said["adds"],
            changes=changes,
            ends=said["ends"],
            unchanged=said["unchanged"],
            faults=[FaultOut(row=one.row, column=one.column, message=one.message) for one in brought.faults],
            digest=brought.digest,
        )
