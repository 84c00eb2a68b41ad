"""Acts: each carries an id that its sender made, so that whatever is sent twice is done once and answered the same."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.errors import ConflictError
from gridgov.store.tables import act


class ActStore:
    """Remembers the acts of one transaction; a refused act leaves nothing, because its transaction does not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(  # noqa: PLR0913 - what makes an act the same act
        self,
        district_code: str,
        act_id: UUID,
        subject_id: UUID,
        name: str,
        account_id: UUID | None,
        digest: bytes,
        *,
        at: datetime,
    ) -> dict[str, Any] | None:
        """Take an act's id for this transaction, or return what was answered when it was done before.

        Whoever sends the same id meanwhile waits until this transaction ends. Claim after locking the subject, so that
        acts upon the same subject never wait for each other both ways.

        Raises
        ------
        ConflictError
            If the id stands for another act, or for somebody else's.
        """
        row = {"district_code": district_code, "id": act_id, "subject_id": subject_id, "account_id": account_id}
        row |= {"name": name, "digest": digest, "at": at, "answer": {}}
        if self._connection.execute(_CLAIM, row).first():
            return None
        return self._earlier(row)

    def _earlier(self, row: dict[str, Any]) -> dict[str, Any]:
        c = act.c
        same = ("district_code", "id", "subject_id", "account_id", "name", "digest")
        query = select(c.answer).where(*(c[name].is_not_distinct_from(row[name]) for name in same))
        known = self._connection.execute(query).first()
        if known is None:
            message = "This id already stands for another act: make a new id for each new act."
            raise ConflictError(message, field="id")
        answer: dict[str, Any] = known.answer
        return answer

    def answer(self, district_code: str, act_id: UUID, answer: dict[str, Any]) -> None:
        """Keep what was answered; `answer` must be JSON (see `plain`)."""
        self._connection.execute(_ANSWER, {"of_district": district_code, "of_id": act_id, "answer": answer})


# Put together once: each act sends both.
_CLAIM = insert(act).on_conflict_do_nothing().returning(act.c.id)
_ANSWER = update(act).where(act.c.district_code == bindparam("of_district"), act.c.id == bindparam("of_id"))


def digest_of(payload: object) -> bytes:
    """Return the SHA-256 of what is asked, as canonical JSON: sorted keys, times and ids as text."""
    words = json.dumps(payload, sort_keys=True, ensure_ascii=False, default=plain, separators=(",", ":"))
    return hashlib.sha256(words.encode()).digest()


def plain(value: object) -> str:
    """Return as text what JSON has no form for: an instant with its offset, an id."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
