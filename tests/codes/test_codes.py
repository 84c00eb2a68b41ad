"""Codes survive spreadsheets, or say that they did not."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov import codes
from gridgov.errors import CodeError

CELL = "370102001002001"

parts = st.integers(1, 999).map("{:03d}".format)
districts = st.integers(110101, 829999).map(str).filter(lambda text: text[2:6] != "0000")
cells = st.builds(lambda district, a, b, c: district + a + b + c, districts, parts, parts, parts)


@pytest.mark.parametrize(
    "damaged",
    [
        CELL,
        f"  {CELL}\t",
        f"\ufeff{CELL}\u200b",
        f"'{CELL}",
        f"\u2019{CELL}",
        "３７０１０２００１００２００１",
        f"{CELL}.0",
        f"{CELL}.",
        f"{CELL}.000",
        int(CELL),
        float(CELL),
        np.float64(CELL),
        np.int64(CELL),
        Decimal(CELL),
        "3.70102001002001E+14",
        "3,70102001002001e14",
    ],
)
def test_what_a_spreadsheet_left_whole_is_restored(damaged: object):
    assert codes.cell_code(damaged) == CELL


@pytest.mark.parametrize(
    "damaged",
    [
        "3.70102E+14",
        "3.7010200100201E+14",
        "3.7E14",
        3.70102e14,
        370102000000000,
        "370102000000000",
        370102001002001.5,
        1e20,
        np.float32(CELL),
        "370102001002000",
    ],
)
def test_what_a_spreadsheet_destroyed_is_refused_with_the_way_out(damaged: object):
    with pytest.raises(CodeError, match=r"(?s)damaged by a spreadsheet.*Text") as caught:
        codes.cell_code(damaged)
    assert caught.value.field == "code"


@pytest.mark.parametrize("nothing", ["", "  ", None, float("nan"), "nan", "'", True, Decimal("NaN"), object(), []])
def test_a_missing_code_is_called_missing(nothing: object):
    with pytest.raises(CodeError, match="no code here"):
        codes.cell_code(nothing)


@pytest.mark.parametrize(
    "wrong", ["37010200100200A", "370102-001", "３７万", "²²²²²²", "+370102", "٣٧٠١٠٢", "x" * 10_000_000]
)
def test_what_is_not_digits_is_refused(wrong: str):
    with pytest.raises(CodeError) as caught:
        codes.area_code(wrong)
    assert len(caught.value.message) < 400


def test_a_code_of_another_level_is_recognised_by_its_length():
    with pytest.raises(CodeError, match=r"length of a community's code"):
        codes.cell_code("370102001002")
    with pytest.raises(CodeError, match="13 digits"):
        codes.cell_code("3701020010020")


def test_the_long_way_to_write_a_street_is_no_community():
    with pytest.raises(CodeError, match="000"):
        codes.community_code("370102001000")


def test_provinces_and_unknown_first_digits_are_refused():
    for wrong in ("370000", "070102", "970102"):
        with pytest.raises(CodeError):
            codes.district_code(wrong)


def test_a_city_without_districts_may_stand_above_streets():
    assert codes.district_code("441900") == "441900"
    assert codes.city_code("370100") == "370100"
    with pytest.raises(CodeError, match="370100"):
        codes.city_code("370102")


def test_levels_and_parents_lead_from_a_cell_to_its_city():
    chain = [CELL]
    while (above := codes.parent(chain[-1])) is not None:
        chain.append(above)
    assert chain == [CELL, "370102001002", "370102001", "370102", "370100"]
    assert [codes.level(code) for code in chain] == ["cell", "community", "street", "district", "city"]


def test_an_ancestor_is_read_from_the_digits_but_never_downwards():
    assert codes.ancestor(CELL, "street") == "370102001"
    assert codes.ancestor(CELL, "city") == "370100"
    with pytest.raises(CodeError, match="street"):
        codes.ancestor("370102001", "community")


def test_a_column_is_read_with_an_error_beside_each_bad_value():
    read, errors = codes.read_codes([CELL, "3.70102E+14", None], "cell")
    assert read == [CELL, None, None]
    assert [error is None for error in errors] == [True, False, False]


@given(cells)
def test_every_code_survives_every_way_a_spreadsheet_can_hold_all_of_its_digits(code: str):
    for held in (code, int(code), float(code), f"{code}.0", f"{code[0]}.{code[1:]}E+14", f" '{code} "):
        assert codes.cell_code(held) == code


@given(cells, st.integers(1, 13))
def test_every_shortened_scientific_notation_is_refused(code: str, kept: int):
    with pytest.raises(CodeError):
        codes.cell_code(f"{code[0]}.{code[1 : 1 + kept]}E+14")


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.binary(max_size=20)))
def test_every_value_gives_digits_or_a_code_error(value: object):
    try:
        code = codes.area_code(value)
    except CodeError:
        return
    assert code.isascii()
    assert code.isdigit()
    assert len(code) in {6, 9, 12, 15}
