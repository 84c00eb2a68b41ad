"""Alive, and ready: two different questions."""

from fastapi import APIRouter

from api.deps import TheIntake, TheStore
from api.problems import Problem

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """Return that the process answers."""
    return {"status": "alive"}


@router.get("/ready", responses={503: {"model": Problem, "description": "The database or the grid is missing"}})
def ready(store: TheStore, intake: TheIntake) -> dict[str, str]:
    """Return that the database answers and a grid is loaded, so that reports can be taken in."""
    store.require_alive()
    intake.knowledge()
    return {"status": "ready"}
