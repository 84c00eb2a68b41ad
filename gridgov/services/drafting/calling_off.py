"""Calling off a publication for later, as long as its moment has not come: the grid goes on as if it had not been."""

from datetime import datetime
from typing import Any

from gridgov.clock import shown
from gridgov.errors import RuleError
from gridgov.store.cells import GridVersion
from gridgov.store.drafts import DraftRow
from gridgov.store.handovers import Publication
from gridgov.store.unit import Unit


def require_to_come(row: DraftRow, newest: GridVersion | None, now: datetime) -> GridVersion:
    """Return the version that a published draft is to become, as long as it can still be called off.

    Raises
    ------
    RuleError
        If its moment has come, or a later version is published that was drawn on it.
    """
    if newest is None or row.publish_at is None or row.publish_at <= now:
        begun = shown(row.publish_at or now)
        message = (
            f"This grid has been in force since {begun}, and what was judged by it stays so. Make a draft that "
            "restores the cells of a moment before it (undo), and publish that."
        )
        raise RuleError(message, field="state", details=[{"in_force_since": begun}])
    if newest.version != row.published_version:
        begins = shown(newest.valid_from)
        message = f"Version {newest.version}, for {begins}, is drawn on this one: call that one off first."
        raise RuleError(message, field="state", details=[{"version": newest.version, "valid_from": begins}])
    return newest


def call_off(unit: Unit, row: DraftRow, version: GridVersion, *, now: datetime) -> dict[str, Any]:
    """Take a publication back whose moment has not come, and return what was done, as JSON.

    Cells, areas, figures and duties are as if it had not been; that it was, the steps of the draft tell.
    """
    district, at = version.district_code, version.valid_from
    duties = unit.handovers.take_back(Publication(district, row.id, row.revision, at))
    unit.areas.take_back(district, at)
    unit.cells.take_back(version)
    done = {"at": shown(at), "version": version.version, "duties": duties}
    load_id = unit.summary.log_load(district, at=now, source=f"draft {row.id} called off", summary=done)
    unit.changes.add(district, "grid.called_off", load_id, at=now)
    return done
