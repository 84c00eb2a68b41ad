"""Claiming: while somebody looks at a file nobody else does; once they were killed, somebody else may soon."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from gridgov.clock import Clock
from gridgov.errors import UnavailableError
from gridgov.store.evidence import Upload
from gridgov.store.unit import Store

_LASTS = timedelta(seconds=10)
"""Without being renewed: so long a phone waits whose server was killed over its photo."""

_RENEWED_EVERY_S = 3.0
"""To look at a video may take minutes."""


def claim_until(now: datetime) -> datetime:
    """Return when a claim of this moment ends by itself."""
    return now + _LASTS


@contextmanager
def claim_kept(store: Store, found: Upload, *, clock: Clock) -> Iterator[None]:
    """Renew the claim upon an upload as long as the block lasts."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(_RENEWED_EVERY_S):
            with suppress(UnavailableError), store.transaction() as unit:
                unit.evidence.claim(found, claim_until(clock()))

    keeper = threading.Thread(target=renew, name="claim", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
