"""Files as phones make them, and as people who mean harm do."""

import io
import struct
import zlib

from PIL import ExifTags, Image

LON, LAT = 117.0902, 36.6512


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), *, exif: bool = True, **more: object) -> bytes:
    """Return a photo with a place, a time, an orientation and a script in its EXIF."""
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    file = io.BytesIO()
    image.save(file, kind, **({"exif": camera_words()} if exif else {}), **more)
    return file.getvalue()


def camera_words(orientation: int = 6) -> Image.Exif:
    """Return the EXIF of a phone that was turned, at a place, at noon."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "<script>alert(1)</script>"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:06:15 11:58:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (36.0, 39.0, 4.32)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (117.0, 5.0, 24.72)
    return exif


def box(kind: bytes, *content: bytes) -> bytes:
    """Return one box of an MP4."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind: bytes, *content: bytes) -> bytes:
    """Return a box that begins with a version and flags."""
    return box(kind, bytes(4), *content)


def mp4(*, brand: bytes = b"isom", seconds: int = 5, data: bytes | None = None, extra: bytes = b"") -> bytes:
    """Return a film of `seconds` with a place in its user data; `data` adds a track of positions with these bytes."""
    picture, positions = b"PICTURE" * 50, data or b""
    head = box(b"ftyp", brand, bytes(4), brand)
    start = len(head) + 8
    film = box(b"mdat", picture, positions)
    made = struct.pack(">II", 3_864_340_680, 3_864_340_680)  # 2026-06-15 since 1904
    mvhd = full(b"mvhd", made, struct.pack(">II", 1000, seconds * 1000), bytes(80))
    where = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", 18, 0), b"+36.6512+117.0902/"))
    tracks = _track(b"vide", start, len(picture), made)
    if data:
        tracks += _track(b"meta", start + len(picture), len(positions), made)
    return head + film + box(b"moov", mvhd, tracks, where) + extra


def _track(handler: bytes, offset: int, length: int, made: bytes) -> bytes:
    tables = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 0)),
        full(b"stts", struct.pack(">I", 0)),
        full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">III", 0, 1, length)),
        full(b"stco", struct.pack(">II", 1, offset)),
    )
    media = box(
        b"mdia",
        full(b"mdhd", made, bytes(12)),
        full(b"hdlr", bytes(4), handler, bytes(12), b"h\0"),
        box(b"minf", tables),
    )
    return box(b"trak", full(b"tkhd", made, bytes(72)), media)


def element(identity: int, *content: bytes, unknown: bool = False) -> bytes:
    """Return one element of a WebM, its length in eight bytes."""
    body = b"".join(content)
    length = (1 << 56) - 1 if unknown else len(body)
    width = (identity.bit_length() + 7) // 8
    return identity.to_bytes(width, "big") + (length | 1 << 56).to_bytes(8, "big") + body


def webm(*, seconds: float = 5.0, live: bool = False) -> bytes:
    """Return a film with a date and tags; `live` as a browser records it, its lengths unknown."""
    head = element(0x1A45DFA3, b"\x42\x82\x84webm")
    length = b"" if live else element(0x4489, struct.pack(">d", seconds * 1000))
    info = element(0x1549A966, element(0x2AD7B1, b"\x0f\x42\x40"), length, element(0x4461, _nanoseconds()))
    tracks = element(0x1654AE6B, element(0xAE, element(0x83, b"\x01")))
    tags = element(0x1254C367, b"LOCATION at home")
    cluster = element(0x1F43B675, element(0xE7, b"\0"), element(0xA3, b"PICTURE"), unknown=live)
    return head + element(0x18538067, info, tracks, tags, cluster, unknown=live)


def _nanoseconds() -> bytes:
    return (803_000_000 * 1_000_000_000).to_bytes(8, "big")


def png_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """Return a PNG of a few kilobytes whose picture would fill gigabytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(min(width * 3 + 1, 150_001) * 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def many_scans(scans: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """Return a progressive JPEG that says its last refinement `scans` times over."""
    whole = photo(size=size, exif=False, progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


def film_with_data(*tables: bytes, extra: bytes = b"", room: int = 1000) -> bytes:
    """Return a film with a track of positions that has these tables of samples, and more boxes in its `moov`."""
    tracks = [_track_of(b"vide"), _track_of(b"meta", *tables)]
    moov = box(b"moov", full(b"mvhd", struct.pack(">IIII", 0, 0, 1000, 1000), bytes(80)), *tracks, extra)
    return box(b"ftyp", b"isom", bytes(4), b"isom") + moov + box(b"mdat", bytes(range(256)) * (room // 256))


def _track_of(handler: bytes, *tables: bytes) -> bytes:
    words = full(b"hdlr", bytes(4), handler, bytes(12), b"h\0")
    media = box(b"mdia", full(b"mdhd", bytes(20)), words, box(b"minf", box(b"stbl", *tables)))
    return box(b"trak", full(b"tkhd", bytes(80)), media)


def table(kind: bytes, *numbers: int) -> bytes:
    """Return a table of an MP4 with these 32-bit numbers."""
    return full(kind, struct.pack(f">{len(numbers)}I", *numbers))
