"""Kinds of whistle as rows, and as the words a whistle keeps of the kind it was blown by."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from gridgov.store.tables import whistle_kind
from gridgov.whistles import Answerer, IssuerLevel, Vouching, WhistleKind

_MINUTE = timedelta(minutes=1)
_SPANS = {
    "check_in_minutes": "check_in_within",
    "confirm_minutes": "confirm_within",
    "measure_minutes": "measure_within",
    "close_minutes": "close_within",
    "late_minutes": "late_within",
    "skew_minutes": "skew_within",
}
_PLAIN = ("code", "name_en", "min_share", "geofence_m", "accuracy_limit_m", "source", "retired")


class KindStore:
    """Reads and writes kinds of whistle of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[str, WhistleKind]:
        """Return the kinds by code."""
        rows = self._connection.execute(select(whistle_kind).order_by(whistle_kind.c.code)).mappings()
        return {row["code"]: from_row(dict(row)) for row in rows}

    def put(self, kind: WhistleKind) -> None:
        """Add a kind, or change it; whistles that were blown keep the numbers they were blown by."""
        row = to_row(kind)
        # Naming the key among what changes would lock the row against every whistle of the kind that is being drafted.
        changes = {name: value for name, value in row.items() if name != "code"}
        changed = insert(whistle_kind).values(row).on_conflict_do_update(index_elements=["code"], set_=changes)
        self._connection.execute(changed)


def to_row(kind: WhistleKind) -> dict[str, Any]:
    """Return a kind as the row of its table, which is also JSON."""
    return {
        **{name: getattr(kind, name) for name in _PLAIN},
        "name_zh": kind.name,
        **{column: getattr(kind, name) // _MINUTE for column, name in _SPANS.items()},
        "issuers": sorted(level.value for level in kind.issuers),
        "answerers": sorted(who.value for who in kind.answerers),
        "vouching": kind.vouching.value,
    }


def from_row(row: Mapping[str, Any]) -> WhistleKind:
    """Return the kind that `to_row` wrote."""
    plain = {name: row[name] for name in _PLAIN}
    spans: dict[str, Any] = {name: timedelta(minutes=row[column]) for column, name in _SPANS.items()}
    return WhistleKind(
        **plain,
        **spans,
        name=row["name_zh"],
        issuers=frozenset(IssuerLevel(level) for level in row["issuers"]),
        answerers=frozenset(Answerer(who) for who in row["answerers"]),
        vouching=Vouching(row["vouching"]),
    )
