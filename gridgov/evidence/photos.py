"""Photos: decoded whole, turned upright, and written anew from their pixels, so that nothing else comes along."""

import io
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from gridgov.errors import FileFormatError
from gridgov.evidence.kinds import Kind
from gridgov.evidence.told import Told, told_by_photo

MOST_PIXELS = 64_000_000
"""More than a phone takes by default (12 to 50 million); decoded they fill some 200 MB."""

LONGEST_SIDE = 30_000
THUMBNAIL = (480, 480)
_QUALITY = 90
_KEPT_MODES = {"L", "RGB", "RGBA"}


def clean_photo(source: BinaryIO, kind: Kind, target: BinaryIO) -> tuple[tuple[int, int], bytes, Told]:
    """Write the photo in `source` to `target` as bare pixels; return its size, a JPEG thumbnail, and what it told.

    Colours become sRGB and the orientation is applied, for both are said outside the pixels. Of an animation the
    first picture is kept.

    Raises
    ------
    FileFormatError
        If it has too many pixels, is broken or ends too early.
    """
    try:
        return _clean(source, kind, target)
    except FileFormatError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        message = f"The photo has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller."
        raise FileFormatError(message, field="file") from error
    except Exception as error:  # a decoder meets strangers' bytes: whatever it says, the file is broken
        message = "The photo is broken, or ends too early: take or send it again."
        raise FileFormatError(message, field="file") from error


def _clean(source: BinaryIO, kind: Kind, target: BinaryIO) -> tuple[tuple[int, int], bytes, Told]:
    formats = ("JPEG", "MPO") if kind.format == "JPEG" else (str(kind.format),)
    with Image.open(source, formats=formats) as image:
        _require_sane(image.size)
        told = told_by_photo(image)
        image.load()
        bare = _bare(_upright(image))
    bare.save(target, kind.format, quality=_QUALITY)  # PNG loses nothing and heeds no quality
    return bare.size, _thumbnail(bare), told


def _require_sane(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE or min(size) < 1:
        most = MOST_PIXELS // 1_000_000
        message = f"The photo has {width} x {height} pixels, at most {most} million are taken: make it smaller."
        raise FileFormatError(message, field="file")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - a broken orientation is none
        return image


def _bare(image: Image.Image) -> Image.Image:
    """Return the pixels alone, in sRGB; a new image carries no comment, profile or text of the old one."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")  # 16 bits of grey
    clear = image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info
    plain = _in_srgb(image, profile) if profile and not clear and image.mode in {"RGB", "CMYK"} else image
    if plain.mode not in _KEPT_MODES:
        plain = plain.convert("RGBA" if clear else "RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return changed or image


def _thumbnail(bare: Image.Image) -> bytes:
    small = bare.copy()
    small.thumbnail(THUMBNAIL)
    if small.mode == "RGBA":
        white = Image.new("RGB", small.size, "white")
        white.paste(small, mask=small.getchannel("A"))
        small = white
    kept = io.BytesIO()
    small.save(kept, "JPEG", quality=80)
    return kept.getvalue()
