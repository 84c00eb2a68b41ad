"""Cleaning: what is shown tells nothing beside its picture, and what lies about itself is refused."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gridgov.errors import FileFormatError
from gridgov.evidence import Cleaned, clean, display_name
from tests.evidence.files import LAT, LON, box, camera_words, element, mp4, photo, png_bomb, webm

NOON_IN_SHANGHAI = datetime(2026, 6, 15, 3, 58, tzinfo=UTC)


def cleaned(file: bytes) -> tuple[Cleaned, bytes]:
    target = io.BytesIO()
    return clean(io.BytesIO(file), target), target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_its_picture_and_loses_what_it_told(kind):
    done, shown = cleaned(photo(kind))
    assert b"script" not in shown
    assert not dict(Image.open(io.BytesIO(shown)).getexif())
    assert done.kind.media_type == f"image/{kind.lower()}"
    assert (done.told.lon, done.told.lat) == (pytest.approx(LON), pytest.approx(LAT))
    assert done.told.taken_at == NOON_IN_SHANGHAI


def test_a_turned_photo_stands_upright():
    done, shown = cleaned(photo(size=(640, 480)))
    assert (done.width, done.height) == Image.open(io.BytesIO(shown)).size == (480, 640)


def test_an_offset_that_the_camera_states_counts():
    exif = camera_words()
    exif.get_ifd(0x8769)[0x9011] = "+00:00"
    file = io.BytesIO()
    Image.new("RGB", (9, 9)).save(file, "JPEG", exif=exif)
    assert cleaned(file.getvalue())[0].told.taken_at == datetime(2026, 6, 15, 11, 58, tzinfo=UTC)


def test_comments_profiles_and_what_follows_the_picture_are_gone():
    text = photo(exif=False, comment=b"my comment", icc_profile=b"no profile at all") + b"PK\x03\x04 a zip behind"
    _, shown = cleaned(text)
    assert not any(word in shown for word in (b"my comment", b"no profile", b"a zip behind"))


def test_the_texts_of_a_png_are_gone():
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - only here

    texts = PngInfo()
    texts.add_text("Author", "somebody real")
    assert b"somebody real" not in cleaned(photo("PNG", exif=False, pnginfo=texts))[1]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_pixels_is_shown(mode):
    file = io.BytesIO()
    Image.new(mode, (40, 30)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    done, shown = cleaned(file.getvalue())
    assert Image.open(io.BytesIO(shown)).size == (40, 30)
    assert Image.open(io.BytesIO(done.thumbnail or b"")).format == "JPEG"


def test_a_thumbnail_is_small_and_upright():
    done, _ = cleaned(photo(size=(2000, 1000)))
    assert Image.open(io.BytesIO(done.thumbnail or b"")).size == (240, 480)


def test_exif_that_makes_no_sense_refuses_nobody():
    broken = camera_words()
    broken.get_ifd(0x8825)[2] = (0.0, float("inf"), 1.0)
    file = io.BytesIO()
    Image.new("RGB", (9, 9)).save(file, "JPEG", exif=broken)
    assert cleaned(file.getvalue())[0].told.lon is None


def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(FileFormatError, match="pixels"):
        cleaned(png_bomb())


def test_a_long_and_thin_bomb_is_refused():
    with pytest.raises(FileFormatError, match="pixels"):
        cleaned(png_bomb(60_000, 1))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_ends_too_early_is_refused(kind):
    whole = photo(kind, exif=False)
    with pytest.raises(FileFormatError):
        cleaned(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + b"\0" * 50,
        b"%PDF-1.7",
        b"PK\x03\x04" + b"\0" * 60,
        b"MZ" + b"\0" * 60,
        b"#!/bin/sh\n",
    ],
    ids=["empty", "zeros", "svg", "html", "gif", "pdf", "zip", "exe", "script"],
)
def test_what_is_no_photo_and_no_video_is_refused(file):
    with pytest.raises(FileFormatError):
        cleaned(file)


def test_heic_is_refused_with_what_to_do():
    with pytest.raises(FileFormatError, match="most compatible"):
        cleaned(box(b"ftyp", b"heic", bytes(4), b"mif1heic") + bytes(100))


def test_html_behind_the_first_bytes_of_a_photo_is_refused():
    with pytest.raises(FileFormatError, match="broken"):
        cleaned(b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 10)


@pytest.mark.parametrize(
    ("file", "kind"),
    [(mp4(), "video/mp4"), (mp4(brand=b"3gp5"), "video/3gpp"), (mp4(brand=b"qt  "), "video/quicktime")],
)
def test_a_video_loses_its_place_and_its_times_and_stays_as_long(file, kind):
    done, shown = cleaned(file)
    assert done.kind.media_type == kind
    assert (done.told.lon, done.told.lat, done.duration_s) == (LON, LAT, 5.0)
    assert done.told.taken_at == datetime(2026, 6, 15, 3, 58, tzinfo=UTC)
    assert len(shown) == len(file)
    assert b"PICTURE" in shown
    assert b"117.09" not in shown
    assert file[file.index(b"mvhd") + 8 :][:8] not in shown


def test_a_track_of_positions_is_overwritten_and_the_picture_is_not():
    _, shown = cleaned(mp4(data=b"GPS 36.6512 117.0902"))
    assert b"GPS 36" not in shown
    assert shown.count(b"PICTURE") == 50
    assert shown.count(b"trak") == 1


def test_what_hides_in_free_boxes_is_overwritten():
    assert b"<script>" not in cleaned(mp4(extra=box(b"free", b"<script>alert(1)</script>")))[1]


@pytest.mark.parametrize(
    "file",
    [
        mp4(seconds=3600),
        mp4()[:-10],
        mp4(extra=b"\0\0\0\x04free"),
        mp4(extra=b"PK\x03\x04 some zip"),
        box(b"ftyp", b"isom", bytes(4), b"isommp42") + box(b"mdat", b"x"),
        mp4().replace(b"vide", b"soun"),
    ],
    ids=["an hour", "cut off", "a box too small", "a zip behind", "no film", "no picture"],
)
def test_a_video_that_makes_no_sense_is_refused(file):
    with pytest.raises(FileFormatError):
        cleaned(file)


@pytest.mark.parametrize("live", [False, True])
def test_a_webm_loses_its_tags_and_its_date(live):
    file = webm(live=live)
    done, shown = cleaned(file)
    assert (done.kind.media_type, done.duration_s) == ("video/webm", None if live else 5.0)
    assert b"at home" not in shown
    assert b"PICTURE" in shown
    assert len(shown) == len(file)
    assert done.told.taken_at is not None


@pytest.mark.parametrize("file", [webm(seconds=4000), webm()[:-4], webm() + b"\0rest", element(0x1A45DFA3, b"webm")])
def test_a_webm_that_makes_no_sense_is_refused(file):
    with pytest.raises(FileFormatError):
        cleaned(file)


@settings(max_examples=60, deadline=None)
@given(
    file=st.sampled_from([photo(exif=True), photo("PNG"), photo("WEBP"), mp4(data=b"gps"), webm(), webm(live=True)]),
    places=st.lists(st.integers(0, 10**6), max_size=12),
    cut=st.integers(0, 40),
)
def test_whatever_is_broken_is_cleaned_or_refused_and_nothing_else(file, places, cut):
    broken = bytearray(file[: len(file) - cut])
    for place in places:
        broken[place % len(broken)] ^= 1 + place % 255
    try:
        _, shown = cleaned(bytes(broken))
    except FileFormatError:
        return
    assert b"script" not in shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("现场照片.JPG", "现场照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Windows\\system32\\x.exe", "x.jpg"),
        ("a.php.png", "a.php.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ('a"; filename="b.html', "a__ filename=_b.jpg"),
        ("line\r\nSet-Cookie: a=b", "lineSet-Cookie_ a=b.jpg"),
        ("....", "file.jpg"),
        ("/", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("x" * 400, "x" * 80 + ".jpg"),
        ("<img src=x onerror=1>.png", "_img src=x onerror=1_.jpg"),
    ],
)
def test_a_name_is_shown_without_paths_and_tricks(given, shown):
    assert display_name(given, ".jpg") == shown


@given(st.text(max_size=300))
def test_no_name_ever_holds_a_path_or_something_invisible(text):
    shown = display_name(text, ".png")
    assert shown.endswith(".png")
    assert len(shown) > len(".png")
    assert not set(shown) & set('/\\:*?"<>|\r\n\0')
    assert not shown.startswith(".")
