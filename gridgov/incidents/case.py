"""A case at the moment it is taken in: the report, where it fell, who leads, and its first facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from gridgov.incidents.duplicates import Suggestion
from gridgov.incidents.facts import FactKind
from gridgov.incidents.report import Finding, Placement, Report
from gridgov.incidents.standing import Head


@dataclass(frozen=True, slots=True)
class CellRef:
    """A cell as an incident refers to it: its identity, and its code at that time."""

    district_code: str
    id: UUID
    code: str
    street_code: str


@dataclass(frozen=True, slots=True)
class CellChance:
    """The probability that a position of limited accuracy lies in `cell` (None: outside every cell)."""

    cell: CellRef | None
    probability: float


@dataclass(frozen=True, slots=True)
class CellShare:
    """The share of an extent in `cell` (None: outside every cell), with its area or its length."""

    cell: CellRef | None
    share: float
    area_m2: float | None
    length_m: float | None
    sliver: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a place comes from, as it was said; kept beside the converted values for good.

    Attributes
    ----------
    source
        ``given`` with the report, or ``address`` found by the gazetteer.
    datum, raw_wkt
        The coordinates as given; `raw_wkt` is None for an address.
    accuracy_m
        The radius that holds the true position with 68 % probability, or None where exactness is claimed.
    """

    source: str
    datum: str
    raw_wkt: str | None
    address: str | None
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an incident is, and how well that is known.

    Attributes
    ----------
    geometry
        lon/lat, EPSG:4326.
    cell
        The one cell that answers: of a point, where it lies; of an extent, the one with the largest share
        within the street that has most of it.
    grid_checksum
        Which grid decided.
    """

    origin: Origin
    geometry: BaseGeometry
    placement: Placement
    cell: CellRef | None
    chances: tuple[CellChance, ...]
    shares: tuple[CellShare, ...]
    grid_checksum: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What is already stored under an id."""

    district_code: str
    id: UUID
    number: str
    digest: bytes
    received_at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about a report that is stored in the transaction that takes it in; `clock` as `timing.begin` says."""

    report: Report
    district_code: str
    number: str
    received_at: datetime
    list_version: int
    place: Place | None
    placement: Placement
    findings: tuple[Finding, ...]
    lead_organisation_code: str | None
    clock: Mapping[str, Any]
    duplicates: tuple[Suggestion, ...]
    facts: tuple[tuple[FactKind, dict[str, Any]], ...]
    priority: int
    account_id: UUID | None = None

    @property
    def head(self) -> Head:
        """The case's key."""
        return Head(self.district_code, self.report.id)
