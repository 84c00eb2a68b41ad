"""Small districts of square atoms, for plans that can be checked by eye."""

import geopandas as gpd
import numpy as np
import shapely

SIDE = 0.001
"""Of an atom, in degrees: some 100 m."""


def blocks(
    weights: np.ndarray, cell_side: int = 3, *, street_rows: int = 6, community_columns: int = 6
) -> gpd.GeoDataFrame:
    """Return atoms by rows and columns of `weights`: squares in EPSG:4326, cells of so many by so many of them.

    Streets are bands of rows, communities pieces of a street by columns. Codes are as long as real ones.
    """
    rows, columns = weights.shape
    row, column = (part.ravel() for part in np.mgrid[0:rows, 0:columns])
    corner = np.round(117.0 + column * SIDE, 8), np.round(36.6 + row * SIDE, 8)
    far = np.round(117.0 + (column + 1) * SIDE, 8), np.round(36.6 + (row + 1) * SIDE, 8)
    street = [f"370102{one // street_rows + 1:03d}" for one in row]
    community = [f"{code}{one // community_columns + 1:03d}" for code, one in zip(street, column, strict=True)]
    inside = row % street_rows // cell_side * 10 + column % community_columns // cell_side + 1
    return gpd.GeoDataFrame(
        {
            "cell": [f"{code}{one:03d}" for code, one in zip(community, inside, strict=True)],
            "street": street,
            "community": community,
            "households": weights.ravel().astype(float),
            "incidents": (weights.ravel() % 7 + 1).astype(float),
        },
        geometry=shapely.box(*corner, *far),
        index=[f"a{number}" for number in range(rows * columns)],
        crs="EPSG:4326",
    )


def skewed(seed: int, rows: int = 12, columns: int = 24) -> np.ndarray:
    """Return weights of which some cells have three times as much as others."""
    chance = np.random.default_rng(seed)
    heavy = np.kron(chance.gamma(2.0, 1.0, (rows // 3, columns // 3)), np.ones((3, 3)))
    return np.round(20 * heavy * chance.uniform(0.6, 1.4, (rows, columns))) + 1
