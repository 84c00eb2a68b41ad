"""The district's skeleton, drawn by hand: where streets lie, in kilometres east and north of the plane's zero.

The shapes are INVENTED. They copy only what everybody knows of the place: a small, dense old town with a lake in the
north-west, a broad middle, hills in the south-east, new development in the north-east.
"""

from dataclasses import dataclass

import numpy as np

from sample_geo.common import Floats, rng

_NODES = {
    # the western border, north to south
    "W0": (0.55, 10.1), "W1": (0.35, 8.9), "W2": (0.45, 8.2), "W3": (0.30, 7.35), "W4": (0.50, 6.05),
    "W5": (0.75, 4.9), "W6": (1.35, 3.7),
    # the southern border, west to east
    "S1": (2.6, 3.45), "S2": (3.5, 3.95), "S3": (4.9, 3.5), "S4": (5.9, 3.3), "S5": (6.1, 1.9), "S6": (7.2, 0.95),
    "S7": (9.3, 0.5), "S8": (11.6, 0.6), "S9": (13.5, 1.2),
    # the eastern border, south to north
    "E1": (14.6, 2.6), "E2": (14.3, 4.2), "E3": (13.2, 5.1), "E4": (12.5, 6.0), "E5": (13.6, 7.0),
    "E6": (14.3, 9.0), "E7": (13.95, 11.2), "E8": (13.0, 12.6),
    # the northern border, east to west
    "N1": (11.5, 12.3), "N2": (10.5, 11.0), "N3": (10.1, 9.9), "N4": (8.6, 9.85), "N5": (7.2, 9.5), "N6": (6.5, 8.8),
    "N7": (5.3, 8.75), "N8": (5.2, 9.3), "N9": (4.2, 9.5), "N10": (4.1, 10.35),
    "N11": (2.8, 10.55), "N12": (1.6, 10.45),
    # inside
    "A1": (2.25, 8.3), "A2": (2.8, 8.45), "A3": (2.15, 7.55), "A4": (2.1, 6.85), "A5": (2.0, 6.15), "A6": (4.1, 8.3),
    "A7": (4.0, 7.05), "A8": (4.6, 7.1), "A9": (5.35, 7.15), "A10": (6.5, 7.0), "A11": (3.5, 5.8), "A12": (6.3, 4.7),
    "A13": (9.0, 4.3), "A14": (11.0, 5.2), "A15": (10.6, 7.4),
    # the outer edge of the neighbours' strips
    "O1": (-0.55, 10.2), "O2": (-0.7, 8.3), "O3": (-0.7, 7.2), "O4": (-0.6, 5.9), "O5": (-0.25, 4.4), "O6": (0.7, 2.8),
    "O7": (2.7, 2.4), "O8": (5.0, 2.35), "P1": (2.95, 11.5), "P2": (4.8, 11.3), "P3": (6.1, 10.2), "P4": (7.4, 10.6),
    "P5": (9.2, 11.0), "P6": (10.2, 12.4), "P7": (11.7, 13.2), "P8": (13.6, 13.15),
    "P9": (15.1, 11.4), "P10": (15.3, 8.6),
    "P11": (14.8, 6.6), "P12": (15.5, 4.6), "P13": (15.8, 2.4), "P14": (14.2, 0.3),
}  # fmt: skip

_SCALE, _SHIFT = 946.0, (450.0, 300.0)
"""Metres to a drawn kilometre, and where the drawing lies in the plane: chosen to give 100 square kilometres."""


@dataclass(frozen=True)
class StreetPlan:
    """How one street is drawn: its ring of nodes, how many cells it gets, and what the ground is like."""

    code: str
    ring: tuple[str, ...]
    cells: int
    communities: int
    """How many of the street's communities, in order of code; the neighbours' strips hold only some."""
    spread: float
    """How unlike in size its communities and cells are (sigma of a lognormal)."""
    turn: float
    """Standard deviation of a cut's direction, degrees: small in the planned town, large in the hills."""
    dense: float
    """How built up it is, 0 (hills) to 1 (old town)."""


def _plan(code: str, ring: str, cells: int, communities: int, ground: tuple[float, float, float]) -> StreetPlan:
    spread, turn, dense = ground
    return StreetPlan(code, tuple(ring.split()), cells, communities, spread, turn, dense)


_OLD = (0.35, 4.0, 1.0)
_TOWN = (0.45, 6.0, 0.8)
_NEW = (0.5, 8.0, 0.6)
_HILLS = (0.8, 16.0, 0.3)

STREETS = (
    _plan("370102001", "A1 A3 A4 A7 A6 A2", 31, 5, _OLD),
    _plan("370102002", "W4 W5 W6 S1 S2 A11 A5", 40, 7, _TOWN),
    _plan("370102003", "W3 W4 A5 A4 A3", 32, 6, _OLD),
    _plan("370102004", "W2 W3 A3 A1", 24, 4, _OLD),
    _plan("370102005", "W0 W1 W2 A1 A2 N11 N12", 34, 6, _OLD),
    _plan("370102006", "A2 A6 N9 N10 N11", 41, 8, _OLD),
    _plan("370102007", "A4 A5 A11 A8 A7", 66, 15, _OLD),
    _plan("370102008", "A6 A7 A8 A9 N7 N8 N9", 37, 7, _OLD),
    _plan("370102009", "A9 A10 N6 N7", 41, 8, _OLD),
    _plan("370102010", "A11 S2 S3 S4 A12 A10 A9 A8", 47, 8, _TOWN),
    _plan("370102011", "A10 A12 A13 A14 A15 N3 N4 N5 N6", 189, 33, _TOWN),
    _plan("370102012", "S4 S5 S6 S7 S8 S9 E1 E2 E3 E4 A14 A13 A12", 93, 15, _HILLS),
    _plan("370102013", "A14 E4 E5 E6 E7 E8 N1 N2 N3 A15", 98, 17, _NEW),
    _plan("370103002", "W0 W1 W2 O2 O1", 7, 3, _OLD),
    _plan("370103014", "W2 W3 O3 O2", 6, 3, _OLD),
    _plan("370103010", "W3 W4 O4 O3", 7, 3, _OLD),
    _plan("370103012", "W4 W5 O5 O4", 6, 3, _TOWN),
    _plan("370103016", "W5 W6 O6 O5", 6, 3, _TOWN),
    _plan("370103020", "W6 O6 O7 O8 S5 S4 S3 S2 S1", 10, 4, _HILLS),
    _plan("370112004", "N11 P1 P2 P3 N8 N9 N10", 8, 3, _TOWN),
    _plan("370112002", "N8 P3 P4 N5 N6 N7", 8, 4, _OLD),
    _plan("370112003", "N5 P4 P5 N2 N3 N4", 8, 4, _TOWN),
    _plan("370112009", "N2 P5 P6 P7 N1", 7, 3, _NEW),
    _plan("370112010", "N1 P7 P8 P9 E7 E8", 7, 3, _NEW),
    _plan("370112012", "E7 P9 P10 P11 E5 E6", 7, 3, _NEW),
    _plan("370112013", "E5 P11 P12 P13 P14 S9 E1 E2 E3 E4", 9, 4, _HILLS),
)

LAKE = "370102005003"
"""The community that holds the lake; the code only, its place is invented."""


def edges() -> dict[tuple[str, str], Floats]:
    """Return every edge between two nodes once, as a bent line (n, 2) in metres, so that neighbours share it."""
    lines: dict[tuple[str, str], Floats] = {}
    for street in STREETS:
        for first, second in zip(street.ring, street.ring[1:] + street.ring[:1], strict=True):
            key = (min(first, second), max(first, second))
            if key not in lines:
                lines[key] = _bent(*key)
    return lines


def ring(street: StreetPlan, lines: dict[tuple[str, str], Floats]) -> Floats:
    """Return the outline (n, 2) of a street in metres, not closed, made of shared edges."""
    parts = []
    for first, second in zip(street.ring, street.ring[1:] + street.ring[:1], strict=True):
        line = lines[min(first, second), max(first, second)]
        parts.append((line if first < second else line[::-1])[:-1])
    return np.vstack(parts)


def _bent(first: str, second: str) -> Floats:
    """Displace midpoints, again and again, until an edge is no ruler's line."""
    random = rng("edge", first, second)
    line = np.round(np.array([_NODES[first], _NODES[second]]) * _SCALE + _SHIFT)
    share = 0.06 if float(line[:, 0].max()) < 6600 else 0.12
    while np.hypot(*(line[1] - line[0])) > 260:
        steps = np.diff(line, axis=0)
        normal = np.column_stack([-steps[:, 1], steps[:, 0]])
        middle = (line[:-1] + line[1:]) / 2 + normal * np.clip(random.normal(0, share, (len(steps), 1)), -0.2, 0.2)
        woven = np.empty((len(line) * 2 - 1, 2))
        woven[0::2], woven[1::2] = line, np.round(middle)
        line = woven
    return line
