"""Living whistles: locked for an act, moved on; found by the sweep when something of them is due."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Row, Select, Table, bindparam, func, insert, select, tuple_, update

from gridgov.errors import NotAllowedError, NotFoundError
from gridgov.store.geometry import from_store
from gridgov.store.tables import (
    area_period,
    change,
    incident_position,
    incident_share,
    incident_state,
    summons,
    summons_rating,
    summons_release,
    whistle,
    whistle_kind,
    whistle_side,
)
from gridgov.store.whistles import kinds
from gridgov.whistles import OVER, IssuerLevel, LiveSide, LiveSummons, Stage, StreetShare, SummonsStage, Whistle

_KIND = "kind_"
_HEAD = (
    "district_code",
    "id",
    "incident_id",
    "drafted_at",
    "revision",
    "issuer_area_code",
    "issued_by",
    "reason",
    "list_version",
    "blown_at",
    "close_due_at",
    "close_step",
    "closed_at",
    "withdrawn_at",
)
_SIDE = tuple(LiveSide.__dataclass_fields__)
_CALL = tuple(name for name in LiveSummons.__dataclass_fields__ if name not in {"let_go", "rated", "stage"})
_Key = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an incident lies now: its geometry in lon/lat, its cells, and its shares per street."""

    geometry: BaseGeometry
    cells: tuple[str, ...]
    shares: tuple[StreetShare, ...]


class LiveStore:
    """Reads and writes living whistles of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def incident_of(self, whistle_id: UUID) -> UUID:
        """Return the id of a whistle's incident, which is locked before the whistle is; raises as `lock`."""
        query = select(whistle.c.incident_id).where(whistle.c.id == whistle_id)
        found: UUID | None = self._connection.execute(query).scalar()
        if found is None:
            raise _no_whistle(whistle_id)
        return found

    def lock(self, whistle_id: UUID) -> Whistle:
        """Return a whistle as it stands, and make others who act upon it wait until this transaction ends.

        The case that it hangs on is locked first, everywhere: so nobody waits for somebody who waits.

        Raises
        ------
        NotFoundError
            If there is none with this id, or it is not visible to who acts.
        NotAllowedError
            If whoever acts may read it, and no more.
        """
        try:
            return self._one(whistle_id, _heads().with_for_update(of=whistle))
        except NotFoundError:  # the rules of the rows lock only what may be changed
            self.read(whistle_id)
            message = "You may read this whistle, but nothing lets you act upon it: ask your administrator for a role."
            raise NotAllowedError(message) from None

    def read(self, whistle_id: UUID) -> Whistle:
        """Return a whistle as it stands; raises as `lock`."""
        return self._one(whistle_id, _heads())

    def of_incident(self, district_code: str, incident_id: UUID) -> Whistle | None:
        """Return the whistle of an incident that is neither closed nor withdrawn, or None."""
        newest = self.newest(district_code, incident_id)
        return newest if newest and newest.living else None

    def several(self, whistle_ids: Collection[UUID]) -> list[Whistle]:
        """Return whistles as they stand, those of them that are visible to who acts, in the order of their ids."""
        query = _heads().where(whistle.c.id.in_(whistle_ids)).order_by(whistle.c.id)
        return self._whole(self._connection.execute(query).all())

    def living(self, incident_ids: Collection[UUID]) -> list[Whistle]:
        """Return the whistles of incidents that are neither closed nor withdrawn."""
        over = whistle.c.stage.in_([stage.value for stage in OVER])
        return self._whole(
            self._connection.execute(_heads().where(whistle.c.incident_id.in_(incident_ids), ~over)).all()
        )

    def newest(self, district_code: str, incident_id: UUID) -> Whistle | None:
        """Return the living whistle of an incident, else the one that was drafted last, or None if it never had one."""
        rows = self._connection.execute(_NEWEST, {"of_district": district_code, "of_incident": incident_id}).all()
        return next(iter(self._whole(rows)), None)

    def due(self, now: datetime, limit: int) -> list[Whistle]:
        """Return whistles of which something is due, longest due first, locked with their incidents.

        Those that others hold are left out, and so are those whose incidents others hold.
        """
        w, s = whistle.c, incident_state.c
        mine = (s.district_code == w.district_code) & (s.incident_id == w.incident_id)
        query = _heads().join(incident_state, mine).where(w.due_at <= now).order_by(w.due_at).limit(limit)
        locked = query.with_for_update(of=(incident_state, whistle), skip_locked=True)
        return self._whole(self._connection.execute(locked).all())

    def add(self, made: Whistle, measures: Mapping[str, float], *, due_at: datetime | None, at: datetime) -> None:
        """Store a whistle that somebody blew; `measures` gives each side's part of the footprint, m2 or m."""
        head = {"district_code": made.district_code, "whistle_id": made.id}
        districts = {s.street_code[:6] for s in made.sides}
        fixed = {"id": made.id, "incident_id": made.incident_id, "kind": made.kind.code, "drafted_at": made.drafted_at}
        fixed |= {"combined": made.combined, "crosses_district": len(districts) > 1, "revision": made.revision}
        fixed |= {"level": made.level.value if made.level else None, "issuer_area_code": made.issuer_area_code}
        fixed |= {"issued_by": made.issued_by, "reason": made.reason, "list_version": made.list_version}
        run = self._connection.execute
        run(insert(whistle).values(district_code=made.district_code, due_at=due_at, **fixed, **_moving(made)))
        streets = self._streets(sorted(made.streets), at)
        sides = [
            {"street_id": streets[s.street_code], "street_district_code": s.street_code[:6]}
            | {"measure": measures[s.street_code]}
            | {name: getattr(s, name) for name in _SIDE}
            for s in made.sides
        ]
        run(insert(whistle_side), [head | side for side in sides])
        if made.summons:
            run(insert(summons), [head | _call(s) for s in made.summons])

    def save(self, before: Whistle, after: Whistle, *, due_at: datetime | None) -> None:
        """Keep what an act or a sweep changed of a locked whistle; `due_at` is when the sweep looks next."""
        c = whistle.c
        mine = (c.district_code == before.district_code, c.id == before.id)
        values = {**_moving(after), "revision": after.revision, "due_at": due_at}
        self._connection.execute(update(whistle).where(*mine).values(values))
        for old, side in zip(before.sides, after.sides, strict=True):
            if side != old:
                which = {"street_code": side.street_code}
                self._update(whistle_side, before, which, {name: getattr(side, name) for name in _SIDE})
        earlier = {call.organisation_code: call for call in before.summons}
        head = {"district_code": before.district_code, "whistle_id": before.id}
        for call in after.summons:
            if call.organisation_code not in earlier:
                self._connection.execute(insert(summons).values({**head, **_call(call)}))
            elif call != earlier[call.organisation_code]:
                self._update(summons, before, {"organisation_code": call.organisation_code}, _call(call))

    def _update(self, table: Table, of: Whistle, which: dict[str, Any], values: dict[str, Any]) -> None:
        keys = {"district_code": of.district_code, "whistle_id": of.id, **which}
        found = update(table).where(*(table.c[name] == value for name, value in keys.items()))
        self._connection.execute(found.values({name: v for name, v in values.items() if name not in which}))

    def change(self, of: Whistle, kind: str, *, at: datetime) -> None:
        """Write down for live screens that a whistle changed: ``whistle.blown`` and the like."""
        self.change_each([of], kind, at=at)

    def change_each(self, of: Sequence[Whistle], kind: str, *, at: datetime) -> None:
        """Write down for live screens that several whistles changed alike."""
        rows = [{"district_code": w.district_code, "subject_id": w.id, "kind": kind, "at": at} for w in of]
        if rows:
            self._connection.execute(insert(change), rows)

    def ground(self, district_code: str, incident_id: UUID) -> Ground | None:
        """Return where an incident lies now, or None where nobody has placed it."""
        p, s = incident_position.c, incident_state.c
        here = (p.district_code == s.district_code) & (p.incident_id == s.incident_id) & (p.seq == s.position_seq)
        query = select(p.geom, s.cell_code, s.position_seq).join_from(incident_state, incident_position, here)
        row = self._connection.execute(query.where(*_of(s, district_code, incident_id))).first()
        if row is None:
            return None
        c = incident_share.c
        size = func.coalesce(c.area_m2, c.length_m, 0.0)
        parts = select(c.cell_code, c.share, size).where(*_of(c, district_code, incident_id), ~c.sliver)
        parts = parts.where(c.seq == row.position_seq, c.cell_code.is_not(None))
        found = self._connection.execute(parts).all()
        cells = {row.cell_code, *(part[0] for part in found)} - {None}
        return Ground(from_store(row.geom), tuple(sorted(cells)), _per_street(found))

    def _streets(self, codes: Sequence[str], at: datetime) -> dict[str, UUID]:
        c = area_period.c
        query = select(c.code, c.area_id).where(c.code.in_(codes), c.valid.contains(at))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def _one(self, whistle_id: UUID, query: Select[Any]) -> Whistle:
        rows = self._connection.execute(query.where(whistle.c.id == whistle_id)).all()
        if not rows:
            raise _no_whistle(whistle_id)
        return self._whole(rows)[0]

    def _whole(self, heads: Sequence[Row[Any]]) -> list[Whistle]:
        keys = [(head.district_code, head.id) for head in heads]
        sides, calls = self._parts(whistle_side, keys), self._parts(summons, keys)
        let_go, rated = self._words(summons_release, keys), self._words(summons_rating, keys)
        return [
            _whistle(
                head,
                tuple(LiveSide(**{name: s[name] for name in _SIDE}) for s in sides[key]),
                tuple(
                    _live(c, let_go[key, c["organisation_code"]], rated[key, c["organisation_code"]])
                    for c in calls[key]
                ),
            )
            for head, key in zip(heads, keys, strict=True)
        ]

    def _parts(self, table: Table, keys: Sequence[_Key]) -> dict[_Key, list[Mapping[str, Any]]]:
        c = table.c
        code = c.street_code if "street_code" in c else c.organisation_code
        order = (c.leads.desc(), c.share.desc(), code) if "share" in c else (c.leads.desc(), code)
        query = select(table).where(tuple_(c.district_code, c.whistle_id).in_(keys)).order_by(*order)
        found: dict[_Key, list[Mapping[str, Any]]] = defaultdict(list)
        for row in self._connection.execute(query).mappings() if keys else ():
            found[row["district_code"], row["whistle_id"]].append(dict(row))
        return found

    def _words(self, table: Table, keys: Sequence[_Key]) -> dict[tuple[_Key, str], frozenset[str]]:
        c = table.c
        query = select(c.district_code, c.whistle_id, c.organisation_code, c.street_code).distinct()
        found: dict[tuple[_Key, str], set[str]] = defaultdict(set)
        for row in (
            self._connection.execute(query.where(tuple_(c.district_code, c.whistle_id).in_(keys))) if keys else ()
        ):
            found[(row[0], row[1]), row[2]].add(row[3])
        return defaultdict(frozenset, {key: frozenset(streets) for key, streets in found.items()})


def _no_whistle(whistle_id: UUID) -> NotFoundError:
    message = f"There is no whistle {whistle_id} that you may see: GET /api/v1/whistles lists those you may."
    return NotFoundError(message, field="whistle_id")


def _heads() -> Select[Any]:
    of_kind = (column.label(_KIND + column.name) for column in whistle_kind.c)
    return select(*whistle.c, *of_kind).join_from(whistle, whistle_kind, whistle_kind.c.code == whistle.c.kind)


def _newest() -> Select[Any]:
    c = whistle.c
    living = c.stage.not_in([stage.value for stage in OVER])
    mine = (c.district_code == bindparam("of_district"), c.incident_id == bindparam("of_incident"))
    return _heads().where(*mine).order_by(living.desc(), c.drafted_at.desc(), c.id.desc()).limit(1)


_NEWEST = _newest()  # asked by whatever brings a case nearer to its end


def _of(columns: Any, district_code: str, incident_id: UUID) -> tuple[Any, Any]:
    return columns.district_code == district_code, columns.incident_id == incident_id


def _whistle(row: Row[Any], sides: tuple[LiveSide, ...], calls: tuple[LiveSummons, ...]) -> Whistle:
    kept = row._asdict()
    now = {name.removeprefix(_KIND): value for name, value in kept.items() if name.startswith(_KIND)}
    return Whistle(
        **{name: kept[name] for name in _HEAD},
        kind=kinds.from_row(row.rules or now),
        stage=Stage(row.stage),
        level=IssuerLevel(row.level) if row.level else None,
        sides=sides,
        summons=calls,
    )


def _live(row: Mapping[str, Any], let_go: frozenset[str], rated: frozenset[str]) -> LiveSummons:
    plain = {name: row[name] for name in _CALL}
    return LiveSummons(**plain, stage=SummonsStage(row["stage"]), let_go=let_go, rated=rated)


def _call(call: LiveSummons) -> dict[str, Any]:
    return {**{name: getattr(call, name) for name in _CALL}, "stage": call.stage.value}


def _moving(now: Whistle) -> dict[str, Any]:
    """Return what changes of a whistle's own row; once it is blown it keeps its kind as it stood then."""
    names = ("blown_at", "close_due_at", "close_step", "closed_at", "withdrawn_at")
    rules = kinds.to_row(now.kind) if now.blown_at else {}
    return {**{name: getattr(now, name) for name in names}, "stage": now.stage.value, "rules": rules}


def _per_street(parts: Iterable[Any]) -> tuple[StreetShare, ...]:
    sums: dict[str, tuple[float, float]] = {}
    for cell_code, share, size in parts:
        before = sums.get(cell_code[:9], (0.0, 0.0))
        sums[cell_code[:9]] = (before[0] + share, before[1] + size)
    return tuple(StreetShare(code, share, measure) for code, (share, measure) in sums.items())
