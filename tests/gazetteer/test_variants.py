import pandas as pd
import pytest

from gridgov.gazetteer import sounds
from sample_geo import confusions, variants


@pytest.fixture(scope="module")
def texts(dense_book: pd.DataFrame) -> pd.DataFrame:
    return variants.make(dense_book, count=2_000)


def test_the_same_seed_gives_the_same_texts_and_another_seed_others(dense_book: pd.DataFrame, texts: pd.DataFrame):
    pd.testing.assert_frame_equal(variants.make(dense_book, count=2_000), texts)
    assert not variants.make(dense_book, count=2_000, seed=1)["text"].equals(texts["text"])


def test_every_text_has_one_to_three_disturbances_in_the_stated_shares(texts: pd.DataFrame):
    counts = texts.loc[texts["address_id"] != "", "disturbances"].str.count(r"\+") + 1
    shares = counts.value_counts(normalize=True)
    assert set(shares.index) == {1, 2, 3}
    # Sets that an address has no place for are drawn again, which thins out the larger ones.
    for number, share in variants.HOW_MANY.items():
        assert abs(shares[number] - share) < 0.15


def test_about_three_in_a_hundred_name_nothing_and_have_no_place(texts: pd.DataFrame):
    nothing = texts[texts["disturbances"] == "nothing"]
    assert 0.015 <= len(nothing) / len(texts) <= 0.05
    assert nothing["lon"].isna().all()


def test_every_truth_is_an_address_of_the_book_at_its_place(dense_book: pd.DataFrame, texts: pd.DataFrame):
    named = texts[texts["address_id"] != ""].merge(dense_book, left_on="address_id", right_on="id", how="left")
    assert (named["lon_x"] == named["lon_y"].astype(float)).all()


def test_no_text_is_an_address_as_the_book_writes_it(dense_book: pd.DataFrame, texts: pd.DataFrame):
    parts = ["district", "street", "community", "road", "number", "estate", "building", "unit", "name"]
    plain = set(dense_book[parts].agg("".join, axis=1))
    assert plain.isdisjoint(texts["text"])


def test_a_good_part_of_the_look_alikes_is_unknown_to_the_gazetteer():
    pairs = [(a, b) for a, others in confusions.look_alikes().items() for b in others]
    unknown = [pair for pair in pairs if sounds.similarity(*pair) == 0]
    assert len(unknown) >= 0.3 * len(pairs), len(unknown) / len(pairs)
