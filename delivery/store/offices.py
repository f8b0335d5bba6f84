"""Post offices, and the count that closes an office's day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Json, Key
from delivery.store.communes import Commune


class Office(Base):
    """A post office; each commune has one that delivers there."""

    __tablename__ = "offices"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    commune_id: Mapped[int] = mapped_column(ForeignKey("communes.id"), unique=True)
    lat: Mapped[float]
    lon: Mapped[float]
    opens: Mapped[Code] = mapped_column(default="07:00")
    closes: Mapped[Code] = mapped_column(default="18:00")
    commune: Mapped[Commune] = relationship()


class DayCount(Base):
    """The end of an office's day: every item that should be there was counted, or is named with an owner.

    `exceptions` lists {number, why, owner}; both numbers are of items.
    """

    __tablename__ = "day_counts"
    __table_args__ = (Index(None, "office_id", "day", unique=True),)

    id: Mapped[Key]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    day: Mapped[date]
    expected: Mapped[int]
    counted: Mapped[int]
    exceptions: Mapped[list[Json]] = mapped_column(JSONB)
    closed_by: Mapped[Code]
    closed_at: Mapped[datetime]
