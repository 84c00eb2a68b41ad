"""A case's whole story as one page that can be read, printed and kept without anything else."""

from gridgov.story.page import page

__all__ = ["page"]
