"""What changes, as it changes: server-sent events."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["events"])
