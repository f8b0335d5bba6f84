"""Delivery policies: dated documents, by service, area and document class."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from delivery.store.base import Base, Code, Json, Key


class Policy(Base):
    """One published version of one policy; the document is read by `delivery.rules.policy.read_policy`."""

    __tablename__ = "policies"

    id: Mapped[Key]
    version: Mapped[Code] = mapped_column(unique=True)
    valid_from: Mapped[date] = mapped_column(index=True)
    document: Mapped[Json]
    source: Mapped[str]


class CalendarDay(Base):
    """A day that the holiday calendar has wrong, or that the government moved."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    reason: Mapped[str]
