"""How long whoever fails to log in must wait: exponentially longer, forgiven with time.

Three counts: of a login from one address, of a login from anywhere, of an address for any login. The first is strict;
the second stops many addresses together, and is mild, because it is also what somebody could lock another out with;
the third stops one address that tries many logins, and knows that an office shares one.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures cost nothing; each further one doubles the wait, up to the longest; `forgiven` takes one off."""

    free: int
    longest: timedelta
    forgiven: timedelta

    def left(self, failures: int, since: timedelta) -> int:
        """Return how many of the failures still count so long after the last."""
        return max(0, failures - max(0, since // self.forgiven))

    def wait(self, failures: int, since: timedelta) -> timedelta:
        """Return how long to wait still, so long after the last of so many failures.

        A clock that was set back cannot make it longer than the longest.
        """
        beyond = self.left(failures, since) - self.free
        if beyond < 0:
            return timedelta(0)
        whole = min(timedelta(seconds=2 ** min(beyond, 30)), self.longest)
        return min(max(whole - since, timedelta(0)), self.longest)


LIMITS = {
    "pair": Limit(5, timedelta(minutes=15), timedelta(minutes=15)),
    "login": Limit(20, timedelta(minutes=1), timedelta(minutes=5)),
    "address": Limit(50, timedelta(minutes=5), timedelta(minutes=1)),
}
FORGOTTEN = timedelta(days=2)
"""After so long without a failure, every count above is forgiven."""


def keys_of(login: str, address: str) -> dict[bytes, str]:
    """Return the keys under which a failure is counted, each with its kind, in the order in which they are locked."""
    network = network_of(address)
    named = {"pair": f"{login}\0{network}", "login": login, "address": network}
    keys = {_key(kind, what): kind for kind, what in named.items()}
    return dict(sorted(keys.items()))


def waited(kind: str, failures: int, last_at: datetime, now: datetime) -> timedelta:
    """Return how long to wait still for a count of this kind."""
    return LIMITS[kind].wait(failures, now - last_at)


def counted(kind: str, failures: int, last_at: datetime, now: datetime) -> int:
    """Return the count with one more failure."""
    return LIMITS[kind].left(failures, now - last_at) + 1


def _key(kind: str, what: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{what}".encode("utf-8", "surrogatepass")).digest()


def network_of(address: str) -> str:
    """Return an IPv4 address itself, and the /64 of an IPv6 one: whoever has one has all of it.

    A server that listens in both ways meets IPv4 addresses inside IPv6 ones (RFC 4291, 2.5.5.2): they stay apart.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    plain = known if known.version == 4 else known.ipv4_mapped
    return str(plain) if plain else str(ipaddress.ip_network((known, 64), strict=False))
