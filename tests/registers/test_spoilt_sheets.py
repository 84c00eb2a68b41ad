"""What spreadsheets spoil, and what is sent to spoil us: said where it stands, refused before it costs anything."""

import io
import zipfile
from datetime import date

import pytest

from gridgov.errors import FileFormatError
from gridgov.formats.sheet_reading import read_sheet
from gridgov.formats.sheets import MOST_BYTES, Column
from tests.registers.conftest import STREET, get, proof_of
from tests.registers.test_tables import CSV, PERSON, bring, rows_of, taken, workbook, written
from tests.support import somebody

_HEAD = ["工号", "姓名", "单位编码", "用工形式", "电话"]
_ROW = ["T-1", "林晓燕", f"{STREET}-S", "专职", ""]
_DECLARATION = b'<!DOCTYPE a [<!ENTITY b "c">]>'
_COLUMNS = (
    Column("code", "编码", "code"),
    Column("cell", "网格", "cell", "code"),
    Column("at", "时间", "at", "moment"),
)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (0, 370102001002001234, "more than 15 digits"),
        (0, 3.7010200100200123e17, "more than 15 digits"),
        (4, 1e15, "more than 15 digits"),
        (0, date(2026, 3, 1), "made a date of this (2026-03-01)"),
        (1, "=A1", "formula"),
        (4, "1.86531E+10", "shortened"),
    ],
)
def test_what_a_spreadsheet_made_of_a_number_is_a_fault_where_it_stands(client, column, value, words):
    row = [*_ROW]
    row[column] = value
    said = bring(client, "people", workbook([_HEAD, ["T-0", *_ROW[1:]], row]), dry_run=True).json()
    found = [(fault["row"], fault["column"]) for fault in said["faults"] if words in fault["message"]]
    assert found == [(3, _HEAD[column])]


def test_fifteen_digits_and_dates_where_they_belong_are_read_from_a_workbook():
    sheet = read_sheet(workbook([["编码", "网格", "时间"], [1001, 370102001002001, date(2026, 3, 1)]]), _COLUMNS)
    assert sheet.faults == ()
    assert dict(sheet.rows[0].values) == {"code": "1001", "cell": "370102001002001", "at": "2026-03-01"}


def test_a_cell_code_that_lost_its_digits_is_not_guessed(client):
    duty = {"工号": "T-1", "网格或区域代码": "3.70102E+14", "职责": "专职网格员", "开始时间": "2026-06-01"}
    faults = bring(client, "duties", written([duty]), dry_run=True).json()["faults"]
    assert (faults[0]["row"], faults[0]["column"]) == (2, "网格或区域代码")


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "marked"])
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
def test_gb18030_is_read_with_a_mark_and_without(client, mark, quoted):
    text = written([PERSON])
    text = text.replace("工号,", '"工号",', 1) if quoted else text
    said = bring(client, "people", (mark + text).encode("gb18030"), dry_run=True).json()
    assert (said.get("adds"), said.get("faults")) == (1, []), said


def test_all_that_is_wrong_is_said_and_nothing_is_written(client):
    rows = [{**PERSON, "工号": f"T-{n}", **({"用工形式": "临时"} if n % 2 else {})} for n in range(200)]
    said = bring(client, "people", written(rows), dry_run=True).json()
    assert [fault["row"] for fault in said["faults"]] == [n + 2 for n in range(1, 200, 2)]
    assert bring(client, "people", written(rows)).status_code == 422
    assert get(client, "people", text="T-")["items"] == []


def test_of_faults_without_end_the_first_are_said_and_how_many_follow(client):
    rows = [{**PERSON, "工号": f"T-{n}", "用工形式": "临时"} for n in range(2_500)]
    faults = bring(client, "people", written(rows), dry_run=True).json()["faults"]
    assert len(faults) == 1_001
    assert faults[-1] == {"row": 1_002, "column": "", "message": faults[-1]["message"]}
    assert "1500 more" in faults[-1]["message"]


def test_a_family_of_organisations_is_put_from_above_in_whatever_order_it_comes(client):
    whole = {"编码": f"{STREET}-L0", "名称": "第0层", "类别": "站所", "辖区代码": STREET, "上级编码": f"{STREET}-S"}
    line = [{**whole, "编码": f"{STREET}-L{n}", "上级编码": f"{STREET}-L{n - 1}"} for n in range(1, 8)]
    assert bring(client, "organisations", written([*reversed(line), whole])).json()["adds"] == 8


def test_parts_of_each_other_are_refused_and_not_gone_round_for_ever(client):
    one = {"编码": f"{STREET}-R1", "名称": "一", "类别": "站所", "辖区代码": STREET, "上级编码": f"{STREET}-R2"}
    other = {**one, "编码": f"{STREET}-R2", "上级编码": f"{STREET}-R1"}
    faults = bring(client, "organisations", written([one, other]), dry_run=True).json()["faults"]
    assert [fault["row"] for fault in faults] == [2, 3]


def test_an_organisation_stays_in_its_district(client, store):
    somebody(store, "administrator", "37", login="province")
    body = {"name": "办事处", "kind": "street_office", "area_code": "370103", "parent_code": None}
    answer = client.put(f"/api/v1/organisations/{STREET}-S", json=body, headers=proof_of("province"))
    assert answer.status_code == 422


def spoilt(name: str, content: bytes) -> bytes:
    """Return a workbook in which one part is another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([_HEAD, _ROW]))) as good, zipfile.ZipFile(file, "w") as bad:
        for part in good.namelist():
            bad.writestr(part, content if part == name else good.read(part))
        if name not in good.namelist():
            bad.writestr(name, content)
    return file.getvalue()


_XML = b'<?xml version="1.0" encoding="UTF-8"?>'
_TRAPS = {
    "at once": _XML + _DECLARATION,
    "after a long comment": _XML + b"<!--" + b"x" * 5_000 + b"-->" + _DECLARATION,
    "across two pieces": _XML + b"<!--" + b"x" * (1024**2 - len(_XML) - 10) + b"-->" + _DECLARATION,
    "in sixteen bits with a mark": (_XML + _DECLARATION).decode().encode("utf-16"),
    "in sixteen bits without": (_XML + _DECLARATION).decode().encode("utf-16-le"),
    "in signs of a mainframe": b'<?xml version="1.0" encoding="cp037"?>' + _DECLARATION.decode().encode("cp037"),
}


@pytest.mark.parametrize("trap", list(_TRAPS))
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sheets/anything.bin"])
def test_a_workbook_that_declares_entities_is_refused_however_they_are_hidden(trap, part):
    with pytest.raises(FileFormatError, match="declares entities"):
        read_sheet(spoilt(part, _TRAPS[trap] + b"<a/>"), _COLUMNS)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("content", [b"", b"<a", b"\xff\x00", b"<a/>"], ids=["empty", "cut", "noise", "foreign"])
def test_a_damaged_workbook_is_refused_in_words(part, content):
    with pytest.raises(FileFormatError):
        read_sheet(spoilt(part, content), _COLUMNS)


def test_a_file_of_a_register_may_be_larger_than_other_bodies_and_has_a_limit_of_its_own(client):
    wide = {**PERSON, "姓名": "林" * 80}
    large = written([{**wide, "工号": f"T-{n}"} for n in range(6_000)])
    assert 1_048_576 < len(large.encode()) < MOST_BYTES
    assert bring(client, "people", large, "worker").status_code == 403
    assert bring(client, "people", b" " * (MOST_BYTES + 1)).status_code == 413
    pieces = (b" " * 2**20 for _ in range(MOST_BYTES // 2**20 + 1))
    sent = {**proof_of("keeper"), "Content-Type": CSV}
    assert client.post("/api/v1/tables/people", content=pieces, headers=sent).status_code == 413
    with pytest.raises(FileFormatError, match="16 MB"):
        read_sheet(b" " * (MOST_BYTES + 1), _COLUMNS)


def test_whoever_is_nobody_is_told_so_before_their_file_is_read(client):
    too_large = (b" " * 2**20 for _ in range(MOST_BYTES // 2**20 + 1))
    sent = {"Authorization": "Bearer gg_nobody", "Content-Type": CSV}
    assert client.post("/api/v1/tables/people", content=too_large, headers=sent).status_code == 401


def test_a_list_that_contradicts_itself_is_said_row_by_row_beside_what_cannot_be_made(client):
    rows = rows_of(taken(client, "matters"))
    rows[2]["优先级"], rows[4]["主责单位编码"] = "12", "nobody"
    faults = bring(client, "matters", written(rows), dry_run=True).json()["faults"]
    assert [(fault["row"], fault["column"]) for fault in faults] == [(4, "优先级"), (6, "事项编码")]
