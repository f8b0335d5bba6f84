"""Bags between offices: packed and sealed at one, opened at the other; a bag is its items' holder on the way."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from delivery.errors import NotFound, Refused
from delivery.rules.calendar import vietnam_day
from delivery.rules.references import reference
from delivery.rules.states import Happening, State
from delivery.store.base import new_id
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.offices import Office
from delivery.store.queries.items import locked_many
from delivery.store.queries.shelves import delivered_from_here, leaving, office_named
from delivery.store.routes import Bag, BagItem
from delivery.store.work import Work


def pack(unit: Work, *, office_id: UUID, to: UUID | None = None) -> list[Bag]:
    """Put what lies on the shelf for other offices into one sealed bag for each, and let the bags depart.

    `to` packs for that office only. Recalled items stay. An item whose address turned out to be this office's own is
    put into its delivery shelf instead. Empty when there is nothing to pack. Raises NotFound for an unknown office.
    """
    office_named(unit, office_id)
    if to is not None:
        office_named(unit, to)
    _keep_own(unit, office_id)
    targets = dict(leaving(unit, office_id, to=to))
    shelf = Holder(HolderKind.OFFICE, office_id)
    by_office: dict[UUID, list[Item]] = defaultdict(list)
    for item in locked_many(unit, targets):
        # Another clerk may have packed it between the query and the lock.
        if item.holder == shelf:
            by_office[targets[item.id]].append(item)
    bags = [_bag(unit, office_id, target) for target in by_office]
    unit.session.add_all(bags)
    unit.session.flush()
    for bag in bags:
        _fill(unit, bag, by_office[bag.to_office_id])
    unit.session.flush()
    return bags


def open_bag(unit: Work, *, number: str, office_id: UUID, seal_intact: bool) -> Bag:
    """Open a bag that arrived, and put its items on the shelf: delivered from here, or on to the next office.

    `seal_intact` is what the clerk saw; a broken seal is kept with the bag and in each item's event, and the
    clerk opens an incident for each envelope that is missing or damaged. Raises NotFound for an unknown bag,
    Refused when it is for another office or was opened before.
    """
    bag = _arrived(unit, number, office_id)
    bag.arrived_at, bag.seal_intact = unit.now, seal_intact
    ids = unit.session.scalars(select(BagItem.item_id).where(BagItem.bag_id == bag.id)).all()
    inside = Holder(HolderKind.BAG, bag.id)
    for item in locked_many(unit, ids):
        if item.holder == inside and item.state in (State.IN_TRANSIT, State.RETURNING):
            _unpack(unit, bag, item)
    unit.session.flush()
    return bag


def _keep_own(unit: Work, office_id: UUID) -> None:
    for item in locked_many(unit, delivered_from_here(unit, office_id)):
        if item.state is State.ACCEPTED and item.placed is Placed.PLACED:
            item.move(Happening.AT_DELIVERY_OFFICE, unit.occasion(office_id))


def _bag(unit: Work, office_id: UUID, target: UUID) -> Bag:
    bag = Bag(id=new_id(), from_office_id=office_id, to_office_id=target, departed_at=unit.now)
    bag.number = reference("TT", unit.today, bag.id)
    bag.seal = reference("NP", unit.today, new_id())
    return bag


def _fill(unit: Work, bag: Bag, items: Sequence[Item]) -> None:
    occasion = unit.occasion(bag.from_office_id)
    inside = Holder(HolderKind.BAG, bag.id)
    for item in items:
        item.move(
            Happening.DEPARTED, occasion, holder=inside, data={"bag": bag.number, "to_office": str(bag.to_office_id)}
        )
    unit.session.add_all(BagItem(bag_id=bag.id, item_id=item.id) for item in items)


def _arrived(unit: Work, number: str, office_id: UUID) -> Bag:
    bag = unit.session.scalars(select(Bag).where(Bag.number == number).with_for_update()).one_or_none()
    if bag is None:
        raise NotFound(
            "bag-not-found",
            vi=f"Không có túi thư nào mang số {number}.",
            en=f"There is no bag with the number {number}.",
            facts={"number": number},
        )
    if bag.to_office_id != office_id:
        right = unit.session.get_one(Office, bag.to_office_id)
        raise Refused(
            "bag-of-another-office",
            vi=f"Túi thư {number} gửi đến {right.name}: đừng mở, hãy chuyển tiếp đến đó.",
            en=f"Bag {number} is for {right.name}: do not open it, send it on.",
            facts={"number": number, "office": right.code},
        )
    if bag.arrived_at is not None:
        day = vietnam_day(bag.arrived_at)
        raise Refused(
            "bag-open",
            vi=f"Túi thư {number} đã được mở ngày {day:%d/%m/%Y}.",
            en=f"Bag {number} was opened on {day:%Y-%m-%d}.",
            facts={"number": number},
        )
    return bag


def _unpack(unit: Work, bag: Bag, item: Item) -> None:
    here = bag.to_office_id
    happening = Happening.ARRIVED
    if item.recalled_at is not None and item.state is State.IN_TRANSIT:
        item.next_step = NextStep.RETURN
    elif item.state is State.IN_TRANSIT and item.delivery_office_id == here and item.placed is Placed.PLACED:
        happening = Happening.AT_DELIVERY_OFFICE
    item.move(
        happening,
        unit.occasion(here),
        holder=Holder(HolderKind.OFFICE, here),
        data={"bag": bag.number, "seal_intact": bool(bag.seal_intact)},
    )
