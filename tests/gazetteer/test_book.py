import numpy as np
import pandas as pd
import pytest

from gridgov.errors import CoordinateError, InputError
from gridgov.gazetteer import Gazetteer, Sure, Unknown


def test_a_book_without_a_needed_column_names_the_column(town_book: pd.DataFrame):
    with pytest.raises(InputError, match="no column road") as refused:
        Gazetteer.from_frame(town_book.drop(columns="road"))
    assert refused.value.field == "road"


def test_an_id_that_stands_twice_is_refused(town_book: pd.DataFrame):
    with pytest.raises(InputError, match="twice"):
        Gazetteer.from_frame(pd.concat([town_book, town_book.head(1)]))


@pytest.mark.parametrize("lon", ["", "nan", "inf", "east", "181"])
def test_an_address_without_a_place_is_refused(town_book: pd.DataFrame, lon: str):
    with pytest.raises(CoordinateError, match="degrees"):
        Gazetteer.from_frame(town_book.head(1).assign(lon=lon))


def test_an_old_name_without_its_last_day_is_refused(town_book: pd.DataFrame):
    with pytest.raises(InputError, match="last day"):
        Gazetteer.from_frame(town_book.head(1).assign(old_names="旧名"))


def test_an_empty_book_knows_nothing(town_book: pd.DataFrame):
    empty = Gazetteer.from_frame(town_book.head(0))
    assert len(empty) == 0
    assert isinstance(empty.find("文化东路26号"), Unknown)


def test_numbers_read_as_floats_and_missing_cells_are_what_they_were(town_book: pd.DataFrame):
    book = town_book.assign(lon=town_book["lon"].astype(float), lat=town_book["lat"].astype(float))
    book["number"] = pd.to_numeric(book["number"].str.extract(r"^(\d+)号$")[0])
    book = book.replace("", np.nan)
    answer = Gazetteer.from_frame(book).find("文化东路26号")
    assert isinstance(answer, Sure)
    assert answer.candidate.address_id == "B05"


def test_the_order_of_the_book_does_not_change_an_answer(town_book: pd.DataFrame):
    turned = Gazetteer.from_frame(town_book.iloc[::-1])
    straight = Gazetteer.from_frame(town_book)
    for text in ("阳光花园2号楼", "师东新村", "文化东路", "文小", "文华冻路26号", "姚家医院"):
        assert turned.find(text) == straight.find(text)


def test_another_city_names_its_own_region(town_book: pd.DataFrame):
    text = "山西省长治市历下区文化东路26号"
    assert isinstance(Gazetteer.from_frame(town_book, region=("山西省", "长治市")).find(text), Sure)
    assert not isinstance(Gazetteer.from_frame(town_book).find(text), Sure)
