"""The base map (buildings, roads, water, green) and the address book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import Connection, func, select

from gridgov.store.geometry import frame, to_store
from gridgov.store.tables import address, base_feature
from gridgov.store.upsert import upsert

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


class BaseStore:
    """Reads and writes base features and addresses of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_features(self, rows: Sequence[dict[str, Any]]) -> int:
        """Add or change features by (district, layer, source key); return how many changed anything.

        Each row holds district_code, layer, source_key, name, attributes and geometry (EPSG:4326).
        """
        prepared = [
            {**{k: v for k, v in row.items() if k != "geometry"}, "geom": to_store(row["geometry"])} for row in rows
        ]
        return upsert(self._connection, base_feature, prepared, keys=["district_code", "layer", "source_key"])

    def put_addresses(self, rows: Sequence[dict[str, Any]]) -> int:
        """Add or change addresses by (district, source key); return how many changed anything."""
        prepared = [
            {
                **{k: v for k, v in row.items() if k not in {"lon", "lat"}},
                "geom": to_store(shapely.Point(row["lon"], row["lat"])),
            }
            for row in rows
        ]
        return upsert(self._connection, address, prepared, keys=["district_code", "source_key"])

    def features(self, layer: str) -> gpd.GeoDataFrame:
        """Return a layer's features: district_code, source_key, name, attributes, geometry; sorted by key."""
        columns = ["district_code", "source_key", "name", "attributes", "geom"]
        query = select(*(base_feature.c[name] for name in columns)).where(base_feature.c.layer == layer)
        return frame(self._connection.execute(query.order_by(base_feature.c.source_key)), columns)

    def addresses(self) -> pd.DataFrame:
        """Return the address book in the columns that the gazetteer takes (one row per address, lon/lat)."""
        import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

        columns = [c for c in address.c if c.name != "geom"]
        query = select(*columns, func.ST_X(address.c.geom).label("lon"), func.ST_Y(address.c.geom).label("lat"))
        rows = self._connection.execute(query.order_by(address.c.source_key))
        table = pd.DataFrame(rows.all(), columns=list(rows.keys()))
        table.insert(0, "id", table["district_code"] + "/" + table.pop("source_key"))
        table["aliases"] = [";".join(names) for names in table["aliases"]]
        table["old_names"] = [";".join(f"{n}@{d}" for n, d in names) for names in table["old_names"]]
        return table
