"""Writing files that come out byte for byte the same: GeoPackage without the time of day, GeoParquet, checksums."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pyogrio

from sample_geo.common import DATA, sha256

_FIXED_DATE = "2025-01-01T00:00:00.000Z"
"""GDAL writes the moment into gpkg_contents unless OGR_CURRENT_DATE says another (GDAL, GPKG driver)."""


def write_gpkg(path: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write a GeoPackage with these layers, always the same bytes for the same frames and the same GDAL."""
    path.unlink(missing_ok=True)
    before = os.environ.get("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        for name, frame in layers.items():
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def read_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    """Return one layer of a GeoPackage."""
    return gpd.read_file(path, layer=layer, engine="pyogrio")


def write_parquet(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write GeoParquet, compressed."""
    frame.to_parquet(path, index=False, compression="zstd", write_covering_bbox=False, schema_version="1.1.0")


def content_checksum(frame: gpd.GeoDataFrame) -> str:
    """Return a sha256 of attributes and WKB, which no version of GDAL or Parquet changes."""
    digest = hashlib.sha256()
    plain = frame.drop(columns=frame.geometry.name)
    for row, shape in zip(plain.itertuples(index=False), frame.geometry.to_wkb(), strict=True):
        digest.update("\x1f".join(str(value) for value in row).encode())
        digest.update(shape)
    return digest.hexdigest()


def write_checksums() -> None:
    """Write SHA256SUMS for every data file: of the bytes, and of the content where bytes depend on a library."""
    names = sorted(path.name for path in DATA.iterdir() if path.suffix in {".gpkg", ".csv", ".parquet"})
    lines = [f"{sha256(DATA / name)}  {name}" for name in names]
    (DATA / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (DATA / "CONTENT256SUMS").write_text("\n".join(content_checksums()) + "\n", encoding="utf-8")


def content_checksums() -> list[str]:
    """Return one line per geometry layer, read from its file: `<sha256>  <file>#<layer>`."""
    lines: list[str] = []
    for name in ("base.gpkg", "grid.gpkg"):
        layers = sorted(layer for layer, _ in pyogrio.list_layers(DATA / name))
        lines.extend(f"{content_checksum(read_layer(DATA / name, layer))}  {name}#{layer}" for layer in layers)
    buildings = gpd.read_parquet(DATA / "buildings.parquet")
    return [*lines, f"{content_checksum(buildings)}  buildings.parquet"]
