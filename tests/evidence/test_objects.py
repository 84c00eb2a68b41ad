"""Where files are kept: a folder and an S3-compatible store behave alike."""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from gridgov.errors import EvidenceUnavailableError, NotFoundError, SetupError
from gridgov.ids import new_id
from gridgov.settings import Settings
from gridgov.store.objects import Objects

FILE = os.urandom(6_000_000)  # more than one part of S3's own multipart
HASH = hashlib.sha256(FILE).digest()
HERE = ("370102", new_id())


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """Yield the address of a real S3 server of this machine, with a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=address, **keys).create_bucket(Bucket="evidence")
    yield address
    server.stop()


@pytest.fixture
def s3(s3_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    for name, value in (("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")):
        monkeypatch.setenv(name, value)
    return Objects.configured(
        Settings(evidence_url="s3://evidence/kept", evidence_endpoint=s3_address, cache_dir=tmp_path)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Objects:
    return Objects.configured(Settings(evidence_url=(tmp_path / "kept").as_uri(), cache_dir=tmp_path))


@pytest.fixture(params=["folder", "s3"])
def objects(request: pytest.FixtureRequest) -> Objects:
    found: Objects = request.getfixturevalue(request.param)
    return found


def test_what_is_kept_is_read_again_whole_and_in_parts(objects):
    objects.keep(io.BytesIO(FILE), HASH)
    assert b"".join(objects.read(HASH)) == FILE
    assert b"".join(objects.read(HASH, range(100, 4_000_000))) == FILE[100:4_000_000]
    assert objects.hash_of(HASH) == HASH


def test_keeping_again_changes_nothing(objects):
    objects.keep(io.BytesIO(FILE), HASH)
    objects.keep(io.BytesIO(FILE), HASH)
    assert objects.hash_of(HASH) == HASH


def test_what_is_not_there_is_not_found(objects):
    assert objects.hash_of(bytes(32)) is None
    with pytest.raises(NotFoundError):
        list(objects.read(bytes(32)))


def test_parts_are_put_together_in_their_order_and_removed_without_touching_what_is_kept(objects):
    objects.keep(io.BytesIO(FILE), HASH)
    one, two = hashlib.sha256(b"one").digest(), hashlib.sha256(b"two").digest()
    objects.keep_part(HERE, 2, two, io.BytesIO(b"two"))
    objects.keep_part(HERE, 1, one, io.BytesIO(b"one"))
    assert b"".join(objects.parts(HERE, [(1, one), (2, two)])) == b"onetwo"
    objects.drop_part(HERE, 1, one)
    with pytest.raises(NotFoundError, match="Part 1"):
        list(objects.parts(HERE, [(1, one)]))
    objects.drop_parts(HERE)
    objects.drop_parts(HERE)
    assert objects.hash_of(HASH) == HASH


def test_a_folder_never_shows_a_file_that_is_half_written(folder, tmp_path):
    folder.keep(io.BytesIO(FILE), HASH)
    (kept,) = (path for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert kept.name == HASH.hex()


def test_a_file_that_was_cut_off_is_written_anew(folder, tmp_path):
    folder.keep(io.BytesIO(FILE), HASH)
    (kept,) = (path for path in (tmp_path / "kept").rglob("*") if path.is_file())
    kept.write_bytes(FILE[:1000])
    folder.keep(io.BytesIO(FILE), HASH)
    assert folder.hash_of(HASH) == HASH


def test_a_store_that_does_not_answer_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr("gridgov.store.objects._RETRIES", 0)
    settings = Settings(evidence_url="s3://evidence", evidence_endpoint="http://127.0.0.1:9", cache_dir=tmp_path)
    with pytest.raises(EvidenceUnavailableError, match="does not answer"):
        Objects.configured(settings).keep(io.BytesIO(b"x"), HASH)


def test_an_address_that_is_no_store_is_refused(tmp_path):
    with pytest.raises(SetupError, match="file:///"):
        Objects.configured(Settings(evidence_url="ftp://somewhere/x", cache_dir=tmp_path))
