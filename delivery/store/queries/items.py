"""Finding items, under lock where they are about to change."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from delivery.errors import NotFound, Refused
from delivery.store.items import Item
from delivery.store.work import Work

_PAGE = 500


def unknown_item(number: str) -> NotFound:
    """The answer for a number that is unknown, or not this caller's to see: the same in both cases."""
    return NotFound(
        "item-not-found",
        vi=f"Không có bưu gửi nào mang số {number}.",
        en=f"There is no item with the number {number}.",
        facts={"number": number},
    )


def locked(unit: Work, item_id: UUID) -> Item:
    """The item, its row locked until the unit ends. Everything read before the lock is read anew."""
    return unit.session.scalars(
        select(Item)
        .where(Item.id == item_id)
        .with_for_update(of=Item, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def each_locked(unit: Work, condition: ColumnElement[bool]) -> Iterator[Item]:
    """Items for which `condition` still holds under the lock, in the order of ids; ids are read a page at a time."""
    after: UUID | None = None
    while True:
        page = select(Item.id).where(condition).order_by(Item.id).limit(_PAGE)
        ids = unit.session.scalars(page if after is None else page.where(Item.id > after)).all()
        for item_id in ids:
            if unit.session.scalar(
                select(Item.id).where(Item.id == item_id, condition).with_for_update(of=Item, key_share=True)
            ):
                yield locked(unit, item_id)
        if len(ids) < _PAGE:
            return
        after = ids[-1]


def locked_by_number(unit: Work, number: str, *, agency_id: UUID | None = None) -> Item:
    """The item of that number in this unit's world, locked; another agency's reads as unknown."""
    query = select(Item).where(Item.number == number, Item.world_id == unit.world_id)
    if agency_id is not None:
        query = query.where(Item.agency_id == agency_id)
    item = unit.session.scalars(
        query.with_for_update(of=Item, key_share=True).execution_options(populate_existing=True)
    ).one_or_none()
    if item is None:
        raise unknown_item(number)
    return item


def locked_many(unit: Work, ids: Iterable[UUID]) -> Sequence[Item]:
    """The items with their addressees, locked in the order of their ids so that two units never wait for each other."""
    return unit.session.scalars(
        select(Item)
        .where(Item.id.in_(list(ids)))
        .order_by(Item.id)
        .options(joinedload(Item.addressee))
        .with_for_update(of=Item, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def locked_by_numbers(unit: Work, numbers: Iterable[str]) -> Sequence[Item]:
    """The items of these numbers, locked in the order of their ids. Refuses unknown ones, naming the first ten."""
    wanted = set(numbers)
    ids = dict(
        unit.session.execute(
            select(Item.number, Item.id).where(Item.number.in_(wanted), Item.world_id == unit.world_id)
        ).all()
    )
    missing = sorted(wanted - ids.keys())
    if missing:
        shown = ", ".join(missing[:10])
        raise Refused(
            "numbers-unknown",
            vi=f"{len(missing)} số không có trong hệ thống: {shown}. Bỏ các số này rồi gửi lại.",
            en=f"{len(missing)} numbers are unknown: {shown}. Remove them and send again.",
            facts={"count": len(missing), "numbers": shown},
        )
    return locked_many(unit, ids.values())
