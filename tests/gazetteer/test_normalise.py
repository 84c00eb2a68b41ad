from itertools import pairwise

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.gazetteer.names import Sense, Span, best_cover
from gridgov.gazetteer.normalise import building_key, clean, number_key, numeral, unit_key
from gridgov.gazetteer.sounds import similarity, sound


@given(st.text(max_size=60))
def test_every_clean_character_comes_from_the_source(text: str):
    cleaned = clean(text)
    assert len(cleaned.text) == len(cleaned.origin)
    assert list(cleaned.origin) == sorted(cleaned.origin)
    assert cleaned.original(0, len(cleaned.text)) in text


@given(st.text(max_size=60))
def test_every_clean_text_is_clean(text: str):
    once = clean(text).text
    assert clean(once).text == once


@given(st.integers(min_value=0, max_value=9_999))
def test_every_number_reads_the_same_in_han_numerals(number: int):
    assert numeral(cn2an.an2cn(str(number))) == str(number)
    assert numeral("".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))) == str(number)


@pytest.mark.parametrize("text", ["百二", "", "路", "3a"])
def test_what_is_no_number_is_none(text: str):
    assert numeral(text) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [("12号", "12"), ("十二号", "12"), ("12号-3", "12-3"), ("12-3号", "12-3"), ("12号之3", "12-3"), ("甲12号", "甲12"),
     ("12甲号", "甲12"), ("12号院", "12"), ("无号", "无号")],
)  # fmt: skip
def test_house_numbers_have_one_form(text: str, key: str):
    assert number_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("3号楼", "3"),
        ("三栋", "3"),
        ("3幢", "3"),
        ("3#", "3"),
        ("A座", "A"),
        ("7号院", "7"),
        ("综合楼", "综合楼"),
        ("B3栋", "B3"),
    ],
)
def test_buildings_have_one_form(text: str, key: str):
    assert building_key(text) == key


@pytest.mark.parametrize(("text", "key"), [("2单元", "2"), ("二单元", "2"), ("2门", "2"), ("东单元", "东"), ("", "")])
def test_units_have_one_form(text: str, key: str):
    assert unit_key(text) == key


@given(st.text(alphabet="历下区文化东路山大师新村小学甲abc123", max_size=20))
def test_every_sound_is_as_long_as_its_text(text: str):
    assert len(sound(text)) == len(text)


@given(st.characters(), st.characters())
def test_every_likeness_lies_between_nothing_and_the_same(left: str, right: str):
    assert similarity(left, left) == 1
    assert 0 <= similarity(left, right) <= 1


def test_confusions_of_sound_and_shape_are_graded():
    same, near, shape, none = (similarity(*pair) for pair in ("化华", "泥李", "历厉", "历水"))
    assert same > near > none == 0
    assert shape > none


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.floats(0.5, 1)), max_size=30))
def test_every_cover_is_without_overlap_and_in_order(drawn: list[tuple[int, int, float]]):
    spans = [Span(start, start + length, (Sense("road", "x", quality),)) for start, length, quality in drawn]
    cover = best_cover(spans, 40)
    assert all(left.end <= right.start for left, right in pairwise(cover))
