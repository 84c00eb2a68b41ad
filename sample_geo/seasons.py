"""How many incidents of which matter on which day, and at what hour: rush hours, weekdays, seasons and weather."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sample_geo.common import Floats, rng
from sample_geo.matters import Matter

YEAR_START = date(2025, 1, 1)
YEAR_DAYS = 365
MEAN_PER_DAY = 523.0
"""With the seasons, the weather and second reports this makes about 200,000 a year."""

_MONTHS = {
    "flat": (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    "spring": (0.6, 0.7, 1.5, 1.8, 1.5, 1, 0.8, 0.8, 0.9, 1, 0.8, 0.6),
    "summer": (0.5, 0.5, 0.7, 0.9, 1.2, 1.6, 1.8, 1.7, 1.3, 0.9, 0.6, 0.5),
    "autumn": (0.6, 0.5, 0.6, 0.7, 0.7, 0.8, 0.8, 0.9, 1.4, 2.1, 2.2, 1.0),
    "winter": (2.6, 1.5, 0.7, 0.6, 0.6, 0.6, 0.7, 0.7, 0.8, 0.9, 1.1, 1.9),
    "cold": (2.0, 1.6, 1.0, 0.7, 0.6, 0.6, 0.7, 0.7, 0.7, 0.8, 1.3, 1.9),
    "heat": (2.3, 1.8, 1.0, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.3, 3.4, 2.8),
    "bbq": (0.1, 0.1, 0.3, 0.8, 1.6, 2.2, 2.4, 2.3, 1.4, 0.6, 0.2, 0.1),
    "dark": (1.4, 1.2, 1.0, 0.8, 0.7, 0.6, 0.7, 0.8, 1.0, 1.2, 1.4, 1.5),
    "dry": (1.4, 1.7, 2.0, 2.0, 1.0, 0.5, 0.3, 0.3, 0.5, 0.8, 1.0, 1.2),
    "rain": (0.4, 0.4, 0.5, 0.7, 0.9, 1.4, 2.2, 2.0, 1.1, 0.7, 0.5, 0.4),
    "wind": (0.9, 1.1, 1.6, 1.6, 1.1, 1.0, 1.1, 0.9, 0.7, 0.7, 0.9, 0.9),
    "snow": (1.0, 0.7, 0.1, 0, 0, 0, 0, 0, 0, 0, 0.2, 0.9),
}
_WET_CHANCE = (0.06, 0.08, 0.1, 0.14, 0.18, 0.25, 0.42, 0.38, 0.22, 0.14, 0.1, 0.06)
_WEEKDAYS = (1.09, 1.05, 1.03, 1.02, 1.04, 0.92, 0.85)
_NIGHT_WORDS = ("夜间", "烧烤", "噪声", "犬只")

_HOURS = {
    # weights of the hours 0..23
    "day": (1, 0.6, 0.4, 0.3, 0.4, 1.2, 3, 8, 11, 10, 9, 7, 5, 6, 8, 9, 9, 10, 9, 6, 5, 4, 3, 2),
    "work": (0, 0, 0, 0, 0, 0.5, 2, 8, 13, 13, 11, 6, 2, 7, 12, 12, 10, 5, 1.5, 0.7, 0.4, 0.2, 0, 0),
    "night": (6, 4, 2.5, 1.5, 1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 6, 9, 13, 15, 14, 10),
}


@dataclass(frozen=True)
class Weather:
    """The invented weather of a day."""

    rain: bool
    snow: bool
    wind: bool


def weather(day: date) -> Weather:
    """Return the weather of a day, the same each time it is asked."""
    random = rng("weather", day)
    wet, windy = random.random(2)
    snow = day.month in {1, 2, 12} and wet < 0.09
    return Weather(rain=bool(wet < _WET_CHANCE[day.month - 1]) and not snow, snow=snow, wind=bool(windy < 0.16))


def rates(matters: list[Matter], day: date) -> Floats:
    """Return the expected number of incidents of each matter on a day."""
    total = sum(matter.weight for matter in matters)
    share = np.array([matter.weight * _factor(matter.season, day) for matter in matters]) / total
    return np.asarray(share * MEAN_PER_DAY * _WEEKDAYS[day.weekday()])


def _factor(season: str, day: date) -> float:
    """Run smoothly from the middle of one month to the next, and add the day's weather."""
    months = _MONTHS[season]
    position = day.month - 1 + (day.day - 15) / 31
    base = float(np.interp(position, np.arange(-1, 13), (months[11], *months, months[0])))
    sky = weather(day)
    if season == "rain":
        base *= 3.2 if sky.rain else 0.55
    if season == "wind":
        base *= 2.6 if sky.wind else 0.8
    if season == "snow":
        base *= 14.0 if sky.snow else 0.1
    return base


def seconds(matter: Matter, channel: str, random: np.random.Generator) -> int:
    """Return the second of the day at which a report comes in."""
    kind = "night" if any(word in matter.name for word in _NIGHT_WORDS) else "day"
    kind = "work" if channel in {"grid_worker", "inspection"} else kind
    weights = np.array(_HOURS[kind])
    hour = int(random.choice(24, p=weights / weights.sum()))
    return hour * 3600 + int(random.integers(3600))
