"""Find, among the PostgreSQLs that the machine has installed, one that has PostGIS.

No package of Python carries PostGIS, so it comes from the machine's own packages.
"""

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gridgov.errors import SetupError

MAJORS = range(15, 19)
"""The versions of PostgreSQL that gridgov is written for."""

POSTGIS_FLOOR = (3, 3)
"""The oldest PostGIS that gridgov is written for."""

HOW_TO_INSTALL = (
    "Debian and Ubuntu: apt-get install --no-install-recommends postgresql-postgis. "
    "RHEL, Rocky, Alma (with the PGDG repository): dnf install postgresql17-server postgis35_17. "
    "macOS: brew install postgis. "
    "Or set GRIDGOV_PG_BIN to the folder with PostgreSQL's programs, or GRIDGOV_DATABASE_URL to a server with PostGIS."
)

_PATTERNS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # RHEL and its kin, from the PGDG repository
    "/opt/homebrew/opt/postgresql@*/bin",  # macOS, Apple silicon
    "/usr/local/opt/postgresql@*/bin",  # macOS, Intel
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_NEEDED = ("initdb", "pg_ctl", "postgres", "pg_config")


@dataclass(frozen=True)
class Programs:
    """One installed PostgreSQL that has PostGIS."""

    folder: Path
    major: int
    version: str
    postgis: str

    def path(self, name: str) -> Path:
        """Return where the program `name` is."""
        return self.folder / name


def find_programs(explicit: Path | None = None, *, major: int | None = None) -> Programs:
    """Return the newest usable PostgreSQL, or the one of version `major`.

    Parameters
    ----------
    explicit
        The one folder to look into, if the search shall not decide.
    major
        The version that made an existing data folder; no other can read it.

    Raises
    ------
    SetupError
        If there is none; the message names the command that installs it.
    """
    folders = [explicit] if explicit else list(candidate_folders())
    if not folders:
        message = f"This machine has no PostgreSQL. {HOW_TO_INSTALL}"
        raise SetupError(message)
    judged = [_judge(folder) for folder in folders]
    usable = [programs for programs in judged if isinstance(programs, Programs)]
    fitting = [programs for programs in usable if major in {None, programs.major}]
    if fitting:
        return max(fitting, key=lambda programs: programs.major)
    if usable:
        raise SetupError(_wrong_major(usable, major))
    reasons = "; ".join(str(reason) for reason in judged)
    message = f"No installed PostgreSQL can be used: {reasons}. {HOW_TO_INSTALL}"
    raise SetupError(message)


def client_program(name: str, explicit: Path | None = None) -> Path:
    """Return a client program such as ``psql``: of the newest installed PostgreSQL, else the one on the PATH.

    Raises
    ------
    SetupError
        If the machine has none.
    """
    folders = [explicit] if explicit else sorted(candidate_folders(), key=_number_in, reverse=True)
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return folder / name
    on_path = shutil.which(name)
    if on_path is None:
        message = f"This machine has no {name}: install PostgreSQL's client programs. {HOW_TO_INSTALL}"
        raise SetupError(message)
    return Path(on_path)


def candidate_folders() -> Iterator[Path]:
    """Yield every folder that may hold PostgreSQL's programs, each once."""
    seen: set[Path] = set()
    for folder in [*_globbed(), *_on_path()]:
        if folder.is_dir() and folder.resolve() not in seen:
            seen.add(folder.resolve())
            yield folder


def _globbed() -> list[Path]:
    return [Path(hit) for pattern in _PATTERNS for hit in sorted(glob.glob(pattern))]  # noqa: PTH207 - absolute patterns


def _on_path() -> list[Path]:
    tool = shutil.which("pg_config")
    return [Path(_output(Path(tool), "--bindir"))] if tool else []


def _judge(folder: Path) -> Programs | str:
    """Return the programs in `folder`, or why they cannot be used."""
    missing = [name for name in _NEEDED if not os.access(folder / name, os.X_OK)]
    if missing:
        return f"{folder} lacks {', '.join(missing)}"
    version = _output(folder / "pg_config", "--version")
    major = _number_in(Path(version))
    if major not in MAJORS:
        return f"{folder} is {version}, and gridgov is written for {MAJORS[0]} to {MAJORS[-1]}"
    control = Path(_output(folder / "pg_config", "--sharedir")) / "extension" / "postgis.control"
    postgis = _default_version(control)
    if postgis is None:
        return f"{version} in {folder} has no PostGIS"
    if tuple(int(part) for part in re.findall(r"\d+", postgis)[:2]) < POSTGIS_FLOOR:
        return f"{version} in {folder} has PostGIS {postgis}, and gridgov needs 3.3 or newer"
    return Programs(folder, major, version.split()[1], postgis)


def _default_version(control: Path) -> str | None:
    if not control.is_file():
        return None
    found = re.search(r"^\s*default_version\s*=\s*'([^']+)'", control.read_text("utf-8", "replace"), re.MULTILINE)
    return found.group(1) if found else None


def _wrong_major(usable: list[Programs], major: int | None) -> str:
    have = ", ".join(programs.version for programs in usable)
    return (
        f"The data was made by PostgreSQL {major}, and this machine has PostGIS only for PostgreSQL {have}. "
        f"Install that PostgreSQL with PostGIS again (Debian, Ubuntu: apt-get install postgresql-{major}-postgis-3); "
        "to move to the newer one, then run `gridgov db dump FILE`, set GRIDGOV_DATA_DIR to a new folder "
        "and run `gridgov db restore FILE`."
    )


def _output(program: Path, argument: str) -> str:
    try:
        done = subprocess.run([program, argument], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - a program that was searched for, no shell
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _number_in(path: Path) -> int:
    found = re.search(r"\d+", str(path))
    return int(found.group()) if found else 0
