"""What an item costs: estimated when it is registered, frozen when the post accepts it, collected at the door.

The postage and the agency's own fee are two moneys; they meet only in the sum that a courier asks for.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from delivery.errors import Invalid, Refused
from delivery.rules.calendar import vietnam_instant
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.money import Payment, PaymentKind, Quote
from delivery.store.queries.money import accepted_between, paid_kinds_of, quote_of, quotes_of
from delivery.store.work import Work
from tariffs import quote as tariffs
from tariffs.book import Book, Service, TariffRefusal, in_force
from tariffs.money import Dong
from tariffs.quote import AssertedBy, Payer, Place, WaiverClaim


class Method(StrEnum):
    """How an addressee pays."""

    CASH = "cash"
    TRANSFER = "transfer"


@dataclass(frozen=True, kw_only=True)
class Due:
    """What the addressee still owes at the door, in đồng."""

    postage: int
    agency_fee: int

    def __post_init__(self) -> None:
        if self.postage < 0 or self.agency_fee < 0:
            raise ValueError(f"Nobody owes less than nothing: postage {self.postage}, agency fee {self.agency_fee}.")

    @property
    def total(self) -> int:
        """Both moneys together."""
        return self.postage + self.agency_fee


def estimate(unit: Work, item: Item, books: Sequence[Book]) -> Quote | None:
    """Price the item by today's book and keep it as its estimate; None while the address leads to no commune.

    A frozen quote is left as it is. Raises Invalid, pointing into the submission, for what the book cannot price.
    """
    row = quote_of(unit, item.id) if item.last_seq else None
    if row is not None and row.frozen_at is not None:
        return row
    return _priced(unit, item, books, row)


def freeze(unit: Work, item: Item, books: Sequence[Book]) -> Quote | None:
    """Price the item by today's book and its weight as measured, for ever; None while its address leads nowhere.

    Called when the post accepts the item, and when an accepted item is first placed. Frozen once: later calls change
    nothing.
    """
    return _frozen(unit, item, books, quote_of(unit, item.id))


def freeze_all(unit: Work, items: Sequence[Item], books: Sequence[Book]) -> None:
    """`freeze` for a whole manifest, with one look-up."""
    rows = quotes_of(unit, [item.id for item in items])
    for item in items:
        _frozen(unit, item, books, rows.get(item.id))


def due_at_door(unit: Work, item: Item) -> Due:
    """What is still to be collected from the addressee: their share of the quote and the agency's fee."""
    return dues_at_door(unit, [item])[item.id]


def dues_at_door(unit: Work, items: Sequence[Item]) -> dict[UUID, Due]:
    """`due_at_door` of each item by its id, for a whole route in two queries."""
    ids = [item.id for item in items]
    quotes, paid = quotes_of(unit, ids), paid_kinds_of(unit, ids)
    return {item.id: _due(item, quotes.get(item.id), paid.get(item.id, frozenset())) for item in items}


def take_payment(unit: Work, item: Item, *, method: Method, taken_by: str) -> Due:
    """Record that everything due was paid, and say what was taken. Paid twice is taken once: the second takes nothing.

    The caller holds the item's lock. Refused while the price is not frozen: it could still change.
    """
    due = due_at_door(unit, item)
    row = quote_of(unit, item.id)
    if due.postage and (row is None or row.frozen_at is None):
        raise Refused(
            "price-not-frozen",
            vi=f"Bưu gửi {item.number} chưa được chấp nhận nên cước còn là ước tính: chưa thu tiền được.",
            en=f"Item {item.number} is not accepted yet, so its price is an estimate: nothing can be taken for it.",
            facts={"number": item.number},
        )
    for kind, amount in ((PaymentKind.POSTAGE, due.postage), (PaymentKind.AGENCY_FEE, due.agency_fee)):
        if amount:
            unit.session.add(
                Payment(item_id=item.id, kind=kind, amount=amount, method=method, taken_by=taken_by, taken_at=unit.now)
            )
    unit.session.flush()
    return due


def _due(item: Item, row: Quote | None, paid: Set[PaymentKind]) -> Due:
    postage = 0 if row is None or PaymentKind.POSTAGE in paid else row.due_from_addressee
    return Due(postage=postage, agency_fee=0 if PaymentKind.AGENCY_FEE in paid else item.agency_fee)


def _frozen(unit: Work, item: Item, books: Sequence[Book], row: Quote | None) -> Quote | None:
    if row is None or row.frozen_at is None:
        row = _priced(unit, item, books, row)
        if row is not None:
            row.frozen_at = unit.now
    return row


def _priced(unit: Work, item: Item, books: Sequence[Book], row: Quote | None) -> Quote | None:
    if item.commune is None:
        return None
    price = _quote(unit, item, item.commune, books)
    if row is None:
        row = Quote(item_id=item.id)
        unit.session.add(row)
    row.book, row.day, row.document = price.book, price.day, price.as_json()
    row.net, row.vat, row.gross = price.net, price.vat, price.gross
    row.due_from_addressee = price.owed_by(Payer.ADDRESSEE)
    row.due_from_agency = price.owed_by(Payer.AGENCY)
    row.due_from_subsidy = price.owed_by(Payer.SUBSIDY)
    return row


def _quote(unit: Work, item: Item, commune: Commune, books: Sequence[Book]) -> tariffs.Quote:
    try:
        book = in_force(books, unit.today)
        payer = Payer(item.payer)
        agency = item.agency.code
        return tariffs.quote(
            book,
            tariffs.Request(
                service=Service(item.service),
                origin=_place(unit.session.get_one(Commune, item.origin_point.commune_id)),
                destination=_place(commune),
                weight_g=item.weight_g,
                payer=payer,
                day=unit.today,
                waivers=frozenset(
                    WaiverClaim(kind=kind, asserted_by=AssertedBy.AGENCY, who=agency) for kind in item.waivers
                ),
                agency_fee_to_collect=Dong(item.agency_fee),
                volume_tier=_tier(unit, item.agency_id, book) if payer is Payer.AGENCY else None,
            ),
        )
    except TariffRefusal as refusal:
        raise Invalid(refusal.code, vi=refusal.vi, en=refusal.en, pointer=_CULPRITS.get(refusal.code, "")) from refusal


# Which member of a submission a tariff's refusal is about.
_CULPRITS = {"too-heavy": "/weight_g", "unknown-waiver": "/waivers"}


def _place(commune: Commune) -> Place:
    # Our own id stands for the commune: published lists disagree on about 120 official codes.
    return Place(province=commune.province_code, commune=str(commune.id), remote=commune.remote)


def _tier(unit: Work, agency_id: UUID, book: Book) -> str | None:
    """The volume tier that last month's count earned, counted once per unit and agency."""
    counted = unit.session.info.setdefault("items_last_month", {})
    if agency_id not in counted:
        month = unit.today.replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        counted[agency_id] = accepted_between(unit, agency_id, _midnight(before), _midnight(month))
    return book.volume_tier(counted[agency_id])


def _midnight(day: date) -> datetime:
    return vietnam_instant(day, time())
