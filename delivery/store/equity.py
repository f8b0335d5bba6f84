"""The equity account as it was published: one edition a month, for ever."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from delivery.store.base import Base, Code, Json


class EquityMonth(Base):
    """What was published of one month's waivers (`delivery.money.editions.Edition.as_json`). Append-only.

    A second edition of a month, laid over the first, would tell who was added: so there is none, and a correction made
    after publication is in no edition. `month` is its first day, `digest` the SHA-256 of the document's canonical JSON.
    """

    __tablename__ = "equity_months"
    __table_args__ = (CheckConstraint("EXTRACT(day FROM month) = 1", name="month"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    document: Mapped[Json]
    digest: Mapped[Code]
    published_by: Mapped[Code]
    published_at: Mapped[datetime]
