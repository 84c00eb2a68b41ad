"""What a file is, by its content. What its name or its sender claims decides nothing."""

from dataclasses import dataclass

import filetype

from gridgov.errors import FileFormatError

SNIFF_BYTES = 8_192


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is accepted; `format` is Pillow's name of a photo's, None for a video."""

    media_type: str
    suffix: str
    format: str | None = None


ACCEPTED: dict[str, Kind] = {
    kind.media_type: kind
    for kind in (
        Kind("image/jpeg", ".jpg", "JPEG"),
        Kind("image/png", ".png", "PNG"),
        Kind("image/webp", ".webp", "WEBP"),
        Kind("video/mp4", ".mp4"),
        Kind("video/3gpp", ".3gp"),
        Kind("video/quicktime", ".mov"),
        Kind("video/webm", ".webm"),
    )
}
"""By media type."""

_BRAND = b"ftyp3gp"
_SAME = {"image/apng": "image/png", "video/x-m4v": "video/mp4"}
_HEIC = {"image/heic", "image/heif", "image/avif"}


def sniff(head: bytes) -> Kind:
    """Return the kind of the file that begins with `head` (`SNIFF_BYTES` of it, or all).

    Raises
    ------
    FileFormatError
        If it is no photo and no video of a kind that is accepted.
    """
    guess = filetype.guess(head)
    found = _SAME.get(guess.mime, guess.mime) if guess else _by_brand(head)
    if found in _HEIC:
        message = "This is an HEIC or AVIF photo: set the camera to 'most compatible', or send it as JPEG."
        raise FileFormatError(message, field="file")
    if found not in ACCEPTED:
        message = f"This is no photo or video ({found}): send JPEG, PNG, WebP, MP4, 3GP, MOV or WebM."
        raise FileFormatError(message, field="file")
    return ACCEPTED[found]


def _by_brand(head: bytes) -> str:
    """Return the kind of a 3GP that names no other brand: the library looks for it at the wrong place."""
    return "video/3gpp" if head[4:].startswith(_BRAND) else "unknown"
