"""The audit chain, and one case's whole story."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["audit"])
