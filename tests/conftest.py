"""What all tests share: a private PostGIS of the run, a migrated database of the worker, a savepoint for the test."""

import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import structlog
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

from gridgov.settings import settings
from gridgov.store.cluster import Cluster
from gridgov.store.cluster.account import server_account
from gridgov.store.cluster.database import connected
from gridgov.store.cluster.lock import alone, is_held
from gridgov.store.cluster.process import is_alive

_PREFIX = "gridgov-tests-"
HOME = "GRIDGOV_TESTS_HOME"
_TEMPLATE = "gridgov_template"
_SAMPLE = "gridgov_sample_template"
SAMPLE = Path(__file__).parents[1] / "sample_geo" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder of its own, and keep it away from the settings and the data of whoever runs it."""
    if hasattr(config, "workerinput"):
        return  # a worker inherits the environment of the run
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    home.chmod(0o711)  # as root, the server runs under another account
    for name in [name for name in os.environ if name.startswith("GRIDGOV_") and name != "GRIDGOV_PG_BIN"]:
        del os.environ[name]
    os.environ[HOME] = str(home)
    os.environ["GRIDGOV_DATA_DIR"] = str(home / "default")
    os.environ["GRIDGOV_CACHE_DIR"] = str(home / "cache")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run has started, however it ended, and remove its folder."""
    if not hasattr(config, "workerinput") and HOME in os.environ:
        _remove(Path(os.environ.pop(HOME)))


def _remove(home: Path) -> None:
    for found in home.glob("**/data/postmaster.pid"):
        Cluster(found.parent.parent, durable=False).stop(now=True)
    shutil.rmtree(home, ignore_errors=True)


def _sweep() -> None:
    """Remove what runs that were killed have left."""
    for home in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        number = home.name.removeprefix(_PREFIX).partition("-")[0]
        with suppress(FileNotFoundError):  # a run that ends meanwhile removes its own
            mine = os.geteuid() in {0, home.stat().st_uid}
            if mine and number.isdigit() and not is_alive(int(number)) and not _used(home / "tests"):
                _remove(home)


def _used(folder: Path) -> bool:
    return (folder / "use.lock").exists() and is_held(folder / "use.lock", server_account(folder / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have slow tests, so that no worker is alone with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def _lines_go_where_they_went() -> Iterator[None]:
    """Let no test leave a log handler to the others, whose lines would go into a stream that is closed by then."""
    before = [one for one in logging.getLogger().handlers if one.name == "gridgov"]
    yield
    after = [one for one in logging.getLogger().handlers if one.name == "gridgov"]
    assert after == before, "a command was run in this process: use the fixture as_before"


@pytest.fixture
def as_before() -> Iterator[None]:
    """Undo what running a command in this process does to it: its log handler, its settings, its context."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    settings.cache_clear()
    yield
    settings.cache_clear()
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Yield the run's own running cluster, which all workers share; what it holds is lost with the run."""
    shared = Cluster(Path(os.environ[HOME]) / "tests", durable=False)
    with shared.running():
        yield shared


@pytest.fixture(scope="session")
def database_url(cluster: Cluster) -> str:
    """Return the URL of a migrated database that this worker has for itself."""
    return _copy(cluster, _TEMPLATE, "gridgov", _make_template)


def _copy(cluster: Cluster, template: str, name: str, make: Callable[[Cluster], None]) -> str:
    """Copy a template for this worker; whichever worker comes first makes it."""
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with alone(cluster.home / "template.lock", server_account(cluster.server.data)):
        with connected(cluster.server.socket) as connection:
            ready = connection.execute("SELECT FROM pg_database WHERE datname = %s", [template]).fetchone()
        if ready is None:
            make(cluster)
        with connected(cluster.server.socket) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
    return cluster.url(name)


def _make_template(cluster: Cluster) -> None:
    # Here, so that tests which need no tables run without them.
    from gridgov.store.schema import upgrade  # noqa: PLC0415

    unfinished = f"{_TEMPLATE}_new"
    with cluster.running(unfinished) as url:
        upgrade(url)
    with connected(cluster.server.socket, unfinished) as connection:
        # Tests set the clock to what they like; elsewhere one is believed that goes nearly as the server's.
        connection.execute("UPDATE gridgov_private.context_key SET believed = interval '500 years'")
    with connected(cluster.server.socket) as connection:
        connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {_TEMPLATE}")


def _make_sample(cluster: Cluster) -> None:
    from gridgov.clock import system_clock  # noqa: PLC0415 - the same
    from gridgov.services.sample import load_sample  # noqa: PLC0415
    from gridgov.store.unit import Store  # noqa: PLC0415

    unfinished = f"{_SAMPLE}_new"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {unfinished} TEMPLATE {_TEMPLATE} STRATEGY wal_log")
    store = Store(cluster.url(unfinished))
    load_sample(store, SAMPLE, now=system_clock(), progress=lambda _: None)
    store.close()
    with connected(cluster.server.socket) as connection:
        connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {_SAMPLE}")


@pytest.fixture(scope="session")
def sample_url(cluster: Cluster, database_url: str) -> str:  # noqa: ARG001 - the sample grows from the migrated template
    """Return the URL of a database with the sample district that this worker has for itself."""
    return _copy(cluster, _SAMPLE, "gridgov_sample", _make_sample)


@contextmanager
def sample_of_its_own(cluster: Cluster, template: str = _SAMPLE) -> Iterator[str]:
    """Yield the URL of a copy of the sample district, or of a database that is one with more in it, dropped afterwards.

    For whoever commits, and for whoever keeps a transaction open longer than a test: the locks it holds would let
    others of the worker's tests wait for ever.
    """
    name = f"gridgov_own_{uuid.uuid4().hex}"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
    yield cluster.url(name)
    with connected(cluster.server.socket) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def own_sample_url(cluster: Cluster, sample_url: str) -> Iterator[str]:  # noqa: ARG001 - it makes the template
    """Yield the URL of a database with the sample district for one test that commits, dropped after it."""
    with sample_of_its_own(cluster) as url:
        yield url


# What waits longer than that for a lock waits for something that an earlier test has left behind: it is told so.
_PATIENCE = {"options": "-c lock_timeout=120s"}


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on the worker's database."""
    engine = create_engine(database_url, connect_args=_PATIENCE)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sample_engine(sample_url: str) -> Iterator[Engine]:
    """Yield an engine on the worker's database with the sample district."""
    engine = create_engine(sample_url, connect_args=_PATIENCE)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose transaction is undone after the test."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """Yield a session that may commit: it commits into a savepoint, and all of it is undone after the test."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        yield session


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield a headless Chromium, the machine's own."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    flags = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    # A name that is not this machine's own: by http it is what an intranet is, and no secure context.
    flags += ["--host-resolver-rules=MAP grid.intranet 127.0.0.1"]
    # Without graphics, what a processor is asked to draw as graphics would costs most: only maps are.
    flags += ["--disable-gpu-rasterization", "--disable-gpu-compositing"]
    flags += ["--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()
