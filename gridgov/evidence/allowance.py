"""How much one account may send: enough for a shift's photos, and not the disk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gridgov.errors import TooManyError

DAY = timedelta(days=1)
_GIB = 1_073_741_824


@dataclass(frozen=True, slots=True)
class Used:
    """What an account has announced.

    Attributes
    ----------
    open_bytes
        What has not come, or was not completed.
    day_bytes
        All of the last 24 hours, whatever became of it.
    first_at
        When the first of these was announced.
    on_case
        How many of its files hang on the case, or are on their way there.
    """

    open_bytes: int
    day_bytes: int
    first_at: datetime | None
    on_case: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an account may have announced. Counted for each account: nobody can use up what others may send."""

    open_bytes: int = _GIB
    day_bytes: int = 2 * _GIB
    on_case: int = 200

    def require(self, used: Used, size: int, *, now: datetime) -> None:
        """Refuse a file of `size` bytes that would be too much.

        Raises
        ------
        TooManyError
            With what is allowed, and for the day after how many seconds there is room again.
        """
        if used.open_bytes + size > self.open_bytes:
            message = (
                f"More than {_mib(self.open_bytes)} of yours are announced and not complete: do that, or give them up."
            )
            raise TooManyError(message, details=[{"most_bytes": self.open_bytes}])
        if used.on_case >= self.on_case:
            message = f"You have attached {self.on_case} files to this case: choose those that show it, that is enough."
            raise TooManyError(message, details=[{"most_files": self.on_case}])
        if used.day_bytes + size > self.day_bytes:
            message = f"You have sent more than {_mib(self.day_bytes)} in a day: send the rest later."
            wait = (used.first_at or now) + DAY - now
            details = [{"most_bytes": self.day_bytes, "retry_after_s": max(1, int(wait.total_seconds()))}]
            raise TooManyError(message, details=details)


def _mib(count: int) -> str:
    return f"{count / 1_048_576:,.0f} MiB"
