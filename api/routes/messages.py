"""Messages: the inbox, and the endpoints that messages are carried to."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["messages"])
