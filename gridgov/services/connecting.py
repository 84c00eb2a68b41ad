"""The Python door: one connection to an installation, from a script or a notebook.

with gridgov.connect() as gov:
gov.cells()                                  # a GeoDataFrame
gov.report(matter="20908", text="楼下施工", datum="gcj02", lon=117.096, lat=36.652)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import geopandas as gpd
import shapely

from gridgov.areas import Level
from gridgov.clock import Clock, instant, system_clock
from gridgov.errors import CoordinateError
from gridgov.ids import new_id
from gridgov.incidents import Channel, GivenPosition, Report
from gridgov.services.intake import Intake, Receipt
from gridgov.services.looking import Desk
from gridgov.services.watching import Watching
from gridgov.settings import settings
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store


class Gov:
    """An open installation. Frames are in EPSG:4326, lon/lat; times carry their offset.

    Parameters
    ----------
    store
        Where everything is kept.
    clock
        Tells the time to every rule.
    """

    def __init__(self, store: Store, *, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._desk = Desk(store, clock=clock)
        self._watching = Watching(store, clock=clock)
        self._intake = Intake.configured(store, settings(), clock=clock)

    def cells(self, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the cells as of a moment (now): code, name, kind, street_code, community_code, area_m2, geometry."""
        return self._desk.cells(None, as_of=as_of)

    def areas(self, level: str, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the areas of a level, ``district``, ``street`` or ``community``: code, name, geometry."""
        return self._desk.areas(None, Level[level.upper()], as_of=as_of)

    def incident(self, incident_id: UUID) -> dict[str, Any]:
        """Return an incident with its place, its shares or probabilities, and its possible duplicates."""
        return self._desk.incident(None, incident_id)

    def figures(self, *, as_of: datetime | None = None) -> dict[str, Any]:
        """Return the wall's numbers as of a moment (now); see `gridgov.services.watching.Watching.figures`."""
        return self._watching.figures(None, as_of=instant(as_of, field="as_of") if as_of else None)

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
        fields["reported_at"] = instant(fields["reported_at"], field="reported_at")
        return self._intake.take(Report(matter=matter, text=text, **fields), author="python")


@contextmanager
def connect() -> Iterator[Gov]:
    """Open this installation: the private database, or the one that ``GRIDGOV_DATABASE_URL`` names.

    Raises
    ------
    SetupError
        If there is no PostGIS to use; the message says how to install it.
    """
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            yield Gov(store)
        finally:
            store.close()
