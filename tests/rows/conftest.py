"""A store with the sample district, undone after each test."""

from tests.support import keeper, store

__all__ = ["keeper", "store"]
