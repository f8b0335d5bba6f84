"""What was thought of items before their trips."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.rules.foresight import Advice, Detail
from delivery.store.base import Base, Code, as_text
from delivery.store.items import Item


class Foreseen(Base):
    """The latest forecast of an item, made when its last event was `seq` and it had gone out `trips` times.

    `reasons` are pairs of a sign and its points in the scorecard's `version`. `first_likelihood` is what had been said
    before the first trip, once there is a later forecast. `detail` and `in_doubt` keep what was read of the sealed
    address that has the `address_digest`, so that it is opened once. `asked_at`: when the one message before the visit
    was owed. Its item's row is locked before it.
    """

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("likelihood BETWEEN 0 AND 1 AND first_likelihood BETWEEN 0 AND 1", name="likelihood"),
        CheckConstraint("(let_go_at IS NULL) = (let_go_by IS NULL)", name="let_go"),
        CheckConstraint("trips >= 0", name="trips"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True)
    likelihood: Mapped[float]
    advice: Mapped[Advice] = mapped_column(as_text(Advice, "advice"))
    reasons: Mapped[list[tuple[str, int]]] = mapped_column(JSONB)
    version: Mapped[Code]
    made_at: Mapped[datetime]
    seq: Mapped[int]
    trips: Mapped[int]
    first_likelihood: Mapped[float | None]
    address_digest: Mapped[bytes]
    detail: Mapped[Detail] = mapped_column(as_text(Detail, "detail"))
    in_doubt: Mapped[bool]
    asked_at: Mapped[datetime | None]
    let_go_at: Mapped[datetime | None]
    let_go_by: Mapped[Code | None]
    item: Mapped[Item] = relationship()
