"""What a file of cells may do to the server: nothing. It is refused, with the row and the reason."""

import sqlite3
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from api.app import create_app
from api.routes import drafts
from gridgov.errors import (
    CoordinateError,
    FileFormatError,
    InputError,
    NotAllowedError,
    NotFoundError,
    PartitionError,
    RuleError,
)
from gridgov.formats import read_layer, write_layers
from gridgov.grid import check_cells
from gridgov.services.drafting import holding
from gridgov.settings import Settings
from gridgov.store.unit import Unit
from tests.drafts.conftest import DISTRICT, code, plan, squares
from tests.support import secret_of, somebody

NOWHERE = struct.pack("<d", np.nan)
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


def test_a_cell_of_too_many_vertices_is_refused_before_anything_is_locked(town, merged, tmp_path, monkeypatch):
    made = town.drafting.create(town.planner, merged, title="并网格")
    merged.loc[0, "geometry"] = _star(10_001)
    path = write_layers({"cells": merged}, tmp_path / "large.gpkg")
    monkeypatch.setattr(Unit, "hold_loading", lambda _: pytest.fail("others were made to wait"))
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


def _nowhere(path):
    squares().to_file(path, layer="cells", driver="GPKG", SPATIAL_INDEX="NO")
    known = struct.pack("<d", squares().geometry[0].exterior.coords[1][0])
    file = sqlite3.connect(path)
    (shape,) = file.execute("select geom from cells where fid = 1").fetchone()
    assert known in shape[40:]
    file.execute("drop trigger if exists rtree_cells_geom_update1")
    file.execute("update cells set geom = ? where fid = 1", (shape[:40] + shape[40:].replace(known, NOWHERE),))
    file.commit()
    file.close()


def _no_layer_of_cells(path):
    for name in ("one", "two"):
        squares().to_file(path, layer=name, driver="GPKG")


def _bomb(path):
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("cells.gpkg", bytes(1 << 27))
    path.with_suffix(".zip").rename(path)


def _in_metres_that_are_said_to_be_degrees(path):
    cells = squares().to_crs(4548).set_crs(4326, allow_override=True)
    cells.to_file(path, layer="cells", driver="GPKG")


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_nowhere, "finite"),
        (_no_layer_of_cells, "called cells"),
        (_bomb, "holds ZIP"),
        (_in_metres_that_are_said_to_be_degrees, "degrees"),
        (lambda path: squares().set_crs(None, allow_override=True).to_file(path, layer="cells"), "coordinate system"),
        (lambda path: squares().iloc[:0].to_file(path, layer="cells", driver="GPKG"), "no rows"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(np.random.default_rng(1).bytes(1 << 20)), "unknown kind"),
    ],
    ids=["nan", "other layers", "bomb", "metres", "no crs", "no rows", "empty", "noise"],
)
@pytest.mark.parametrize("as_content", [False, True], ids=["file", "content"])
def test_a_file_that_holds_no_grid_is_refused_with_what_to_do(town, tmp_path, make, told, as_content):
    path = tmp_path / "cells.gpkg"
    make(path)
    with pytest.raises((CoordinateError, FileFormatError, InputError), match=told) as refused:
        town.drafting.create(town.planner, path.read_bytes() if as_content else path, title="错")
    assert len(str(refused.value)) < 400
    assert town.drafting.list(town.planner) == []


def test_a_layer_of_points_is_kept_with_a_fault_for_each(town, tmp_path):
    path = tmp_path / "cells.gpkg"
    squares().assign(geometry=squares().geometry.representative_point()).to_file(path, layer="cells", driver="GPKG")
    made = town.drafting.create(town.planner, path, title="点")
    assert sum(fault["kind"].startswith("geometry-") for fault in made.faults) == 16
    with pytest.raises(PartitionError):
        town.drafting.propose(town.planner, made.id)


def test_a_trigger_that_came_with_a_file_is_never_fired(town, package):
    _changed(package, "create trigger t after insert on data begin delete from data; end")
    assert town.drafting.create(town.planner, package, title="平常").faults == []


def test_a_file_in_metres_of_its_place_comes_back_as_the_same_grid(town, tmp_path):
    path = tmp_path / "cells.gpkg"
    squares().to_crs(4548).to_file(path, layer="cells", driver="GPKG")
    made = town.drafting.create(town.planner, path, title="米")
    assert made.faults == []


@pytest.mark.parametrize("given", [b"PK and no more", "cells.gpkg"], ids=["content", "file"])
def test_not_a_byte_is_read_of_a_file_of_who_may_not_draw(town, merged, monkeypatch, given):
    made = town.drafting.create(town.planner, merged, title="并网格")
    for name in ("read_content", "read_draft"):
        monkeypatch.setattr(holding, name, lambda *_, **__: pytest.fail("the file was read"))
    worker = somebody(town.store, "grid_worker", code(1, 1, 1), login="worker")
    for stranger in (worker, town.centre):
        with pytest.raises(NotAllowedError):
            town.drafting.create(stranger, given, title="错")
        with pytest.raises(NotAllowedError):
            town.drafting.load_back(stranger, made.id, given)
    with pytest.raises(NotFoundError):
        town.drafting.load_back(somebody(town.store, "planner", "370102"), made.id, given)
    town.drafting.propose(town.planner, made.id)
    with pytest.raises(RuleError, match="proposed"):
        town.drafting.load_back(town.planner, made.id, given)
