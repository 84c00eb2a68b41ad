"""Where staff are, while they are on duty; and who looks."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["staff"])
