from dataclasses import dataclass, field

import pytest

from gridgov.errors import AddressNotFoundError, GeocoderUnavailableError
from gridgov.gazetteer import Candidate, Gazetteer, Geocoder, Sure, Unsure, find_with_fallback

ELSEWHERE = Candidate("X1", "砚驼花园3号楼", 117.2, 36.7, 0.9, "building", 20.0)


@dataclass
class Working:
    """A geocoder in memory that knows what it is given."""

    known: dict[str, list[Candidate]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def geocode(self, text: str) -> list[Candidate]:
        self.asked.append(text)
        if text not in self.known:
            message = "The service knows no such address: check the spelling."
            raise AddressNotFoundError(message)
        return self.known[text]


class Down:
    """A geocoder that does not answer."""

    def geocode(self, text: str) -> list[Candidate]:
        message = f"No answer about {text!r}: try again later."
        raise GeocoderUnavailableError(message)


def test_our_own_book_is_asked_first_and_alone_when_it_knows(town: Gazetteer):
    outside = Working()
    assert isinstance(find_with_fallback(town, "文东小学", outside), Sure)
    assert isinstance(find_with_fallback(town, "阳光花园2号楼", outside), Unsure)
    assert outside.asked == []


def test_a_stranger_is_asked_when_the_book_does_not_know_and_is_never_sure(town: Gazetteer):
    answer = find_with_fallback(town, "砚驼", Working({"砚驼": [ELSEWHERE]}))
    assert isinstance(answer, Unsure)
    assert answer.candidates == (ELSEWHERE,)


@pytest.mark.parametrize("outside", [None, Working(), Working({"砚驼": []})])
def test_no_such_address_is_its_own_error(town: Gazetteer, outside: Geocoder | None):
    with pytest.raises(AddressNotFoundError):
        find_with_fallback(town, "砚驼", outside)


def test_a_service_that_is_down_is_another_error_and_says_nothing_about_the_address(town: Gazetteer):
    with pytest.raises(GeocoderUnavailableError):
        find_with_fallback(town, "砚驼", Down())


def test_a_service_that_is_down_does_not_matter_while_the_book_knows(town: Gazetteer):
    assert isinstance(find_with_fallback(town, "文东小学", Down()), Sure)
