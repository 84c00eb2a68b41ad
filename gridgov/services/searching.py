"""Searching: one box for numbers, codes, names, people and addresses, as far as whoever asks sees them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.matters.spelling import initials, spelled
from gridgov.services.knowledge import KnowledgeKeeper, keeper_of
from gridgov.settings import Settings
from gridgov.store.searching import Named, SearchStore
from gridgov.store.unit import Store, Unit

_ADDRESSES = 5
_KINDS = ("incident", "whistle", "area", "cell", "organisation", "person", "address")
_SHORTEST_ADDRESS = 3
"""So many signs say more of an address than of everything in the book."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found.

    Attributes
    ----------
    kind
        incident, whistle, area, cell, organisation, person, address.
    label
        What it is called, by language: ``zh``, ``en``.
    lon, lat, bounds
        Degrees, EPSG:4326; bounds are west, south, east, north. None where it lies nowhere: of somebody without duties.
    score
        0 to 1: how well it fits.
    """

    kind: str
    id: str
    code: str | None
    label: dict[str, str]
    detail: str | None
    score: float
    lon: float | None = None
    lat: float | None = None
    bounds: tuple[float, float, float, float] | None = None


class Searching:
    """Finds what is called so, or has such a number or code."""

    def __init__(self, store: Store, *, clock: Clock, keeper: KnowledgeKeeper) -> None:
        self._store = store
        self._clock = clock
        self._keeper = keeper

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, keeper=keeper_of(store, settings.cache_dir))

    def search(self, caller: Caller, words: str, *, limit: int, as_of: datetime | None = None) -> list[Hit]:
        """Return what fits, the best first.

        Incidents and whistles are those that the caller sees; cells, areas, organisations, people and addresses are
        found for whoever may read the grid, and lie where the grid `as_of` a moment has them. Nobody's telephone number
        is searched or told.
        """
        said, now = _plain(words), self._clock()
        at = min(as_of or now, now)
        if not said:
            return []
        with self._store.acting(caller, now=now) as unit:
            store = SearchStore(unit.connection, unit.acting)
            hits = _incidents(store, said, limit) if unit.subject.may("case.read") else []
            if unit.subject.may("grid.read"):
                named = _named(store, said, at)[:limit]
                hits += _placed(store, named, at) + self._addresses(unit, said, now)
        return sorted(hits, key=lambda hit: (-hit.score, _KINDS.index(hit.kind), hit.code or "", hit.id))[:limit]

    def _addresses(self, unit: Unit, said: str, now: datetime) -> list[Hit]:
        if said.isascii() or len(said) < _SHORTEST_ADDRESS or unit.summary.signature(now).grids == 0:
            return []
        gazetteer = self._keeper.current(unit, now).gazetteer
        found = gazetteer.find(said) if gazetteer else None
        return [
            Hit(
                kind="address",
                id=one.address_id or one.label,
                code=one.address_id,
                label={"zh": one.label, "en": one.label},
                detail=one.level,
                score=round(0.7 * one.score, 4),
                lon=one.lon,
                lat=one.lat,
            )
            for one in getattr(found, "candidates", ())[:_ADDRESSES]
        ]


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip()


def _incidents(store: SearchStore, said: str, limit: int) -> list[Hit]:
    rows = {row["id"]: row for row in store.incidents(said, limit=limit)}
    hits = [_incident(row, said) for row in rows.values()]
    for row in store.whistles(list(rows)):
        of = rows[row["incident_id"]]
        label = {"zh": f"{row['name_zh']} {of['number']}", "en": f"{row['name_en']} {of['number']}"}
        where = {name: of[name] for name in ("lon", "lat", "bounds")}
        score = round(_score_of(of["number"], said) - 0.01, 4)
        hits.append(Hit("whistle", str(row["id"]), of["number"], label, row["stage"], score, **where))
    return hits


def _incident(row: dict[str, Any], said: str) -> Hit:
    number = row["number"]
    where = {name: row[name] for name in ("lon", "lat", "bounds")}
    label = {"zh": number, "en": number}
    return Hit("incident", str(row["id"]), number, label, row["text"][:80], _score_of(number, said), **where)


def _score_of(number: str, said: str) -> float:
    return 1.0 if said.upper() in {number, number.rpartition("-")[2]} else 0.9


def _named(store: SearchStore, said: str, at: datetime) -> list[tuple[float, Named]]:
    sounds = said.isascii() and any(sign.isalpha() for sign in said)
    rated = ((_fits(one, said, sounds=sounds), one) for one in store.named(said, at=at, every=sounds))
    return sorted(((score, one) for score, one in rated if score), key=lambda hit: (-hit[0], hit[1].kind, hit[1].code))


def _fits(one: Named, said: str, *, sounds: bool) -> float:
    """Return how well something fits: by its code, its name, or the way its name is typed."""
    code, typed = said.upper(), said.lower()
    rules = (
        (1.0, code == one.code.upper()),
        (0.95, said == one.name),
        (0.85, one.name.startswith(said)),
        (0.8, sounds and typed == _initials(one.name)),
        (0.75, one.code.upper().startswith(code)),
        (0.7, sounds and typed == _spelled(one.name)),
        (0.65, said in one.name),
        (0.6, sounds and _initials(one.name).startswith(typed)),
        (0.55, sounds and _spelled(one.name).startswith(typed)),
    )
    return next((score for score, holds in rules if holds), 0.0)


_initials = lru_cache(maxsize=65_536)(initials)
_spelled = lru_cache(maxsize=65_536)(spelled)


def _placed(store: SearchStore, named: list[tuple[float, Named]], at: datetime) -> list[Hit]:
    places = store.places([one for _, one in named], at=at) if named else {}
    return [
        Hit(
            kind=one.kind,
            id=one.id,
            code=one.code,
            label={"zh": one.name, "en": _spelled(one.name).capitalize()},
            detail=one.detail,
            score=score,
            **places.get((one.kind, one.code), {}),
        )
        for score, one in named
    ]
