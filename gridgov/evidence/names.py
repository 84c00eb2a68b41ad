"""File names as people read them. No name ever becomes a path: files are kept under their content's hash."""

import re
import unicodedata
from pathlib import PurePosixPath

_LONGEST = 80
_CONTROL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that show nothing, or that turn the direction of what follows (as U+202E does)."""

_FORBIDDEN = re.compile(r'[<>:"|?*\\/;%]')


def display_name(given: str, suffix: str) -> str:
    """Return a name to show and to save by: no folders, nothing invisible, the suffix of what the file is."""
    plain = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode())
    visible = "".join(c for c in plain if unicodedata.category(c) not in _CONTROL)
    last = visible.replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem = _FORBIDDEN.sub("_", PurePosixPath(last).stem if "." in last.lstrip(".") else last)
    return (stem.strip(" .")[:_LONGEST].strip(" .") or "file") + suffix
