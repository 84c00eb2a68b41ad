"""The unit of work: one transaction, committed once, at the end, or not at all."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine, text

from gridgov.access import Caller, Subject
from gridgov.errors import NotAuthenticatedError
from gridgov.store.access import AccessStore
from gridgov.store.accounts import AccountStore
from gridgov.store.acts import ActStore
from gridgov.store.areas import AreaStore
from gridgov.store.audit import AuditStore
from gridgov.store.bases import BaseStore
from gridgov.store.cases import CaseStore
from gridgov.store.cells import CellStore
from gridgov.store.changes import ChangeStore
from gridgov.store.drafts import DraftStore
from gridgov.store.engines import answering, engine, milliseconds
from gridgov.store.entering import APP, configured_url, enter, login_url, lower
from gridgov.store.evidence import EvidenceStore
from gridgov.store.handovers import HandoverStore
from gridgov.store.incidents import IncidentStore
from gridgov.store.jobs import JobStore
from gridgov.store.listing import ListStore
from gridgov.store.looks import LookStore
from gridgov.store.maps import MapStore
from gridgov.store.messages import DeliveryStore, EndpointStore, MessageStore
from gridgov.store.patrols import PatrolStore
from gridgov.store.people import PeopleStore
from gridgov.store.positions import PositionStore
from gridgov.store.registers import RegisterStore
from gridgov.store.rollups import RollupStore
from gridgov.store.rules import RuleStore
from gridgov.store.stories import StoryStore
from gridgov.store.summary import SummaryStore
from gridgov.store.waiting import Waiting
from gridgov.store.whistles import WhistleStore
from gridgov.store.workdays import WorkdayStore
from gridgov.store.worktime import WorktimeStore

_LOADING = 0x6772_6965  # beside the lock of the schema's migrations
_WAIT_SO_LONG = text("SELECT set_config('lock_timeout', :ms, true)")

PATIENCE_S = 10.0
"""So long it is waited for a row where somebody waits: whoever holds one longer is stuck, or was forgotten."""


@dataclass(frozen=True)
class Unit:
    """The rooms of the store, all in one transaction."""

    connection: Connection
    acting: Subject | None = None
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def subject(self) -> Subject:
        """Who acts in this transaction.

        Raises
        ------
        NotAuthenticatedError
            If it was opened for the system itself.
        """
        if self.acting is None:
            message = "Nobody is logged in: this can only be done by somebody."
            raise NotAuthenticatedError(message)
        return self.acting

    def hold_loading(self) -> None:
        """Make others who load wait until this transaction ends: what to load is decided by what is there."""
        self.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOADING})

    def gather_statistics(self) -> None:
        """Let the planner know what was just loaded, instead of when the server next finds time for it."""
        self.connection.execute(text("ANALYZE"))

    @cached_property
    def access(self) -> AccessStore:
        """Accounts, grants, credentials."""
        return AccessStore(self.connection)

    @cached_property
    def accounts(self) -> AccountStore:
        """Accounts as those see them who look after them."""
        return AccountStore(self.connection)

    @cached_property
    def messages(self) -> MessageStore:
        """What people must be told."""
        return MessageStore(self.connection)

    @cached_property
    def deliveries(self) -> DeliveryStore:
        """What is carried to people and programs."""
        return DeliveryStore(self.connection)

    @cached_property
    def endpoints(self) -> EndpointStore:
        """Programs that want to hear."""
        return EndpointStore(self.connection)

    @cached_property
    def jobs(self) -> JobStore:
        """What is done after the transaction: `defer` enqueues in it."""
        return JobStore(self.connection)

    @cached_property
    def changes(self) -> ChangeStore:
        """What changed, for live screens."""
        return ChangeStore(self.connection)

    @cached_property
    def areas(self) -> AreaStore:
        """Areas and their periods."""
        return AreaStore(self.connection)

    @cached_property
    def cells(self) -> CellStore:
        """Cells, versions of the grid, lineage."""
        return CellStore(self.connection)

    @cached_property
    def drafts(self) -> DraftStore:
        """Drafts of the grid."""
        return DraftStore(self.connection)

    @cached_property
    def handovers(self) -> HandoverStore:
        """What becomes of duties when a draft is published."""
        return HandoverStore(self.connection)

    @cached_property
    def bases(self) -> BaseStore:
        """The base map and the address book."""
        return BaseStore(self.connection)

    @cached_property
    def people(self) -> PeopleStore:
        """Organisations, people and duties."""
        return PeopleStore(self.connection)

    @cached_property
    def registers(self) -> RegisterStore:
        """People, duties and organisations as those keep them who look after an area."""
        return RegisterStore(self.connection, acting=self.acting is not None)

    @cached_property
    def rules(self) -> RuleStore:
        """Matters with their versions, kinds of whistle."""
        return RuleStore(self.connection)

    @cached_property
    def worktime(self) -> WorktimeStore:
        """The calendar, hours, limits, steps of escalation."""
        return WorktimeStore(self.connection)

    @cached_property
    def incidents(self) -> IncidentStore:
        """Incidents, facts, positions, shares."""
        return IncidentStore(self.connection)

    @cached_property
    def cases(self) -> CaseStore:
        """Cases while they live: locked, moved on, appended to."""
        return CaseStore(self.connection, self.waiting)

    @cached_property
    def workdays(self) -> WorkdayStore:
        """What waits for somebody, what became of their reports, which whistles concern them."""
        return WorkdayStore(self.connection)

    @cached_property
    def acts(self) -> ActStore:
        """What was done already, by the id of each act."""
        return ActStore(self.connection)

    @cached_property
    def lists(self) -> ListStore:
        """Lists of incidents and one in full, as somebody may see them."""
        return ListStore(self.connection)

    @cached_property
    def looks(self) -> LookStore:
        """Who reported, and who looked."""
        return LookStore(self.connection, self.waiting)

    @cached_property
    def patrols(self) -> PatrolStore:
        """Checklists, and patrols that were walked with them."""
        return PatrolStore(self.connection)

    @cached_property
    def positions(self) -> PositionStore:
        """Shifts and positions of staff."""
        return PositionStore(self.connection)

    @cached_property
    def whistles(self) -> WhistleStore:
        """Whistles, sides, summons."""
        return WhistleStore(self.connection)

    @cached_property
    def audit(self) -> AuditStore:
        """Seals over the chains, and what verifying found."""
        return AuditStore(self.connection)

    @cached_property
    def stories(self) -> StoryStore:
        """What a case's whole story is made of."""
        return StoryStore(self.connection)

    @cached_property
    def evidence(self) -> EvidenceStore:
        """Attachments and their uploads."""
        return EvidenceStore(self.connection)

    @cached_property
    def maps(self) -> MapStore:
        """Layers, as maps show them."""
        return MapStore(self.connection)

    @cached_property
    def rollups(self) -> RollupStore:
        """Counts by place and period, from roll-ups."""
        return RollupStore(self.connection, self.acting)

    @cached_property
    def summary(self) -> SummaryStore:
        """Counts for pages and maps."""
        return SummaryStore(self.connection, self.acting)


class Store:
    """The database behind one URL.

    Parameters
    ----------
    url
        A SQLAlchemy URL with the ``postgresql+psycopg`` driver.
    pool_size
        Connections at most, of people and of the system each. Nobody who has one asks for another.
    app_url
        The URL of the login role under which people act. Without it, a private database is entered as `gridgov_app`;
        elsewhere the connection lays its rights down by ``SET ROLE``, which SQL that slips in could undo.
    patience_s
        How long somebody who acts waits for a row that another holds, in seconds; twice as long for a connection.
    system_patience_s
        The same for the system itself, where it does what somebody waits for; without it, it waits on.
    most_waiting
        How many who act wait for the same case at once; None for as many as there are.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        app_url: str | None = None,
        patience_s: float = PATIENCE_S,
        system_patience_s: float | None = None,
        most_waiting: int | None = None,
    ) -> None:
        self.engine: Engine = engine(url, pool_size, system_patience_s)
        app_url = app_url or login_url(url, APP) or configured_url()
        self._app_engine = engine(app_url, pool_size, patience_s) if app_url else None
        self._patience_s = patience_s
        self._waiting = Waiting(most_waiting)

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """Open a unit of work; it commits when the block ends well and leaves no trace when it does not.

        Raises
        ------
        DatabaseUnavailableError
            If the server cannot be reached or goes away: nothing was stored, the same call may succeed later.
        DatabaseBusyError
            If it and another transaction waited for each other, or it too long for another's row or for a connection:
            nothing was stored, and it may be tried at once.
        """
        with answering(), self._begin() as connection:
            yield Unit(connection)

    @contextmanager
    def acting(self, caller: Caller, *, now: datetime) -> Iterator[Unit]:
        """Open a unit of work on behalf of whoever `caller` proves to be; `unit.subject` says who that is.

        Raises
        ------
        NotAuthenticatedError
            If the proof is unknown, expired or revoked.
        DatabaseUnavailableError, DatabaseBusyError
            As for `transaction`.
        """
        with answering(), self._begin_acting() as connection:
            yield Unit(connection, enter(connection, caller, now=now), self._waiting)

    @contextmanager
    def _begin_acting(self) -> Iterator[Connection]:
        """Open a transaction that sees no row until somebody enters."""
        with (self._app_engine or self.engine).begin() as connection:
            if self._app_engine is None:
                lower(connection)
                connection.execute(_WAIT_SO_LONG, {"ms": milliseconds(self._patience_s)})
            yield connection

    def _begin(self) -> AbstractContextManager[Connection]:
        return self.engine.begin()

    def require_alive(self) -> None:
        """Ask the database for a sign of life.

        Raises
        ------
        DatabaseUnavailableError
            If it gives none.
        DatabaseBusyError
            If it was busy with others all the while.
        """
        with answering(), self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        if self._app_engine is not None:
            self._app_engine.dispose()
