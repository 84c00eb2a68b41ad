"""Attachments: photos and short videos, uploaded in parts."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["evidence"])
