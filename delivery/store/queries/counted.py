"""What an office must be able to show at the end of its day, and who answers for each envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, or_, select

from delivery.rules.states import FINAL, State
from delivery.store.attempts import Incident
from delivery.store.items import HolderKind, Item
from delivery.store.offices import DayCount, Office
from delivery.store.routes import Bag
from delivery.store.staff import Courier, Staff
from delivery.store.work import Work


class Where(StrEnum):
    """Where an envelope that an office answers for should be."""

    SHELF = "shelf"
    COURIER = "with_courier"
    BAG = "in_bag"
    INQUIRY = "under_inquiry"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An envelope that the office answers for. `owner` is "office:<code>", "courier:<login>" or who inquires."""

    number: str
    where: Where
    owner: str


def kept_by(unit: Work, office: Office) -> list[Kept]:
    """Everything on the office's shelf, with its couriers, and in bags it sent that nobody has opened, by number.

    An item under inquiry belongs to whoever owns its incident, wherever it was last.
    """
    ours = or_(
        and_(Item.holder_kind == HolderKind.OFFICE, Item.holder_id == office.id),
        and_(Item.holder_kind == HolderKind.COURIER, Courier.office_id == office.id),
        and_(Item.holder_kind == HolderKind.BAG, Bag.from_office_id == office.id),
    )
    rows = unit.session.execute(
        select(Item.number, Item.state, Item.holder_kind, Staff.login, Bag.number, Incident.owner)
        .outerjoin(Courier, and_(Item.holder_kind == HolderKind.COURIER, Courier.id == Item.holder_id))
        .outerjoin(Staff, Staff.id == Courier.staff_id)
        .outerjoin(Bag, and_(Item.holder_kind == HolderKind.BAG, Bag.id == Item.holder_id))
        .outerjoin(Incident, and_(Incident.item_id == Item.id, Incident.closed_at.is_(None)))
        .where(ours, Item.world_id == unit.world_id, Item.state.not_in(FINAL))
        .order_by(Item.number)
    )
    here = f"office:{office.code}"
    kept: list[Kept] = []
    for number, state, holder, login, bag, inquirer in rows:
        if state is State.UNDER_INQUIRY:
            kept.append(Kept(number=number, where=Where.INQUIRY, owner=inquirer or here))
        elif holder is HolderKind.COURIER:
            kept.append(Kept(number=number, where=Where.COURIER, owner=f"courier:{login}"))
        elif holder is HolderKind.BAG:
            kept.append(Kept(number=number, where=Where.BAG, owner=f"bag:{bag}"))
        else:
            kept.append(Kept(number=number, where=Where.SHELF, owner=here))
    return kept


def count_of_day(unit: Work, office_id: UUID, day: date) -> DayCount | None:
    """The count that closed the office's day, locked."""
    return unit.session.scalars(
        select(DayCount).where(DayCount.office_id == office_id, DayCount.day == day).with_for_update()
    ).one_or_none()


def known_numbers(unit: Work, numbers: Sequence[str]) -> set[str]:
    """Which of `numbers` are items of this world."""
    return set(
        unit.session.scalars(select(Item.number).where(Item.number.in_(numbers), Item.world_id == unit.world_id))
    )
