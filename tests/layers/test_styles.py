import re
from itertools import pairwise
from pathlib import Path

import pytest

from layers import styles

CSS = (Path(styles.__file__).parent / "static" / "map.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "ground"), styles.TEXT_PAIRS)
def test_text_stands_out_from_what_it_stands_on(text, ground):
    assert styles.contrast(text, ground) >= styles.AA


def test_contrast_is_that_of_the_standard():
    assert styles.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert styles.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the known near miss


def test_the_style_sheet_writes_in_no_colour_that_is_not_held_to_the_contrast():
    written = set(re.findall(r"[^-]color: (#[0-9a-f]{3,6})", CSS))
    known = {colour for pair in styles.TEXT_PAIRS for colour in pair} | {"#fff"}
    assert written <= known


@pytest.mark.parametrize("count", range(1, 6))
def test_more_load_is_darker_for_every_eye(count):
    inks = [styles.contrast(colour, "#ffffff") for colour in styles.LOAD[count]]
    assert len(inks) == count
    assert all(lighter < darker for lighter, darker in pairwise(inks))


def test_sides_differ_in_lightness_or_from_their_neighbour_by_a_wide_margin():
    assert len(set(styles.SIDES)) == len(styles.SIDES)
    assert styles.contrast(styles.SIDES[0], styles.SIDES[1]) > 2


def test_a_side_beyond_the_palette_still_has_a_colour():
    assert styles.side_paint(99).fill == styles.SIDES[-1]


def test_placements_differ_in_more_than_colour():
    marks = [(p.fill == "#ffffff", p.radius, p.width) for p in styles.PLACEMENTS.values()]
    assert len(set(marks)) == len(marks)
