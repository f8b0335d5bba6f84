"""The frozen collaborators of one process, and `work()`, which opens a unit of work."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from uuid import UUID

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from delivery.clock import Clock, MovableClock, SystemClock
from delivery.money.publishing import published
from delivery.outbound.geocoders import GeopyGeocoder, geocoder_for
from delivery.outbound.roads import RoadTables, road_tables
from delivery.outbound.sms import SmsGateway
from delivery.settings import Settings
from delivery.store.agencies import LIVE
from delivery.store.communes import Edition, edition, read_gazetteer
from delivery.store.work import Work, open_work
from routing.addresses import Matcher
from tariffs.book import Book

LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Wiring:
    """What use cases, views and jobs are given. Build it once per process with `wire`."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock
    sms: SmsGateway

    def work(self, actor: str, world_id: UUID = LIVE) -> AbstractContextManager[Work]:
        """Open a unit of work: `with wiring.work("job:remind") as unit: …`."""
        return open_work(self.sessions, clock=self.clock, keys=self.settings.keys, actor=actor, world_id=world_id)

    @property
    def matcher(self) -> Matcher:
        """The address matcher over today's communes; built at first use and on the day of a merger, in a second."""
        return self._dated.of(self)

    @cached_property
    def _dated(self) -> "_DatedMatcher":
        return _DatedMatcher()

    @cached_property
    def geocoder(self) -> GeopyGeocoder | None:
        """The geocoder that the house has set, None when it has set none."""
        return geocoder_for(self.settings.geocoder)

    @cached_property
    def roads(self) -> RoadTables:
        """Travel times by road, with what this process was told of them."""
        return road_tables(self.settings.roads)

    @property
    def books(self) -> tuple[Book, ...]:
        """The published tariff books, by their days: one short query, since another process may publish one."""
        with self.work("job:tariffs") as unit:
            return published(unit)


class _DatedMatcher:
    """Keeps the matcher while the communes stay the same; asks the tables once a minute whether they do."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._matcher: Matcher | None = None
        self._edition: Edition | None = None
        self._asked: datetime | None = None

    def of(self, wiring: Wiring) -> Matcher:
        """The matcher of today."""
        now = wiring.clock.real()
        with self._lock:
            if self._matcher is not None and self._asked is not None and abs(now - self._asked) < LOOK_AGAIN:
                return self._matcher
            with wiring.work("job:gazetteer") as unit:
                current = edition(unit.session, unit.today)
                if self._matcher is None or current != self._edition:
                    self._matcher = Matcher(read_gazetteer(unit.session, unit.today))
            self._edition, self._asked = current, now
            return self._matcher


def wire(settings: Settings, *, clock: Clock | None = None) -> Wiring:
    """Build the collaborators; nothing connects until first use."""
    # Sessions and statements end by themselves: a hung query must not hold an item's lock for ever.
    engine = create_engine(
        settings.database_url,
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        # Statements in errors must not carry what they were given.
        hide_parameters=True,
        connect_args={"options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"},
    )
    chosen: Clock = clock or (MovableClock() if settings.demo else SystemClock())
    sms = SmsGateway(
        settings.sms.account_sid, settings.sms.auth_token, settings.sms.sender, base_url=settings.sms.base_url
    )
    return Wiring(settings, engine, sessionmaker(engine, expire_on_commit=False), chosen, sms)
