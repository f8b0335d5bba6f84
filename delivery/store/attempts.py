"""Attempts, invitations, incidents, and what citizens chose."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Key, as_text
from delivery.store.items import Item


class AttemptKind(StrEnum):
    """A visit to the address, or a call or message that tried to arrange it."""

    VISIT = "visit"
    CONTACT = "contact"


class Attempt(Base):
    """A fruitless visit or contact, with what the policy made of it. Successful visits are `item.delivered` events.

    `reason`, `fault` and `action` are values of `delivery.rules.reasons`; `evidence`
    seals what the phone recorded (place, call, photo digest) under the addressee's key.
    """

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "item_id", "seq", unique=True), Index(None, "recorded_at"))

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    seq: Mapped[int]
    kind: Mapped[AttemptKind] = mapped_column(as_text(AttemptKind, "kind"))
    reason: Mapped[Code]
    fault: Mapped[Code]
    counts: Mapped[bool]
    weak: Mapped[bool] = mapped_column(default=False)
    action: Mapped[Code]
    channel: Mapped[Code] = mapped_column(default="visit")
    courier_id: Mapped[UUID | None] = mapped_column(ForeignKey("couriers.id"), index=True)
    half_day: Mapped[Code]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    evidence: Mapped[bytes | None]
    reversed_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()


class Invitation(Base):
    """A dated notice to collect at the counter. It counts once its channel proved it (`proved_at`)."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index(None, "item_id", "number", unique=True),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    day: Mapped[date]
    channel: Mapped[Code]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    sent_at: Mapped[datetime]
    proof: Mapped[Code | None]
    proved_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()


class Incident(Base):
    """Lost, stolen, damaged, seal broken: who owns it, and how it ended."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_open", "owner", postgresql_where=text("closed_at IS NULL")),)

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    kind: Mapped[Code]
    owner: Mapped[Code]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Code | None]
    item: Mapped[Item] = relationship()


class Choice(Base):
    """What the addressee asked for: another day or half-day, the counter, another person, another address.

    `detail` seals what names a person (the authorised person, the new address).
    """

    __tablename__ = "choices"

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    kind: Mapped[Code]
    day: Mapped[date | None]
    half_day: Mapped[Code | None]
    detail: Mapped[bytes | None]
    via: Mapped[Code]
    chosen_at: Mapped[datetime]
    item: Mapped[Item] = relationship()
