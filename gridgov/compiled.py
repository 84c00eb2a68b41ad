"""Compile a function for the machine, and keep what was compiled for as long as it is true."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def _stamp_of(package: Path) -> str:
    """Return what changes with any module of a package, and with this one."""
    digest = sha256(Path(__file__).read_bytes())
    for path in sorted(package.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept(function: Function, *signature: str, **options: Any) -> Function:
    jit: Any = numba.njit
    dispatcher = jit(*signature, cache=True, nogil=True, error_model="numpy", **options)(function)
    # numba holds kept code for true as long as the function's own file is unchanged, though code of other files is
    # compiled into it; here it lives as long as the whole package is unchanged.
    with suppress(AttributeError):
        stamp = _stamp_of(Path(function.__code__.co_filename).parent)
        dispatcher._cache._cache_file._source_stamp = stamp  # noqa: SLF001 - there is no public way
    return cast("Function", dispatcher)


def compiled(function: Function) -> Function:
    """Compile `function` at its first call, free of the interpreter's lock, and keep the result on disk."""
    return _kept(function)


def compiled_for(signature: str) -> Callable[[Function], Function]:
    """Compile a function at once, for one signature: one that makes arrays and is called by one that only borrows."""

    def decorate(function: Function) -> Function:
        return _kept(function, signature)

    return decorate


def borrowing(function: Function) -> Function:
    """Compile a `function` that makes and returns no array, and only borrows those it is given.

    It counts no references to them: with a dozen arrays handed down several calls, counting took half of the time.
    What it calls is compiled like itself, so it must be borrowing too, or compiled before.
    """
    return _kept(function, _nrt=False)
