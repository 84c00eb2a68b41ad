"""Whatever stands in a register comes back from a sheet as it was."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgov.formats.sheet_reading import read_sheet
from gridgov.formats.sheet_writing import sheet_csv, sheet_xlsx
from gridgov.formats.sheets import Column
from gridgov.services.registers.tables.cells import FLAG, canonical, moment_in, moment_text

COLUMNS = (
    Column("code", "编码", "code"),
    Column("name", "名称", "name"),
    Column("yes", "是否", "yes or no", "flag", words=FLAG),
)
TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside
ROWS = st.lists(
    st.fixed_dictionaries({"code": TEXTS, "name": TEXTS, "yes": st.sampled_from(["yes", "no"])}), max_size=5
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, language=st.sampled_from(["zh", "en"]), as_workbook=st.booleans())
def test_every_text_comes_back_from_a_sheet(rows, language, as_workbook):
    write = sheet_xlsx if as_workbook else sheet_csv
    more = {"title": "表"} if as_workbook else {}
    sheet = read_sheet(write(COLUMNS, rows, language=language, **more), COLUMNS)
    assert sheet.faults == ()
    found = [{c.name: canonical(c, row.values[c.name]) for c in COLUMNS} for row in sheet.rows]
    assert found == rows


@given(MOMENTS)
def test_every_moment_comes_back_to_the_microsecond(moment):
    text = moment_text(moment)
    column = Column("at", "时间", "at", "moment")
    assert moment_in(text) == moment
    assert canonical(column, text) == text


@pytest.mark.parametrize(
    "said", ["2026-06-15", "2026/6/15", "2026.6.15", "2026年6月15日", "20260615", "２０２６年６月１５日"]
)
def test_a_day_is_read_in_the_forms_that_people_write(said):
    assert canonical(Column("at", "时间", "at", "moment"), said) == "2026-06-15"
