"""What routes are given: the services of the running application, and who calls."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, Self, TypeVar

from fastapi import Depends, Request

from gridgov.clock import Clock
from gridgov.services.intake import Intake
from gridgov.services.looking import Desk
from gridgov.settings import Settings
from gridgov.store.unit import Store


class Configured(Protocol):
    """A service that is made from an installation's store and settings."""

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""


S = TypeVar("S", bound=Configured)


@dataclass
class Services:
    """The services of one application, each made when it is first asked for."""

    store: Store
    settings: Settings
    clock: Clock
    _made: dict[type[Any], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, kind: type[S]) -> S:
        """Return the one service of this kind."""
        with self._lock:
            if kind not in self._made:
                self._made[kind] = kind.configured(self.store, self.settings, clock=self.clock)
            found: S = self._made[kind]
            return found


def service(kind: type[S]) -> Callable[[Request], S]:
    """Return the dependency that gives a route its service: ``Annotated[Casework, Depends(service(Casework))]``."""

    def given(request: Request) -> S:
        services: Services = request.app.state.services
        return services.of(kind)

    return given


def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


TheIntake = Annotated[Intake, Depends(_intake)]
TheDesk = Annotated[Desk, Depends(_desk)]
TheStore = Annotated[Store, Depends(_store)]
