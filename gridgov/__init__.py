"""gridgov: govern a city by its grid of cells."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridgov.locate import CellLocator
    from gridgov.services.connecting import connect

__all__ = ["CellLocator", "connect"]

_HOMES = {"CellLocator": "gridgov.locate", "connect": "gridgov.services.connecting"}


def __getattr__(name: str) -> Any:
    # Both bring geopandas and a compiler along; who only reads a setting should not wait for them.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
