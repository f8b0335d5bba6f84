"""Money that goes back to people: refunds and compensation, decided by two persons."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Json, Key, Money, as_text
from delivery.store.items import Item


class ClaimKind(StrEnum):
    """What happened to the item or its price."""

    LOST = "lost"
    DAMAGED = "damaged"
    DELAYED = "delayed"
    PRICE_ERROR = "price_error"
    OVERPAID = "overpaid"
    """A second transfer, too much of one, or a price that fell after it was paid."""


class ClaimState(StrEnum):
    """How far a claim is."""

    OPEN = "open"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"


class Claim(Base):
    """A claim for money back: `refund` of what was charged, `compensation` on top. Proposer and approver differ.

    `decision` is what the dated rules said, with their version and each step's reason; `answer_by` and `pay_by` are
    the days by which the law wants an answer and the money.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("refund >= 0 AND compensation >= 0", name="amount"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("state NOT IN ('approved','paid') OR approved_by IS NOT NULL", name="approved"),
        CheckConstraint("state <> 'paid' OR paid_reference IS NOT NULL", name="paid"),
        Index(None, "state", "opened_at"),
    )

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    kind: Mapped[ClaimKind] = mapped_column(as_text(ClaimKind, "kind"))
    state: Mapped[ClaimState] = mapped_column(as_text(ClaimState, "state"), default=ClaimState.OPEN)
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank_transfers.id"), index=True)
    opened_by: Mapped[Code]
    opened_at: Mapped[datetime]
    answer_by: Mapped[date]
    refund: Mapped[Money] = mapped_column(default=0)
    compensation: Mapped[Money] = mapped_column(default=0)
    decision: Mapped[Json | None]
    proposed_by: Mapped[Code | None]
    proposed_at: Mapped[datetime | None]
    approved_by: Mapped[Code | None]
    approved_at: Mapped[datetime | None]
    pay_by: Mapped[date | None]
    paid_reference: Mapped[Code | None]
    paid_by: Mapped[Code | None]
    paid_at: Mapped[datetime | None]
    why: Mapped[str | None]
    item: Mapped[Item] = relationship()
