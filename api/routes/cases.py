"""Cases: every act of the lifecycle, and what the case says to it."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["cases"])
