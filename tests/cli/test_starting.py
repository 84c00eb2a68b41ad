"""Whoever calls a command waits for its imports: what is slow to load is loaded by what needs it alone."""

import subprocess
import sys

import pytest

from gridgov.cli import Commands

SLOW = {"authlib", "cn2an", "fastapi", "folium", "geopandas", "numba", "pandas", "pyarrow", "pypinyin", "scipy"}
WITH_FRAMES = {"draft", "map"}
"""Whose nouns are frames, through and through."""
FRAMES = {"folium", "geopandas", "pandas", "pyarrow"}

PROGRAM = f"""
import contextlib, io, sys
from gridgov.cli import app
for line in sys.stdin.read().splitlines():
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as said:
        app([*line.split(), "--help"])
    assert "Usage" in said.getvalue(), line
    print("gridgov", line, *sorted({SLOW!r} & sys.modules.keys()))
"""


def _loaded(*lines: str) -> list[str]:
    """Return what of the slow is loaded after each of these lines, one after another in one program."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_neither_the_list_of_commands_nor_the_help_of_any_loads_what_is_slow():
    lines = ["", *(name for name in Commands() if name not in WITH_FRAMES)]
    assert _loaded(*lines) == [f"gridgov {line}".rstrip() for line in lines]


@pytest.mark.parametrize("name", sorted(WITH_FRAMES))
def test_what_is_made_of_frames_loads_them_and_nothing_else(name: str):
    found = set(_loaded(name)[0].split()[2:])
    assert {"geopandas", "pandas"} <= found <= FRAMES


@pytest.mark.parametrize("name", sorted(Commands()))
def test_the_list_says_of_a_command_what_its_help_says(name: str):
    commands = Commands()
    assert commands.listed(name).help == commands[name].help
