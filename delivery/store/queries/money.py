"""An item's price and the payments taken for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import joinedload

from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, Posting, PostingKind
from delivery.store.money import Payment, PaymentKind, Quote
from delivery.store.work import Work


def quote_of(unit: Work, item_id: UUID) -> Quote | None:
    """The item's one quote: an estimate, or frozen. None while its address leads nowhere."""
    return quotes_of(unit, [item_id]).get(item_id)


def quotes_of(unit: Work, item_ids: Iterable[UUID]) -> dict[UUID, Quote]:
    """The quotes of several items, by item."""
    query = select(Quote).where(Quote.item_id.in_(list(item_ids))).options(joinedload(Quote.corrections))
    return {quote.item_id: quote for quote in unit.session.scalars(query).unique()}


def paid_of(unit: Work, item_ids: Iterable[UUID]) -> dict[UUID, dict[PaymentKind, int]]:
    """What addressees have paid of each money, less what is owed back to them since, by item.

    An item for which nothing was ever taken is left out.
    """
    ids = list(item_ids)
    taken = select(Payment.item_id, Payment.kind.label("kind"), Payment.amount).where(Payment.item_id.in_(ids))
    owed_back = (
        (LedgerBook.POSTAGE, Account.ADDRESSEE, PaymentKind.POSTAGE),
        (LedgerBook.AGENCY_FEE, Account.PAYABLE, PaymentKind.AGENCY_FEE),
    )
    moved = [
        select(Posting.item_id, literal(kind, Payment.kind.type), -Posting.amount).where(
            Posting.item_id.in_(ids),
            Posting.book == book,
            Posting.kind == PostingKind.CLAIMED,
            Posting.debit == account,
        )
        for book, account, kind in owed_back
    ]
    # What was owed back and not yet agreed on is kept again when the price rises.
    kept = select(Posting.item_id, literal(PaymentKind.POSTAGE, Payment.kind.type), Posting.amount).where(
        Posting.item_id.in_(ids),
        Posting.book == LedgerBook.POSTAGE,
        Posting.kind == PostingKind.CLAIMED,
        Posting.credit == Account.ADDRESSEE,
    )
    both = union_all(taken, *moved, kept).subquery()
    paid: dict[UUID, dict[PaymentKind, int]] = {}
    for item_id, kind, amount in unit.session.execute(
        select(both.c.item_id, both.c.kind, func.sum(both.c.amount)).group_by(both.c.item_id, both.c.kind)
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
