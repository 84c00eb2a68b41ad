"""Draw overview.png: streets, cells, buildings, roads, water and green on one page (`python -m sample_geo.picture`)."""

from io import BytesIO

import geopandas as gpd
import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from PIL import Image

from sample_geo import files
from sample_geo.common import DATA, HERE, HOME

_ROADS = {
    "lane": ("#9aa3ab", 0.25),
    "secondary": ("#7c858d", 0.45),
    "main": ("#c98a2b", 0.8),
    "express": ("#b0402f", 1.3),
}


def main() -> None:
    """Draw the picture anew from the data files."""
    figure = Figure(figsize=(11, 8.9), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 0.97))
    streets = files.read_layer(DATA / "grid.gpkg", "streets")
    home = (streets["district_code"] == HOME).to_numpy()
    shades = colormaps["Pastel1"](np.arange(len(streets)) % 9)
    shades[~home] = (0.93, 0.93, 0.93, 1.0)
    streets.plot(ax=axes, color=shades, alpha=0.75)
    for layer, colour in (("green", "#a9cf94"), ("water", "#7fb2dc")):
        files.read_layer(DATA / "base.gpkg", layer).plot(ax=axes, color=colour)
    gpd.read_parquet(DATA / "buildings.parquet").plot(ax=axes, color="#5d4a44", linewidth=0)
    roads = files.read_layer(DATA / "base.gpkg", "roads")
    for kind, (colour, width) in _ROADS.items():
        roads[roads["class"] == kind].plot(ax=axes, color=colour, linewidth=width)
    files.read_layer(DATA / "grid.gpkg", "cells").boundary.plot(ax=axes, color="#30343a", linewidth=0.22)
    streets.boundary.plot(ax=axes, color="#1d2b53", linewidth=1.0)
    files.read_layer(DATA / "grid.gpkg", "districts").boundary.plot(ax=axes, color="#c2185b", linewidth=1.8)
    axes.set_aspect(1 / np.cos(np.radians(36.65)))
    axes.set_axis_off()
    axes.set_title("Synthetic geometry: the boundaries are not the real ones", fontsize=10)
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    # 128 colours keep the picture small.
    Image.open(drawn).convert("RGB").quantize(128).save(HERE / "overview.png", optimize=True)


if __name__ == "__main__":
    main()
