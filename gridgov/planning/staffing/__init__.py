"""Staffing: people to cells, many to many, with what it costs, what it must cost at least, and what to relax."""

from gridgov.planning.staffing.advice import Advice
from gridgov.planning.staffing.desk import Staffing, staff
from gridgov.planning.staffing.part import Limits
from gridgov.planning.staffing.wishes import StaffWishes

__all__ = ["Advice", "Limits", "StaffWishes", "Staffing", "staff"]
