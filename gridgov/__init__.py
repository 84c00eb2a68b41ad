"""gridgov: govern a city by its grid of cells."""
