"""Whistles as they are kept."""

from gridgov.store.whistles.ground import Whereabouts
from gridgov.store.whistles.kinds import KindStore
from gridgov.store.whistles.live import Ground, LiveStore
from gridgov.store.whistles.log import Doer, LogStore, RawPosition, Waiting
from gridgov.store.whistles.teams import TeamStore
from gridgov.store.whistles.which import ALL, WhistleFilter
from gridgov.store.whistles.whistles import WhistleStore

__all__ = [
    "ALL",
    "Doer",
    "Ground",
    "KindStore",
    "LiveStore",
    "LogStore",
    "RawPosition",
    "TeamStore",
    "Waiting",
    "Whereabouts",
    "WhistleFilter",
    "WhistleStore",
]
