"""Carrying: what a phone must hold to work without signal, for the place that its holder works in.

What is carried depends on the place alone, not on who asks: whoever works in the same streets carries the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely

from gridgov.areas import Level
from gridgov.coordinates import from_plane, to_plane
from gridgov.errors import NotAllowedError
from gridgov.matters import MatterList
from gridgov.matters.spelling import initials, spelled
from gridgov.organisations import Organisation
from gridgov.store.maps import Box
from gridgov.store.summary import Signature
from gridgov.store.unit import Unit
from gridgov.whistles import WhistleKind

AROUND_M = 500.0
"""So far around one's own streets the map goes on: people are sent next door, and a border needs both its sides."""

_STREET_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Extent:
    """For which streets, as of which state of the grid and the rules: phones of one extent carry the same."""

    streets: tuple[str, ...]
    signature: Signature


def extent_of(unit: Unit, now: datetime) -> Extent:
    """Return for which streets whoever acts carries: those of their duties, else those that their roles reach.

    Raises
    ------
    NotAllowedError
        If no role of theirs reads the grid, or none of it lies where their roles do.
    """
    subject = unit.subject
    subject.require("grid.read")
    duties = unit.people.duties_of(subject.person, at=now) if subject.person else []
    areas = {str(duty["code"])[:_STREET_DIGITS] for duty in duties}
    areas = areas or {grant.area_code for grant in subject.only("grid.read").grants}
    codes = unit.areas.codes(Level.STREET, at=now)
    streets = tuple(code for code in codes if any(_meets(code, area) for area in areas))
    if not streets:
        message = "Your roles lie in no street that has a grid here: ask your administrator for a role in one."
        raise NotAllowedError(message)
    return Extent(streets, unit.summary.signature(now))


def box_of(unit: Unit, extent: Extent, now: datetime) -> Box:
    """Return the box of an extent's streets and `AROUND_M` around them: west, south, east, north in degrees."""
    frame = unit.areas.frame(Level.STREET, at=now)
    ground = shapely.union_all(frame.geometry[frame["code"].isin(extent.streets)].to_numpy())
    lon = float(ground.centroid.x)
    around = from_plane(shapely.box(*to_plane(ground, lon).buffer(AROUND_M).bounds), lon)
    west, south, east, north = (round(float(edge), 7) for edge in around.bounds)
    return west, south, east, north


def carried_matters(matters: MatterList) -> dict[str, Any]:
    """Return the responsibility list as a phone searches it: by code, words, pinyin or its first letters."""
    items = [
        {
            "code": matter.code,
            "name": matter.name,
            "category": matter.category,
            "subcategory": matter.subcategory,
            "priority": matter.priority,
            "admitted": matter.admitted,
            "whistle_kind": matter.whistle_kind,
            "handle_within_minutes": int(matter.handle_within.total_seconds()) // 60,
            "lead": matters.lead(matter.code),
            "cooperating": list(matters.cooperating(matter.code)),
            "initials": initials(matter.name),
            "pinyin": spelled(matter.name),
        }
        for matter in matters
    ]
    return {"version": matters.version, "items": items}


def carried_kinds(kinds: Iterable[WhistleKind]) -> list[dict[str, Any]]:
    """Return the kinds of whistle that are blown, with the least share that makes a street a side."""
    return [
        {"code": kind.code, "name_zh": kind.name, "name_en": kind.name_en, "min_share": kind.min_share}
        for kind in kinds
        if not kind.retired
    ]


def carried_organisations(organisations: Iterable[Organisation], extent: Extent) -> list[dict[str, Any]]:
    """Return the organisations that answer for something in the districts of an extent, by code."""
    districts = {street[:6] for street in extent.streets}
    near = (o for o in organisations if any(_meets(o.area_code, district) for district in districts))
    return [{"code": o.code, "name": o.name, "area_code": o.area_code} for o in sorted(near, key=lambda o: o.code)]


def _meets(code: str, area: str) -> bool:
    return code.startswith(area) or area.startswith(code)
