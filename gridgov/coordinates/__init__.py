"""Every coordinate says its datum; what is stored is WGS 84 in lon/lat, what is measured lies in a plane of metres.

Axis order is x, y everywhere: longitude, latitude or easting, northing, whatever the authority of a CRS says.
Nothing here changes its input: callers keep the raw values beside the converted ones.

- **Equal.** CGCS2000 (EPSG:4490) and WGS 84 (EPSG:4326) are treated as equal: both realise the ITRS and differ by the
  motion of the plates since their epochs, a few decimetres. This is the only place where that is decided.
- **GCJ-02 and BD-09** are off by about 550 m and 1.3 km. The kept library ``geocoordinates_ffi`` converts them; its
  inverse iterates and round-trips below a micrometre.
- **Where GCJ-02 holds.** No border is drawn here. The formula is defined in the box 72.004-137.8347 E,
  0.8293-55.8271 N, and a datum is the source's statement about its numbers: whoever says ``gcj02`` or ``bd09`` inside
  that box gets the inverse of the formula, in Hong Kong, Macau, Taipei, Seoul or Hanoi as well. Sources which leave
  those places unshifted say ``wgs84`` there. Outside the box the formula does nothing, so the claim itself must be
  wrong: it is refused.
- **Other datums** by EPSG code, through PROJ, only where it knows a transformation good to 2 m. Beijing 1954 and
  Xian 1980 have no such public parameters and are refused rather than put some 100 m beside the place.
"""

from gridgov.coordinates.checks import PositionFault, check_positions, position_faults
from gridgov.coordinates.convert import (
    from_wgs84,
    geometry_from_wgs84,
    geometry_to_wgs84,
    point_to_wgs84,
    to_wgs84,
)
from gridgov.coordinates.datum import BD09, CGCS2000, GCJ02, WGS84, Datum
from gridgov.coordinates.detect import DatumGuess, detect_datum
from gridgov.coordinates.evidence import Reference
from gridgov.coordinates.planes import from_plane, projected_crs, to_plane

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "WGS84",
    "Datum",
    "DatumGuess",
    "PositionFault",
    "Reference",
    "check_positions",
    "detect_datum",
    "from_plane",
    "from_wgs84",
    "geometry_from_wgs84",
    "geometry_to_wgs84",
    "point_to_wgs84",
    "position_faults",
    "projected_crs",
    "to_plane",
    "to_wgs84",
]
