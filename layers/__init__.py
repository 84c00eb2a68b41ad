"""Maps of what the store keeps: a catalogue of layers, frames, styles, and folium maps that need no internet."""
