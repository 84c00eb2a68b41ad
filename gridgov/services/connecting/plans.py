"""The planner's acts: what a plan is made of, and the way from a plan to the grid in force.

Drafts go through the same service as those of the screens, with the same rights: who only reads gets a refusal that
names the missing permission, and nobody approves what they drew themselves.
"""

from datetime import datetime
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import geopandas as gpd
import pandas as pd

from gridgov.access import Caller
from gridgov.errors import InputError, NotAuthenticatedError
from gridgov.services.connecting.asked import InPython, Moment, at_most, id_of, moment
from gridgov.services.connecting.opened import Opened

if TYPE_CHECKING:
    from gridgov.planning import Plan
    from gridgov.services.drafting import Drafting, DraftRow, Preview
    from gridgov.services.proactive import Proactive, Scan

PROPOSALS = (
    *("id", "kind", "state", "area_code", "matter_code", "reason", "reason_en", "numbers", "since", "until"),
    *("lon", "lat", "proposed_at", "author", "decided_at", "decided_by", "note", "incident_id", "incident_number"),
)
"""The columns of proposals; lon and lat in degrees, EPSG:4326."""

_MOST = 1_000_000


class Plans(Opened):
    """Drafts of the grid and what stands out, on behalf of whoever connected."""

    def draft(
        self, cells: "Plan | gpd.GeoDataFrame | str | Path", *, title: str, within: str = "community"
    ) -> "DraftRow":
        """Keep a plan, a frame of cells or an edited file as a draft; what is wrong with it stands in its ``faults``.

        Parameters
        ----------
        cells
            A plan of `gridgov.planning.rebalance`, a GeoDataFrame of cells in EPSG:4326, or a GeoPackage.
        title
            What people call it.
        within
            What no cell may cross: ``"community"`` or ``"street"``.

        Raises
        ------
        NotAuthenticatedError, NotAllowedError
            If nobody, or nobody who plans, connected.
        InputError
            If the cells cannot be used.
        """
        given = cells if isinstance(cells, gpd.GeoDataFrame | str | Path) else cells.cells()
        return self._drafting.create(self._me, given, title=title, within=within)

    def drafts(self, *, state: str | None = None) -> "list[DraftRow]":
        """Return the drafts of one's districts, newest first; in one `state` if that is given."""
        return self._drafting.list(self._me, state=state)

    def history(self, draft: "DraftRow | UUID") -> list[dict[str, Any]]:
        """Return what became of a draft, step by step: revision, at, author, act, data."""
        return self._drafting.steps(self._me, _id(draft))

    def draft_cells(self, draft: "DraftRow | UUID") -> gpd.GeoDataFrame:
        """Return the cells of a draft with the codes that they would have, and how each changes."""
        return self._drafting.cells(self._me, _id(draft))

    def export(self, draft: "DraftRow | UUID", path: str | Path) -> Path:
        """Write a draft to a GeoPackage, to be edited in QGIS and loaded back."""
        return self._drafting.export(self._me, _id(draft), path)

    def load_back(self, draft: "DraftRow | UUID", path: str | Path) -> "DraftRow":
        """Take an edited file in as a draft's new cells."""
        return self._drafting.load_back(self._me, _id(draft), path)

    def preview(self, draft: "DraftRow | UUID", *, at: Moment | None = None) -> "Preview":
        """Return what publishing a draft would change: cells, codes, people, open cases, figures."""
        return self._drafting.preview(self._me, _id(draft), at=_moment(at, "at"))

    def propose(self, draft: "DraftRow | UUID", *, note: str = "") -> "DraftRow":
        """Propose a draft to those who may approve it."""
        return self._drafting.propose(self._me, _id(draft), note=note)

    def approve(self, draft: "DraftRow | UUID", *, at: Moment | None = None, note: str = "") -> "DraftRow":
        """Approve somebody else's proposal, for a moment to come or for whenever it is published."""
        return self._drafting.approve(self._me, _id(draft), at=_moment(at, "at"), note=note)

    def publish(self, draft: "DraftRow | UUID", *, over_whistles: bool = False) -> "DraftRow":
        """Publish an approved draft: in one step, from the moment that was approved."""
        return self._drafting.publish(self._me, _id(draft), over_whistles=over_whistles)

    def call_off(self, draft: "DraftRow | UUID", *, note: str = "") -> "DraftRow":
        """Call a publication for later off, until its moment: the draft is approved again, the grid as it was."""
        return self._drafting.call_off(self._me, _id(draft), note=note)

    def undo(self, *, to: Moment, title: str | None = None) -> "DraftRow":
        """Return a draft that restores the grid of a moment; published, it is a new version like any other."""
        return self._drafting.undo(self._me, to=moment(to, field="to"), title=title)

    def express(self, values: pd.Series, *, since: Moment, until: Moment, by: str = "households") -> "pd.Series[float]":
        """Return figures by cells of `since` as figures by cells of `until`, through the shares of the lineage."""
        return self._drafting.figures(
            self._me, values, since=moment(since, field="since"), until=moment(until, field="until"), by=by
        )

    def hotspots(self, since: Moment, until: Moment, **how: Any) -> gpd.GeoDataFrame:
        """Return where a period was hotter than is to be expected: `gridgov.services.proactive.Proactive.hotspots`."""
        return self._proactive.hotspots(self._caller, *_spell(since, until), **how)

    def repeats(self, since: Moment, until: Moment, **how: Any) -> gpd.GeoDataFrame:
        """Return places that report again and again: `gridgov.services.proactive.Proactive.repeats`."""
        for name in {"within_m", "at_least"} & set(how):
            _require_number(how[name], name)
        return self._proactive.repeats(self._caller, *_spell(since, until), **how)

    def rising(self, since: Moment, until: Moment, **how: Any) -> pd.DataFrame:
        """Return matters that rise or fall: `gridgov.services.proactive.Proactive.rising`."""
        return self._proactive.rising(self._caller, *_spell(since, until), **how)

    def expected(self, month: str | None = None, **how: Any) -> Any:
        """Return the expected load of a month: `gridgov.services.proactive.Proactive.expected`."""
        return self._proactive.expected(self._caller, month, **how)

    def courses(self, until: Moment, **how: Any) -> gpd.GeoDataFrame:
        """Return how hot spots went through the weeks: `gridgov.services.proactive.Proactive.courses`."""
        return self._proactive.courses(self._caller, moment(until, field="until"), **how)

    def topics(self, month: str) -> pd.DataFrame:
        """Return a month's topics with their numbers: `gridgov.services.proactive.Proactive.topics`."""
        return self._proactive.topics(self._caller, month)

    def scan(self, *, as_of: Moment | None = None) -> "Scan":
        """Propose what stands out and was not proposed yet: `gridgov.services.proactive.Proactive.scan`."""
        return self._proactive.scan(self._me, as_of=_moment(as_of, "as_of"))

    def proposals(self, *, state: str | None = None, most: int = 200) -> pd.DataFrame:
        """Return what is suspected, newest first, a row for each proposal, for a person to decide about."""
        found = self._proactive.proposals(self._caller, state=state, limit=min(at_most(most), _MOST))
        return pd.DataFrame(found, columns=list(PROPOSALS))

    def confirm(self, proposal: UUID | str) -> dict[str, Any]:
        """Open a case for a proposal, counted apart from what was reported, and return it with its ``incident_number``.

        Raises
        ------
        NotAuthenticatedError, NotAllowedError
            If nobody, or nobody who confirms there, connected.
        ConflictError
            If it was dismissed.
        """
        return self._proactive.confirm(self._me, _proposal(proposal))[0]

    def dismiss(self, proposal: UUID | str, *, reason: str) -> dict[str, Any]:
        """Say why nothing is to be done about a proposal, for good, and return it."""
        return self._proactive.dismiss(self._me, _proposal(proposal), reason=_words(reason))

    @property
    def _me(self) -> Caller:
        """Who acts.

        Raises
        ------
        NotAuthenticatedError
            If connected as the machine, which decides nothing.
        """
        if self._caller is None:
            message = (
                "Drafts and decisions belong to somebody: "
                'gridgov.connect(account="LOGIN") acts for an account, as its rights go.'
            )
            raise NotAuthenticatedError(message)
        return self._caller

    # Imported when they are first needed: who only looks should not wait for what planning brings along.
    @property
    def _drafting(self) -> "Drafting":
        from gridgov.services.drafting import Drafting  # noqa: PLC0415

        return cast("Drafting", InPython(Drafting(self._store, clock=self._clock)))

    @property
    def _proactive(self) -> "Proactive":
        from gridgov.services.proactive import Proactive  # noqa: PLC0415

        return cast("Proactive", InPython(Proactive(self._store, clock=self._clock)))


def _require_number(given: Any, field: str) -> None:
    if not isinstance(given, Real):
        message = f"`{field}` is a number, not {given!r}."
        raise InputError(message, field=field)


def _words(given: Any) -> str:
    if not isinstance(given, str):
        message = f"A reason is a few words, not {given!r}."
        raise InputError(message, field="reason")
    return given


def _proposal(given: "UUID | str") -> UUID:
    found = id_of(given)
    if found is None:
        message = f"{given!r} is no id of a proposal: gov.proposals() lists those there are."
        raise InputError(message, field="proposal")
    return found


def _id(draft: "DraftRow | UUID") -> UUID:
    return draft if isinstance(draft, UUID) else draft.id


def _moment(given: Moment | None, field: str) -> datetime | None:
    return None if given is None else moment(given, field=field)


def _spell(since: Moment, until: Moment) -> tuple[datetime, datetime]:
    return moment(since, field="since"), moment(until, field="until")
