"""What is late and what is soon, and the wall's numbers."""

from gridgov.store.watching.watching import Watched, WatchStore

__all__ = ["WatchStore", "Watched"]
