"""Registers as files: what is taken away and brought back changes nothing, and what is wrong is said row by row."""

import csv
import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest

from gridgov.clock import shown
from gridgov.ids import new_id
from tests.registers.conftest import OTHER_STREET, STREET, get, proof_of
from tests.support import NOON, somebody

NAMES = ["people", "duties", "organisations", "matters", "whistle_kinds", "calendar"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
PERSON = {"工号": "T-1", "姓名": "林晓燕", "单位编码": f"{STREET}-S", "用工形式": "专职", "电话": "000-0000-0001"}


def bring(client, name: str, content: bytes | str, login: str = "keeper", headers: dict | None = None, **query: object):
    body = content.encode() if isinstance(content, str) else content
    kind = XLSX if body[:2] == b"PK" else CSV
    sent = {**proof_of(login), "Content-Type": kind, **(headers or {})}
    return client.post(f"/api/v1/tables/{name}", content=body, params=query, headers=sent)


def taken(client, name: str, form: str = "csv", login: str = "keeper", language: str = "zh") -> bytes:
    answer = client.get(f"/api/v1/tables/{name}.{form}", params={"language": language}, headers=proof_of(login))
    assert answer.status_code == 200, answer.text
    return answer.content


def rows_of(content: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def written(rows: list[dict]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def workbook(rows: list[list], *, merged: str | None = None, more: dict[str, bytes] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    if more:
        with zipfile.ZipFile(file, "a") as archive:
            for name, content in more.items():
                archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("path", ["tables", "tables/people.csv", "tables/people.xlsx"])
def test_whoever_is_not_logged_in_takes_no_table_away(client, path):
    assert client.get(f"/api/v1/{path}", headers={"Authorization": ""}).status_code == 401
    answer = client.post("/api/v1/tables/people", content=b"x", headers={"Authorization": ""})
    assert answer.status_code == 401


@pytest.mark.parametrize("login", ["planner", "centre", "worker"])
def test_who_looks_after_nothing_takes_nothing_away_and_brings_nothing(client, login):
    for name in NAMES:
        assert client.get(f"/api/v1/tables/{name}.csv", headers=proof_of(login)).status_code == 403
        assert bring(client, name, "x", login).status_code == 403
    assert get(client, "tables", login)["items"] == []


def test_the_tables_say_what_they_hold(client):
    listed = get(client, "tables")["items"]
    assert [table["name"] for table in listed] == NAMES
    duties = listed[1]
    assert duties["whole"] is False
    assert {"code": "grid_worker", "zh": "专职网格员", "en": "Grid worker, full-time"} in duties["columns"][4]["words"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("form", "language"), [("csv", "zh"), ("xlsx", "en")])
def test_what_is_taken_away_and_brought_back_changes_nothing(client, name, form, language):
    content = taken(client, name, form, language=language)
    answer = bring(client, name, content, dry_run=True)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["adds"], said["changes"], said["ends"], said["faults"]) == (0, [], 0, [])
    assert said["unchanged"] > 3


def test_a_street_takes_away_its_own_alone(client):
    for name in ("people", "organisations", "duties"):
        rows = rows_of(taken(client, name, login="street"))
        codes = {row.get("单位编码") or row.get("网格或区域代码") or row["编码"] for row in rows}
        assert codes
        assert all(code.startswith(STREET) for code in codes)
    theirs = {**PERSON, "单位编码": f"{OTHER_STREET}-S"}
    said = bring(client, "people", written([PERSON, theirs | {"工号": "T-2"}]), "street", dry_run=True).json()
    assert [(fault["row"], fault["column"]) for fault in said["faults"]] == [(3, "area_code")]
    assert bring(client, "people", written([theirs]), "street").status_code == 422


def test_a_file_is_brought_once_under_its_id_and_all_or_nothing(client):
    name = str(new_id())
    body = written([PERSON, {**PERSON, "工号": "T-2"}])
    tried = bring(client, "people", body, dry_run=True).json()
    assert (tried["adds"], tried["applied"]) == (2, False)
    first = bring(client, "people", body, id=name, headers={"If-Match": tried["digest"]})
    again = bring(client, "people", body, headers={"Idempotency-Key": name})
    assert (first.json()["adds"], first.json()["replayed"]) == (2, False)
    assert (again.json()["adds"], again.json()["replayed"]) == (2, True)
    assert bring(client, "people", written([PERSON]), id=name).status_code == 409
    broken = written([{**PERSON, "工号": "T-3"}, {**PERSON, "工号": "T-4", "单位编码": "nobody"}])
    refused = bring(client, "people", broken)
    assert refused.status_code == 422
    assert [(d["row"], d["column"]) for d in refused.json()["details"]] == [(3, "单位编码")]
    assert get(client, "people", text="T-3")["items"] == []
    changes = get(client, "register-changes", register_name="people")["items"]
    assert sorted(change["what"] for change in changes) == ["added", "added", "imported"]


def test_a_file_is_refused_if_the_register_changed_since_the_trial(client):
    tried = bring(client, "people", written([PERSON]), dry_run=True).json()
    assert bring(client, "people", written([{**PERSON, "工号": "T-9"}])).status_code == 200
    late = bring(client, "people", written([PERSON]), headers={"If-Match": tried["digest"]})
    assert late.status_code == 412
    assert late.json()["details"][0]["stored"]["digest"] != tried["digest"]


def test_changes_and_ends_are_said_field_by_field(client):
    bring(client, "people", written([PERSON]))
    moved = {**PERSON, "姓名": "林小燕", "离职时间": "2026年6月10日"}
    tried = bring(client, "people", written([moved]), dry_run=True).json()
    assert {(c["field"], c["from"], c["to"]) for c in tried["changes"]} == {
        ("name", "林晓燕", "林小燕"),
        ("ended_at", "", "2026-06-10"),
    }
    assert tried["ends"] == 1
    assert bring(client, "people", written([moved])).json()["applied"]
    found = get(client, "people", text="T-1", ended=True)["items"][0]
    assert (found["name"], found["ended_at"]) == ("林小燕", "2026-06-10T00:00:00+08:00")


def test_a_column_that_is_left_out_leaves_what_is_there(client):
    bring(client, "people", written([PERSON]))
    without = {name: value for name, value in PERSON.items() if name != "电话"}
    assert bring(client, "people", written([without]), dry_run=True).json()["unchanged"] == 1
    emptied = bring(client, "people", written([{**PERSON, "电话": ""}])).json()
    assert [c["to"] for c in emptied["changes"]] == [""]
    assert get(client, "people", text="T-1")["items"][0]["phone"] is None


def test_what_is_written_down_of_a_file_tells_nobodys_number(client):
    bring(client, "people", written([PERSON]))
    said = bring(client, "people", written([{**PERSON, "电话": "000-0000-0002", "姓名": "林"}])).json()
    assert {(c["field"], c["from"], c["to"]) for c in said["changes"]} >= {("phone", "000-0000-0001", "000-0000-0002")}
    kept = get(client, "register-changes", "centre")["items"]
    assert "000-0000" not in str(kept)
    newest = next(one for one in kept if one["what"] == "imported")
    assert {(c["field"], c["to"]) for c in newest["data"]["changes"]} == {("phone", "***"), ("name", "林")}


def test_who_looks_after_people_for_an_organisation_alone_reaches_no_table(client, store):
    somebody(store, "administrator", STREET, f"{STREET}-S", login="guest")
    assert bring(client, "people", written([PERSON]), "guest").status_code == 403
    assert client.get("/api/v1/tables/people.csv", headers=proof_of("guest")).status_code == 403


def test_duties_begin_and_end_by_a_file(client):
    bring(client, "people", written([PERSON]))
    duty = {"工号": "T-1", "网格或区域代码": f"{STREET}002001", "职责": "专职网格员", "开始时间": "2026/6/1"}
    assert bring(client, "duties", written([duty])).json()["adds"] == 1
    ended = bring(client, "duties", written([{**duty, "结束时间": "2026.6.20"}])).json()
    assert (ended["ends"], ended["adds"]) == (1, 0)
    earlier = bring(client, "duties", written([{**duty, "结束时间": "2026-06-18"}]), dry_run=True).json()
    assert (earlier["ends"], earlier["faults"]) == (1, [])
    for end, words in (("2026-06-25", "ends at"), ("", "keeps one")):
        (fault,) = bring(client, "duties", written([{**duty, "结束时间": end}]), dry_run=True).json()["faults"]
        assert words in fault["message"]
        assert fault["column"] == "结束时间"
    overlap = bring(client, "duties", written([{**duty, "开始时间": "2026-06-05"}]), dry_run=True).json()
    assert "already" in overlap["faults"][0]["message"]
    again = bring(client, "duties", written([{**duty, "结束时间": "2026-06-20"}]), dry_run=True).json()
    assert again["unchanged"] == 1


def test_organisations_may_come_before_what_they_are_part_of(client):
    part = {"编码": f"{STREET}-A2", "名称": "二组", "类别": "站所", "辖区代码": STREET, "上级编码": f"{STREET}-A1"}
    whole = {**part, "编码": f"{STREET}-A1", "名称": "一队", "上级编码": f"{STREET}-S"}
    assert bring(client, "organisations", written([part, whole]), "street").json()["adds"] == 2
    said = bring(client, "organisations", written([{**whole, "停用时间": "2026-06-01"}]), dry_run=True).json()
    assert "1 open organisations" in said["faults"][0]["message"]


def test_a_list_is_whole_and_says_what_is_gone(client, clock, store):
    with store.transaction() as unit:
        clock.moment = unit.rules.versions()[0]["since"] + timedelta(hours=1)
    rows = rows_of(taken(client, "matters"))
    rows[0]["事项名称"] = "新名称"
    body = written(rows[:-1])
    tried = bring(client, "matters", body, dry_run=True).json()
    assert ([c["to"] for c in tried["changes"]], tried["ends"]) == (["新名称"], 1)
    before = get(client, "matters")["version"]
    assert bring(client, "matters", body, source="街道例会").json()["applied"]
    after = get(client, "matters")
    assert (after["version"], len(after["items"])) == (before + 1, len(rows) - 1)
    assert get(client, "rule-changes")["items"][0]["data"]["source"] == "街道例会"
    rows[3]["主责单位编码"] = "nobody"
    kept, rows[5]["处置时限小时"] = rows[5]["处置时限小时"], "很快"
    faults = bring(client, "matters", written(rows), dry_run=True).json()["faults"]
    assert [fault["row"] for fault in faults] == [7]
    rows[5]["处置时限小时"] = kept
    faults = bring(client, "matters", written(rows), dry_run=True).json()["faults"]
    assert [fault["row"] for fault in faults] == [5]


def test_a_kind_that_is_left_out_is_retired(client):
    rows = rows_of(taken(client, "whistle_kinds"))
    rows[0]["报到时限分钟"] = "45"
    gone = rows.pop()
    said = bring(client, "whistle_kinds", written(rows)).json()
    assert ([c["to"] for c in said["changes"]], said["ends"]) == (["45"], 1)
    kinds = {kind["code"]: kind for kind in get(client, "whistle-kinds", "centre")["items"]}
    assert kinds[gone["哨种编码"]]["retired"]
    assert kinds[rows[0]["哨种编码"]]["check_in_minutes"] == 45
    rows[0]["报到时限分钟"] = "0"
    assert bring(client, "whistle_kinds", written(rows), dry_run=True).json()["faults"][0]["row"] == 2


def test_a_year_of_the_calendar_is_replaced_as_a_whole(client):
    rows = rows_of(taken(client, "calendar"))
    known = {row["日期"][:4] for row in rows}
    year = [{"日期": f"2027-{d}", "性质": "休息", "名称": "节", "依据": "通知"} for d in ("01-01", "05-01", "10-01")]
    assert bring(client, "calendar", written(year)).json()["adds"] == 3
    after = rows_of(taken(client, "calendar"))
    assert {row["日期"][:4] for row in after} == known | {"2027"}
    faults = bring(client, "calendar", written(year[:2]), dry_run=True).json()["faults"]
    assert "National Day" in faults[0]["message"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_of_spreadsheets_are_read(client, encoding):
    said = bring(client, "people", written([PERSON]).encode(encoding), dry_run=True).json()
    assert (said["adds"], said["faults"]) == (1, [])


def test_a_workbook_with_a_title_and_numbers_for_codes_is_read(client):
    head = ["工号", "姓名", "单位编码", "用工形式", "离职时间"]
    rows = [["2026 年人员登记表"], head, [1001.0, "林晓燕", f"{STREET}-S", "full_time", NOON.replace(tzinfo=None)]]
    said = bring(client, "people", workbook(rows)).json()
    assert said["adds"] == 1
    found = get(client, "people", text="1001", ended=True)["items"][0]
    assert found["ended_at"] == "2026-06-15T04:00:00+08:00"


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"姓名": ""}, "姓名", "one line"),
        ({"用工形式": "临时"}, "用工形式", "none of"),
        ({"离职时间": "6/15/2026"}, "离职时间", "whole year first"),
        ({"离职时间": "2026-02-30"}, "离职时间", "no day of the calendar"),
        ({"离职时间": "46188"}, "离职时间", "is no day"),
        ({"单位编码": "nobody"}, "单位编码", "not registered"),
        ({"工号": ""}, "工号", "nothing"),
        ({"姓名": "名" * 3000}, "姓名", "longer"),
    ],
)
def test_every_faulty_row_is_named_with_its_column_and_what_to_do(client, changes, column, words):
    said = bring(
        client, "people", written([{**PERSON, "离职时间": ""}, {**PERSON, "工号": "T-2", **changes}]), dry_run=True
    )
    faults = said.json()["faults"]
    assert {(fault["row"], fault["column"]) for fault in faults} == {(3, column)}
    assert any(words in fault["message"] for fault in faults)


def test_a_row_that_stands_twice_and_a_column_that_is_none_are_faults(client):
    said = bring(client, "people", written([{**PERSON, "备注": "x"}, {**PERSON, "备注": "y"}]), dry_run=True).json()
    assert [(fault["row"], fault["column"]) for fault in said["faults"]] == [(1, "备注"), (3, "区划代码")]


_HEAD = ["工号", "姓名", "单位编码", "用工形式"]
_ROW = ["T-1", "林晓燕", f"{STREET}-S", "专职"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "headers are none"),
        (b"\x00\x01\x02\xff", "neither an XLSX"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 64, "old .xls"),
        (b"a,b\r\n1,2\r\n", "lacks"),
        (workbook([["x", "y"], [1, 2]]), "No sheet has the headers"),
        (workbook([_HEAD, _ROW], more={"xl/vbaProject.bin": b"x"}), "macros"),
        (workbook([_HEAD, _ROW], more={"xl/more.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "entities"),
        (b"PK\x05\x06" + b"\x00" * 18, "no XLSX"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(client, content, words):
    answer = bring(client, "people", content, dry_run=True)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_a_bomb_is_refused_before_it_is_unpacked(client):
    file = io.BytesIO(workbook([_HEAD, _ROW]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.xml", b"0" * 80_000_000)
    answer = bring(client, "people", file.getvalue(), dry_run=True)
    assert "unpacks to more" in answer.json()["detail"]


def test_a_million_rows_are_refused(client):
    many = "工号,姓名,单位编码,用工形式\r\n" + "1,,,\r\n" * 60_000
    assert "50,000 rows" in bring(client, "people", many, dry_run=True).json()["detail"]


def test_formulas_and_merged_cells_are_faults_where_they_stand(client):
    said = bring(client, "people", workbook([_HEAD, _ROW, ["T-2", "=1+1", *_ROW[2:]]]), dry_run=True).json()
    assert ("formula" in said["faults"][0]["message"], said["faults"][0]["row"]) == (True, 3)
    merged = workbook([_HEAD, _ROW, ["T-2", *_ROW[1:]]], merged="C2:C3")
    faults = bring(client, "people", merged, dry_run=True).json()["faults"]
    assert any("merged" in fault["message"] for fault in faults)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+cmd", "@x", "'=x", "-1+2"])
def test_no_text_leaves_as_a_formula_and_all_come_back_as_they_were(client, name):
    body = {"id": str(new_id()), "staff_code": "T-1", "name": name, "organisation_code": f"{STREET}-S"}
    assert client.post("/api/v1/people", json={**body, "employment": "post"}).status_code == 201
    content = taken(client, "people")
    assert next(row for row in rows_of(content) if row["工号"] == "T-1")["姓名"] == f"'{name}"
    book = openpyxl.load_workbook(io.BytesIO(taken(client, "people", "xlsx")))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert bring(client, "people", content, dry_run=True).json()["changes"] == []


def test_an_unknown_table_is_none(client):
    assert client.get("/api/v1/tables/accounts.csv").status_code == 404
    assert bring(client, "accounts", "x").status_code == 404


def test_a_duty_that_began_at_an_odd_moment_comes_back_to_the_microsecond(client, store):
    somebody(store, "administrator", "37", login="province")
    person = get(client, "people", limit=1)["items"][0]
    body = {"id": str(new_id()), "person_id": person["id"], "target_code": STREET, "role": "medic"}
    since = shown(NOON + timedelta(microseconds=123_457))
    assert client.post("/api/v1/duties", json={**body, "since": since}).status_code == 201
    said = bring(client, "duties", taken(client, "duties", login="province"), "province", dry_run=True).json()
    assert (said["adds"], said["changes"], said["faults"]) == (0, [], [])
