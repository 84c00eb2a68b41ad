"""A store with the sample district, a clock that stands at noon, and whoever takes part in cases and whistles."""

from tests.api.conftest import client, stranger
from tests.cases.conftest import life
from tests.support import keeper, store
from tests.whistles.conftest import cast, clock, intake, whistling

__all__ = ["cast", "client", "clock", "intake", "keeper", "life", "store", "stranger", "whistling"]
