"""Maps of what the store keeps: a catalogue of layers, frames, styles, and folium maps that need no internet."""

from layers.catalogue import CATALOGUE, Layer, layer
from layers.district_map import district_map, render
from layers.frames import View
from layers.offline import OfflineFigure, OfflineMap
from layers.showing import compare, show, show_moves

__all__ = [
    "CATALOGUE",
    "Layer",
    "OfflineFigure",
    "OfflineMap",
    "View",
    "compare",
    "district_map",
    "layer",
    "render",
    "show",
    "show_moves",
]
