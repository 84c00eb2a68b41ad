"""What an installation knows, as frames of declared columns; each is read in one transaction and as of one moment."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final, cast

import geopandas as gpd
import pandas as pd

from gridgov.areas import Level
from gridgov.codes import area_code
from gridgov.errors import InputError
from gridgov.services.connecting.asked import (
    Moment,
    at_most,
    in_python,
    parts_of,
    require_all,
    require_place,
    which_incidents,
)
from gridgov.services.connecting.columns import (
    AREAS,
    BUILDINGS,
    CELLS,
    DUTIES,
    FEATURES,
    INCIDENTS,
    STAFF,
    WHISTLES,
    Columns,
)
from gridgov.services.connecting.opened import Opened
from gridgov.services.looking import Filter
from gridgov.services.whistling.recalling import whistles_then
from gridgov.store.registers.duties import DutiesAsked
from gridgov.store.registers.people import PeopleAsked
from gridgov.store.singles import Asked
from gridgov.store.whistles import ALL

LAYERS: Final = ("road", "water", "green", "building")
_PAGE = 2_000
_ALL = 10_000_000
YEAR = timedelta(days=365)


class Frames(Opened):
    """Reads frames on behalf of whoever connected."""

    def cells(self, *, as_of: Moment | None = None) -> gpd.GeoDataFrame:
        """Return the cells in force at a moment (now), by code; columns: `CELLS`.

        district_code, code, name, kind, street_code, street_name, community_code, community_name, area_m2 (square
        metres), households (missing where nobody counted), geometry (EPSG:4326).

        Parameters
        ----------
        as_of
            A time with its offset: text, a `datetime` or a `pandas.Timestamp`. One to come shows the grid that is
            published for then; one before the first grid an empty frame of the same columns.

        Returns
        -------
        geopandas.GeoDataFrame
            A row for each cell. Dedicated cells (``kind``) were made for one site and count no households.

        Raises
        ------
        InputError
            If the time has no offset, or is none.
        NotAllowedError
            If the account may not read the grid (grid.read).

        Examples
        --------
        ::

            gov.cells()                                     # today's
            gov.cells(as_of="2026-12-01T00:00:00+08:00")    # those of that morning
            gov.cells().query("kind == 'ordinary'").groupby("street_name")["households"].describe()
            layers.show(gov.cells(), by="households")       # as a map
        """
        at = self._moment(as_of)
        with self._reading() as unit:
            found = unit.cells.frame(at=at)
            homes = unit.maps.homes(at).set_index("code")["households"]
            named = {
                level: unit.areas.frame(level, at=at).set_index("code")["name"]
                for level in (Level.STREET, Level.COMMUNITY)
            }
        streets, communities = (found[column].map(named[level]) for column, level in _NAMED)
        more = {"street_name": streets, "community_name": communities, "households": found["code"].map(homes)}
        return _geo(CELLS, found.assign(**more))

    def areas(self, level: str, *, as_of: Moment | None = None) -> gpd.GeoDataFrame:
        """Return the areas of a level, ``district``, ``street`` or ``community``; columns: `AREAS`.

        district_code, code, name, geometry (EPSG:4326).

        Raises
        ------
        InputError
            If there is no such level.
        """
        if not isinstance(level, str) or level.upper() not in Level.__members__:
            message = f"There is no level {level}: ask for district, street or community."
            raise InputError(message, field="level")
        with self._reading() as unit:
            return _geo(AREAS, unit.areas.frame(Level[level.upper()], at=self._moment(as_of)))

    def incidents(
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        as_of: Moment | None = None,
        most: int = 50_000,
        **which: Any,
    ) -> gpd.GeoDataFrame:
        """Return the incidents one may see, newest first; columns: `INCIDENTS`.

        district_code, id, number, reported_at, received_at, channel, matter_code, text, stage, placement, cell_code,
        priority, handling_organisation_code, deadline_at, geometry (EPSG:4326).

        Parameters
        ----------
        since, until
            Reported in this period, its end not included.
        as_of
            As they stood at this moment.
        most
            At most so many: more are refused, and nothing is left out silently.
        **which
            ``district_code``, ``street_code``, ``cell_code``, ``matter``, ``stage``, ``placement``, ``overdue``,
            ``handling_organisation``, ``number``.

        Raises
        ------
        InputError
            If there are more, or something is asked for that there is not: a street, a stage, a filter.

        Notes
        -----
        Who reported is not among the columns: see `reporter`. The words are as reported and may name people, so that an
        account's taking them away is written down as a look, like a table's from the screen.

        Cases that were opened before anybody complained are among them, with ``proactive`` as their ``channel``.

        Examples
        --------
        ::

            gov.incidents(street_code="370102001", since="2026-11-01T00:00:00+08:00")
            gov.incidents(stage="handling", overdue=True)
        """
        asked = which_incidents(which, since=since, until=until)
        at = None if as_of is None else self._moment(as_of)
        rows = self._incidents(asked, at, most)
        if not rows:
            self._require_places(asked, at)
        self._note(asked, rows)
        return _geo(INCIDENTS, rows)

    def _incidents(self, asked: Filter, as_of: datetime | None, most: int) -> list[dict[str, Any]]:
        most, rows = at_most(most), []
        for page in self._pages(asked, as_of):
            rows += page
            require_all(len(rows), most, "incidents")
        return rows

    def _require_places(self, asked: Filter, as_of: datetime | None) -> None:
        moments = {as_of or self._clock(), self._clock()}
        with self._as() as unit:
            for field in ("district_code", "street_code", "cell_code"):
                require_place(unit, getattr(asked, field), at=moments, field=field)

    def _note(self, asked: Filter, rows: list[dict[str, Any]]) -> None:
        """Write down that an account took incidents away, with their words; the machine's own work is not noted."""
        districts = sorted({row["district_code"] for row in rows})
        if self._caller is None or not districts:
            return
        said = (f"{name}={value}" for name, value in asdict(asked).items() if value)
        with self._as() as unit:
            subject = unit.subject
        with self._store.transaction() as unit:
            unit.looks.taken(subject, districts, purpose=" ".join(["gov.incidents", *said]), at=self._clock())

    def staff(self, *, as_of: Moment | None = None) -> pd.DataFrame:
        """Return the people in service at a moment (now), by staff number; columns: `STAFF`.

        district_code, id, staff_code, name, organisation_code, organisation_name, employment, ended_at. Phone numbers
        stay inside. The register tells when people left, not when they came: of a past moment, those not gone yet.
        """
        with self._reading() as unit:
            return STAFF.frame(unit.registers.people.page(PeopleAsked(), at=self._moment(as_of), limit=_ALL))

    def duties(self, *, as_of: Moment | None = None, area: str | None = None) -> pd.DataFrame:
        """Return who answered for what at a moment (now), a row for each pair; columns: `DUTIES`.

        district_code, id, person_id, staff_code, name, role, role_name_zh, target_kind, target_code, target_name,
        since, until.

        Parameters
        ----------
        area
            The code of an area or a cell: duties for it and for what lies in it.

        Raises
        ------
        InputError
            If there is no such place, then or now.
        """
        at, place = self._moment(as_of), None if area is None else area_code(area)
        with self._reading() as unit:
            rows = unit.registers.duties.page(DutiesAsked(as_of=at, area=place), at=at)
            if not rows:
                require_place(unit, place, at={at, self._clock()}, field="area")
        return DUTIES.frame(rows).sort_values(["target_code", "role", "staff_code"], ignore_index=True)

    def whistles(self, *, as_of: Moment | None = None, most: int = 5_000) -> gpd.GeoDataFrame:
        """Return the whistles one may see, newest first; columns: `WHISTLES`.

        district_code, id, incident_id, incident_number, kind, stage, combined, crosses_district, drafted_at, sides,
        summons, geometry (EPSG:4326).

        Parameters
        ----------
        as_of
            As they stood at this moment.
        most
            At most so many: more are refused, and nothing is left out silently.

        Raises
        ------
        InputError
            If there are more.
        """
        wanted = at_most(most) + 1
        with self._as() as unit:
            if as_of is None:
                rows = unit.whistles.page(limit=wanted)
            else:
                rows = whistles_then(unit, self._moment(as_of), limit=wanted, before=None, which=ALL)
        require_all(len(rows), most, "whistles")
        return _geo(WHISTLES, rows)

    def features(self, layer: str) -> gpd.GeoDataFrame:
        """Return a layer of the base map, ``road``, ``water``, ``green`` or ``building``; columns: `FEATURES`.

        district_code, id, name, kind, geometry (EPSG:4326).

        Raises
        ------
        InputError
            If there is no such layer.
        """
        if layer not in LAYERS:
            message = f"The base map has no layer {layer}: ask for {', '.join(LAYERS)}."
            raise InputError(message, field="layer")
        return _geo(FEATURES, self._features(layer, kind="class" if layer == "road" else "kind"))

    def buildings(self) -> gpd.GeoDataFrame:
        """Return the buildings; columns: `BUILDINGS`.

        district_code, id, name, kind, floors, households, geometry (EPSG:4326).
        """
        return _geo(BUILDINGS, self._features("building", kind="kind", floors="floors", households="households"))

    def loads(self, weight: str | Mapping[str, float] = "households", *, as_of: Moment | None = None) -> pd.Series:
        """Return what each ordinary cell carries at a moment (now), by its code.

        Parameters
        ----------
        weight
            ``"households"`` (a cell that nobody counted has none), ``"incidents"`` (those of the 365 days before, by
            whichever channel they came: cases opened proactively are work too), ``"area_m2"``; or parts of several,
            like ``{"households": 0.6, "incidents": 0.4}``.

        Returns
        -------
        pandas.Series
            Named as `weight`, in its unit. Of parts: named ``load``, each part as a share of its mean, so that 1 is the
            mean.

        Raises
        ------
        InputError
            If there is no such weight, or a part is not above zero.
        """
        parts = parts_of(weight)
        cells = self.cells(as_of=as_of)
        cells = cells[cells["kind"] == "ordinary"].set_index("code")
        if "incidents" in parts:
            cells["incidents"] = self._reported(self._moment(as_of)).reindex(cells.index).fillna(0.0)
        values = cells[list(parts)].fillna(0.0)
        if isinstance(weight, str):
            return pd.Series(values[weight]).rename_axis(None)
        shares = values / values.mean().where(lambda mean: mean > 0, 1.0)
        load: pd.Series = (shares * pd.Series(parts)).sum(axis=1) / sum(parts.values())
        return load.rename("load").rename_axis(None)

    def _reported(self, at: datetime) -> "pd.Series[float]":
        with self._reading() as unit:
            counts = unit.rollups.per_cell(Asked(at - YEAR, at, min(at, self._clock())))
        return pd.Series(counts, dtype=float)

    def _features(self, layer: str, **attributes: str) -> gpd.GeoDataFrame:
        with self._reading() as unit:
            districts = sorted(unit.areas.frame(Level.DISTRICT, at=self._clock())["code"])
            found = unit.maps.features(layer, districts, limit=_ALL)
        told = {column: [bag.get(key) for bag in found["attributes"]] for column, key in attributes.items()}
        return found.rename(columns={"source_key": "id"}).assign(**told)

    def _pages(self, asked: Filter, as_of: datetime | None) -> Iterator[list[dict[str, Any]]]:
        before = None
        while True:
            with in_python():
                page = self._desk.incidents(self._caller, asked, limit=_PAGE, before=before, as_of=as_of)
            yield page
            if len(page) < _PAGE:
                return
            before = page[-1]["id"]


_NAMED = (("street_code", Level.STREET), ("community_code", Level.COMMUNITY))


def _geo(columns: Columns, rows: Any) -> gpd.GeoDataFrame:
    return cast("gpd.GeoDataFrame", columns.frame(rows))
