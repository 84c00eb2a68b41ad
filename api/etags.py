"""ETags: the revision of what is shown, and the revision that an act was decided on."""

import re
from typing import Annotated

from fastapi import Depends, Header

from gridgov.errors import InputError

_WRITTEN = re.compile(r'(?:W/)?"([0-9]{1,9})"', re.ASCII)

_IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=40, description='The revision it was decided on, as in `"7"`')
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
    if if_match is None or if_match.strip() == "*":
        return None
    found = _WRITTEN.fullmatch(if_match.strip())
    if found is None:
        message = 'If-Match is no ETag of ours: send it back as you got it, like "7", or leave it out.'
        raise InputError(message, field="If-Match")
    return int(found[1])


Expected = Annotated[int | None, Depends(expected)]
"""The revision in If-Match; None without one."""
