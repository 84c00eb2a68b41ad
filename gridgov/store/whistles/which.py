"""Which whistles a list shows: by their street, by whom they summon, and whether they are over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_

from gridgov.store.tables import summons, whistle, whistle_side
from gridgov.whistles.lifecycle import OVER, SummonsStage

_w = whistle.c


@dataclass(frozen=True, slots=True)
class WhistleFilter:
    """Which whistles to list; None and False ask for nothing.

    Attributes
    ----------
    open
        Only those that are neither closed nor withdrawn.
    street_code
        A street that is a side.
    organisation
        Whom they summon.
    """

    open: bool = False
    street_code: str | None = None
    organisation: str | None = None

    def asked(self, moment: datetime | None = None) -> list[ColumnElement[bool]]:
        """Return the conditions, about now or about a moment; whom they summoned then is not among these."""
        conditions = [_w.drafted_at <= moment] if moment else []
        conditions += self._living(moment) if self.open else []
        if self.street_code:
            s = whistle_side.c
            conditions.append(exists().where(*_mine(s), s.street_code == self.street_code))
        if self.organisation:
            s = summons.c
            called = [] if moment else [s.stage != SummonsStage.WITHDRAWN.value]
            conditions.append(exists().where(*_mine(s), s.organisation_code == self.organisation, *called))
        return conditions

    def _living(self, moment: datetime | None) -> list[ColumnElement[bool]]:
        if moment is None:
            return [_w.stage.not_in([stage.value for stage in OVER])]
        return [or_(column.is_(None), column > moment) for column in (_w.closed_at, _w.withdrawn_at)]

    def summons(self, told: dict[str, Any]) -> bool:
        """Return whether a whistle as it is told summons whom it should."""
        called = {c["organisation_code"] for c in told["summons"] if c["stage"] != SummonsStage.WITHDRAWN}
        return self.organisation is None or self.organisation in called


ALL = WhistleFilter()


def _mine(columns: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return columns.district_code == _w.district_code, columns.whistle_id == _w.id
