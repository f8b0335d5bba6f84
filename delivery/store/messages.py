"""The outbox: what is owed to whom, and what is known of each try; citizens' links; timed jobs' marks."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Key, as_text
from delivery.store.items import Item


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    WEBHOOK = "webhook"


class MessageState(StrEnum):
    """From owed to a final report. `unknown`: sent perhaps, reconciled before any resend (contracts C21)."""

    OWED = "owed"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    DROPPED = "dropped"


FINAL_MESSAGES = frozenset(
    {MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED, MessageState.DROPPED}
)


class Message(Base):
    """One owed message. `key` makes a repeat harmless; `body` is sealed and cleared once the state is final.

    `not_before` is the item's world time (quiet hours, retries in that world);
    `lease_until` and `next_try_at` are real time. `seq` is the event that caused it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_due", "not_before", postgresql_where=text("state IN ('owed','sending','unknown','sent')")),
        Index(None, "item_id"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    channel: Mapped[Channel] = mapped_column(as_text(Channel, "channel"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    seq: Mapped[int]
    template: Mapped[Code]
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("webhook_endpoints.id"))
    body: Mapped[bytes | None]
    state: Mapped[MessageState] = mapped_column(as_text(MessageState, "state"), default=MessageState.OWED)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None]
    provider_id: Mapped[Code | None] = mapped_column(unique=True)
    provider_status: Mapped[Code | None]
    error_code: Mapped[int | None]
    segments: Mapped[int] = mapped_column(default=0)
    cost: Mapped[Code | None]
    settled_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()


class Link(Base):
    """A citizen's link to one item: the token's SHA-256 for look-up, the token sealed for later messages."""

    __tablename__ = "links"

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    token: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()


class CitizenSession(Base):
    """A browser that opened links; its items are named by random ids that are worthless without it. Real time."""

    __tablename__ = "citizen_sessions"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CitizenSessionItem(Base):
    """An item that a citizen's session has opened, under the name the URL shows."""

    __tablename__ = "citizen_session_items"

    session_digest: Mapped[bytes] = mapped_column(
        ForeignKey("citizen_sessions.digest", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[Code] = mapped_column(primary_key=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("links.id"))
    link: Mapped[Link] = relationship()


class Sweep(Base):
    """A timed job's mark: the world time it last swept up to, and the lease of whoever sweeps now (real time)."""

    __tablename__ = "sweeps"

    job: Mapped[Code] = mapped_column(primary_key=True)
    swept_to: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
