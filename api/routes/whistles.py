"""Whistles: blow, confirm, check in, file measures, release, rate, close."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["whistles"])
