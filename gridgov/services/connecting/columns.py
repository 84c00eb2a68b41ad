"""The columns of what the Python door hands out: which there are, in which order, of which type and unit.

Times are in Asia/Shanghai, with their offset; codes are text; geometry is in EPSG:4326, lon/lat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gridgov.clock import SHANGHAI

CRS: Final = "EPSG:4326"


class Type(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    TIME = "time"
    ID = "id"
    LIST = "list"
    GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds, and what that says, with its unit."""

    name: str
    type: Type
    says: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a frame, in their order."""

    all: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Return the names, in order."""
        return [column.name for column in self.all]

    @property
    def table(self) -> pd.DataFrame:
        """Return name, type and meaning of each column, to be read in a notebook."""
        return pd.DataFrame([(c.name, str(c.type), c.says) for c in self.all], columns=["column", "type", "says"])

    def frame(self, rows: Sequence[dict[str, Any]] | pd.DataFrame) -> pd.DataFrame:
        """Return rows as a frame of exactly these columns; what a row does not tell is missing.

        Where a column is a geometry it is a GeoDataFrame in EPSG:4326.
        """
        given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=self._known(rows))
        found = {c.name: _typed(given.get(c.name), c.type, given.index) for c in self.all}
        plain = pd.DataFrame(found, index=given.index).reset_index(drop=True)
        if any(column.type is Type.GEOMETRY for column in self.all):
            shapes = gpd.GeoSeries(plain["geometry"].to_list(), index=plain.index, crs=CRS)
            plain = gpd.GeoDataFrame(plain.assign(geometry=shapes), geometry="geometry", crs=CRS)
        return plain

    def _known(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        return [name for name in self.names if any(name in row for row in rows)]


def _typed(values: Any, wanted: Type, index: pd.Index) -> pd.Series:
    series = pd.Series(None, index=index, dtype=object) if values is None else pd.Series(values)
    match wanted:
        case Type.TEXT:
            return series.astype(object).map(_word, na_action="ignore").astype("str")
        case Type.NUMBER:
            return pd.to_numeric(series).astype(float)
        case Type.TRUTH:
            return series.astype(bool)
        case Type.TIME:
            return pd.to_datetime(series, utc=True).astype("datetime64[us, UTC]").dt.tz_convert(SHANGHAI)
        case _:
            return series.astype(object)


def _word(value: Any) -> str:
    return str(value)


def _columns(*rows: tuple[str, Type, str]) -> Columns:
    return Columns(tuple(Column(*row) for row in rows))


_GEOMETRY = Type.GEOMETRY
_DISTRICT = ("district_code", Type.TEXT, "6 digits")

CELLS: Final = _columns(
    _DISTRICT,
    ("code", Type.TEXT, "15 digits"),
    ("name", Type.TEXT, "what people call it"),
    ("kind", Type.TEXT, "ordinary, or dedicated to one site"),
    ("street_code", Type.TEXT, "9 digits"),
    ("street_name", Type.TEXT, "of the street"),
    ("community_code", Type.TEXT, "12 digits"),
    ("community_name", Type.TEXT, "of the community"),
    ("area_m2", Type.NUMBER, "square metres"),
    ("households", Type.NUMBER, "counted; missing where nobody counted"),
    ("geometry", _GEOMETRY, "polygon"),
)
AREAS: Final = _columns(
    _DISTRICT,
    ("code", Type.TEXT, "6, 9 or 12 digits"),
    ("name", Type.TEXT, "what people call it"),
    ("geometry", _GEOMETRY, "polygon"),
)
INCIDENTS: Final = _columns(
    _DISTRICT,
    ("id", Type.ID, "UUID"),
    ("number", Type.TEXT, "the public number"),
    ("reported_at", Type.TIME, "when it was reported"),
    ("received_at", Type.TIME, "when it was taken in"),
    ("channel", Type.TEXT, "which way it came; proactive: opened before anybody complained"),
    ("matter_code", Type.TEXT, "what it is about"),
    ("text", Type.TEXT, "as reported"),
    ("stage", Type.TEXT, "of the case"),
    ("placement", Type.TEXT, "located, doubtful, crossing, outside or unplaced"),
    ("cell_code", Type.TEXT, "where it lies; the likeliest where that is doubtful"),
    ("priority", Type.TEXT, "how urgent"),
    ("handling_organisation_code", Type.TEXT, "who has it"),
    ("deadline_at", Type.TIME, "until when; missing where nothing runs"),
    ("geometry", _GEOMETRY, "point, line or polygon; missing where it has no place"),
)
STAFF: Final = _columns(
    _DISTRICT,
    ("id", Type.ID, "UUID"),
    ("staff_code", Type.TEXT, "the staff number"),
    ("name", Type.TEXT, "of the person"),
    ("organisation_code", Type.TEXT, "whom they work for"),
    ("organisation_name", Type.TEXT, "of the organisation"),
    ("employment", Type.TEXT, "full time, part time, volunteer ..."),
    ("ended_at", Type.TIME, "when they left; missing while they serve"),
)
DUTIES: Final = _columns(
    _DISTRICT,
    ("id", Type.ID, "UUID"),
    ("person_id", Type.ID, "UUID of the person"),
    ("staff_code", Type.TEXT, "the person's staff number"),
    ("name", Type.TEXT, "of the person"),
    ("role", Type.TEXT, "as what they answer"),
    ("role_name_zh", Type.TEXT, "the role in Chinese"),
    ("target_kind", Type.TEXT, "cell, community, street or district"),
    ("target_code", Type.TEXT, "of the cell or area they answer for"),
    ("target_name", Type.TEXT, "of the cell or area"),
    ("since", Type.TIME, "from when"),
    ("until", Type.TIME, "to when, itself not included; missing while it goes on"),
)
WHISTLES: Final = _columns(
    _DISTRICT,
    ("id", Type.ID, "UUID"),
    ("incident_id", Type.ID, "UUID of the incident"),
    ("incident_number", Type.TEXT, "the incident's public number"),
    ("kind", Type.TEXT, "of whistle"),
    ("stage", Type.TEXT, "how far it is"),
    ("combined", Type.TRUTH, "whether several streets own it"),
    ("crosses_district", Type.TRUTH, "whether they are of several districts"),
    ("drafted_at", Type.TIME, "when it was drafted"),
    ("sides", Type.LIST, "the streets with their shares, the largest first"),
    ("summons", Type.LIST, "the organisations that are called, the lead first"),
    ("geometry", _GEOMETRY, "the place of the incident"),
)
FEATURES: Final = _columns(
    _DISTRICT,
    ("id", Type.TEXT, "of the source"),
    ("name", Type.TEXT, "if it has one"),
    ("kind", Type.TEXT, "of road or building; missing elsewhere"),
    ("geometry", _GEOMETRY, "as in the base map"),
)
BUILDINGS: Final = _columns(
    _DISTRICT,
    ("id", Type.TEXT, "of the source"),
    ("name", Type.TEXT, "if it has one"),
    ("kind", Type.TEXT, "of building"),
    ("floors", Type.NUMBER, "how many"),
    ("households", Type.NUMBER, "how many live there"),
    ("geometry", _GEOMETRY, "polygon"),
)
