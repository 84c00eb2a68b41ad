"""What the numbers of a coordinate mean."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import pyproj
from pyproj.exceptions import CRSError, ProjError

from gridgov.errors import CoordinateError

_NAMES: Final = {
    "wgs84": "wgs84",
    "gps": "wgs84",
    "crs84": "wgs84",
    "大地坐标": "wgs84",
    "cgcs2000": "cgcs2000",
    "2000": "cgcs2000",
    "国家2000": "cgcs2000",
    "国家大地2000": "cgcs2000",
    "2000国家大地坐标系": "cgcs2000",
    "gcj02": "gcj02",
    "火星坐标": "gcj02",
    "火星坐标系": "gcj02",
    "国测局坐标": "gcj02",
    "高德": "gcj02",
    "高德坐标": "gcj02",
    "腾讯": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
    "百度": "bd09",
    "百度坐标": "bd09",
    "百度坐标系": "bd09",
}
"""Spellings in lower case, without blanks, hyphens and underscores -> the name we use."""

_EPSG: Final = re.compile(r"(?:urn:ogc:def:crs:)?epsg:{1,2}(\d{4,6})")
_EQUAL_TO_WGS84: Final = {4326: "wgs84", 4490: "cgcs2000"}
_CHOICES: Final = "wgs84, cgcs2000, gcj02, bd09 or an EPSG code like EPSG:4547"
_WORST_ACCURACY_M: Final = 2.0


@dataclass(frozen=True, slots=True)
class Datum:
    """The meaning of a pair of numbers, made by `Datum.parse`; there is no default.

    Parameters
    ----------
    name
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:<n>``.
    """

    name: str

    @classmethod
    def parse(cls, text: object) -> Self:
        """Return the datum that `text` names: ``WGS-84``, ``gcj02``, ``百度``, ``EPSG:4547``, ``4547``.

        EPSG:4326 becomes ``wgs84`` and EPSG:4490 ``cgcs2000``, both read as lon/lat like everything else.

        Raises
        ------
        CoordinateError
            If nothing is said, nothing is known by that name, or PROJ cannot bring it to WGS 84 within 2 m.
        """
        if isinstance(text, Datum):
            return cls(text.name)
        said = "" if text is None else str(text).strip()
        if not said or len(said) > 64:
            message = f"Which datum do the coordinates have? Say one of {_CHOICES}: there is no default."
            raise CoordinateError(message, field="datum")
        bare = re.sub(r"[\s_\-]", "", said.lower()).replace("\uff1a", ":")
        if bare in _NAMES:
            return cls(_NAMES[bare])
        if match := _EPSG.fullmatch(bare if ":" in bare else f"epsg:{bare}"):
            return cls(_epsg_name(int(match[1])))
        message = f"The datum {said!r} is not known: which datum is it? One of {_CHOICES}."
        raise CoordinateError(message, field="datum")

    @property
    def epsg(self) -> int | None:
        """The EPSG code, None for gcj02 and bd09, which have none."""
        if self.name.startswith("EPSG:"):
            return int(self.name[5:])
        return {"wgs84": 4326, "cgcs2000": 4490}.get(self.name)

    @property
    def is_geographic(self) -> bool:
        """Whether x and y are degrees."""
        return self.epsg is None or bool(pyproj.CRS.from_epsg(self.epsg).is_geographic)

    @property
    def is_shifted(self) -> bool:
        """Whether it is one of the two map services' systems, GCJ-02 or BD-09."""
        return self.name in {"gcj02", "bd09"}

    @property
    def equals_wgs84(self) -> bool:
        """Whether its numbers are taken for WGS 84 as they stand."""
        return self.name in {"wgs84", "cgcs2000"}

    def __str__(self) -> str:
        return self.name


WGS84: Final = Datum("wgs84")
CGCS2000: Final = Datum("cgcs2000")
GCJ02: Final = Datum("gcj02")
BD09: Final = Datum("bd09")


@cache
def to_degrees(epsg: int) -> pyproj.Transformer:
    """Return the transformer from a CRS's x, y to lon, lat of WGS 84 (or of CGCS2000, which counts as equal).

    Raises
    ------
    CoordinateError
        If the code is unknown, has no two axes, or PROJ knows no transformation of 2 m or better.
    """
    try:
        crs = pyproj.CRS.from_epsg(epsg)
    except CRSError as error:
        message = f"EPSG:{epsg} is not a known coordinate system. Which datum is it? One of {_CHOICES}."
        raise CoordinateError(message, field="datum") from error
    if len(crs.axis_info) != 2 or crs.geodetic_crs is None:
        message = f"EPSG:{epsg} ({crs.name}) is not a system of two axes on the ground. Name the two-dimensional one."
        raise CoordinateError(message, field="datum")
    target = 4490 if crs.geodetic_crs.to_epsg() == 4490 else 4326
    try:
        transformer = pyproj.Transformer.from_crs(crs, target, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise _no_way(epsg, crs.name) from error
    if not 0 <= transformer.accuracy <= _WORST_ACCURACY_M:
        raise _no_way(epsg, crs.name)
    return transformer


def _epsg_name(epsg: int) -> str:
    if epsg in _EQUAL_TO_WGS84:
        return _EQUAL_TO_WGS84[epsg]
    to_degrees(epsg)
    return f"EPSG:{epsg}"


def _no_way(epsg: int, name: str) -> CoordinateError:
    message = (
        f"EPSG:{epsg} ({name}) cannot be brought to WGS 84 within {_WORST_ACCURACY_M:g} m by public parameters. "
        "Ask the surveying office for the data in CGCS2000 (EPSG:4490 or a 3-degree zone such as EPSG:4548)."
    )
    return CoordinateError(message, field="datum")
