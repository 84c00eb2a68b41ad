"""The gazetteer itself: made from an address book, asked with a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gridgov.clock import instant
from gridgov.errors import InputError
from gridgov.gazetteer.answer import Answer, Unknown
from gridgov.gazetteer.decide import decide
from gridgov.gazetteer.index import Book
from gridgov.gazetteer.match import matches
from gridgov.gazetteer.normalise import MAX_CHARACTERS, clean
from gridgov.gazetteer.parse import read

if TYPE_CHECKING:
    import pandas as pd

REGION = ("山东省", "济南市")
"""Names above the district that people put before an address of the sample."""


class Gazetteer:
    """Turns Chinese address text into candidates of one address book; holds no clock and asks nobody.

    Parameters
    ----------
    book
        An indexed address book; `from_frame` makes one.
    """

    def __init__(self, book: Book) -> None:
        self._book = book

    @classmethod
    def from_frame(cls, addresses: pd.DataFrame, *, region: Sequence[str] = REGION) -> Gazetteer:
        """Index an address book.

        Parameters
        ----------
        addresses
            One row per address with the columns of `index.COLUMNS`; lon and lat in degrees, EPSG:4326.
        region
            Names of province and city, which say nothing inside the city but contradict when they are others.

        Raises
        ------
        InputError
            If a column is missing, an id is empty or stands twice, or an old name has no date.
        CoordinateError
            If lon or lat is not a position in degrees.
        """
        return cls(Book.from_frame(addresses, region))

    def __len__(self) -> int:
        return len(self._book.entries)

    def find(self, text: str, *, limit: int = 5, at: datetime | None = None) -> Answer:
        """Return what `text` means: `Sure`, `Unsure` with a question, or `Unknown` with a reason.

        Parameters
        ----------
        text
            An address as people say or type it.
        limit
            At most so many candidates, at least 1.
        at
            The instant that the text speaks of, with offset: an old name is as good as a present one until its date.
            None takes old names for what they are, a little less sure.

        Raises
        ------
        InputError
            If `text` is no string, `limit` is below 1, or `at` has no offset.
        """
        if not isinstance(text, str) or limit < 1:
            message = "Give the address as text and a limit of at least 1."
            raise InputError(message, field="limit" if isinstance(text, str) else "text")
        if len(text) > MAX_CHARACTERS:
            return Unknown(f"The text has more than {MAX_CHARACTERS} characters: give only the address.")
        moment = None if at is None else instant(at, field="at")
        reading = read(clean(text), self._book.names)
        return decide(matches(self._book, reading, moment), reading, limit)

    def find_many(self, texts: Iterable[str], *, limit: int = 5, at: datetime | None = None) -> list[Answer]:
        """Return one answer per text, in order; equal texts are read once."""
        known: dict[str, Answer] = {}
        answers = []
        for text in texts:
            if text not in known:
                known[text] = self.find(text, limit=limit, at=at)
            answers.append(known[text])
        return answers
