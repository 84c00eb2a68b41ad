"""What comes in and goes out of the doors of accounts, as types."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.etags import Edited
from api.problems import Problem
from gridgov.access.logins import LONGEST_PASSWORD
from gridgov.services.accounts import AccountWanted, Left

REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and may not do this"}
}
WRONG: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The login or the password is wrong, or the account is kept out"}
}
TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The id or the login stands for something else"}
}
TOO_MANY: dict[int | str, dict[str, Any]] = {
    429: {"model": Problem, "description": "Too many wrong passwords, or too many requests: wait"}
}

AreaCode = Annotated[str, Field(pattern="^[0-9]{2,15}$", examples=["370102"])]
Password = Annotated[SecretStr, Field(max_length=4 * LONGEST_PASSWORD)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LoginIn(_In):
    """A login and its password."""

    login: str = Field(max_length=200, examples=["wang"])
    password: Password


class EnteredOut(BaseModel):
    """Somebody has come in: the session is in the cookie, and `csrf` goes into the header X-CSRF-Token."""

    login: str
    csrf: str
    expires_at: datetime
    must_change: bool = Field(description="Whether the password must be changed before anything else is allowed")


class PasswordIn(_In):
    """The old password and the new one."""

    old: Password
    new: Password
    keep_tokens: bool = Field(default=False, description="Whether tokens of programs stay; sessions end in any case")


class GrantOut(BaseModel):
    """A role over an area, as its holder sees it."""

    role: str
    area_code: str
    organisation_code: str | None
    permissions: list[str]


class MeOut(BaseModel):
    """Who calls, and what they may do."""

    account_id: UUID
    login: str
    name: str
    must_change: bool
    has_password: bool
    credential: str = Field(description="session or token")
    expires_at: datetime
    person_id: UUID | None
    grants: list[GrantOut]
    permissions: list[str]
    csrf: str | None = Field(default=None, description="For pages: goes into the header X-CSRF-Token")


class TokenIn(_In):
    """A token for a program; `id` is a UUIDv7 of the sender's."""

    id: UUID
    name: str = Field(max_length=120, examples=["QGIS on the planner's desk"])
    scopes: set[Annotated[str, Field(max_length=60)]] = Field(
        default_factory=set, max_length=100, description="The permissions it is limited to; none for all of yours"
    )
    days: int = Field(default=90, ge=1, le=366)


class TokenOut(BaseModel):
    """A token, without its secret."""

    id: UUID
    name: str
    prefix: str | None = Field(description="How it begins")
    scopes: list[str] | None
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime


class NewTokenOut(TokenOut):
    """A token just made. `token` is told this once; made again, it is null."""

    token: str | None


class SessionOut(BaseModel):
    """An open session."""

    id: UUID
    name: str = Field(description="The browser's own words")
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    current: bool


class HeldGrant(BaseModel):
    """A grant, as administrators see it."""

    id: UUID
    role: str
    area_code: str
    organisation_code: str | None
    granted_by: str
    since: datetime


class AccountOut(Edited):
    """An account, as administrators see it."""

    unedited: ClassVar = frozenset({"must_change", "has_password"})

    id: UUID
    login: str
    name: str
    email: str | None
    area_code: str | None
    person_id: UUID | None
    must_change: bool
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None
    issuer: str | None
    grants: list[HeldGrant]


class NewAccountOut(AccountOut):
    """An account whose password was set by somebody else. `password` is told this once; made again, it is null."""

    unedited: ClassVar = AccountOut.unedited | {"password"}

    password: str | None


class PersonIn(_In):
    """A member of staff."""

    district_code: Annotated[str, Field(pattern="^[0-9]{6}$")]
    id: UUID


class AccountIn(_In):
    """An account to make; `id` is a UUIDv7 of the sender's."""

    id: UUID
    login: str = Field(max_length=200)
    name: str = Field(max_length=80)
    area_code: AreaCode | None = None
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")
    person: PersonIn | None = None
    single_sign_on: bool = False


class AccountChange(_In):
    """What to change about an account; what is left out stays, and null takes an address or a person out."""

    name: str | None = Field(default=None, max_length=80)
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")
    person: PersonIn | None = Field(default=None, description="Who holds it: its sessions and tokens end")
    disabled: bool | None = None

    def wanted(self) -> AccountWanted:
        """Return it as the core knows it."""
        email = self.email if "email" in self.model_fields_set else Left.AS_IT_IS
        person = self._person if "person" in self.model_fields_set else Left.AS_IT_IS
        return AccountWanted(self.name, email, person, self.disabled)

    def yours(self) -> dict[str, Any]:
        """Return it in the words in which an account is shown, to be laid beside that."""
        said = self.model_dump(mode="json", exclude_unset=True, exclude={"person"})
        if "person" in self.model_fields_set:
            said["person_id"] = str(self.person.id) if self.person else None
        return said

    @property
    def _person(self) -> tuple[str, UUID] | None:
        return (self.person.district_code, self.person.id) if self.person else None


class GrantIn(_In):
    """A role to give; `id` is a UUIDv7 of the sender's."""

    id: UUID
    role: str = Field(max_length=40, pattern="^[a-z_]+$")
    area_code: AreaCode
    organisation_code: str | None = Field(default=None, max_length=40, pattern=r"^[0-9A-Za-z_-]+$")


class RoleOut(BaseModel):
    """A role and what it may do."""

    code: str
    name_zh: str
    name_en: str
    permissions: list[str]


class EventOut(BaseModel):
    """What befell an account, and by whose hand."""

    id: UUID
    at: datetime
    kind: str
    by: str
    data: dict[str, Any]
