"""Tables with Chinese headers are read, their codes stay text, their datum is asked for."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.coordinates import GCJ02, from_wgs84
from gridgov.errors import CoordinateError, FileFormatError
from gridgov.formats import SYNONYMS, list_layers, read_layer
from gridgov.formats.headers import rename_headers

CODE = "370102001002001"
LINES = f"网格编码,网格名称,经度,纬度,坐标系,上报时间\n{CODE},解放路一格,117.05,36.65,wgs84,2026-03-05T08:00:00+08:00\n"


def sheet(path: Path, rows: list[list[object]], title: str = "网格") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_of_a_csv_is_told(tmp_path: Path, encoding: str):
    path = tmp_path / "cells.csv"
    path.write_text(LINES, encoding=encoding)
    frame = read_layer(path)
    assert list(frame["code"]) == [CODE]
    assert list(frame["name"]) == ["解放路一格"]
    assert list(frame["reported_at"]) == ["2026-03-05T08:00:00+08:00"]
    assert (frame.geometry.x[0], frame.geometry.y[0]) == (117.05, 36.65)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_usual_delimiter_is_told(tmp_path: Path, delimiter: str):
    (tmp_path / "cells.csv").write_text(LINES.replace(",", delimiter))
    assert read_layer(tmp_path / "cells.csv")["code"][0] == CODE


def test_a_table_that_does_not_say_its_datum_is_asked_for_it(tmp_path: Path):
    path = tmp_path / "cells.csv"
    path.write_text("code,lon,lat\n" + CODE + ",117.05,36.65\n")
    with pytest.raises(CoordinateError, match="no default") as caught:
        read_layer(path)
    assert caught.value.field == "datum"
    assert len(read_layer(path, datum="wgs84")) == 1
    with pytest.raises(CoordinateError, match="mars"):
        read_layer(path, datum="mars")


def test_every_row_may_have_its_own_datum_and_raw_values_are_kept(tmp_path: Path):
    x, y = (float(value) for value in from_wgs84(117.05, 36.65, GCJ02))
    path = tmp_path / "points.csv"
    path.write_text(f"经度,纬度,坐标系\n117.05,36.65,WGS84\n{x!r},{y!r},高德\n508000,4057000,EPSG:4548\n")
    frame = read_layer(path)
    assert np.allclose(frame.geometry.x[:2], 117.05, rtol=0, atol=1e-9)
    assert frame["x"][1] == repr(x)
    assert frame.attrs["datum"] == "wgs84 gcj02 EPSG:4548"


def test_wkt_is_geometry(tmp_path: Path):
    path = tmp_path / "cells.csv"
    path.write_text(f'网格编码,几何\n{CODE},"POLYGON ((117 36, 117.1 36, 117.1 36.1, 117 36))"\n')
    assert read_layer(path, datum="wgs84").geometry[0].area == pytest.approx(0.005)
    path.write_text(f'网格编码,几何\n{CODE},"POLYGON ((117 36, 117.1"\n')
    with pytest.raises(FileFormatError, match="no WKT in one row, first in row 1"):
        read_layer(path, datum="wgs84")


def test_a_bad_position_is_named_with_its_row(tmp_path: Path):
    path = tmp_path / "points.csv"
    path.write_text("经度,纬度\n117.05,36.65\n36.65,117.05\n,\n")
    with pytest.raises(CoordinateError, match=r"points\.csv.*swapped.*2 of 3") as caught:
        read_layer(path, datum="wgs84")
    assert [detail["row"] for detail in caught.value.details] == [1, 2]


def test_a_table_without_position_says_what_it_needs(tmp_path: Path):
    (tmp_path / "cells.csv").write_text(f"网格编码\n{CODE}\n")
    with pytest.raises(FileFormatError, match="经度 and 纬度"):
        read_layer(tmp_path / "cells.csv", datum="wgs84")


@pytest.mark.parametrize(
    "text",
    ['a,b\n1,"never closed\n2,3\n', "a,b\n1,2,3\n", "a,b\n1,2\n1,2,3,4\n", "a,b\n", "\n\n"],
)
def test_every_broken_table_is_refused(tmp_path: Path, text: str):
    (tmp_path / "cells.csv").write_text(text)
    with pytest.raises(FileFormatError):
        read_layer(tmp_path / "cells.csv", datum="wgs84")


def test_text_in_no_known_encoding_is_refused_and_a_wrong_one_is_named(tmp_path: Path):
    path = tmp_path / "cells.csv"
    path.write_bytes(b"code,name\n1,\xff\xff\xff\n")
    with pytest.raises(FileFormatError, match="neither UTF-8 nor GB18030"):
        read_layer(path)
    path.write_text(LINES, encoding="gb18030")
    with pytest.raises(FileFormatError, match="throughout"):
        read_layer(path, encoding="utf-8")
    with pytest.raises(FileFormatError, match="not known"):
        read_layer(path, encoding="klingon")


def test_ten_megabytes_in_one_field_are_read_like_any_text(tmp_path: Path):
    (tmp_path / "points.csv").write_text("经度,纬度,问题描述\n117.05,36.65," + "水" * 3_500_000 + "\n")
    assert len(read_layer(tmp_path / "points.csv", datum="wgs84")["text"][0]) == 3_500_000


def test_a_workbook_is_read_below_its_title_with_codes_as_text(tmp_path: Path):
    rows: list[list[object]] = [
        ["历下区网格台账", None, None, None],
        ["（截至三月）", None, None, None],
        ["网格编码", "所属社区", "经度(°)", "纬度(°)"],
        [int(CODE), "370102001002", 117.05, 36.65],
        [float(CODE) + 1, 370102001002, "117.051", "36.651"],
        [None, None, None, None],
    ]
    frame = read_layer(sheet(tmp_path / "cells.xlsx", rows), datum="wgs84")
    assert list(frame["code"]) == [CODE, "370102001002002"]
    assert list(frame["community_code"]) == ["370102001002"] * 2
    assert list(frame.geometry.x) == [117.05, 117.051]
    assert list_layers(tmp_path / "cells.xlsx") == ["网格"]


def test_a_code_lost_to_excel_is_kept_as_it_came_for_the_check_to_name(tmp_path: Path):
    path = sheet(tmp_path / "cells.xlsx", [["网格编码", "经度", "纬度"], ["3.70102E+14", 117.05, 36.65]])
    assert read_layer(path, datum="wgs84")["code"][0] == "3.70102E+14"


def test_an_empty_sheet_and_a_damaged_workbook_are_refused(tmp_path: Path):
    with pytest.raises(FileFormatError, match="no rows"):
        read_layer(sheet(tmp_path / "empty.xlsx", []))
    whole = sheet(tmp_path / "cells.xlsx", [["经度", "纬度"], [117.05, 36.65]]).read_bytes()
    for share in (0.3, 0.9):
        (tmp_path / "cut.xlsx").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(FileFormatError):
            read_layer(tmp_path / "cut.xlsx", datum="wgs84")


def test_no_two_columns_get_the_same_name():
    assert rename_headers(["网格编码", "编码", "网格名称", "Lon", "lat"]) == {0: "code", 2: "name", 3: "x", 4: "y"}
    assert rename_headers(["编码", "网格编码"]) == {1: "code"}
    assert rename_headers(["\uff2cON ", "纬 度（度）", None, 7]) == {0: "x", 1: "y"}


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_headers_are_renamed_without_clash(headers: list[str]):
    names = list(rename_headers(headers, shortened=True).values())
    assert len(names) == len(set(names))
    assert set(names) <= set(SYNONYMS)


def test_no_header_means_two_things():
    synonyms = [synonym for group in SYNONYMS.values() for synonym in group]
    assert len(synonyms) == len(set(synonyms))
