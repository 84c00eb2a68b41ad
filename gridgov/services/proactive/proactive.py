"""Proactive: the desk from which somebody looks for what stands out, and decides what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import instant
from gridgov.errors import InputError
from gridgov.proactive import State
from gridgov.services.proactive.deciding import confirm, dismiss, no_proposal
from gridgov.services.proactive.finding import Finder, one_of
from gridgov.services.proactive.reading import PERIODS_BEFORE, require_year
from gridgov.services.proactive.scanning import WINDOW, Scan, scanned

__all__ = ["Proactive", "Scan"]

_YEAR = timedelta(days=364)
"""Fifty-two weeks: the same weekdays."""


class Proactive(Finder):
    """Looks for what stands out, keeps a list of it, and opens cases for what somebody confirms.

    Parameters
    ----------
    store, clock, intake
        As for `Finder`.
    """

    def scan(self, caller: Caller | None, *, as_of: datetime | None = None) -> Scan:
        """Look for all that stands out at a moment (now), and propose what was not proposed yet.

        Raises
        ------
        InputError
            If the moment is to come, or lies before any report.
        NotAllowedError
            If no role of the caller's looks for it (``proactive.scan``).
        """
        now = self._clock()
        at = require_year(instant(as_of, field="as_of"), "as_of") if as_of else now
        if at > now:
            message = "Nobody can look for what is still to come: leave as_of out, or name a moment that is past."
            raise InputError(message, field="as_of")
        with self._looking(caller) as looking:
            looking.require("proactive.scan")
            since = at - (PERIODS_BEFORE + 1) * WINDOW
            seen = looking.seen(since, at)
            ago = looking.seen(since - _YEAR, at - _YEAR)
            names = looking.matters()
            found = scanned(seen, ago, at, names)
            mine = [one for one in found.suspicions if looking.reaches("proactive.scan", one.area_code)]
            added = looking.store.propose(mine, at=now, author=looking.author)
        return Scan(at, tuple(added), len(mine), found.left_out)

    def proposals(
        self, caller: Caller | None, *, state: State | str | None = None, limit: int = 50, before: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return proposals, the newest first, strictly before the id `before`: their columns as the table has them.

        Raises
        ------
        InputError
            If there is no such state.
        NotAllowedError
            As for `hotspots`.
        """
        wanted = one_of(State, state, "state") if state is not None else None
        with self._looking(caller) as looking:
            return looking.store.page(state=wanted, limit=limit, before=before)

    def proposal(self, caller: Caller | None, proposal_id: UUID) -> dict[str, Any]:
        """Return one proposal.

        Raises
        ------
        NotFoundError
            If there is none that the caller may see.
        NotAllowedError
            As for `hotspots`.
        """
        with self._looking(caller) as looking:
            found = looking.store.proposal(proposal_id)
        if found is None:
            raise no_proposal(proposal_id)
        return found

    def confirm(self, caller: Caller, proposal_id: UUID) -> tuple[dict[str, Any], bool]:
        """Open a case for a proposal; return it, and whether that was done before. Twice confirmed, one case.

        Raises
        ------
        NotFoundError
            If there is none that the caller may see.
        NotAllowedError
            If no role of theirs confirms there (``proactive.confirm``).
        ConflictError
            If it was dismissed.
        InputError
            If its matter is no longer on the list in force.
        """
        return confirm(self._store, self._intake, caller, proposal_id, now=self._clock())

    def dismiss(self, caller: Caller, proposal_id: UUID, *, reason: str) -> dict[str, Any]:
        """Dismiss a proposal, saying why; return it. Dismissing it again changes nothing.

        Raises
        ------
        NotFoundError, NotAllowedError
            As for `confirm`.
        ConflictError
            If it was confirmed.
        InputError
            If no reason is given.
        """
        return dismiss(self._store, caller, proposal_id, reason=reason, now=self._clock())
