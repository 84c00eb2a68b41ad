"""From the file that was sent to the file that is shown."""

import os
import shutil
from dataclasses import dataclass
from typing import BinaryIO

from gridgov.evidence.kinds import SNIFF_BYTES, Kind, sniff
from gridgov.evidence.mp4 import clean_mp4
from gridgov.evidence.photos import clean_photo
from gridgov.evidence.told import Told
from gridgov.evidence.webm import clean_webm


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a file is, and what it told beside its picture.

    Attributes
    ----------
    width, height
        Pixels of a photo, upright; None for a video.
    duration_s
        Seconds of a video, where its header says so.
    thumbnail
        A small JPEG of a photo; no video is decoded here, so none of a video.
    """

    kind: Kind
    width: int | None
    height: int | None
    duration_s: float | None
    thumbnail: bytes | None
    told: Told


def clean(source: BinaryIO, target: BinaryIO) -> Cleaned:
    """Write to `target` what may be shown of `source`; both can be sought, and `target` is empty.

    Raises
    ------
    FileFormatError
        If it is of no accepted kind, or is not what it claims to be.
    """
    source.seek(0)
    kind = sniff(source.read(SNIFF_BYTES))
    source.seek(0)
    if kind.format:
        (width, height), thumbnail, told = clean_photo(source, kind, target)
        return Cleaned(kind, width, height, None, thumbnail, told)
    shutil.copyfileobj(source, target)
    size = target.seek(0, os.SEEK_END)
    duration_s, told = clean_webm(target, size) if kind.media_type == "video/webm" else clean_mp4(target, size)
    return Cleaned(kind, None, None, duration_s, None, told)
