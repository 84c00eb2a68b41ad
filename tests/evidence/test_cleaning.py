"""Cleaning: what is shown tells nothing beside its picture, and what lies about itself is refused."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gridgov.errors import FileFormatError
from gridgov.evidence import Cleaned, clean, display_name
from tests.evidence.files import (
    LAT,
    LON,
    box,
    camera_words,
    element,
    film_with_data,
    full,
    many_scans,
    mp4,
    photo,
    png_bomb,
    table,
    webm,
)

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


def test_a_photo_that_is_drawn_over_and_over_is_refused_before_it_is_unpacked():
    assert cleaned(many_scans(20))[0].width == 640
    with pytest.raises(FileFormatError, match="scans"):
        cleaned(many_scans(100))


def test_scans_are_counted_in_the_picture_and_not_in_what_lies_beside_it():
    words = b"\xff\xda\x00\x02" * 500
    assert cleaned(photo(exif=False, comment=words) + words)[0].width == 640


@pytest.mark.parametrize("filler", [b"\xff", b"\xff\xd8", b"\xff\xe0\x00\x02"], ids=["fill", "starts", "segments"])
def test_a_photo_of_markers_alone_is_refused(filler):
    with pytest.raises(FileFormatError):
        cleaned(b"\xff\xd8\xff\xe0\x00\x02" + filler * 200_000)


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


@pytest.mark.parametrize(
    ("width", "sizes"), [(4, b"\x40\x30"), (8, b"\4\0\3"), (16, b"\0\4\0\0\0\3")], ids=["4 bits", "8 bits", "16 bits"]
)
def test_samples_with_compact_sizes_are_overwritten(width, sizes):
    compact = full(b"stz2", bytes(3), bytes([width]), (3).to_bytes(4, "big"), sizes)
    at = film_with_data(compact, table(b"stsc", 1, 1, 3, 1), table(b"stco", 1, 0)).index(b"mdat") + 4
    file = film_with_data(compact, table(b"stsc", 1, 1, 3, 1), table(b"stco", 1, at + 16))
    _, shown = cleaned(file)
    assert shown[at:] == file[at : at + 16] + bytes(7) + file[at + 23 :]


@pytest.mark.parametrize(
    "tables",
    [
        (),
        (table(b"stsc", 0), table(b"stco", 0)),
        (table(b"stsz", 0, 1, 9), table(b"stco", 0)),
        (table(b"stsz", 0, 1, 9), table(b"stsc", 0)),
        (table(b"stsz", 0, 9), table(b"stsc", 0), table(b"stco", 0)),
        (table(b"stz2", 5, 0), table(b"stsc", 0), table(b"stco", 0)),
        (table(b"stsz", 9, 2**31), table(b"stsc", 0), table(b"stco", 0)),
        (table(b"stsz", 9, 2), table(b"stsc", 2, 1, 1, 1, 0, 1, 1), table(b"stco", 2, 0, 0)),
        (table(b"stsz", 5000, 1), table(b"stsc", 1, 1, 1, 1), table(b"stco", 1, 0)),
    ],
    ids=["none", "no sizes", "no runs", "no chunks", "cut off", "odd width", "too many", "unordered", "too long"],
)
def test_a_track_of_data_whose_tables_make_no_sense_is_refused(tables):
    with pytest.raises(FileFormatError):
        cleaned(film_with_data(*tables))


def test_samples_that_lie_upon_each_other_are_refused_instead_of_overwritten_again_and_again():
    same = (table(b"stsz", 900, 1000), table(b"stsc", 1, 1, 1, 1), table(b"stco", 1000, *[0] * 1000))
    with pytest.raises(FileFormatError, match="upon each other"):
        cleaned(film_with_data(*same))


class Watched(io.BytesIO):
    """A file that counts what is read of it."""

    seen = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.seen += len(found)
        return found


def test_each_of_many_tracks_is_read_once_and_not_for_every_other():
    one = film_with_data(table(b"stsz", 0, 0), table(b"stsc", 0), table(b"stco", 0))
    track = one[one.rindex(b"trak") - 4 : one.index(b"mdat") - 4]
    file = film_with_data(*(table(name, 0, 0) for name in (b"stsz", b"stsc", b"stco")), extra=track * 400)
    target = Watched()
    clean(io.BytesIO(file), target)
    assert target.seen < 3 * len(file)


def test_tables_of_a_hundred_thousand_runs_are_walked_once():  # once for each chunk, this would take hours
    many = 100_000
    runs = table(b"stsc", many, *(1, 1, 1), *((2**31, 1, 1) * (many - 1)))
    file = film_with_data(table(b"stsz", 0, many, *[0] * many), runs, table(b"stco", many, *[0] * many))
    assert len(cleaned(file)[1]) == len(file)


def test_a_place_is_found_before_much_user_data_and_all_of_it_is_overwritten():
    place = box(b"udta", b"+36.6512+117.0902/")
    tables = (table(b"stsz", 0, 0), table(b"stsc", 0), table(b"stco", 0))
    done, shown = cleaned(film_with_data(*tables, extra=place + box(b"udta", b"home" * 20_000) * 50))
    assert (done.told.lat, done.told.lon) == (LAT, LON)
    assert b"home" not in shown


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
