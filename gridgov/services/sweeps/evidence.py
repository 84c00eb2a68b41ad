"""Uploads that nobody completes are given up, and what closed ones sent is removed; what hangs on a case never is."""

from collections.abc import Sequence
from datetime import datetime

from gridgov.evidence import LINGERING
from gridgov.services.sweeps import fire
from gridgov.settings import settings
from gridgov.store.evidence import Upload
from gridgov.store.objects import Objects
from gridgov.store.unit import Unit

SWEEP = "uploads"


def abandoned_uploads(unit: Unit, now: datetime, limit: int) -> int:
    """Do what is due: give up those that are open, and remove the parts of those that are closed, however they ended.

    In two rounds, so that a transaction which fails has not removed files that it still counts on.
    """
    return sweep_uploads(unit, now, limit, Objects.configured(settings()))


def sweep_uploads(unit: Unit, now: datetime, limit: int, objects: Objects) -> int:
    """Do one round over the uploads whose parts lie in `objects`."""
    due = unit.evidence.due(now, limit)

    def step(found: Sequence[Upload]) -> None:
        for upload in found:
            if upload.stage == "open":
                unit.evidence.set_stage(upload, "abandoned", now + LINGERING)
            else:
                objects.drop_parts((upload.district_code, upload.id))
                unit.evidence.forget_parts(upload)
                unit.evidence.set_stage(upload, upload.stage, None)

    return fire(unit, SWEEP, due, step, key=lambda u: (u.district_code, str(u.id)), now=now)
