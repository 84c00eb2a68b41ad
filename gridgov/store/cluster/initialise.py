"""Make a data folder, whole or not at all."""

import os
import re
import shutil
from pathlib import Path

from gridgov.errors import SetupError
from gridgov.store.cluster.account import Account, caller
from gridgov.store.cluster.find import Programs
from gridgov.store.cluster.process import run

ROLE = "gridgov"
"""The role that owns the database: who may use it is decided by the account of the operating system."""

LOGINS = ("gridgov_app", "gridgov_jobs")
"""The login roles that own nothing: requests of people, and background work."""

_INITDB_S = 300
_NAME = re.compile(r'^gridgov "(.*)" gridgov$', re.MULTILINE)


def initialise(data: Path, programs: Programs, account: Account, *, durable: bool) -> None:
    """Make the data folder `data`: under another name, renamed last, so that a killed attempt leaves nothing half done.

    Raises
    ------
    SetupError
        If the account cannot reach the place, or PostgreSQL's ``initdb`` fails; the message repeats its words.
    """
    _require_reachable(data.parent, account)
    sweep(data)
    fresh = data.with_name(f"{data.name}.new.{os.getpid()}")
    done = run(_command(programs, fresh, durable=durable), account, timeout_s=_INITDB_S)
    if done.returncode != 0:
        message = f"PostgreSQL could not make its data folder {data}: {done.stdout.strip()}"
        raise SetupError(message)
    _write(fresh / "pg_hba.conf", "local all all peer map=gridgov\n")
    _write(fresh / "pg_ident.conf", _identities({account.name, caller().name, "root"}))
    try:
        fresh.rename(data)
    except OSError as error:
        message = f"{data} is not a data folder of PostgreSQL: move it away, or set GRIDGOV_DATA_DIR to another folder."
        raise SetupError(message) from error


def ensure_logins(data: Path) -> bool:
    """Let the accounts that may log in as the owner log in as the other roles too; return whether that was new.

    Data folders that were made before these roles existed know the owner alone.
    """
    path = data / "pg_ident.conf"
    found = path.read_text("utf-8")
    wanted = _identities(set(_NAME.findall(found)))
    if wanted == found:
        return False
    aside = path.with_name("pg_ident.conf.new")
    _write(aside, wanted)
    shutil.copystat(path, aside)
    os.chown(aside, path.stat().st_uid, path.stat().st_gid)
    aside.replace(path)
    return True


def _identities(names: set[str]) -> str:
    return "".join(f'gridgov "{name}" {role}\n' for name in sorted(names) for role in (ROLE, *LOGINS))


def require_harmless(data: Path) -> None:
    """Refuse a path that PostgreSQL's own programs would hand to a shell between double quotes, which would read it.

    Raises
    ------
    SetupError
        Naming the marks that must not stand in it.
    """
    if set(str(data)) & set('"$`\\\n'):
        message = (
            f"PostgreSQL's own programs cannot work in {data}: "
            "set GRIDGOV_DATA_DIR to a path without double quotes, dollars, backquotes and backslashes."
        )
        raise SetupError(message)


def sweep(data: Path) -> None:
    """Remove what killed attempts to make `data` have left.

    One whose program was killed may still be at work: then what it writes meanwhile is left for the next time.
    """
    for left in data.parent.glob(f"{data.name}.new*"):
        shutil.rmtree(left, ignore_errors=True)


def _command(programs: Programs, fresh: Path, *, durable: bool) -> list[str | Path]:
    return [
        programs.path("initdb"),
        "--pgdata",
        fresh,
        f"--username={ROLE}",
        "--encoding=UTF8",
        # Sorting by code point, the same on every machine; Chinese is sorted by naming COLLATE "zh-x-icu".
        "--locale-provider=libc",
        "--locale=C",
        "--auth-local=peer",
        "--auth-host=reject",
        "--no-instructions",
        *(["--data-checksums"] if durable else ["--no-sync"]),
    ]


def _require_reachable(home: Path, account: Account) -> None:
    done = run(["/bin/sh", "-c", 'cd "$1" && [ -w . ]', "sh", home], account, timeout_s=30)
    if done.returncode != 0:
        message = (
            f"The account {account.name}, under which PostgreSQL runs, cannot enter {home}: "
            "set GRIDGOV_DATA_DIR to a folder whose parents it may enter."
        )
        raise SetupError(message)


def _write(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
