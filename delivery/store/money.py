"""Quotes frozen onto items, their corrections, and what was collected. Whole đồng."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Json, Key, Money, as_text
from delivery.store.items import Item


class Quote(Base):
    """A price as lines that add up (`tariffs.quote.Quote.as_json`). An estimate until `frozen_at`, then for ever.

    `commune_id` is where it was to be handed over when it was priced: an address corrected later moves no price.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint("net + vat = gross", name="gross"),
        Index("ix_quotes_for_agencies", "frozen_at", postgresql_where=text("due_from_agency <> 0")),
        Index(None, "day", postgresql_where=text("frozen_at IS NOT NULL")),
    )

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    book: Mapped[Code]
    day: Mapped[date]
    commune_id: Mapped[int] = mapped_column(ForeignKey("communes.id"))
    document: Mapped[Json]
    net: Mapped[Money]
    vat: Mapped[Money]
    gross: Mapped[Money]
    due_from_addressee: Mapped[Money]
    due_from_agency: Mapped[Money]
    due_from_subsidy: Mapped[Money]
    frozen_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()
    corrections: Mapped[list["Correction"]] = relationship(back_populates="quote", order_by="Correction.seq")


class CorrectionReason(StrEnum):
    """Why a frozen price is corrected."""

    COLLECTED_AT_COUNTER = "collected_at_counter"
    REDELIVERY = "redelivery"
    WAIVER_SEEN = "waiver_seen"
    WEIGHED_AGAIN = "weighed_again"
    PRICE_ERROR = "price_error"
    CLAIM = "claim"
    """The carriage failed: the item was lost, damaged or late, and what was charged for it goes back."""


class Correction(Base):
    """Lines added to a frozen quote: reversals of what no longer holds, and what holds instead. Never edited.

    `lines` are the added ones, `standing` is the whole quote as it stands after them (both as
    `tariffs.quote.Quote.as_json` writes); the sums are of the added lines and may be negative.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        UniqueConstraint("quote_id", "seq"),
        CheckConstraint("net + vat = gross", name="gross"),
        Index("ix_corrections_for_agencies", "made_at", postgresql_where=text("due_from_agency <> 0")),
    )

    id: Mapped[Key]
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    seq: Mapped[int]
    reason: Mapped[CorrectionReason] = mapped_column(as_text(CorrectionReason, "reason"))
    lines: Mapped[Json]
    standing: Mapped[Json]
    net: Mapped[Money]
    vat: Mapped[Money]
    gross: Mapped[Money]
    due_from_addressee: Mapped[Money]
    due_from_agency: Mapped[Money]
    due_from_subsidy: Mapped[Money]
    made_by: Mapped[Code]
    made_at: Mapped[datetime]
    quote: Mapped[Quote] = relationship(back_populates="corrections")


class WaiverSeen(Base):
    """A paper that a clerk saw and that proves a waiver; the paper itself is not kept."""

    __tablename__ = "waivers_seen"
    __table_args__ = (UniqueConstraint("item_id", "kind"),)

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[Code]
    staff_login: Mapped[Code]
    seen_at: Mapped[datetime]


class PaymentKind(StrEnum):
    """Two separate moneys: the post's postage, and the agency's own fee."""

    POSTAGE = "postage"
    AGENCY_FEE = "agency_fee"


class Payment(Base):
    """Money taken from an addressee for one item and one kind; a corrected price may need another one.

    `courier_id` is set while and after a courier carried it as cash, `office_id` when a till took it, `transfer_id`
    when the bank did: exactly one of the three. `shift_id` is the close that took it over from the courier.
    """

    __tablename__ = "payments"
    __table_args__ = (
        Index(None, "item_id", "kind"),
        Index(None, "courier_id", "shift_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("num_nonnulls(courier_id, office_id, transfer_id) = 1", name="one_taker"),
        CheckConstraint("shift_id IS NULL OR courier_id IS NOT NULL", name="shift"),
    )

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[PaymentKind] = mapped_column(as_text(PaymentKind, "kind"))
    amount: Mapped[Money]
    method: Mapped[Code]
    taken_by: Mapped[Code]
    taken_at: Mapped[datetime]
    day: Mapped[date]
    courier_id: Mapped[UUID | None] = mapped_column(ForeignKey("couriers.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank_transfers.id"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    item: Mapped[Item] = relationship()
