"""An item's price and the payments taken for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from delivery.store.items import Item
from delivery.store.money import Payment, PaymentKind, Quote
from delivery.store.work import Work


def quote_of(unit: Work, item_id: UUID) -> Quote | None:
    """The item's one quote: an estimate, or frozen. None while its address leads nowhere."""
    return quotes_of(unit, [item_id]).get(item_id)


def quotes_of(unit: Work, item_ids: Iterable[UUID]) -> dict[UUID, Quote]:
    """The quotes of several items, by item."""
    query = select(Quote).where(Quote.item_id.in_(list(item_ids))).options(selectinload(Quote.corrections))
    return {quote.item_id: quote for quote in unit.session.scalars(query)}


def paid_of(unit: Work, item_ids: Iterable[UUID]) -> dict[UUID, dict[PaymentKind, int]]:
    """What addressees have paid of each money, by item; an item for which nothing was taken is left out."""
    paid: dict[UUID, dict[PaymentKind, int]] = {}
    for item_id, kind, amount in unit.session.execute(
        select(Payment.item_id, Payment.kind, func.sum(Payment.amount))
        .where(Payment.item_id.in_(list(item_ids)))
        .group_by(Payment.item_id, Payment.kind)
    ):
        paid.setdefault(item_id, {})[kind] = int(amount)
    return paid


def accepted_between(unit: Work, agency_id: UUID, start: datetime, end: datetime) -> int:
    """How many of an agency's items, in this unit's world, the post accepted in [start, end)."""
    query = select(func.count()).where(
        Item.agency_id == agency_id,
        Item.world_id == unit.world_id,
        Item.accepted_at >= start,
        Item.accepted_at < end,
    )
    return unit.session.scalar(query) or 0
