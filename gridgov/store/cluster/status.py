"""What a cluster tells about itself, for a person and for a program."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Status:
    """The state of a private cluster at one moment."""

    home: Path
    state: Literal["absent", "stopped", "starting", "ready", "stopping"]
    kept: bool
    """Whether the server stays when the last program leaves, because `gridgov db start` started it."""
    in_use: bool
    """Whether a program uses it now."""
    pid: int | None
    socket: Path
    postgresql: str | None
    postgis: str | None
    size_bytes: int
    """Of the whole folder."""

    def words(self) -> list[str]:
        """Return the state in sentences."""
        lines = [f"The private database is in {self.home}.", self._doing()]
        if self.state == "ready":
            lines.append(f"It listens in {self.socket}, for this account and root alone.")
        if self.postgresql:
            lines.append(f"It is PostgreSQL {self.postgresql} with PostGIS {self.postgis or 'not yet created'}.")
        if self.state != "absent":
            lines.append(f"It takes {self.size_bytes / 1e6:,.1f} MB on the disk.")
        return lines

    def _doing(self) -> str:
        if self.state == "absent":
            return "It does not exist yet: the first command that needs it makes it."
        if self.state == "stopped":
            return "It is not running: the first command that needs it starts it."
        if self.state != "ready":
            return f"It is {self.state}."
        until = "until `gridgov db stop`" if self.kept else "until the last program that uses it leaves"
        return f"It is running (process {self.pid}) {until}; {'in use' if self.in_use else 'nobody uses it'} now."
