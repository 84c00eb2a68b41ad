"""The door itself: everything one connection can do."""

import weakref
from contextlib import ExitStack
from functools import cached_property
from typing import Any, Self
from uuid import UUID

import geopandas as gpd
import shapely

from gridgov.access import Caller
from gridgov.clock import Clock, shown, system_clock
from gridgov.codes import area_code
from gridgov.codes import cell_code as read_cell_code
from gridgov.errors import CoordinateError, InputError, NotAuthenticatedError, NotFoundError
from gridgov.ids import new_id
from gridgov.incidents import Channel, GivenPosition, Report
from gridgov.services.connecting.asked import Moment, id_of, in_python, moment, which_incidents
from gridgov.services.connecting.columns import INCIDENTS
from gridgov.services.connecting.frames import YEAR, Frames
from gridgov.services.connecting.opening import acting_as
from gridgov.services.connecting.plans import Plans
from gridgov.services.intake import Intake, Receipt
from gridgov.services.looking import Filter
from gridgov.services.revealing import Identity, Revealing
from gridgov.services.watching import Watching
from gridgov.settings import settings
from gridgov.store.opening import opened_store
from gridgov.store.unit import Store

_MOST_INCIDENTS = 2_000_000


class Gov(Frames, Plans):
    """An open installation, as `gridgov.connect` gives it.

    What there is, as frames in EPSG:4326 (lon/lat) of declared columns: ``cells``, ``areas``, ``incidents``,
    ``whistles``, ``staff``, ``duties``, ``buildings``, ``features``; as numbers: ``loads``, ``figures``; of one thing:
    ``incident``, ``reporter``, ``who``. Most take ``as_of=``, a moment with its offset, and tell of then.

    To plan: ``atoms``, `gridgov.planning.rebalance`, then ``draft``, ``preview``, ``propose``, ``approve``,
    ``publish``, each with the rights of the account that connected. What stands out: ``hotspots``, ``repeats``,
    ``rising``, ``expected``. To show: `layers.show`.

    Parameters
    ----------
    store
        Where everything is kept.
    clock
        Tells the time to every rule.
    caller
        On whose behalf; None for the machine itself, which reads everything, takes reports in,
        and plans and decides nothing.
    """

    def __init__(self, store: Store, *, clock: Clock = system_clock, caller: Caller | None = None) -> None:
        super().__init__(store, clock=clock, caller=caller)
        self._opened = ExitStack()

    def __repr__(self) -> str:
        if self._held is None:
            return "<gridgov, closed>"
        who = "as this machine: reads and reports" if self._caller is None else "as an account"
        return f"<gridgov, {who}; help(gov)>"

    def incident(self, incident: UUID | str, *, as_of: Moment | None = None) -> dict[str, Any]:
        """Return an incident with its place, its shares or probabilities, and its possible duplicates.

        Parameters
        ----------
        incident
            Its id or its public number.
        as_of
            As it stood at this moment.

        Raises
        ------
        NotFoundError
            If there is none that one may see.
        """
        at = None if as_of is None else self._moment(as_of)
        with in_python():
            return self._desk.incident(self._caller, self._id_of(incident), as_of=at)

    def reporter(self, incident: UUID | str, *, purpose: str | None = None) -> Identity:
        """Return who reported an incident: name and phone with stars, or whole where a purpose is given.

        Parameters
        ----------
        incident
            Its id or its public number.
        purpose
            What whole names are needed for. It is written down beside the account that looked, and takes the right to
            (reporter.reveal).

        Raises
        ------
        NotAuthenticatedError
            If connected as the machine: only accounts look, so that it can be told who did.
        NotAllowedError
            If no role of theirs reveals reporters there.
        NotFoundError
            If there is no such incident that one may see.
        """
        if self._caller is None:
            message = 'Who reported is shown to accounts: gridgov.connect(account="LOGIN") acts for one.'
            raise NotAuthenticatedError(message)
        revealing = Revealing(self._store, clock=self._clock)
        with in_python():
            wanted = self._id_of(incident)
            if purpose is None:
                return revealing.masked(self._caller, wanted)
            return revealing.reveal(self._caller, wanted, purpose, look_id=new_id())

    def _id_of(self, incident: UUID | str) -> UUID:
        found = id_of(incident)
        if found is None:
            rows = self._incidents(which_incidents({"number": incident}, since=None, until=None), None, _MOST_INCIDENTS)
            found = next((row["id"] for row in rows if row["number"] == incident), None)
        if found is None:
            message = f"There is no incident {incident} that you may see: gov.incidents() lists those there are."
            raise NotFoundError(message, field="incident")
        return found

    def atoms(self, *, area: str | None = None, as_of: Moment | None = None, **how: Any) -> gpd.GeoDataFrame:
        """Return what the cells of a district or a street are made of: `gridgov.planning.atoms` of all that is known.

        Incidents are those of the 365 days before the moment, as far as one may see them, by whichever channel they
        came: cases opened proactively are work too. What stands out (`hotspots` and its like) leaves them out.

        Parameters
        ----------
        area
            Code of a district, street or community; the home district where it is left out.
        as_of
            Of the grid in force at this moment (now).
        **how
            ``drawing``, ``progress``, ``blocks``, ``sites``: see `gridgov.planning.atoms`.

        Returns
        -------
        geopandas.GeoDataFrame
            By atom, in EPSG:4326: cell, street, community, kind, households, incidents (a year), area_m2, road_m,
            sites, geometry.

        Raises
        ------
        InputError
            If there are no cells of that area at that moment.
        """
        from gridgov.planning import atoms  # noqa: PLC0415 - it brings a solver's libraries along

        at, wanted = self._moment(as_of), area_code(area or settings().home_district)
        cells = self.cells(as_of=at)
        cells = cells[cells["code"].str.startswith(wanted)].reset_index(drop=True)
        if cells.empty:
            message = f"There are no cells of {wanted} at that moment: give another area= or as_of=."
            raise InputError(message, field="area")
        asked = Filter(since=at - YEAR, until=at, district_code=wanted[:6])
        happened = INCIDENTS.frame(self._incidents(asked, None, _MOST_INCIDENTS))
        placed = _near(cells, happened[happened.geometry.notna()])
        return atoms(
            cells,
            buildings=_near(cells, self.buildings()),
            roads=_near(cells, self.features("road")),
            incidents=None if placed.empty else placed,
            **how,
        )

    def who(self, cell_code: str, *, as_of: Moment | None = None) -> list[dict[str, Any]]:
        """Return who answered for a cell at a moment (now).

        Raises
        ------
        NotFoundError
            If there was no such cell then.
        """
        at, code = self._moment(as_of), read_cell_code(cell_code)
        with self._reading() as unit:
            if not unit.cells.names([code], at=at):
                message = f"There was no cell {code} at {shown(at)}: gov.cells(as_of=...) lists those there were."
                raise NotFoundError(message, field="cell_code")
        return self._desk.who(self._caller, code, as_of=at)

    def figures(self, *, as_of: Moment | None = None) -> dict[str, Any]:
        """Return the wall's numbers as of a moment (now); see `gridgov.services.watching.Watching.figures`."""
        watching = Watching(self._store, clock=self._clock)
        with in_python():
            return watching.figures(self._caller, as_of=None if as_of is None else self._moment(as_of))

    def report(
        self,
        *,
        matter: str,
        text: str,
        datum: str | None = None,
        lon: float | None = None,
        lat: float | None = None,
        **more: Any,
    ) -> Receipt:
        """Take one report in.

        Parameters
        ----------
        matter, text
            What it is about: the matter's code, and words.
        datum, lon, lat
            Where, as numbers of the stated datum; left out where `geometry` or `address` says it.
        **more
            ``geometry`` (a shapely geometry in `datum`), ``accuracy_m``, and any other field of
            `gridgov.incidents.Report`: ``id``, ``reported_at``, ``channel``, ``address``, ``external_number``, ...

        Raises
        ------
        InputError
            If the report cannot be used; nothing is stored.
        ConflictError
            If its id already stands for another report.
        NotAllowedError
            If the account may not report.
        """
        shape = more.pop("geometry", None)
        if shape is None and lon is not None and lat is not None:
            shape = shapely.Point(lon, lat)
        accuracy_m = more.pop("accuracy_m", None)
        if shape is not None and datum is None:
            message = "A position needs its datum: wgs84, cgcs2000, gcj02, bd09 or EPSG:n; there is no default."
            raise CoordinateError(message, field="datum")
        position = GivenPosition(datum, shape, accuracy_m) if shape is not None and datum is not None else None
        plain = {"id": new_id(), "reported_at": self._clock(), "channel": Channel.INSPECTION, "position": position}
        fields = {**plain, **more}
        fields["reported_at"] = moment(fields["reported_at"], field="reported_at")
        fields["channel"] = _channel(fields["channel"])
        report = Report(matter=matter, text=text, **fields)
        if self._caller is None:
            return self._intake.take(report, author="python")
        with self._as() as unit:
            subject = unit.subject
        return self._intake.take_from(subject, report)

    @cached_property
    def _intake(self) -> Intake:
        return Intake.configured(self._store, settings(), clock=self._clock)

    def close(self) -> None:
        """Let go of the installation; what is asked afterwards is refused."""
        self._held = None
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError as error:
        message = f"There is no channel {name}: it is one of {', '.join(Channel)}."
        raise InputError(message, field="channel") from error


def _near(cells: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features that meet the box around cells."""
    return features[features.intersects(shapely.box(*cells.total_bounds))].reset_index(drop=True)


def connect(*, account: str | None = None, token: str | None = None) -> Gov:
    """Open this installation: the private database, or the one that ``GRIDGOV_DATABASE_URL`` names.

    It stays open until `close`, the end of a ``with`` block, or the end of the program.

    Parameters
    ----------
    account
        The login of an account: all is read and done with its rights and under its name. For whoever may open the
        database itself, as on one's own machine; others give a token.
    token
        A token as ``gridgov tokens make`` makes them.

    Raises
    ------
    SetupError
        If there is no PostGIS to use, or the database is of another gridgov, which a notebook does not upgrade; the
        message says what to do.
    NotFoundError
        If there is no such account.
    NotAuthenticatedError
        If the token is unknown, expired or revoked.
    """
    with ExitStack() as stack:
        store = stack.enter_context(opened_store(upgrading=False))
        caller = stack.enter_context(acting_as(store, account, token, clock=system_clock))
        gov = Gov(store, caller=caller)
        gov._opened = stack.pop_all()  # noqa: SLF001 - opened for it, and closed by it
    weakref.finalize(gov, gov._opened.close)  # noqa: SLF001 - a notebook ends without saying so
    return gov
