"""Where things are kept: the only place with SQL, and the only place that commits."""
