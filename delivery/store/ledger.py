"""The ledger: each posting debits one account and credits another by the same amount, so no book can be out of balance.

Two books that never mix: the post's postage, and the fees that it collects for agencies. Append-only, as the event log.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from delivery.store.base import Base, Code, Key, Money, as_text


class LedgerBook(StrEnum):
    """Whose money it is."""

    POSTAGE = "postage"
    AGENCY_FEE = "agency_fee"


class Account(StrEnum):
    """What a posting debits or credits. `debit_party` and `credit_party` say whose, where an account has parties."""

    ADDRESSEE = "addressee"
    """Receivable from addressees; the item says from whom."""
    AGENCY = "agency"
    """Receivable from an agency (party): postage that it pays itself."""
    SUBSIDY = "subsidy"
    """Receivable from the budget that bears waivers."""
    COURIER = "courier"
    """Cash in a courier's hand (party)."""
    TILL = "till"
    """Cash in an office's till (party)."""
    BANK = "bank"
    PAYABLE = "payable"
    """Owed to an agency (party): its fees, collected and not yet remitted."""
    REVENUE = "revenue"
    VAT = "vat"
    SUSPENSE = "suspense"
    """Money that the bank received and nobody has matched yet."""
    REFUNDS = "refunds"
    """Owed to people: paid twice, priced wrongly, lost, damaged."""
    VARIANCE = "variance"
    """Cash that a close found too much or too little; the party is the courier or the member of staff who answers."""
    COMPENSATION = "compensation"
    UNCOLLECTED = "uncollected"
    """Postage that an addressee never paid, because the item went back, was lost or cancelled."""


class PostingKind(StrEnum):
    """What happened."""

    CHARGED = "charged"
    CORRECTED = "corrected"
    COLLECTED = "collected"
    BANK_RECEIVED = "bank_received"
    MATCHED = "matched"
    SHIFT_CLOSED = "shift_closed"
    VARIANCE = "variance"
    DEPOSITED = "deposited"
    REMITTED = "remitted"
    UNCOLLECTED = "uncollected"
    CLAIMED = "claimed"
    PAID_OUT = "paid_out"


class Posting(Base):
    """`amount` đồng to the debit of one account and the credit of another, in one book, for one reason.

    `key` makes a repeat harmless: the same deed is posted once. `day` is Vietnam's.
    """

    __tablename__ = "postings"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit <> credit OR debit_party IS DISTINCT FROM credit_party", name="two_sides"),
        Index(None, "world_id", "book", "day"),
        Index(None, "debit", "debit_party"),
        Index(None, "credit", "credit_party"),
    )

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    book: Mapped[LedgerBook] = mapped_column(as_text(LedgerBook, "book"))
    kind: Mapped[PostingKind] = mapped_column(as_text(PostingKind, "kind"))
    key: Mapped[str] = mapped_column(String(160), unique=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("items.id"), index=True)
    debit: Mapped[Account] = mapped_column(as_text(Account, "debit"))
    debit_party: Mapped[UUID | None]
    credit: Mapped[Account] = mapped_column(as_text(Account, "credit"))
    credit_party: Mapped[UUID | None]
    amount: Mapped[Money]
    day: Mapped[date]
    made_by: Mapped[Code]
    made_at: Mapped[datetime]
