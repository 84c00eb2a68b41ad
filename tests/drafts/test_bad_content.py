"""What a file of cells may do to the server: nothing. It is refused, with the row and the reason."""

import sqlite3

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from api.app import create_app
from api.routes import drafts
from gridgov.errors import FileFormatError, InputError
from gridgov.formats import read_layer, write_layers
from gridgov.grid import check_cells
from gridgov.settings import Settings
from tests.drafts.conftest import DISTRICT, code, plan, squares
from tests.support import secret_of, somebody

ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select x as fid, geom from c, data"


def _changed(path, statement):
    file = sqlite3.connect(path)
    file.execute(statement)
    file.commit()
    file.close()
    return path


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "cells.gpkg"
    squares().to_file(path, layer="data", driver="GPKG", SPATIAL_INDEX="YES")
    return path


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"create view cells as {ENDLESS}", "view"),
        ("create virtual table cells using fts5(name)", "virtual"),
        ("create table cells(fid integer primary key, big as (hex(zeroblob(400000000))))", "computed"),
    ],
    ids=["an endless view", "a virtual table", "a computed column"],
)
def test_a_geopackage_that_computes_is_refused_before_it_is_read(package, statement, told):
    # Not registered as a layer: read by GDAL the first one never ends, and a test must.
    with pytest.raises(FileFormatError, match=told):
        read_layer(_changed(package, statement), layer="data")


def test_a_geopackage_with_an_index_that_was_edited_since_is_read(package):
    more = squares().iloc[:1].assign(code="x")
    more.to_file(package, layer="data", driver="GPKG", mode="a")
    more.to_file(package, layer="styles", driver="GPKG")
    _changed(package, "pragma journal_mode = wal")
    assert len(read_layer(package, layer="data")) == 17


def test_nothing_is_read_of_who_does_not_plan(town, monkeypatch):
    async def never(_request, _most, _message):
        pytest.fail("the body was read")

    monkeypatch.setattr(drafts, "body_of", never)
    somebody(town.store, "grid_worker", code(1, 1, 1), login="worker")
    client = TestClient(create_app(town.store, Settings(), clock=town.clock), base_url="http://localhost")
    mine = {"Authorization": f"Bearer {secret_of('worker')}"}
    assert client.post("/api/v1/drafts?title=x", content=b"{}", headers=mine).status_code == 403
    draft = "/api/v1/drafts/00000000-0000-0000-0000-000000000000/file"
    assert client.put(draft, content=b"{}", headers=mine | {"If-Match": '"1"'}).status_code == 403


def _star(vertices):
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    far = 0.002 * (1 + 0.5 * np.sin(turn * 13))
    return shapely.Polygon(np.column_stack([117.005 + far * np.cos(turn * 701), 36.635 + far * np.sin(turn * 701)]))


def test_a_cell_of_too_many_vertices_is_refused_before_anything_is_locked(town, merged, tmp_path):
    made = town.drafting.create(town.planner, merged, title="并网格")
    merged.loc[0, "geometry"] = _star(10_001)
    path = write_layers({"cells": merged}, tmp_path / "large.gpkg")
    town.store.acting = None  # whoever asks the store now fails otherwise than expected
    with pytest.raises(InputError, match="vertices") as refused:
        town.drafting.load_back(town.planner, made.id, path)
    (fault,) = refused.value.details
    assert (fault["kind"], fault["cells"]) == ("vertices-many", ["row 1"])


def test_a_self_crossing_cell_of_many_vertices_is_named_and_not_cleaned(monkeypatch):
    cells = squares()
    cells.loc[0, "geometry"] = _star(2_500)
    monkeypatch.setattr(shapely, "make_valid", lambda *_, **__: pytest.fail("it was cleaned"))
    assert ("geometry-invalid", (cells["code"][0],)) in [(one.kind, one.cells) for one in check_cells(cells).faults]


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("households", -5e9, "households-bad"),
        ("households", np.inf, "households-bad"),
        ("households", "abc", "households-bad"),
        ("name", "n" * 1000, "name-bad"),
        ("name", "a\x07b", "name-bad"),
        ("name", "a\x00b", "name-bad"),
        ("kind", "'; drop table x;--", "kind-unknown"),
        ("kind", "k" * 5000, "kind-unknown"),
        ("cell", f"{DISTRICT}009009009", "continues-unknown"),
        ("cell", f"{DISTRICT}00100100100099", "continues-unknown"),
        ("street", f"{DISTRICT}00199", "parent-unknown"),
        ("community", f"{DISTRICT}0010019999", "parent-unknown"),
    ],
    ids=[
        "negative",
        "infinite",
        "text",
        "long-name",
        "bell",
        "nul",
        "sql",
        "long-kind",
        "no-cell",
        "long-cell",
        "long-street",
        "long-community",
    ],
)
def test_what_a_cell_cannot_mean_is_named_and_nothing_is_stored(town, column, value, kind):
    cells = plan(town.store).assign(households=10.0, name="网格", kind="ordinary").astype({"households": object})
    cells.loc[3, column] = value
    with pytest.raises(InputError) as refused:
        town.drafting.create(town.planner, cells, title="错")
    assert [(one["kind"], one["cells"]) for one in refused.value.details] == [(kind, ["row 4"])]
    assert len(str(refused.value)) < 400
    assert town.drafting.list(town.planner) == []


def test_a_cell_that_continues_none_is_new(town):
    cells = plan(town.store).set_index("cell", drop=False)
    cells.loc[code(1, 1, 1), "cell"] = None
    made = town.drafting.create(town.planner, gpd.GeoDataFrame(cells, crs=4326), title="新")
    assert made.faults == []
