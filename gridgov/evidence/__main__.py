"""Clean one file in a process of its own: ``python -m gridgov.evidence TARGET CPU_SECONDS MEMORY_BYTES``.

The file comes as standard input; what may be shown of it goes into the open file number TARGET, the answer to
standard output. `gridgov.services.cleaning` starts this.
"""

import os
import resource
import sys
from contextlib import suppress

from gridgov.errors import FileFormatError
from gridgov.evidence.answers import pack, pack_refusal
from gridgov.evidence.cleaning import clean


def main() -> None:
    """Bound this process, clean, and answer."""
    target, cpu_s, memory_bytes = (int(word) for word in sys.argv[1:4])
    _bound(cpu_s, memory_bytes)
    with open(0, "rb", closefd=False) as source, open(target, "r+b", closefd=False) as shown:
        try:
            answer = pack(clean(source, shown))
        except FileFormatError as refusal:
            answer = pack_refusal(refusal.message)
        except MemoryError:
            answer = pack_refusal("The photo takes too much memory to unpack: make it smaller.")
    sys.stdout.buffer.write(answer)


def _bound(cpu_s: int, memory_bytes: int) -> None:
    """Let this process end before it takes too much, and let it yield to those who answer requests."""
    os.nice(10)
    bounds = {
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 5),
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_CORE: (0, 0),  # a core would hold the photo
    }
    for name, bound in bounds.items():
        with suppress(ValueError, OSError):  # macOS knows no bound of memory, and a lower one may stand already
            resource.setrlimit(name, bound)


if __name__ == "__main__":
    main()
