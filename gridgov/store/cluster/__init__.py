"""A private PostgreSQL with PostGIS, started when the first program needs it and stopped by the last one that leaves.

It is made of the PostgreSQL that the machine has installed, with a data folder, a unix socket and a server process of
its own; no port is opened and no password exists. ``GRIDGOV_DATABASE_URL`` switches it off and names a server instead.

What stands in a cluster's folder
---------------------------------
``data``
    PostgreSQL's own folder. It comes into being whole: made as ``data.new*``, renamed last.
``start.lock``
    Held alone (flock) by whoever starts, stops or prepares the server.
``use.lock``
    Held in common by every program while it uses the server. A program that dies, however it dies, lets go of it.
``keep``
    Exists while the server was started by ``gridgov db start``; then nobody stops it but ``gridgov db stop``.
``socket``, ``server.log``
    Where the server listens and what it says. Where this path is too long for a socket, it listens in a short folder
    under the system's temporary one.
"""

from gridgov.store.cluster.address import client_target, database_url, normalised, plain, server_words
from gridgov.store.cluster.archive import check_dump, dump, restore
from gridgov.store.cluster.cluster import Cluster
from gridgov.store.cluster.find import client_program
from gridgov.store.cluster.status import Status

__all__ = [
    "Cluster",
    "Status",
    "check_dump",
    "client_program",
    "client_target",
    "database_url",
    "dump",
    "normalised",
    "plain",
    "restore",
    "server_words",
]
