"""The unit of work: one transaction, one clock reading, one actor. The only place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from delivery.clock import Clock
from delivery.keys import Keys
from delivery.rules.calendar import vietnam_day
from delivery.store.agencies import LIVE, World, WorldKind
from delivery.store.events import Occasion


class Work:
    """What a use case works with. It never commits: leaving `open_work` without a raise does.

    `now` is the world's time, read once per unit; `actor` is "staff:<id>",
    "client:<id>", "citizen:<id>" or "job:<name>" and goes into every event.
    """

    def __init__(self, session: Session, *, clock: Clock, keys: Keys, actor: str, world_id: UUID) -> None:
        self.session = session
        self.clock = clock
        self.keys = keys
        self.actor = actor
        self.world_id = world_id
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time in this unit's world, UTC."""
        if self._now is None:
            if self.world_id == LIVE and not self.clock.live_moves:
                self._now = self.clock.real()
            else:
                world = self.session.get_one(World, self.world_id)
                self._now = self.clock.now(world.clock_offset, live=world.kind is WorldKind.LIVE)
        return self._now

    @property
    def today(self) -> date:
        """Vietnam's day in this unit's world."""
        return vietnam_day(self.now)

    def occasion(
        self, place: UUID | None = None, *, occurred_at: datetime | None = None, device_at: datetime | None = None
    ) -> Occasion:
        """An occasion recorded now by this unit's actor; it occurred now unless said otherwise, never later."""
        occurred = self.now if occurred_at is None else min(occurred_at, self.now)
        return Occasion(recorded_at=self.now, occurred_at=occurred, actor=self.actor, place=place, device_at=device_at)


@contextmanager
def open_work(
    sessions: sessionmaker[Session], *, clock: Clock, keys: Keys, actor: str, world_id: UUID = LIVE
) -> Iterator[Work]:
    """One transaction around what the block does: committed when it returns, rolled back when it raises."""
    with sessions() as session, session.begin():
        yield Work(session, clock=clock, keys=keys, actor=actor, world_id=world_id)


def try_lock(session: Session, name: str) -> bool:
    """Take the transaction's advisory lock called `name`, or say at once that another transaction has it."""
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}))
