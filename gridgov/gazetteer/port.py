"""The port for a geocoder outside this program, and the policy that asks it only when our own book does not know."""

from typing import Protocol

from gridgov.errors import AddressNotFoundError
from gridgov.gazetteer.answer import Answer, Candidate, Sure, Unknown, Unsure
from gridgov.gazetteer.gazetteer import Gazetteer


class Geocoder(Protocol):
    """Something outside that turns text into candidates; lon and lat must be EPSG:4326, whatever the service uses."""

    def geocode(self, text: str) -> list[Candidate]:
        """Return candidates, best first, at least one.

        Raises
        ------
        AddressNotFoundError
            If the service works and knows no such address. Asking again is useless.
        GeocoderUnavailableError
            If the service does not answer. This says nothing about the address; asking again later may help.
        """
        ...


def find_with_fallback(gazetteer: Gazetteer, text: str, geocoder: Geocoder | None = None, *, limit: int = 5) -> Answer:
    """Ask our own address book first, and `geocoder` only where the book knows nothing.

    The book wins when it is sure or can ask a question: it is the district's own word, dated and without a bill.
    A stranger's answer is never `Sure` here, because nobody of the district has seen it: it comes as `Unsure`.

    Raises
    ------
    AddressNotFoundError
        If neither knows the address, or the book does not and there is no geocoder.
    GeocoderUnavailableError
        If the book does not know the address and the geocoder is down: not the same as "no such address".
    """
    answer = gazetteer.find(text, limit=limit)
    match answer:
        case Sure() | Unsure():
            return answer
        case Unknown(reason):
            if geocoder is None:
                raise AddressNotFoundError(reason, field="address")
            candidates = tuple(geocoder.geocode(text)[:limit])
            if not candidates:
                raise AddressNotFoundError(reason, field="address")
            return Unsure(candidates, f"Is it {candidates[0].label}? Only an outside service knows it.", "address")
