"""A case's whole story: what its facts say to people, and all of it as one page that needs nothing else."""

from gridgov.story.page import page
from gridgov.story.telling import Told, codes_in, told

__all__ = ["Told", "codes_in", "page", "told"]
