"""Photos: decoded whole, turned upright, and written anew from their pixels, so that nothing else comes along."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from gridgov.errors import FileFormatError
from gridgov.evidence.kinds import Kind
from gridgov.evidence.told import Told, told_by_photo

MOST_PIXELS = 64_000_000
"""More than a phone takes by default (12 to 50 million); cleaning them takes 530 MB, of WebP 1.1 GB."""

MOST_SCANS = 64
"""A progressive JPEG has about ten."""

_MOST_MARKERS = 10_000

LONGEST_SIDE = 30_000
THUMBNAIL = (480, 480)
_QUALITY = 90
_KEPT_MODES = {"L", "RGB", "RGBA"}

# Markers of ITU-T T.81, B.1.1: 0xFF and a byte; 00 and RST0 to RST7 belong to the coded pixels, FF only fills up.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_SCAN, _END = b"\xda", b"\xd9"
_ALONE = {b"\xd8", b"\x01", _END}
"""Markers without a length behind them."""


def clean_photo(source: BinaryIO, kind: Kind, target: BinaryIO) -> tuple[tuple[int, int], bytes, Told]:
    """Write the photo in `source` to `target` as bare pixels; return its size, a JPEG thumbnail, and what it told.

    Colours become sRGB and the orientation is applied, for both are said outside the pixels. Of an animation the
    first picture is kept.

    Raises
    ------
    FileFormatError
        If it has too many pixels, is broken or ends too early.
    MemoryError
        If it needs more memory than this process may take.
    """
    try:
        return _clean(source, kind, target)
    except (FileFormatError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        message = f"The photo has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller."
        raise FileFormatError(message, field="file") from error
    except Exception as error:  # a decoder meets strangers' bytes: whatever it says, the file is broken
        message = "The photo is broken, or ends too early: take or send it again."
        raise FileFormatError(message, field="file") from error


def _clean(source: BinaryIO, kind: Kind, target: BinaryIO) -> tuple[tuple[int, int], bytes, Told]:
    bare, told = _read(source, kind)
    bare.save(target, kind.format, quality=_QUALITY)  # PNG loses nothing and heeds no quality
    return bare.size, _thumbnail(bare), told


def _read(source: BinaryIO, kind: Kind) -> tuple[Image.Image, Told]:
    """Return the bare pixels and what the file told; what the decoder held is free again when this returns."""
    if kind.format == "JPEG":
        _require_few_scans(source)
    formats = ("JPEG", "MPO") if kind.format == "JPEG" else (str(kind.format),)
    with Image.open(source, formats=formats) as image:
        _require_sane(image.size)
        told = told_by_photo(image)
        image.load()
        return _bare(image), told


def _require_few_scans(source: BinaryIO) -> None:
    """Refuse a JPEG whose scans go over its pixels again and again: ninety bytes can cost a tenth of a second each."""
    source.seek(0)
    seen = Counter(islice(_markers(source.read()), _MOST_MARKERS))
    source.seek(0)
    if seen[_SCAN] > MOST_SCANS or seen.total() == _MOST_MARKERS:
        message = f"The photo is cut into more than {MOST_SCANS} scans: save it anew as a plain JPEG, and send that."
        raise FileFormatError(message, field="file")


def _markers(data: bytes) -> Iterator[bytes]:
    at = 0
    while (marker := _MARKER.search(data, at)) and marker[1] != _END:
        yield marker[1]
        at = marker.end()
        if marker[1] not in _ALONE:
            at += int.from_bytes(data[at : at + 2], "big")


def _require_sane(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE or min(size) < 1:
        most = MOST_PIXELS // 1_000_000
        message = f"The photo has {width} x {height} pixels, at most {most} million are taken: make it smaller."
        raise FileFormatError(message, field="file")


def _bare(image: Image.Image) -> Image.Image:
    """Return the pixels alone, upright and in sRGB, in an image that carries nothing else; the given one is used up.

    Never are there more than two copies of the pixels: of the largest photo each fills 256 MB.
    """
    _turn_upright(image)
    profile = image.info.get("icc_profile")
    plain = image
    if image.mode.startswith("I"):
        plain = image.point(lambda value: value * (1 / 256)).convert("L")  # 16 bits of grey
    clear = image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info
    if profile and not clear and image.mode in {"RGB", "CMYK"}:
        plain = _in_srgb(image, profile)
    if plain.mode not in _KEPT_MODES:
        plain = plain.convert("RGBA" if clear else "RGB")
    bare = plain.copy() if plain is image else plain
    bare.info = {}  # comments, profiles and texts are saved from there
    return bare


def _turn_upright(image: Image.Image) -> None:
    with suppress(Exception):  # a broken orientation is none
        ImageOps.exif_transpose(image, in_place=True)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return changed or image


def _thumbnail(bare: Image.Image) -> bytes:
    small = bare.reduce(max(1, min(bare.size[0] // (2 * THUMBNAIL[0]), bare.size[1] // (2 * THUMBNAIL[1]))))
    small.thumbnail(THUMBNAIL)
    if small.mode == "RGBA":
        white = Image.new("RGB", small.size, "white")
        white.paste(small, mask=small.getchannel("A"))
        small = white
    kept = io.BytesIO()
    small.save(kept, "JPEG", quality=80)
    return kept.getvalue()
