"""Locate: from a position, a line or an extent to the cells that hold it, exactly."""

from gridgov.locate.locator import CellLocator

__all__ = ["CellLocator"]
