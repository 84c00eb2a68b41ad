"""What a file tells beside its picture: where, when and with what it was taken."""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from PIL import ExifTags, Image

from gridgov.clock import SHANGHAI

_TEXT_LIMIT = 200
_EXIF_TIME = "%Y:%m:%d %H:%M:%S"
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What a file told; nothing of it is believed, and only some may see it.

    Attributes
    ----------
    taken_at
        When, in UTC. A camera that states no offset is taken to show Shanghai's time.
    taken_text
        The time as the file wrote it.
    lon, lat
        Degrees of `datum`; the standard leaves the datum open (Exif 2.32, GPSMapDatum), receivers use WGS 84.
    accuracy_m
        The error that the receiver states (GPSHPositioningError).
    tags
        The few others that tell of the place: altitude, direction, the receiver's own time.
    """

    taken_at: datetime | None = None
    taken_text: str | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    datum: str | None = None
    camera: str | None = None
    tags: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.taken_text, self.taken_at, self.lon is not None, self.camera, self.tags))


def told_by_photo(image: Image.Image) -> Told:
    """Return what an image's EXIF tells; a block that cannot be read tells nothing."""
    try:
        exif = image.getexif()
        shot = exif.get_ifd(ExifTags.IFD.Exif)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        return _told(exif, shot, gps)
    except Exception:  # noqa: BLE001 - EXIF is a stranger's binary; whatever breaks in it must not refuse the photo
        return Told()


def _told(exif: Any, shot: dict[int, Any], gps: dict[int, Any]) -> Told:
    taken = _text(shot.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime))
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", 90)
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", 180)
    camera = " ".join(filter(None, (_text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))))
    both = lat is not None and lon is not None
    return Told(
        taken_at=_instant(taken, _text(shot.get(ExifTags.Base.OffsetTimeOriginal))),
        taken_text=taken,
        lon=lon if both else None,
        lat=lat if both else None,
        accuracy_m=_number(gps.get(ExifTags.GPS.GPSHPositioningError)),
        datum=_text(gps.get(ExifTags.GPS.GPSMapDatum)),
        camera=camera or None,
        tags=_few(gps),
    )


def _few(gps: dict[int, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "altitude_m": _number(gps.get(ExifTags.GPS.GPSAltitude)),
        "direction_deg": _number(gps.get(ExifTags.GPS.GPSImgDirection)),
        "gps_date": _text(gps.get(ExifTags.GPS.GPSDateStamp)),
    }
    return {name: value for name, value in kept.items() if value is not None}


def _instant(taken: str | None, offset: str | None) -> datetime | None:
    try:
        shown = datetime.strptime(taken or "", _EXIF_TIME).replace(tzinfo=SHANGHAI)
        stated = offset is not None and _OFFSET.fullmatch(offset)
        moment = datetime.fromisoformat(f"{shown:%Y-%m-%dT%H:%M:%S}{offset}") if stated else shown
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.year >= 1990 else None


def _degrees(parts: Any, side: Any, negative: str, most: int) -> float | None:
    if parts is None or len(parts) != 3:
        return None
    whole, minutes, seconds = (_number(part) for part in parts)
    if whole is None or minutes is None or seconds is None:
        return None
    degrees = whole + minutes / 60 + seconds / 3600
    degrees = -degrees if _text(side) == negative else degrees
    return degrees if abs(degrees) <= most else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    return _UNPRINTABLE.sub(" ", value).strip()[:_TEXT_LIMIT] or None
