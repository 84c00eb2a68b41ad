"""GIS tools open a layer by its address; whoever asks for a part of an answer gets that part."""

import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from api.ranges import Ranges
from gridgov.ids import new_id
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.api.conftest import serving
from tests.support import secret_of, somebody

BODY = bytes(range(200))


def _plain() -> TestClient:
    app = Starlette(routes=[Route("/", lambda _: Response(BODY))])
    app.add_middleware(Ranges)
    return TestClient(app)


PLAIN = _plain()


@pytest.mark.parametrize("layer", ["cells", "areas/streets"])
def test_gdal_opens_a_layer_by_its_address_as_qgis_does(sample_url: str, layer: str):
    store = Store(sample_url)
    somebody(store, "planner", login=(login := f"planner-{new_id()}"))
    pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADERS": f"Authorization: Bearer {secret_of(login)}"})
    with serving(create_app(store, Settings())) as address:
        info = pyogrio.read_info(f"/vsicurl/{address}/api/v1/{layer}")
        frame = pyogrio.read_dataframe(f"{address}/api/v1/{layer}")
    store.close()
    pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADERS": None})
    assert info["features"] == len(frame) > 0
    assert frame["code"].str.startswith("370102").sum() == {"cells": 773, "areas/streets": 13}[layer]


def test_head_is_answered_like_get_without_a_body(client):
    whole = client.get("/api/v1/cells", headers={"Accept-Encoding": "identity"})
    head = client.head("/api/v1/cells")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.headers["accept-ranges"] == "bytes"
    assert client.head("/api/v1/nothing").status_code == 404


@given(first=st.integers(0, 300), size=st.integers(1, 300), open_end=st.booleans())
def test_every_range_is_that_part_of_the_whole(first: int, size: int, *, open_end: bool):
    last = "" if open_end else str(first + size - 1)
    answer = PLAIN.get("/", headers={"Range": f"bytes={first}-{last}"})
    expected = BODY[first:] if open_end else BODY[first : first + size]
    assert answer.content == expected
    if expected:
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/200"
    else:
        assert answer.status_code == 416
        assert answer.headers["content-range"] == "bytes */200"


@given(size=st.integers(0, 300))
def test_a_range_without_a_beginning_is_the_end(size: int):
    answer = PLAIN.get("/", headers={"Range": f"bytes=-{size}"})
    assert answer.content == (BODY[-size:] if size else b"")
    assert answer.status_code == (206 if size else 416)


@pytest.mark.parametrize(
    "header", ["bytes=-", "bytes=5-3", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=1-" + "9" * 30]
)
def test_what_is_no_single_range_gets_the_whole(header: str):
    answer = PLAIN.get("/", headers={"Range": header})
    assert (answer.status_code, answer.content) == (200, BODY)


def test_a_range_that_holds_only_if_nothing_changed_gets_the_whole():
    answer = PLAIN.get("/", headers={"Range": "bytes=0-1", "If-Range": '"once"'})
    assert (answer.status_code, answer.content) == (200, BODY)
