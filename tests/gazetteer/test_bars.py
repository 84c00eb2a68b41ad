"""The bars: 95 % right within 50 m at the first candidate, at most 1 % sure and wrong, on 5,000 disturbed addresses."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import sample_geo
from gridgov.gazetteer import Gazetteer, Sure
from gridgov.gazetteer.index import distance_m
from sample_geo import variants
from sample_geo.disturbances import FREQUENCIES

SAMPLE = Path(sample_geo.__file__).parent / "data" / "addresses.csv"
RIGHT_M = 50.0


@dataclass(frozen=True)
class Result:
    """Shares of all texts."""

    right: float
    sure: float
    sure_and_wrong: float
    by_kind: pd.DataFrame


def measure(book: pd.DataFrame, texts: pd.DataFrame) -> Result:
    answers = Gazetteer.from_frame(book).find_many(texts["text"])
    rows = []
    for truth, answer in zip(texts.itertuples(), answers, strict=True):
        sure = isinstance(answer, Sure)
        near = any(distance_m((c.lon, c.lat), (truth.lon, truth.lat)) <= RIGHT_M for c in answer.candidates[:1])
        right = near if truth.address_id else not sure
        rows.append((truth.disturbances.split("+"), right, sure, sure and not right))
    frame = pd.DataFrame(rows, columns=["kind", "right", "sure", "sure_and_wrong"])
    return Result(*frame.drop(columns="kind").mean(), frame.explode("kind").groupby("kind").mean())


@pytest.fixture(scope="module")
def results(dense_book: pd.DataFrame) -> dict[str, Result]:
    books = {"sample": pd.read_csv(SAMPLE, dtype=str, keep_default_na=False), "dense": dense_book}
    return {name: measure(book, variants.make(book)) for name, book in books.items()}


@pytest.fixture(params=["sample", "dense"])
def result(request: pytest.FixtureRequest, results: dict[str, Result]) -> Result:
    return results[request.param]


def test_at_least_95_percent_are_right_at_the_first_candidate(result: Result):
    assert result.right >= 0.95, result.by_kind.sort_values("right")


def test_at_most_one_percent_are_sure_and_wrong(result: Result):
    assert result.sure_and_wrong <= 0.01, result.by_kind.sort_values("sure_and_wrong")


def test_most_answers_are_sure_so_that_people_are_not_asked_in_vain(result: Result):
    assert result.sure >= 0.8, result.by_kind.sort_values("sure")


def test_every_kind_of_disturbance_is_right_nine_times_in_ten(result: Result):
    assert result.by_kind["right"].min() >= 0.9, result.by_kind.sort_values("right")


def test_every_disturbance_of_the_table_was_measured(results: dict[str, Result]):
    measured = {kind for result in results.values() for kind in result.by_kind.index}
    assert measured == {*FREQUENCIES, "nothing", "no_such_number"}
