"""Money that goes back to people: refunds and compensation, decided by two persons."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.rules.compensation_terms import ClaimKind
from delivery.store.base import Base, Code, Json, Key, Money, as_text
from delivery.store.items import Item

__all__ = ["Claim", "ClaimKind", "ClaimState", "CompensationTerms"]


class ClaimState(StrEnum):
    """How far a claim is."""

    OPEN = "open"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"


class CompensationTerms(Base):
    """One published version of the terms; `delivery.rules.compensation_terms.read_terms` reads the document.

    An item keeps those that were in force on the day on which the post accepted it.
    """

    __tablename__ = "compensation_terms"

    id: Mapped[Key]
    version: Mapped[Code] = mapped_column(unique=True)
    valid_from: Mapped[date] = mapped_column(unique=True)
    document: Mapped[Json]
    source: Mapped[str]


class Claim(Base):
    """A claim for money back: `refund` of what was charged, `compensation` on top, and the `agency_fee` that the post
    still had. Proposer and approver differ.

    `damage_percent` and `right_price` are what was seen when it was opened. `decision` is what the dated terms of
    `terms_version` said, with each step's reason; `answer_by` and `pay_by` are the days by which the law wants an
    answer and the money. `office_id` is the till that paid, none when the bank did; `why` is why it was rejected.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("refund >= 0 AND compensation >= 0 AND agency_fee >= 0", name="amount"),
        CheckConstraint("damage_percent BETWEEN 1 AND 100", name="damage_percent"),
        CheckConstraint("right_price >= 0", name="right_price"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("state NOT IN ('approved','paid') OR approved_by IS NOT NULL", name="approved"),
        CheckConstraint("state <> 'paid' OR paid_reference IS NOT NULL", name="paid"),
        CheckConstraint("state <> 'rejected' OR why IS NOT NULL", name="rejected"),
        Index(None, "world_id", "state", "opened_at"),
        # A kind is claimed once, unless it was rejected; too much can be paid again and again.
        Index(
            "uq_claims_standing",
            "item_id",
            "kind",
            unique=True,
            postgresql_where=text("state <> 'rejected' AND kind <> 'overpaid'"),
        ),
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
    damage_percent: Mapped[int | None]
    right_price: Mapped[int | None] = mapped_column(BigInteger)
    refund: Mapped[Money] = mapped_column(default=0)
    compensation: Mapped[Money] = mapped_column(default=0)
    agency_fee: Mapped[Money] = mapped_column(default=0)
    terms_version: Mapped[str | None] = mapped_column(ForeignKey("compensation_terms.version"))
    decision: Mapped[Json | None]
    proposed_by: Mapped[Code | None]
    proposed_at: Mapped[datetime | None]
    approved_by: Mapped[Code | None]
    approved_at: Mapped[datetime | None]
    pay_by: Mapped[date | None]
    paid_reference: Mapped[Code | None]
    paid_by: Mapped[Code | None]
    paid_at: Mapped[datetime | None]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    why: Mapped[str | None]
    item: Mapped[Item] = relationship()
