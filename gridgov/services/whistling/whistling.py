"""Whistling: every act upon a whistle, one transaction each, by whoever may; and what there is to see."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import shapely
from shapely import Point

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.incidents import GivenPosition, Head
from gridgov.services.proving import awaited
from gridgov.services.whistling import answering, blowing, issuing
from gridgov.services.whistling.asked import Asked, BlowOrder, Callers, Sighting, words
from gridgov.services.whistling.prospects import Prospect, prospects
from gridgov.services.whistling.recalling import whistle_then, whistles_then, with_parts
from gridgov.services.whistling.scene import (
    Deed,
    Outcome,
    Scene,
    Times,
    answered,
    claimed,
    delivered,
    keep,
    ladders,
    played,
)
from gridgov.settings import Settings
from gridgov.store.unit import Store
from gridgov.store.whistles import ALL, WhistleFilter
from gridgov.whistles import next_due

Answer = dict[str, Any]
"""What became of an act, as JSON: the whistle's ids, stage and revision, and in ``says`` what the act itself found.

The same act sent again has the same answer, with ``replayed`` in it.
"""


class Whistling:
    """Does what people do with whistles.

    Every act takes the caller, the whistle and `Asked`: the act's own id, under which it is done once however often it
    is sent, and maybe the revision it was decided on. It returns the answer of the first time.

    All acts raise `NotAuthenticatedError` for a caller who is nobody, `NotFoundError` for a whistle that they may not
    see, `NotAllowedError` where they act for nobody who may do this, `StaleError` where the whistle has changed, and
    `RuleError` where its stage does not allow the act.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def blow(self, caller: Caller, asked: Asked, order: BlowOrder) -> Answer:
        """Blow a whistle for an incident: at once in one street, drafted where several streets own it.

        Raises
        ------
        ConflictError
            If the incident has a whistle that is neither closed nor withdrawn.
        """
        deed = Deed("blow", {**asdict(order)})
        with self._store.acting(caller, now=self._clock()) as unit:
            standing = unit.cases.lock(order.incident_id)
            now = self._clock()  # as for acts upon cases: when nobody else acts any more
            earlier = claimed(unit, (standing.district_code, standing.incident_id), asked, deed, now=now)
            if earlier is not None:
                return earlier | {"replayed": True}
            made = blowing.make(unit, standing, order, now)
            whistle = made.whistle
            due_at = next_due(whistle, ladders(unit))
            unit.whistles.live.add(whistle, made.measures, due_at=due_at, at=now)
            outcome = blowing.outcome(whistle)
            keep(unit, whistle, outcome, at=now, author=unit.subject.login)
            return answered(unit, whistle, asked, deed, outcome, at=now)

    def confirm(self, caller: Caller, whistle_id: UUID, asked: Asked, street_code: str | None = None) -> Answer:
        """Confirm a side; with the last one the summons go out, and their time starts.

        The side's own people do, or the area above all sides once it was told that the side is late.
        """
        deed = Deed("confirm", {"street_code": street_code})
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.confirm(scene, street_code))

    def choose_lead(
        self, caller: Caller, whistle_id: UUID, asked: Asked, choice: str, street_code: str | None = None
    ) -> Answer:
        """Say for a side which one should lead; it does once all sides say the same."""
        deed = Deed("choose_lead", {"choice": choice, "street_code": street_code})
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.choose_lead(scene, choice, street_code))

    def choose_summons(self, caller: Caller, whistle_id: UUID, asked: Asked, wanted: Callers) -> Answer:
        """Say for the leading side who is to come instead of whom the draft names, before another side confirms."""
        deed = Deed("choose_summons", asdict(wanted))
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.choose_summons(scene, wanted))

    def withdraw(
        self, caller: Caller, whistle_id: UUID, asked: Asked, reason: str, street_code: str | None = None
    ) -> Answer:
        """Take a whistle back while nobody has come: a draft by its leading side, one that is blown by every side.

        For a side that is silent, the area above all sides says so; see `close`.
        """
        said = words(reason, "reason") or ""
        deed = Deed("withdraw", {"reason": said, "street_code": street_code})
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.withdraw(scene, said, street_code))

    def acknowledge(self, caller: Caller, whistle_id: UUID, asked: Asked, organisation_code: str) -> Answer:
        """Say for a summoned organisation that the summons was read."""
        deed = Deed("acknowledge", {"organisation_code": organisation_code})
        return self._do(caller, whistle_id, asked, deed, lambda scene: answering.acknowledge(scene, organisation_code))

    def check_in(self, caller: Caller, whistle_id: UUID, asked: Asked, seen: Sighting) -> Answer:
        """Arrive for a summoned organisation. A check-in that is refused is kept all the same.

        Raises
        ------
        RuleError
            If it is refused; ``details`` holds the distance and the reasons.
        """
        deed = Deed("check_in", _said(seen))
        return self._do(caller, whistle_id, asked, deed, lambda scene: answering.check_in(scene, seen))

    def vouch(self, caller: Caller, whistle_id: UUID, asked: Asked, seen: Sighting) -> Answer:
        """Vouch for the check-in of `seen.organisation_code` that waits, being on site oneself."""
        deed = Deed("vouch", _said(seen))
        return self._do(caller, whistle_id, asked, deed, lambda scene: answering.vouch(scene, seen))

    def file_measure(self, caller: Caller, whistle_id: UUID, asked: Asked, measure: "Measure") -> Answer:
        """File what an organisation did on site."""
        text = words(measure.text, "text") or ""
        deed = Deed("file_measure", {**asdict(measure), "text": text})
        code, evidence = measure.organisation_code, measure.evidence
        return self._do(
            caller, whistle_id, asked, deed, lambda scene: answering.file_measure(scene, code, text, evidence)
        )

    def leave(self, caller: Caller, whistle_id: UUID, asked: Asked, organisation_code: str) -> Answer:
        """Leave the site. Before the release this is impossible, and the attempt is kept.

        Raises
        ------
        RuleError
            If a side still needs the organisation.
        """
        deed = Deed("leave", {"organisation_code": organisation_code})
        return self._do(caller, whistle_id, asked, deed, lambda scene: answering.leave(scene, organisation_code))

    def release(
        self, caller: Caller, whistle_id: UUID, asked: Asked, which: "Which", reason: str | None = None
    ) -> Answer:
        """Release an organisation for one side; it is free once every side has. In a silent side's stead as `close`.

        One that is on site and files no measure is released once that is overdue. That, and acting in a side's stead,
        needs a reason.
        """
        said = words(reason, "reason", wanted=False)
        deed = Deed("release", {**asdict(which), **_given(reason=said)})
        code, street = which.organisation_code, which.street_code
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.release(scene, code, street, said))

    def excuse(self, caller: Caller, whistle_id: UUID, asked: Asked, which: "Which", reason: str) -> Answer:
        """Let an organisation off that never came. In a silent side's stead as `close`."""
        said = words(reason, "reason") or ""
        deed = Deed("excuse", {**asdict(which), "reason": said})
        code, street = which.organisation_code, which.street_code
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.excuse(scene, code, street, said))

    def rate(self, caller: Caller, whistle_id: UUID, asked: Asked, rating: "Rating") -> Answer:
        """Rate an organisation for one side, 1 to 5 and in words; may be done after the whistle is closed."""
        said = words(rating.words, "words") or ""
        deed = Deed("rate", {**asdict(rating), "words": said})
        code, score, street = rating.organisation_code, rating.score, rating.street_code
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.rate(scene, code, street, score, said))

    def close(
        self,
        caller: Caller,
        whistle_id: UUID,
        asked: Asked,
        street_code: str | None = None,
        reason: str | None = None,
    ) -> Answer:
        """Close a side, which has let everybody go; the whistle closes with the last of them.

        The side's own people do, or the area above all sides, with a reason, once it was told that closing is overdue.
        """
        said = words(reason, "reason", wanted=False)
        deed = Deed("close", {"street_code": street_code, **_given(reason=said)})
        return self._do(caller, whistle_id, asked, deed, lambda scene: issuing.close(scene, street_code, said))

    def whistle(self, caller: Caller, whistle_id: UUID, *, as_of: datetime | None = None) -> dict[str, Any]:
        """Return a whistle with its sides, its summons and everything that was done in it, as of a moment (now).

        What of the past its facts do not tell is left out: see `recalling.whistle_then`.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            if as_of is not None:
                return whistle_then(unit, whistle_id, min(as_of, self._clock()))
            found = unit.whistles.live.read(whistle_id)
            log = unit.whistles.log.of(found)
            head = Head(found.district_code, found.incident_id)
            for row in log["check_ins"]:
                row["awaited"] = awaited(unit, head, row["evidence"])
            return with_parts(unit, {**unit.whistles.detail(found.district_code, whistle_id), **log})

    def prospects(self, caller: Caller, whistle_id: UUID) -> tuple[int, list[Prospect]]:
        """Return a whistle's revision, and what somebody may do with it now and why not the rest."""
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            whistle = unit.whistles.live.read(whistle_id)
            standing = unit.cases.read(whistle.incident_id)
            scene = Scene(unit, standing, whistle, whistle_id, Times(now, now))
            return whistle.revision, list(prospects(scene))

    def whistles(
        self,
        caller: Caller,
        *,
        limit: int,
        before: UUID | None = None,
        which: WhistleFilter = ALL,
        as_of: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Return the whistles that somebody may see, with sides and summons, newest first; `as_of` as they were then.

        What of the past facts do not tell is left out: see `recalling.whistle_then`.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            if as_of is not None:
                return whistles_then(unit, min(as_of, now), limit=limit, before=before, which=which)
            return unit.whistles.page(limit=limit, before=before, which=which)

    def _do(
        self, caller: Caller, whistle_id: UUID, asked: Asked, deed: Deed, play: Callable[[Scene], Outcome]
    ) -> Answer:
        received_at = self._clock()
        with self._store.acting(caller, now=received_at) as unit:
            # The case before its whistle, always: an act upon the case, which has it locked, may change the whistle.
            standing = unit.cases.lock(unit.whistles.live.incident_of(whistle_id))
            whistle, times = unit.whistles.live.lock(whistle_id), Times(received_at, self._clock())
            answer = played(unit, standing, whistle, asked, deed, play, times=times)
        return delivered(answer)


@dataclass(frozen=True, slots=True)
class Measure:
    """What an organisation did on site."""

    organisation_code: str
    text: str
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Which:
    """Which organisation, and (None: one's own) for which side."""

    organisation_code: str
    street_code: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """How much an organisation helped: 1 (not at all) to 5 (solved it), why, and for which side (None: one's own)."""

    organisation_code: str
    score: int
    words: str
    street_code: str | None = None


def _given(**asked: Any) -> dict[str, Any]:
    """Return what was said of what need not be said."""
    return {name: value for name, value in asked.items() if value is not None}


def _said(seen: Sighting) -> dict[str, Any]:
    """Return a sighting as what its act's id stands for, in the words of the API."""
    position = _words_of(seen.position) if seen.position else None
    said = asdict(replace(seen, position=None)) | {"device_time": seen.device_at, "position": position}
    # When it was sent is no part of it: a phone without signal sends it again, at another time.
    return {name: value for name, value in said.items() if name not in {"device_at", "sent_at"}}


def _words_of(position: GivenPosition) -> dict[str, Any]:
    shape, given = position.geometry, {"datum": position.datum, "accuracy_m": position.accuracy_m}
    if isinstance(shape, Point) and not shape.is_empty:
        return {**given, "lon": shape.x, "lat": shape.y}
    return {**given, "geometry": json.loads(shapely.to_geojson(shape))}
