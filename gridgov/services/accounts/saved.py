"""What the command line came in with, kept for the next command: one file, readable by its owner alone.

``GRIDGOV_TOKEN`` goes before it: a program is given its token in the environment and writes nothing.
"""

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_config_path
from sqlalchemy import make_url

from gridgov.access import Caller
from gridgov.access.secrets import caller_of
from gridgov.errors import NotAuthenticatedError, SetupError
from gridgov.settings import Settings


@dataclass(frozen=True, slots=True)
class Proof:
    """A login at one installation and the token that proves it."""

    login: str
    token: str


def saved_caller(settings: Settings) -> Caller:
    """Return the proof of whoever uses this command line: ``GRIDGOV_TOKEN``, else what ``gridgov login`` kept.

    Raises
    ------
    NotAuthenticatedError
        If there is neither.
    """
    caller = found_caller(settings)
    if caller is None:
        message = "You are not logged in: run `gridgov login`, or set GRIDGOV_TOKEN."
        raise NotAuthenticatedError(message)
    return caller


def found_caller(settings: Settings) -> Caller | None:
    """Return the proof, or None where there is none."""
    if settings.token is not None:
        return caller_of(settings.token.get_secret_value())
    proof = kept(settings)
    return caller_of(proof.token) if proof else None


def kept(settings: Settings) -> Proof | None:
    """Return what was kept for this installation, or None.

    Raises
    ------
    SetupError
        If others can read the file, or nobody can.
    """
    found = _read(_file()).get(_installation(settings))
    return Proof(**found) if found else None


def keep(settings: Settings, proof: Proof | None) -> Path:
    """Keep a proof for this installation, or forget it; return the file."""
    file = _file()
    proofs = _read(file)
    proofs.pop(_installation(settings), None)
    if proof is not None:
        proofs[_installation(settings)] = asdict(proof)
    write_private(file, json.dumps(proofs, ensure_ascii=False, indent=2))
    return file


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(file)


def _file() -> Path:
    return user_config_path("gridgov") / "tokens.json"


def _read(file: Path) -> dict[str, dict[str, str]]:
    if not file.exists():
        return {}
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"Others on this machine can read {file}: chmod 600 it, and end the token with `gridgov logout`."
        raise SetupError(message)
    try:
        found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{file} cannot be read: delete it, and log in again with `gridgov login`."
        raise SetupError(message) from error
    return found


def _installation(settings: Settings) -> str:
    """Return which installation the settings mean: the database, without its password, as a short name."""
    if settings.database_url is None:
        named = str(settings.data_dir.absolute())
    else:
        named = make_url(settings.database_url).render_as_string(hide_password=True)
    return hashlib.sha256(named.encode()).hexdigest()[:16]
