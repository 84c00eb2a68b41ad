"""gridgov: govern a city by its grid of cells."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridgov.locate import CellLocator

__all__ = ["CellLocator"]


def __getattr__(name: str) -> Any:
    # Locating brings geopandas and a compiler along; who only reads a setting should not wait for them.
    if name == "CellLocator":
        from gridgov.locate import CellLocator  # noqa: PLC0415 - see above

        return CellLocator
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
