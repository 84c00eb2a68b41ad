"""What comes in and goes out of the doors of messages, as types."""

from datetime import datetime, time
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from api.etags import Edited
from api.problems import Problem
from api.schemas import local
from gridgov.messages import Preferences, Severity
from gridgov.services.messaging import MOST_RETRIED, Told, Wish
from gridgov.store.messages import EndpointRow, Lost

REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and may not do this"}
}
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such thing for you"}}
TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "The id is taken already"}}

Text80 = Annotated[str, Field(max_length=80)]
Kinds = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class WordsOut(BaseModel):
    """A notice in one language."""

    title: str
    lines: list[str]


class NoticeOut(BaseModel):
    """A notice in somebody's inbox. The words are plain text: a page must not take them for HTML."""

    id: UUID
    kind: str = Field(examples=["case.dispatched"])
    severity: Severity
    at: datetime
    title: str = Field(examples=["新派遣案卷 370102-20260305-7K2M9QXA，请接单"])
    lines: list[str]
    words: dict[str, WordsOut] = Field(description="The same in each language: zh, en")
    number: str | None = Field(description="Of the case that it tells of")
    district_code: str
    incident_id: UUID | None
    whistle_id: UUID | None
    read_at: datetime | None

    @classmethod
    def of(cls, told: Told) -> "NoticeOut":
        """Return a notice as it goes out."""
        row = told.row
        return cls(
            id=row.id,
            kind=row.kind,
            severity=told.severity,
            at=local(row.at),
            title=told.letter.title,
            lines=list(told.letter.lines),
            words={
                language: WordsOut(title=one.title, lines=list(one.lines)) for language, one in told.letters.items()
            },
            number=row.data["number"] if isinstance(row.data.get("number"), str) else None,
            district_code=row.district_code,
            incident_id=row.incident_id,
            whistle_id=row.whistle_id,
            read_at=local(row.read_at),
        )


class InboxOut(BaseModel):
    """One page of an inbox, newest first."""

    items: list[NoticeOut]
    next: str | None = None
    unread: int = Field(description="Of the whole inbox, counted to 1000")


class ReadAllBody(_In):
    """How far one has read."""

    up_to: UUID = Field(
        description="The id of the newest notice that was seen: what came after it stays unread",
        examples=["019a5f3e-7c00-7abc-8def-0123456789ab"],
    )


class ReadAllOut(BaseModel):
    """What was read at once."""

    read: int
    unread: int = Field(description="Of the whole inbox, counted to 1000")


class ReadOut(BaseModel):
    """When a notice was read first."""

    id: UUID
    read_at: datetime


# JSON Schema's `time` has an offset (RFC 3339), and this has none.
TimeOfDay = Annotated[
    time, WithJsonSchema({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"})
]


class PreferencesBody(_In):
    """How somebody wants to be told outside the inbox, which gets everything."""

    language: Annotated[str, Field(max_length=2, examples=["zh"])] = "zh"
    channels: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20, examples=[["email"]])]
    muted: Kinds = Field(default_factory=list, description="Kinds that are sent nowhere: case.closed, case.*")
    quiet_from: TimeOfDay = Field(
        default=time(22), description="Local time in Shanghai, without an offset", examples=["22:00"]
    )
    quiet_until: TimeOfDay = Field(default=time(7), description="Equal to quiet_from: never quiet", examples=["07:00"])
    digest_hour: int | None = Field(
        default=None, ge=0, le=23, description="The hour at which all that is not urgent comes as one message"
    )

    def preferences(self) -> Preferences:
        """Return them as the core knows them."""
        return Preferences(
            self.language,
            frozenset(self.channels),
            frozenset(self.muted),
            self.quiet_from,
            self.quiet_until,
            self.digest_hour,
        )

    @classmethod
    def of(cls, kept: Preferences) -> "PreferencesBody":
        """Return them as they go out."""
        return cls(
            language=kept.language,
            channels=sorted(kept.channels),
            muted=sorted(kept.muted),
            quiet_from=kept.quiet_from,
            quiet_until=kept.quiet_until,
            digest_hour=kept.digest_hour,
        )


class EndpointBody(_In):
    """What a program wants to hear, and where."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    url: Annotated[str, Field(max_length=2_000, examples=["https://board.example.org/hooks/gridgov"])]
    kinds: Kinds | None = Field(default=None, description="Kinds as in preferences; null for all")
    organisation_code: Annotated[str | None, Field(max_length=40)] = None

    def wish(self) -> Wish:
        """Return it as the core knows it."""
        kinds = None if self.kinds is None else frozenset(self.kinds)
        return Wish(self.name, self.url, kinds, self.organisation_code)


class EndpointIn(EndpointBody):
    """A new endpoint; its id is made by the sender."""

    id: UUID = Field(description="A UUID of version 7 (RFC 9562)")
    district_code: Annotated[str, Field(pattern="^[0-9]{6}$", examples=["370102"])]


class EndpointOut(Edited):
    """An endpoint; its secret is not among what is shown."""

    unedited: ClassVar = frozenset({"failures", "paused_until"})

    id: UUID
    district_code: str
    name: str
    url: str
    kinds: list[str] | None
    organisation_code: str | None
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    failures: int = Field(description="How often in a row it could not be told; 0 as long as it hears")
    paused_until: datetime | None = Field(description="When it is tried again; changing the endpoint tries it at once")

    @classmethod
    def of(cls, row: EndpointRow) -> "EndpointOut":
        """Return an endpoint as it goes out."""
        return cls(**_shown(row))


class EndpointMadeOut(EndpointOut):
    """A new endpoint, with the secret that signs what it is sent (Standard Webhooks): shown this once."""

    unedited: ClassVar = EndpointOut.unedited | {"secret"}

    secret: str | None = Field(description="null where it was added before: if it was lost, make a new one")

    @classmethod
    def made(cls, row: EndpointRow, secret: str | None) -> "EndpointMadeOut":
        """Return a new endpoint as it goes out."""
        return cls(**_shown(row), secret=secret)


class SecretOut(BaseModel):
    """A secret, shown this once."""

    secret: str


class DeliveryOut(BaseModel):
    """What became of a message; to which address is not shown."""

    id: UUID
    district_code: str
    channel: str
    kind: str
    account_id: UUID | None
    endpoint_id: UUID | None
    urgent: bool
    state: str = Field(description="waiting, sent, dead (given up), dropped (nobody to be told any more)")
    due_at: datetime | None = Field(description="When it is sent, or tried again")
    attempts: int
    created_at: datetime
    done_at: datetime | None
    said: str | None = Field(description="What the other side, or the channel, said last")


class RetryBody(_In):
    """Which of the messages that were given up get another chance."""

    since: AwareDatetime = Field(description="Given up at this time or later", examples=["2026-03-06T18:00:00+08:00"])
    channel: Annotated[str | None, Field(max_length=20, description="Only of this channel")] = None
    endpoint_id: UUID | None = Field(default=None, description="Only for this endpoint")

    def lost(self) -> Lost:
        """Return it as the core knows it."""
        return Lost(self.since, self.channel, self.endpoint_id)


class RetriedOut(BaseModel):
    """How many messages got another chance."""

    retried: int = Field(description=f"At most {MOST_RETRIED} at once: ask again until it is 0")


def _shown(row: EndpointRow) -> dict[str, Any]:
    shown: dict[str, Any] = local({name: getattr(row, name) for name in EndpointOut.model_fields})
    return shown | {"kinds": None if row.kinds is None else list(row.kinds)}
