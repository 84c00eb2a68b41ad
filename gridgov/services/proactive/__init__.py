"""Acting before the complaint: what stands out, a list of it for people, and cases for what they confirm."""

from gridgov.services.proactive.proactive import Proactive, Scan

__all__ = ["Proactive", "Scan"]
