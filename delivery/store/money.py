"""Quotes frozen onto items, and what was collected. Whole đồng."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Json, Key, Money, as_text
from delivery.store.items import Item


class Quote(Base):
    """A price as lines that add up (`tariffs.quote.Quote.as_json`). An estimate until `frozen_at`, then for ever."""

    __tablename__ = "quotes"
    __table_args__ = (CheckConstraint("net + vat = gross", name="gross"),)

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    book: Mapped[Code]
    day: Mapped[date]
    document: Mapped[Json]
    net: Mapped[Money]
    vat: Mapped[Money]
    gross: Mapped[Money]
    due_from_addressee: Mapped[Money]
    due_from_agency: Mapped[Money]
    due_from_subsidy: Mapped[Money]
    frozen_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()


class PaymentKind(StrEnum):
    """Two separate moneys: the post's postage, and the agency's own fee."""

    POSTAGE = "postage"
    AGENCY_FEE = "agency_fee"


class Payment(Base):
    """Money taken from an addressee, once per item and kind."""

    __tablename__ = "payments"
    __table_args__ = (Index(None, "item_id", "kind", unique=True), CheckConstraint("amount > 0", name="amount"))

    id: Mapped[Key]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[PaymentKind] = mapped_column(as_text(PaymentKind, "kind"))
    amount: Mapped[Money]
    method: Mapped[Code]
    taken_by: Mapped[Code]
    taken_at: Mapped[datetime]
