"""What recorded routes taught: dated rows that stay as they are, so that a plan is explained by those of its day."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from delivery.store.base import Base, Code, Key, as_text


class Scope(StrEnum):
    """What a learned row is about."""

    VEHICLE = "vehicle"
    """How fast a vehicle gets on in one half-day, everywhere: `metres_per_second`."""
    COMMUNE = "commune"
    """How much longer the way takes there than the vehicle's speed says (`way`), and the time at its doors."""
    COURIER = "courier"
    """The same of one courier against the office's commune. Only to plan this courier's own day."""


class LearnedTime(Base):
    """What was learned of one vehicle's half-day, one commune or one courier by `computed_on`.

    `way` is a factor of the time on the way; `door_seconds` is spent at a door with one item, `further_seconds` on
    each further one. `legs` of `days` days were read. A row counts from the day `used_from` on; without it there were
    too few days, and the row is kept to be shown.
    """

    __tablename__ = "learned_times"
    __table_args__ = (
        CheckConstraint(
            "(scope = 'vehicle') = (vehicle IS NOT NULL AND half_day IS NOT NULL AND metres_per_second IS NOT NULL)",
            name="vehicle",
        ),
        CheckConstraint("(scope = 'commune') = (commune_id IS NOT NULL)", name="commune"),
        CheckConstraint("(scope = 'courier') = (courier_id IS NOT NULL)", name="courier"),
        CheckConstraint(
            "(scope = 'vehicle') = (way IS NULL AND door_seconds IS NULL AND further_seconds IS NULL)", name="values"
        ),
        CheckConstraint("metres_per_second BETWEEN 0.5 AND 12.5", name="speed"),
        CheckConstraint("way BETWEEN 0.25 AND 4", name="way"),
        CheckConstraint("door_seconds BETWEEN 30 AND 600 AND further_seconds BETWEEN 5 AND 300", name="service"),
        CheckConstraint("legs >= 0 AND days >= 0", name="counts"),
        CheckConstraint("used_from > computed_on", name="used_from"),
        Index(
            "uq_learned_times_vehicle",
            "vehicle",
            "half_day",
            "computed_on",
            unique=True,
            postgresql_where=text("scope = 'vehicle'"),
        ),
        Index(
            # Whoever asks for a commune or a courier by id uses this, and need not name the scope as well.
            "uq_learned_times_commune",
            "commune_id",
            "computed_on",
            unique=True,
            postgresql_where=text("commune_id IS NOT NULL"),
        ),
        Index(
            "uq_learned_times_courier",
            "courier_id",
            "computed_on",
            unique=True,
            postgresql_where=text("courier_id IS NOT NULL"),
        ),
        Index(None, "computed_on"),
    )

    id: Mapped[Key]
    scope: Mapped[Scope] = mapped_column(as_text(Scope, "scope"))
    vehicle: Mapped[Code | None]
    half_day: Mapped[Code | None]
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("communes.id"))
    courier_id: Mapped[UUID | None] = mapped_column(ForeignKey("couriers.id"))
    metres_per_second: Mapped[float | None]
    way: Mapped[float | None]
    door_seconds: Mapped[int | None]
    further_seconds: Mapped[int | None]
    legs: Mapped[int]
    days: Mapped[int]
    computed_on: Mapped[date]
    used_from: Mapped[date | None]
