"""What happened to items: an append-only, hash-chained log, and the feed that numbers it.

The database refuses UPDATE, DELETE and TRUNCATE of events (migration 0001); the
application's role has SELECT and INSERT only (contracts C38).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from delivery.rules.evidence import Json as Canonical
from delivery.rules.evidence import instant_text, link_hash
from delivery.rules.states import Happening, State
from delivery.store.base import Base, Code, Json, as_text

DataValue = str | int | bool | None
# Ids, codes, days and digests only: a space or a letter beyond ASCII would be free text, which may name people.
_PLAIN = re.compile(r"[A-Za-z0-9_.:+\-]{0,80}")


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """When, by whom and where something happened. Instants are UTC.

    `recorded_at` is the server's, in the item's world; `occurred_at` is when it
    happened by the best account; `device_at` is the raw clock of the device that
    said so. `actor` is "staff:<id>", "client:<id>", "citizen:<session>" or "job:<name>".
    """

    recorded_at: datetime
    occurred_at: datetime
    actor: str
    place: UUID | None = None
    device_at: datetime | None = None

    def __post_init__(self) -> None:
        for moment in (self.recorded_at, self.occurred_at, self.device_at):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"Occasion: {moment} has no time zone.")
        if self.occurred_at > self.recorded_at:
            raise ValueError("Occasion: nothing can be recorded before it occurs.")


class Event(Base):
    """One happening to one item. `seq` is gapless per item and follows the order of recording."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("octet_length(hash) = 32 AND octet_length(previous) = 32", name="hashes"),
        Index(None, "recorded_at"),
        {"postgresql_partition_by": "RANGE (item_id)"},
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[Happening] = mapped_column(as_text(Happening, "kind"))
    state: Mapped[State] = mapped_column(as_text(State, "state"))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    device_at: Mapped[datetime | None]
    actor: Mapped[Code]
    place: Mapped[UUID | None]
    data: Mapped[Json]
    previous: Mapped[bytes]
    hash: Mapped[bytes]

    def content(self) -> dict[str, Canonical]:
        """What the hash covers, and what an export shows."""
        return {
            "item": str(self.item_id),
            "seq": self.seq,
            "event": str(self.kind),
            "state": str(self.state),
            "occurred_at": instant_text(self.occurred_at),
            "recorded_at": instant_text(self.recorded_at),
            "device_at": instant_text(self.device_at) if self.device_at else None,
            "actor": self.actor,
            "place": str(self.place) if self.place else None,
            "data": self.data,
        }

    @classmethod
    def following(
        cls,
        item_id: UUID,
        seq: int,
        previous: bytes,
        kind: Happening,
        state: State,
        occasion: Occasion,
        data: Mapping[str, DataValue],
    ) -> "Event":
        """The next link of an item's chain. Refuses data that could be free text."""
        for name, value in data.items():
            if isinstance(value, str) and not _PLAIN.fullmatch(value):
                raise ValueError(f"Event {kind}: {name} must be an id, a code, a day or a digest, never text.")
        event = cls(
            item_id=item_id,
            seq=seq,
            kind=kind,
            state=state,
            occurred_at=occasion.occurred_at,
            recorded_at=occasion.recorded_at,
            device_at=occasion.device_at,
            actor=occasion.actor,
            place=occasion.place,
            data=dict(data),
            previous=previous,
        )
        event.hash = link_hash(previous, event.content())
        return event


class Unnumbered(Base):
    """An event that the feed has not numbered yet; written beside it, deleted when numbered."""

    __tablename__ = "events_unnumbered"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    item_id: Mapped[UUID]
    seq: Mapped[int]


class FeedPosition(Base):
    """A number given after commit by the one sequencer, so that a reader's cursor misses nothing (contracts C13)."""

    __tablename__ = "feed"
    __table_args__ = (Index(None, "item_id", "seq", unique=True), Index(None, "agency_id", "world_id", "position"))

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_id: Mapped[UUID]
    seq: Mapped[int]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
