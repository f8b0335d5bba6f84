"""Tariff books as published: immutable texts, each put into force, and taken back, by two people."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from delivery.store.base import Base, Code, Key, as_text


class BookState(StrEnum):
    """How far a book is."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    """Taken back before its day came; it never priced anything."""


class TariffBook(Base):
    """One book's whole text. `digest` is the SHA-256 of the text, which is all that a price rests on.

    `seed`: it came with the release, so nobody at the desk proposed or approved it. `why` it was withdrawn, or why
    somebody asked for that; one person takes a proposal back, two a published book.
    """

    __tablename__ = "tariff_books"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("state <> 'published' OR approved_by IS NOT NULL", name="approved"),
        CheckConstraint("withdrawal_asked_by IS NULL OR withdrawn_by <> withdrawal_asked_by", name="two_withdraw"),
        CheckConstraint(
            "state <> 'withdrawn' OR approved_by IS NULL OR withdrawal_asked_by IS NOT NULL", name="withdrawal_asked"
        ),
        Index(None, "code", unique=True, postgresql_where="state <> 'withdrawn'"),
        Index(None, "in_force_from", unique=True, postgresql_where="state = 'published'"),
    )

    id: Mapped[Key]
    code: Mapped[Code]
    label: Mapped[Code]
    in_force_from: Mapped[date]
    digest: Mapped[Code]
    text: Mapped[str]
    state: Mapped[BookState] = mapped_column(as_text(BookState, "state"))
    seed: Mapped[bool] = mapped_column(default=False)
    came_from: Mapped[Code]
    proposed_by: Mapped[Code]
    proposed_at: Mapped[datetime]
    approved_by: Mapped[Code | None]
    approved_at: Mapped[datetime | None]
    withdrawal_asked_by: Mapped[Code | None]
    withdrawal_asked_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Code | None]
    withdrawn_at: Mapped[datetime | None]
    why: Mapped[str | None]
