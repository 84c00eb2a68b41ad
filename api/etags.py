"""ETags: what somebody has seen when they decide on an act or an edit.

Cases and whistles count their acts, so theirs is the revision. Whatever else people edit is known by its content: its
ETag stands in the field ``etag`` where it is an item of a list, and in the header ``ETag`` where it is all that is
answered.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Header, Response
from pydantic import BaseModel, computed_field

from gridgov.editing import Seen, Shown
from gridgov.errors import InputError

_REVISION = re.compile(r'(?:W/)?"([0-9]{1,9})"', re.ASCII)
_CONTENT = re.compile(r'(?:W/)?("[0-9a-f]{32}")', re.ASCII)

_IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=40, description='The revision it was decided on, as in `"7"`')
]
_IfUnchanged = Annotated[
    str | None, Header(alias="If-Match", max_length=400, description="The ETag of what it was decided on")
]


def etag(revision: int) -> str:
    """Return the ETag of a revision, as the header says it."""
    return f'"{revision}"'


def expected(if_match: _IfMatch = None) -> int | None:
    """Return the revision that the caller has seen, or None where any will do.

    Raises
    ------
    InputError
        If the header is none of our ETags.
    """
    found = _understood(if_match, _REVISION, '"7"')
    return None if found is None else int(found)


Expected = Annotated[int | None, Depends(expected)]
"""The revision in If-Match; None without one."""


def tag_of(content: Mapping[str, Any]) -> str:
    """Return the ETag of what is shown as JSON, as the header says it."""
    words = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.sha256(words.encode()).hexdigest()[:32]}"'


def shown_as(model: BaseModel) -> Shown:
    """Return what is shown with its ETag."""
    fields = model.model_dump(mode="json")
    return Shown(fields["etag"] if isinstance(model, Edited) else tag_of(fields), fields)


class Edited(BaseModel):
    """Something that people edit, as it goes out in a list: it carries its ETag."""

    unedited: ClassVar[frozenset[str]] = frozenset()
    """Fields that change by themselves: nobody who edits is overtaken by that."""

    @computed_field(description="Goes into If-Match, as it is")  # type: ignore[prop-decorator]  # as Pydantic has it
    @property
    def etag(self) -> str:
        """The ETag."""
        return tag_of(self.model_dump(mode="json", exclude={"etag", *self.unedited}))


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The condition that If-Match sets; None without one."""

    tag: str | None

    def seen(self, yours: BaseModel | Mapping[str, Any], shown: Callable[[Any], BaseModel]) -> Seen | None:
        """Return what an edit was decided on.

        Parameters
        ----------
        yours
            What is wanted: a body, or what a request without one does.
        shown
            Makes of what is stored what is shown.
        """
        if self.tag is None:
            return None
        wanted = yours.model_dump(mode="json", exclude_unset=True) if isinstance(yours, BaseModel) else yours
        return Seen(self.tag, wanted, lambda stored: shown_as(shown(stored)))


def unchanged(if_match: _IfUnchanged = None) -> Unchanged:
    """Return the condition under which an edit is to be done.

    Raises
    ------
    InputError
        If the header is none of our ETags.
    """
    return Unchanged(_understood(if_match, _CONTENT, '"8d969eef6ecad3c29a3a629280e686cf"'))


IfUnchanged = Annotated[Unchanged, Depends(unchanged)]
"""The condition in If-Match under which an edit is done."""


def tagged(response: Response, model: BaseModel) -> None:
    """Set the ETag of what is answered."""
    response.headers["ETag"] = shown_as(model).tag


def _understood(given: str | None, form: re.Pattern[str], example: str) -> str | None:
    if given is None or given.strip() == "*":
        return None
    found = form.fullmatch(given.strip())
    if found is None:
        message = f"If-Match is no ETag of this: send it back as you got it, like {example}, or leave it out."
        raise InputError(message, field="If-Match")
    return found[1]
