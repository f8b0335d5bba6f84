"""The shelf of published, proposed and withdrawn tariff books, and who put them there."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from delivery.errors import NotFound
from delivery.store.staff import Staff
from delivery.store.tariffs import TariffBook
from delivery.store.work import Work


def all_books(unit: Work) -> Sequence[TariffBook]:
    """Every book that was ever proposed, by its day."""
    return unit.session.scalars(select(TariffBook).order_by(TariffBook.in_force_from, TariffBook.id)).all()


def book_at(unit: Work, book_id: UUID) -> TariffBook:
    """One book. Raises NotFound."""
    row = unit.session.get(TariffBook, book_id)
    if row is None:
        raise NotFound("tariff-unknown", vi="Không có biểu cước này.", en="There is no such tariff book.")
    return row


def names_of(unit: Work, actors: Iterable[str | None]) -> dict[str, str]:
    """What colleagues call the people behind actors such as "staff:<id>"; programs are left out."""
    ids = {UUID(actor.removeprefix("staff:")) for actor in actors if actor and actor.startswith("staff:")}
    query = select(Staff.id, Staff.display_name).where(Staff.id.in_(ids))
    return {f"staff:{staff_id}": name for staff_id, name in unit.session.execute(query)}
