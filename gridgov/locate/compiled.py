"""Compile a function for the machine, and keep what was compiled for as long as it is true."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def _stamp_of_sources() -> str:
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


STAMP = _stamp_of_sources()
"""Changes with any module of this package."""


def compiled(function: Function) -> Function:
    """Compile `function` at its first call, free of the interpreter's lock, and keep the result on disk."""
    dispatcher: Any = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    # numba holds kept code for true as long as the function's own file is unchanged, though code of other files is
    # compiled into it; here it lives as long as the whole package is unchanged.
    with suppress(AttributeError):
        dispatcher._cache._cache_file._source_stamp = STAMP  # noqa: SLF001 - there is no public way
    return cast("Function", dispatcher)
