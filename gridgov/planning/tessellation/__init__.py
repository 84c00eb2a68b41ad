"""What a cell is made of: areas that change hands whole, drawn around buildings, as hexagons or as blocks."""

from gridgov.planning.tessellation.making import Drawing, atoms

__all__ = ["Drawing", "atoms"]
