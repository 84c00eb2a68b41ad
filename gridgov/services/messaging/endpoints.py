"""Programs that want to hear, and what became of each message: for those who look after channels."""

import secrets
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, InputError, NotFoundError
from gridgov.ids import moment_of
from gridgov.messages import Secret, one_line
from gridgov.services.messaging.guard import Allowed
from gridgov.services.messaging.inbox import require_kinds
from gridgov.settings import Settings
from gridgov.store.messages import EndpointRow, Lost
from gridgov.store.unit import Store, Unit

_PERMISSION = "channels.manage"
_SECRET_BYTES = 32
MOST_RETRIED = 10_000
"""Dead deliveries that are given another chance at once."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an endpoint is to be."""

    name: str
    url: str
    kinds: frozenset[str] | None = None
    organisation_code: str | None = None


class Endpoints:
    """Looks after endpoints and deliveries.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Tells when.
    allowed
        The hosts of this network that webhooks may reach.
    """

    def __init__(self, store: Store, *, clock: Clock, allowed: Allowed) -> None:
        self._store = store
        self._clock = clock
        self._allowed = allowed

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, allowed=Allowed.parse(settings.webhook_hosts))

    def page(self, caller: Caller, *, limit: int, before: UUID | None = None) -> list[EndpointRow]:
        """Return the endpoints that the caller looks after, newest first."""
        with self._store.acting(caller, now=self._clock()) as unit:
            return unit.endpoints.page(_areas(unit), limit=limit, before=before)

    def add(
        self, caller: Caller, endpoint_id: UUID, district_code: str, wish: Wish
    ) -> tuple[EndpointRow, Secret | None]:
        """Add an endpoint, and return it with its secret, which is never shown again: added before, without.

        Raises
        ------
        InputError
            If the address is not allowed, or there is no such kind or organisation.
        ConflictError
            If the id stands for another endpoint.
        """
        moment_of(endpoint_id)
        wish = self._checked(wish)
        now = self._clock()
        secret = Secret.of(secrets.token_bytes(_SECRET_BYTES))
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require(_PERMISSION, district_code)
            _require_organisation(unit, wish.organisation_code)
            row = EndpointRow(
                district_code, endpoint_id, **_columns(wish), created_at=now, created_by=unit.subject.login
            )
            if unit.endpoints.find(endpoint_id) is None and unit.endpoints.add(row, secret.written):
                return row, secret
            return _made_before(unit, row), None

    def change(self, caller: Caller, endpoint_id: UUID, wish: Wish, *, seen: Seen | None = None) -> EndpointRow:
        """Change what an endpoint is; it is used again at once if it was disabled, or rested because it failed.

        Raises
        ------
        NotFoundError
            If there is no such endpoint that the caller looks after.
        InputError
            As for `add`.
        StaleError
            If the endpoint is not what was `seen`.
        """
        wish = self._checked(wish)
        values = _columns(wish) | {"disabled_at": None}
        with self._store.acting(caller, now=self._clock()) as unit:
            row = _mine(unit, endpoint_id)
            _require_organisation(unit, wish.organisation_code)
            if any(getattr(row, name) != value for name, value in values.items()):
                require_seen(seen, row)
            values |= {"failures": 0, "paused_until": None}
            unit.endpoints.change(row, **values)
        return replace(row, **values)

    def renew(self, caller: Caller, endpoint_id: UUID) -> Secret:
        """Give an endpoint a new secret, and return it; the old one signs nothing any more.

        Raises
        ------
        NotFoundError
            If there is no such endpoint that the caller looks after.
        """
        secret = Secret.of(secrets.token_bytes(_SECRET_BYTES))
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.endpoints.change(_mine(unit, endpoint_id), secret=secret.written)
        return secret

    def disable(self, caller: Caller, endpoint_id: UUID, *, seen: Seen | None = None) -> None:
        """Tell an endpoint nothing more; what it was told stays known.

        Raises
        ------
        NotFoundError
            If there is no such endpoint that the caller looks after.
        StaleError
            If it is not what was `seen`.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            row = _mine(unit, endpoint_id)
            if row.disabled_at is None:
                require_seen(seen, row)
                unit.endpoints.change(row, disabled_at=now)

    def deliveries(
        self, caller: Caller, *, limit: int, before: UUID | None = None, state: str | None = None
    ) -> list[dict[str, Any]]:
        """Return what became of messages in the caller's districts, newest first; addresses are not shown."""
        with self._store.acting(caller, now=self._clock()) as unit:
            return unit.deliveries.page(_areas(unit), limit=limit, before=before, state=state)

    def retry(self, caller: Caller, delivery_id: UUID) -> dict[str, Any]:
        """Give a dead delivery another chance; one that is not dead is left as it is.

        Raises
        ------
        NotFoundError
            If there is no such delivery in the caller's districts.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require(_PERMISSION)
            found = unit.deliveries.find(delivery_id)
            if found is None or not unit.subject.may(_PERMISSION, found["district_code"]):
                message = "There is no such delivery."
                raise NotFoundError(message, field="id")
            if found["state"] == "dead":
                unit.deliveries.revive(found["district_code"], delivery_id, now=now)
                found |= {"state": "waiting", "due_at": now, "attempts": 0, "done_at": None}
        return found

    def retry_all(self, caller: Caller, lost: Lost) -> int:
        """Give the dead deliveries in the caller's districts another chance, the oldest `MOST_RETRIED` of them.

        Returns
        -------
        How many they were. If as many as that, there may be more: ask again.

        Raises
        ------
        NotFoundError
            If there is no such endpoint that the caller looks after.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            areas = _areas(unit)
            if lost.endpoint_id is not None:
                _mine(unit, lost.endpoint_id, hold=False)  # whoever sends locks it after its deliveries
            return unit.deliveries.revive_all(areas, lost, now=now, limit=MOST_RETRIED)

    def _checked(self, wish: Wish) -> Wish:
        self._allowed.require(wish.url)
        name = one_line(wish.name, longest=80)
        if not name:
            message = "Give the endpoint a name: who hears."
            raise InputError(message, field="name")
        if wish.kinds is not None:
            require_kinds(wish.kinds, field="kinds")
        return replace(wish, name=name)


def _columns(wish: Wish) -> dict[str, Any]:
    kinds = None if wish.kinds is None else tuple(sorted(wish.kinds))
    return {"name": wish.name, "url": wish.url, "kinds": kinds, "organisation_code": wish.organisation_code}


def _made_before(unit: Unit, wanted: EndpointRow) -> EndpointRow:
    made = unit.endpoints.find(wanted.id)
    same = ("district_code", "name", "url", "kinds", "organisation_code")
    if made is None or any(getattr(made, name) != getattr(wanted, name) for name in same):
        message = "This id already stands for another endpoint: make this one under a new id."
        raise ConflictError(message, field="id")
    return made


def _areas(unit: Unit) -> tuple[str, ...]:
    unit.subject.require(_PERMISSION)
    return unit.subject.areas(_PERMISSION)


def _mine(unit: Unit, endpoint_id: UUID, *, hold: bool = True) -> EndpointRow:
    unit.subject.require(_PERMISSION)
    row = unit.endpoints.find(endpoint_id, hold=hold)
    if row is None or not unit.subject.may(_PERMISSION, row.district_code):
        message = "There is no such endpoint."
        raise NotFoundError(message, field="id")
    return row


def _require_organisation(unit: Unit, code: str | None) -> None:
    if code is not None and not unit.messages.names([f"organisation:{code}"]):
        message = f"There is no organisation {code}: correct the code, or leave it out."
        raise InputError(message, field="organisation_code")
