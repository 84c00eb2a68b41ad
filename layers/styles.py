"""Every colour of every map, in one place.

Chosen so that people who see few colours can read them:

- `LOAD` is ColorBrewer's sequential scheme YlOrBr (Harrower and Brewer, "ColorBrewer.org", The Cartographic
  Journal 40(1), 2003), which that paper lists as safe for colour-blind readers; its lightness falls with the load.
- `DEVIATIONS` is its diverging scheme PuOr, for what is more or less than fair.
- `SIDES` and the marks of incidents are from the palette of Okabe and Ito, "Color Universal Design" (2008). Marks also
  differ in shape (filled, hollow, ringed), so that no meaning hangs on colour alone.
- Text keeps a contrast of 4.5 : 1 against what it stands on (WCAG 2.2, success criterion 1.4.3, level AA).
"""

from dataclasses import dataclass
from typing import Any, Final

INK: Final = "#16212b"
SOFT_INK: Final = "#4a5863"
PAPER: Final = "#ffffff"
GROUND: Final = "#eef0ec"
ACCENT: Final = "#0b4f6c"
ALERT: Final = "#a3341c"

TEXT_PAIRS: Final = (
    (INK, PAPER),
    (SOFT_INK, PAPER),
    (INK, GROUND),
    (SOFT_INK, GROUND),
    (PAPER, ACCENT),
    (ALERT, PAPER),
)
"""Text and what it stands on; a test holds each pair to `AA`."""

AA: Final = 4.5

LOAD: Final = {
    1: ("#fec44f",),
    2: ("#fff7bc", "#fec44f"),
    3: ("#fff7bc", "#fec44f", "#d95f0e"),
    4: ("#ffffd4", "#fed98e", "#fe9929", "#cc4c02"),
    5: ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404"),
}
"""ColorBrewer YlOrBr by number of classes, from little to much; one and two classes take colours of the three."""

SIDES: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")
"""Okabe and Ito: blue, orange, bluish green, reddish purple; one per side of a combined whistle, the lead first."""

DEVIATIONS: Final = ("#8073ac", "#b2abd2", "#d8daeb", "#f7f7f7", "#fee0b6", "#fdb863", "#e08214", "#b35806")
"""ColorBrewer's diverging scheme PuOr of nine classes without its darkest violet: the fourth is what is fair. It is
among those that whoever sees few colours can read, and nothing in it says good or bad as red and green do."""

NOT_RATED: Final = "#d0d4d7"


@dataclass(frozen=True, slots=True)
class Paint:
    """How a thing is drawn.

    Attributes
    ----------
    fill, fill_opacity
        A colour, or None for nothing; 0 to 1.
    line, width, dash
        A colour, or None for no line; pixels; pixels on and off, or None for an unbroken line.
    radius
        Of a point, pixels.
    """

    fill: str | None = None
    fill_opacity: float = 1.0
    line: str | None = None
    width: float = 1.0
    opacity: float = 1.0
    dash: str | None = None
    radius: float = 5.0

    def as_leaflet(self) -> dict[str, Any]:
        """Return Leaflet's path options."""
        return {
            "fill": self.fill is not None,
            "fillColor": self.fill,
            "fillOpacity": self.fill_opacity,
            "stroke": self.line is not None,
            "color": self.line,
            "weight": self.width,
            "opacity": self.opacity,
            "dashArray": self.dash,
            "radius": self.radius,
        }


NOTHING: Final = Paint()

WATER: Final = Paint(fill="#a6cbe0", line="#7fb0cc", width=0.7)
GREEN: Final = Paint(fill="#c9dfbb", line=None)
BUILDING: Final = Paint(fill="#c3c6c9", fill_opacity=0.9, line="#8d949a", width=0.8)
CELL_EDGE: Final = "#8a7a66"
COMMUNITY: Final = Paint(line="#6d5f4e", width=1.1, opacity=0.75, dash="5 4")
STREET: Final = Paint(line="#3d3a36", width=1.8, opacity=0.85)
DISTRICT: Final = Paint(line=INK, width=3.2, opacity=0.95)

ROADS: Final = {
    "express": Paint(line="#ffffff", width=3.4),
    "main": Paint(line="#ffffff", width=2.4),
    "secondary": Paint(line="#ffffff", width=1.6, opacity=0.95),
    "lane": Paint(line="#ffffff", width=0.9, opacity=0.9),
}

PLACEMENTS: Final = {
    "located": Paint(fill="#0072b2", line="#ffffff", width=1.1, radius=4.2),
    "doubtful": Paint(fill="#ffffff", line="#0072b2", width=2.0, radius=4.2),
    "crossing": Paint(fill="#cc79a7", line=INK, width=1.8, radius=6.0),
    "outside": Paint(fill="#ffffff", line=INK, width=2.4, radius=5.0),
}

STAGES: Final = {
    # What waits for somebody is large and ringed, what is being done filled, what is over small and pale.
    "reported": Paint(fill="#ffffff", line="#d55e00", width=2.6, radius=6.0),
    "filed": Paint(fill="#ffffff", line="#e69f00", width=2.4, radius=5.5),
    "dispatched": Paint(fill="#e69f00", line=INK, width=1.4, radius=5.5),
    "handling": Paint(fill="#0072b2", line="#ffffff", width=1.2, radius=5.0),
    "fed_back": Paint(fill="#56b4e9", line="#0072b2", width=1.6, radius=4.6),
    "verified": Paint(fill="#009e73", line="#ffffff", width=1.1, radius=4.2),
    "closed": Paint(fill="#009e73", fill_opacity=0.35, line="#009e73", width=0.8, radius=3.2),
    "rejected": Paint(fill="#ffffff", line="#4a5863", width=1.2, radius=3.2),
    "suspended": Paint(fill="#cc79a7", line=INK, width=1.2, dash="2 2", radius=5.0),
    "merged": Paint(fill="#d0d4d7", line="#4a5863", width=0.8, radius=3.0),
}
"""Okabe and Ito's colours; stages also differ by size and ring."""

DOUBT: Final = Paint(fill="#0072b2", fill_opacity=0.06, line="#0072b2", width=1.0, opacity=0.7, dash="3 3")


def class_paint(rank: int, count: int) -> Paint:
    """Return the paint of class `rank` (0: least load) of `count` classes, 1 to 5."""
    return Paint(fill=LOAD[count][rank], fill_opacity=0.8, line=CELL_EDGE, width=0.5, opacity=0.7)


def deviation_paint(rank: int) -> Paint:
    """Return the paint of a band of `DEVIATIONS`, from less than half the mean to more than double."""
    return Paint(fill=DEVIATIONS[rank], fill_opacity=0.85, line=CELL_EDGE, width=0.5, opacity=0.7)


MOVED: Final = Paint(fill="#d55e00", fill_opacity=0.8, line="#7a3500", width=0.6, opacity=0.9)
BEFORE: Final = Paint(line=SOFT_INK, width=1.0, opacity=0.8, dash="4 4")
AFTER: Final = Paint(line=ACCENT, width=1.4, opacity=0.9)

NO_LOAD: Final = Paint(fill=PAPER, fill_opacity=0.25, line=CELL_EDGE, width=0.5, opacity=0.6)
UNRATED: Final = Paint(fill=NOT_RATED, fill_opacity=0.7, line=CELL_EDGE, width=0.5, opacity=0.6)


def side_paint(rank: int) -> Paint:
    """Return the paint of the side of this rank (0 leads); sides beyond the palette share its last colour."""
    return Paint(fill=SIDES[min(rank, len(SIDES) - 1)], fill_opacity=0.8, line=INK, width=1.6)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
