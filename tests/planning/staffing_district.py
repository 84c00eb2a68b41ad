"""Small districts to staff: squares of 200 m side, numbered by row and column."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

SIDE = 0.002
STREET = "370102001"


def grid(rows: int, columns: int, households=400, street: str = STREET, west: float = 117.0) -> gpd.GeoDataFrame:
    """Return rows x columns square cells; cell 3 of row 2 is called ...203."""
    names = [f"{street}{100 * (row + 1) + column + 1:06d}" for row in range(rows) for column in range(columns)]
    shapes = [
        box(west + column * SIDE, 36.6 + row * SIDE, west + (column + 1) * SIDE, 36.6 + (row + 1) * SIDE)
        for row in range(rows)
        for column in range(columns)
    ]
    homes = np.broadcast_to(np.asarray(households, float), len(names))
    return gpd.GeoDataFrame({"cell": names, "street": street, "households": homes}, geometry=shapes, crs=4326)


def people(count: int, role: str = "police", street: str | None = STREET) -> pd.DataFrame:
    return pd.DataFrame({"person": [f"{role}-{n}" for n in range(count)], "role": role, "street": street})


def duties(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["person", "cell"])
