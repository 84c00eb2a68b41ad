"""The application as a phone meets it: a grid worker of the sample with cells of their own."""

from tests.api.conftest import client, stranger
from tests.support import keeper, store

__all__ = ["client", "keeper", "store", "stranger"]
