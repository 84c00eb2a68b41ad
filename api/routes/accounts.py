"""Accounts: log in and out, passwords, tokens, grants, single sign-on."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["accounts"])
