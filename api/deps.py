"""What routes are given: the intake and the desk of the running application."""

from typing import Annotated

from fastapi import Depends, Request

from gridgov.services.intake import Intake
from gridgov.services.looking import Desk
from gridgov.store.unit import Store


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
