"""What tests that kill ask of processes, by Linux's `/proc`."""

from pathlib import Path


def is_gone(pid: int) -> bool:
    """Return whether a process has ended; one that nobody has waited for yet has no words left."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True
