"""What happened in the district before today: a thinner history than `year` writes, and made in seconds.

The same spots, seasons and weather, without the words and the errors of measurement: a case of the past has a matter,
a time, a channel and a place. What stands out is known, because it was put there (`STORIES`).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from gridgov.clock import SHANGHAI
from sample_geo import seasons
from sample_geo.common import Floats, rng, to_degrees, to_metres
from sample_geo.incidents import CHANNELS
from sample_geo.scene import Scene

COLUMNS = ("at", "matter", "channel", "lon", "lat", "text")
SHARE = 0.08
"""So much of what the year of `year` holds is told: about 40 incidents a day."""
_MORNING, _HOURS = 6, 17.5
"""Things are reported from six in the morning to half past eleven at night."""


@dataclass(frozen=True)
class Story:
    """Something that began to go wrong at one place: so many reports over the last days, within some metres."""

    name: str
    matter: str
    lon: float
    lat: float
    reports: int
    days: int
    around_m: float


STORIES = (
    Story("night market", "20602", 117.0500, 36.6600, 48, 27, 60.0),
    Story("dug up again and again", "20401", 117.0785, 36.6635, 15, 88, 6.0),
    Story("noise of building sites in one street", "20702", 117.0940, 36.6560, 44, 26, 260.0),
)
"""What the last weeks hold besides: a hot spot, a repeat place, a rising matter. Degrees, EPSG:4326."""


def past(until: date, *, days: int, share: float = SHARE, stories: tuple[Story, ...] = STORIES) -> pd.DataFrame:
    """Return what was reported on so many days before `until`, the same each time it is asked.

    Parameters
    ----------
    until
        The first day that is left out, of Shanghai.
    days
        How many days before it.
    share
        Of about 200,000 incidents a year.
    stories
        What is put into the last days besides.

    Returns
    -------
    DataFrame
        By time: at (UTC), matter, channel, lon, lat (degrees, EPSG:4326), text.
    """
    scene, random = Scene(), rng("past", until, days, share)
    parts = [_day(scene, until - timedelta(days=number), share, random) for number in range(days, 0, -1)]
    names = {matter.code: matter.name for matter in scene.matters}
    found = pd.concat([*parts, *(_told(story, until, random) for story in stories)], ignore_index=True)
    found["text"] = found["matter"].map(names)
    return found.sort_values("at", kind="stable", ignore_index=True)[list(COLUMNS)]


def _day(scene: Scene, day: date, share: float, random: np.random.Generator) -> pd.DataFrame:
    counts = random.poisson(seasons.rates(scene.matters, day) * share)
    drawn = [_drawn(scene, matter.where, count, random) for matter, count in zip(scene.matters, counts, strict=True)]
    codes = np.repeat([matter.code for matter in scene.matters], counts)
    return _frame(day, random.uniform(0, 1, len(codes)), codes, np.vstack(drawn), random)


def _drawn(scene: Scene, where: str, count: int, random: np.random.Generator) -> Floats:
    pool = scene.pools[where]
    spots = np.searchsorted(pool.steps, random.random(count)).clip(max=len(pool.weights) - 1)
    return np.asarray(pool.places[spots] + random.normal(0, pool.scatter_m, (count, 2)))


def _told(story: Story, until: date, random: np.random.Generator) -> pd.DataFrame:
    middle = to_metres(np.array([[story.lon, story.lat]]))
    places = middle + random.normal(0, story.around_m, (story.reports, 2))
    codes = np.repeat(story.matter, story.reports)
    ago = np.linspace(story.days, 0.2, story.reports)
    return _frame(until - timedelta(days=1), 1 - ago, codes, places, random)


def _frame(day: date, parts: Floats, codes: np.ndarray, places: Floats, random: np.random.Generator) -> pd.DataFrame:
    """Return rows of a day, or of days before it: a part counts days, its fraction the hours of one."""
    whole = np.floor(parts)
    hours = _MORNING + _HOURS * (parts - whole)
    midnight = pd.Timestamp(datetime.combine(day, time(), SHANGHAI)).tz_convert("UTC")
    at = midnight + pd.to_timedelta(whole * 24 + hours, unit="h").round("s")
    lonlat = to_degrees(places)
    names, shares = list(CHANNELS), np.array(list(CHANNELS.values()))
    channels = random.choice(names, len(codes), p=shares / shares.sum())
    return pd.DataFrame({"at": at, "matter": codes, "channel": channels, "lon": lonlat[:, 0], "lat": lonlat[:, 1]})
