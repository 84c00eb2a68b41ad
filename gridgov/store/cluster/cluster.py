"""The private cluster: who may start it, who stops it, and where it is reached."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.settings import settings
from gridgov.store.cluster.account import server_account
from gridgov.store.cluster.database import DATABASE, prepare, versions
from gridgov.store.cluster.find import find_programs
from gridgov.store.cluster.initialise import ROLE
from gridgov.store.cluster.listen import PORT
from gridgov.store.cluster.lock import Lock, alone, is_held
from gridgov.store.cluster.server import Server
from gridgov.store.cluster.status import Status


class Cluster:
    """One private PostgreSQL with PostGIS.

    Parameters
    ----------
    home
        The folder that holds everything of it; made when needed.
    pg_bin
        The folder with PostgreSQL's programs, or None to search for them.
    durable
        False trades safety against a crash of the machine for speed: for tests alone.

    Examples
    --------
    >>> with Cluster.default().running() as url:  # doctest: +SKIP
    ...     engine = sqlalchemy.create_engine(url)
    """

    def __init__(self, home: Path, *, pg_bin: Path | None = None, durable: bool = True) -> None:
        # One spelling of the path: the server's command line is compared with it.
        self.home = home.expanduser().resolve()
        self.server = Server(self.home, pg_bin, durable)

    @classmethod
    def default(cls) -> "Cluster":
        """Return the cluster that this installation's settings name."""
        return cls(settings().data_dir / "cluster", pg_bin=settings().pg_bin)

    def url(self, database: str = DATABASE) -> str:
        """Return SQLAlchemy's URL of `database`; it answers while the server runs."""
        # The path is plain by construction (listen.socket_folder), so that the URL needs no quoting anywhere.
        return f"postgresql+psycopg://{ROLE}@/{quote(database)}?host={self.server.socket}&port={PORT}"

    @contextmanager
    def running(self, database: str = DATABASE) -> Iterator[str]:
        """Use the server for the length of a ``with`` block, and yield the URL of `database`.

        The first program starts the server and makes the database; the last one that leaves stops the server, unless
        `start` was called. A program that is killed has left.

        Raises
        ------
        SetupError
            If this machine cannot run a private cluster; the message says what to install or set.
        DatabaseUnavailableError
            If the server does not come up.
        """
        using = self._enter(database)
        try:
            yield self.url(database)
        finally:
            self._leave(using)

    def start(self, database: str = DATABASE) -> None:
        """Start the server, to stay until `stop`, whoever comes and goes."""
        using = self._enter(database)
        try:
            self._keep.touch()
        finally:
            self._leave(using)

    def stop(self, *, now: bool = False) -> bool:
        """Stop the server that `start` started, and return whether it is down.

        Parameters
        ----------
        now
            Stop it under the hands of programs that use it. Without it, it goes on for them, and the last one to leave
            stops it.
        """
        if not self._exists():
            return True
        with self._starting():
            self._keep.unlink(missing_ok=True)
            if not now and self._in_use():
                return False
            self.server.bring_down()
            return True

    def status(self) -> Status:
        """Return what the cluster is doing, without starting anything."""
        exists = self._exists()
        state = self.server.state if exists else "absent"
        postgresql, postgis = self._versions(answering=state == "ready")
        return Status(
            home=self.home,
            state=state,
            kept=exists and self._keep.exists(),
            in_use=exists and self._seen_in_use(),
            pid=self.server.pid,
            socket=self.server.socket,
            postgresql=postgresql,
            postgis=postgis,
            size_bytes=_size_bytes(self.home),
        )

    @property
    def _keep(self) -> Path:
        return self.home / "keep"

    def _enter(self, database: str) -> Lock:
        self._make_home()
        with self._starting():
            using = Lock(self.home / "use.lock", server_account(self.server.data))
            try:
                # Nobody can hold it alone now: that is done under start.lock only.
                using.take(shared=True)
                self.server.bring_up()
                prepare(self.server.socket, self.server.data, database)
            except BaseException:
                self._let_go(using)
                raise
        return using

    def _leave(self, using: Lock) -> None:
        with self._starting():
            self._let_go(using)

    def _let_go(self, using: Lock) -> None:
        using.close()
        if not self._keep.exists() and not self._in_use():
            self.server.bring_down()

    def _starting(self) -> AbstractContextManager[None]:
        return alone(self.home / "start.lock", server_account(self.server.data))

    def _in_use(self) -> bool:
        """Return whether a program uses the server; asked under ``start.lock``, for the question takes the lock."""
        return is_held(self.home / "use.lock", server_account(self.server.data))

    def _seen_in_use(self) -> bool:
        """Return whether a program uses the server, without waiting for one that is just starting or stopping it."""
        starting = Lock(self.home / "start.lock", server_account(self.server.data))
        try:
            return not starting.take() or self._in_use()
        finally:
            starting.close()

    def _exists(self) -> bool:
        try:
            return self.server.data.exists()
        except PermissionError as error:
            raise SetupError(_not_ours(self.home)) from error

    def _make_home(self) -> None:
        if self._exists():
            return
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            server_account(self.server.data).own(self.home)
        except OSError as error:
            raise SetupError(_not_ours(self.home)) from error

    def _versions(self, *, answering: bool) -> tuple[str | None, str | None]:
        """Return the versions of PostgreSQL and PostGIS: of the server, or of what would be started."""
        try:
            if answering:
                return versions(self.server.socket)
            programs = find_programs(self.server.pg_bin, major=self.server.major)
        except (DatabaseUnavailableError, SetupError):
            return (str(self.server.major) if self.server.major else None), None
        return programs.version, programs.postgis


def _not_ours(home: Path) -> str:
    return (
        f"This account may not use {home}: run gridgov as the account that owns it, "
        "or set GRIDGOV_DATA_DIR to a folder of your own."
    )


def _size_bytes(folder: Path) -> int:
    """Return what the files under `folder` take; some may vanish meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).lstat().st_size
    return total
