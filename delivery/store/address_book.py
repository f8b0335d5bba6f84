"""Where couriers really handed over: the doors, each sealed under its person's key, and what is known of streets."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Key
from delivery.store.people import Subject


class HandOver(Base):
    """One proven hand-over at a door, under the household's key. Without the person's data key it says nothing.

    `point` seals [lat, lon] as the courier's phone told it; `day` is Vietnam's.
    """

    __tablename__ = "address_book"
    __table_args__ = (Index(None, "address_key", "world_id", "day"),)

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    address_key: Mapped[bytes]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True, unique=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    point: Mapped[bytes]
    subject: Mapped[Subject] = relationship(lazy="joined", innerjoin=True)


class Street(Base):
    """A street within a commune, by a keyed hash of its name, and the squares of it in which was handed over.

    `squares` seals [[lat, lon, day], …] under the master key: corners of a grid of about 55 m, without house, person
    or number of hand-overs. NULL only while its first hand-over is being written.
    """

    __tablename__ = "streets"

    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"), primary_key=True)
    street_key: Mapped[bytes] = mapped_column(primary_key=True)
    squares: Mapped[bytes | None]
    last_day: Mapped[date] = mapped_column(index=True)
