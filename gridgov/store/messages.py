"""Notices, as the transactions of what happened write them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from gridgov.ids import new_id
from gridgov.messages import Notice
from gridgov.store.tables import notice


class MessageStore:
    """Reads and writes messages of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def post(self, notices: Sequence[Notice], *, at: datetime) -> None:
        """Write notices down; one whose occasion is known already is left out."""
        if notices:
            rows = [_row(n, at) for n in notices]
            self._connection.execute(insert(notice).values(rows).on_conflict_do_nothing())


def _row(told: Notice, at: datetime) -> dict[str, object]:
    whom = told.audience
    return {
        "district_code": told.district_code,
        "id": new_id(),
        "kind": told.kind,
        "at": at,
        "incident_id": told.incident_id,
        "whistle_id": told.whistle_id,
        "account_id": whom.account_id,
        "organisation_code": whom.organisation_code,
        "role": whom.role,
        "area_code": whom.area_code,
        "data": told.data,
        "dedup": told.dedup,
    }
