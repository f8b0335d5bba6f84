"""Cash and bank: shifts closed, tills deposited, what the bank received, and who was asked to transfer."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from delivery.store.base import Base, Code, Key, Money, as_text


class Shift(Base):
    """A courier hands in the cash carried since the last close, and it is counted.

    `variance` is counted less expected; one that is not 0 has a `reason` and an owner who answers for it (the id of a
    courier or a member of staff).
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted"),
        CheckConstraint("variance = counted - postage - agency_fee", name="variance"),
        CheckConstraint("variance = 0 OR (reason IS NOT NULL AND owner_id IS NOT NULL)", name="owner"),
        Index(None, "office_id", "day"),
    )

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    courier_id: Mapped[UUID] = mapped_column(ForeignKey("couriers.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    day: Mapped[date]
    postage: Mapped[Money]
    agency_fee: Mapped[Money]
    counted: Mapped[Money]
    variance: Mapped[Money]
    reason: Mapped[Code | None]
    owner_id: Mapped[UUID | None]
    closed_by: Mapped[Code]
    closed_at: Mapped[datetime]


class Deposit(Base):
    """Cash of an office's till paid into the bank; `slip` is the number on the bank's paper."""

    __tablename__ = "deposits"
    __table_args__ = (
        CheckConstraint("postage >= 0 AND agency_fee >= 0 AND postage + agency_fee > 0", name="amount"),
        Index(None, "office_id", "slip", unique=True),
    )

    id: Mapped[Key]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    day: Mapped[date]
    postage: Mapped[Money]
    agency_fee: Mapped[Money]
    slip: Mapped[Code]
    made_by: Mapped[Code]
    made_at: Mapped[datetime]


class TransferState(StrEnum):
    """What became of money that the bank received."""

    WAITING = "waiting"
    """It fits nothing that is owed: a person decides."""
    MATCHED = "matched"
    """It paid an item or a statement; what was too much is a refund due."""
    REFUND = "refund"
    """All of it goes back."""


class BankTransfer(Base):
    """One credit on the post's account, told by the bank's notice or by its statement, once by `bank_reference`.

    `content` is what the payer wrote, sealed: people write their names there. `paid_at` is the bank's time. One that
    goes back and names no item is returned by a second person; one that names an item is a claim of that item.
    """

    __tablename__ = "bank_transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("num_nulls(returned_reference, returned_by, returned_at) IN (0, 3)", name="returned"),
        CheckConstraint(
            "returned_by IS NULL OR (state = 'refund' AND item_id IS NULL AND returned_by <> settled_by)",
            name="two_persons",
        ),
        Index(None, "state", "paid_at"),
    )

    id: Mapped[Key]
    bank_reference: Mapped[Code] = mapped_column(unique=True)
    amount: Mapped[Money]
    content: Mapped[bytes]
    paid_at: Mapped[datetime]
    told_by: Mapped[Code]
    received_at: Mapped[datetime]
    state: Mapped[TransferState] = mapped_column(as_text(TransferState, "state"))
    why: Mapped[Code | None]
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("items.id"), index=True)
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("statements.id"))
    settled_by: Mapped[Code | None]
    settled_at: Mapped[datetime | None]
    returned_reference: Mapped[Code | None]
    returned_by: Mapped[Code | None]
    returned_at: Mapped[datetime | None]


class PaymentRequest(Base):
    """An addressee was shown a VietQR for what is due: from then on the policy's minutes run."""

    __tablename__ = "payment_requests"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    amount: Mapped[Money]
    reference: Mapped[str] = mapped_column(String(25))
    asked_by: Mapped[Code]
    asked_at: Mapped[datetime]
