import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
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


SIGHTS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "greys": ((0.2126, 0.7152, 0.0722),) * 3,
}
"""Who sees no red, no green, no blue, or no colour but light: Machado, Oliveira and Fernandes, "A physiologically-based
model for simulation of color vision deficiency" (2009), severity 1, upon linear RGB."""

JUST_TOLD_APART = 2.3
"""The least difference of two colours (CIE 1976) that people see side by side (Mahy and others, 1994)."""


def _seen(colour: str, sight: str) -> np.ndarray:
    """Return a colour in CIE L*a*b* (D65) as somebody with `sight` sees it."""
    sRGB = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])  # noqa: N806 - its name
    linear = np.where(sRGB <= 0.04045, sRGB / 12.92, ((sRGB + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SIGHTS[sight]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = (to_xyz @ seen) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", sorted(SIGHTS))
@pytest.mark.parametrize("count", sorted(styles.LOAD))
def test_a_ramp_grows_darker_step_by_step_for_whoever_sees_few_colours(count: int, sight: str):
    light = [_seen(colour, sight)[0] for colour in styles.LOAD[count]]
    assert all(before - after > 3 * JUST_TOLD_APART for before, after in pairwise(light))


@pytest.mark.parametrize("sight", ["protanopia", "deuteranopia", "tritanopia"])
def test_the_sides_of_a_combined_whistle_are_told_apart_by_whoever_sees_few_colours(sight: str):
    for one, other in combinations(styles.SIDES, 2):
        assert np.linalg.norm(_seen(one, sight) - _seen(other, sight)) > 3 * JUST_TOLD_APART
