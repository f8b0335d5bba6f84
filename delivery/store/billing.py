"""Papers about money: receipts and invoices, statements of postage to agencies, remittances of their fees."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.agencies import Agency
from delivery.store.base import Base, Code, Json, Key, Money, as_text
from delivery.store.items import Item
from delivery.store.money import Correction, Payment, Quote


class Series(Base):
    """The next number of a kind of paper in a series; its row lock hands out each number once, without a gap."""

    __tablename__ = "paper_series"

    name: Mapped[Code] = mapped_column(primary_key=True)
    following: Mapped[int] = mapped_column(default=1)


class ReceiptKind(StrEnum):
    """What a payer is given for their money."""

    RECEIPT = "receipt"
    """Biên lai: an agency's fee, collected for it."""
    INVOICE = "invoice"
    """Hóa đơn: the post's own charge, with VAT."""


class Receipt(Base):
    """A numbered receipt or invoice: for one payment, for one statement, or adjusting an earlier invoice downwards.

    `rates` parts it by VAT rate: `{"8": {"net": …, "vat": …}}`, the rate as a quote's line writes it. Only an adjusting
    invoice has negative amounts. `export` names the tax export that held it; nothing else of a receipt ever changes.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        CheckConstraint("net + vat = gross", name="gross"),
        CheckConstraint("num_nonnulls(payment_id, statement_id, adjusts_id) = 1", name="for_one"),
        CheckConstraint("(gross < 0) = (adjusts_id IS NOT NULL)", name="adjusts"),
        Index(None, "export"),
        Index("ix_receipts_not_exported", "day", postgresql_where=text("export IS NULL")),
    )

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[ReceiptKind] = mapped_column(as_text(ReceiptKind, "kind"))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("statements.id"), unique=True)
    adjusts_id: Mapped[UUID | None] = mapped_column(ForeignKey("receipts.id"), index=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("items.id"), index=True)
    net: Mapped[Money]
    vat: Mapped[Money]
    gross: Mapped[Money]
    rates: Mapped[Json]
    day: Mapped[date]
    issued_at: Mapped[datetime]
    export: Mapped[Code | None]
    item: Mapped[Item | None] = relationship()
    adjusts: Mapped["Receipt | None"] = relationship(remote_side="Receipt.id")


class Remittance(Base):
    """The fees collected for one agency up to a day, paid over to it in one transfer.

    `position` counts an agency's remittances without a gap, in the order in which they became visible. One that was
    cancelled stays, with its lines, as proof of what it had held.
    """

    __tablename__ = "remittances"
    __table_args__ = (
        UniqueConstraint("world_id", "agency_id", "position"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("num_nonnulls(paid_at, paid_by, bank_reference) IN (0, 3)", name="paid"),
        CheckConstraint("num_nonnulls(cancelled_at, cancelled_by) IN (0, 2)", name="cancelled"),
        CheckConstraint("paid_at IS NULL OR cancelled_at IS NULL", name="one_end"),
        CheckConstraint("paid_by <> made_by", name="two_persons"),
    )

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    number: Mapped[Code] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), index=True)
    position: Mapped[int]
    through: Mapped[date]
    amount: Mapped[Money]
    made_by: Mapped[Code]
    made_at: Mapped[datetime]
    paid_by: Mapped[Code | None]
    paid_at: Mapped[datetime | None]
    bank_reference: Mapped[Code | None] = mapped_column(unique=True)
    cancelled_by: Mapped[Code | None]
    cancelled_at: Mapped[datetime | None]
    agency: Mapped[Agency] = relationship()
    lines: Mapped[list["RemittanceLine"]] = relationship(
        back_populates="remittance", order_by="RemittanceLine.position"
    )


class RemittanceLine(Base):
    """One collected fee; each stands on one remittance only, unless that was cancelled and so `released` it."""

    __tablename__ = "remittance_lines"
    __table_args__ = (
        Index("ix_remittance_lines_listed", "payment_id", unique=True, postgresql_where=text("NOT released")),
    )

    remittance_id: Mapped[UUID] = mapped_column(ForeignKey("remittances.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    amount: Mapped[Money]
    released: Mapped[bool] = mapped_column(default=False)
    remittance: Mapped[Remittance] = relationship(back_populates="lines")
    payment: Mapped[Payment] = relationship()
    item: Mapped[Item] = relationship()


class Statement(Base):
    """The postage that one agency owes for one month, item by item; `month` is its first day.

    `position` counts an agency's statements without a gap, in the order in which they became visible.
    """

    __tablename__ = "statements"
    __table_args__ = (
        UniqueConstraint("world_id", "agency_id", "month"),
        UniqueConstraint("world_id", "agency_id", "position"),
        CheckConstraint("net + vat = gross", name="gross"),
        CheckConstraint("extract(day from month) = 1", name="month"),
    )

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    number: Mapped[Code] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    position: Mapped[int]
    month: Mapped[date]
    net: Mapped[Money]
    vat: Mapped[Money]
    gross: Mapped[Money]
    made_by: Mapped[Code]
    made_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    agency: Mapped[Agency] = relationship()
    lines: Mapped[list["StatementLine"]] = relationship(back_populates="statement", order_by="StatementLine.position")


class StatementLine(Base):
    """One item's frozen price, or one correction of it, as far as the agency owes it. Each stands on one statement."""

    __tablename__ = "statement_lines"
    __table_args__ = (
        CheckConstraint("net + vat = gross", name="gross"),
        CheckConstraint("num_nonnulls(quote_id, correction_id) = 1", name="for_one"),
    )

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statements.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    quote_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotes.id"), unique=True)
    correction_id: Mapped[UUID | None] = mapped_column(ForeignKey("corrections.id"), unique=True)
    net: Mapped[Money]
    vat: Mapped[Money]
    gross: Mapped[Money]
    statement: Mapped[Statement] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()
    quote: Mapped[Quote | None] = relationship()
    correction: Mapped[Correction | None] = relationship()
