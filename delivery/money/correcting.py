"""A frozen price is never edited: when what it rests on changed, lines are reversed and added."""

from collections.abc import Sequence

from delivery.money.charging import paid_for_postage, standing, write_up
from delivery.money.pricing import price
from delivery.money.refunds import owe_back
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.ledger import Account, PostingKind
from delivery.store.money import Correction, CorrectionReason
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from tariffs.book import Book, Payer
from tariffs.correction import difference
from tariffs.lines import Quote


def correct(unit: Work, item: Item, books: Sequence[Book], *, reason: CorrectionReason) -> Correction | None:
    """Price the item again as it now is, by the book and the day of its frozen quote, and add the difference.

    None while the price is an estimate, and when nothing changed. What the addressee has then paid too much becomes a
    refund due. The caller holds the item's lock. Raises Invalid for what the book cannot price.
    """
    row = quote_of(unit, item.id)
    if row is None or row.frozen_at is None or item.commune is None:
        return None
    before = standing(row)
    after = price(unit, item, item.commune, [book for book in books if book.code == row.book], day=row.day)
    lines = difference(before, after)
    if not lines:
        return None
    added = Quote(book=row.book, day=row.day, lines=lines)
    correction = Correction(
        id=new_id(),
        quote_id=row.id,
        item_id=item.id,
        seq=len(row.corrections) + 1,
        reason=reason,
        lines=added.as_json(),
        standing=after.as_json(),
        net=added.net,
        vat=added.vat,
        gross=added.gross,
        due_from_addressee=added.owed_by(Payer.ADDRESSEE),
        due_from_agency=added.owed_by(Payer.AGENCY),
        due_from_subsidy=added.owed_by(Payer.SUBSIDY),
        made_by=unit.actor,
        made_at=unit.now,
    )
    row.corrections.append(correction)
    write_up(unit, item, added, PostingKind.CORRECTED, f"corrected:{correction.id}")
    unit.session.flush()
    too_much = paid_for_postage(unit, item) - after.owed_by(Payer.ADDRESSEE)
    if too_much > 0:
        owe_back(unit, item, too_much, since=Account.ADDRESSEE, why=f"price-fell:{reason}")
    return correction
