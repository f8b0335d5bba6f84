"""What an item costs: estimated when it is registered, frozen when the post accepts it, collected at the door.

The postage and the agency's own fee are two moneys; they meet only in the sum that a courier asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from delivery.errors import Refused
from delivery.money import receipts
from delivery.money.ledger import Side, post
from delivery.money.pricing import price
from delivery.rules.states import State
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.money import Payment, PaymentKind, Quote
from delivery.store.queries.money import paid_of, quote_of, quotes_of
from delivery.store.work import Work
from tariffs import lines
from tariffs.book import Book, Payer
from tariffs.money import NOT_SUBJECT

FORGONE: Final = frozenset({State.RETURNED, State.LOST, State.CANCELLED})
"""What ended so is never asked of its addressee: what was not collected stays so (`forgo`)."""


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


@dataclass(frozen=True, kw_only=True)
class Bill:
    """An item's quote, what is due by it, and whether it may have been invoiced for before."""

    row: Quote | None
    due: Due
    invoiced: bool


@dataclass(frozen=True, kw_only=True)
class Taker:
    """Who has the money once it is paid: a courier's hand, an office's till, or the bank by one transfer."""

    courier_id: UUID | None = None
    office_id: UUID | None = None
    transfer_id: UUID | None = None

    def __post_init__(self) -> None:
        if [self.courier_id, self.office_id, self.transfer_id].count(None) != 2:
            raise ValueError("Money is taken by exactly one: a courier, an office or the bank.")

    @property
    def method(self) -> Method:
        """Cash unless the bank took it."""
        return Method.CASH if self.transfer_id is None else Method.TRANSFER

    @property
    def side(self) -> Side:
        """The account that the money is on, in the postage book: the bank's arrives on suspense until it is matched."""
        if self.courier_id is not None:
            return Side(Account.COURIER, self.courier_id)
        return Side(Account.SUSPENSE) if self.office_id is None else Side(Account.TILL, self.office_id)


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
    nothing. What each payer owes is then posted.
    """
    return _frozen(unit, item, books, quote_of(unit, item.id))


def freeze_all(unit: Work, items: Sequence[Item], books: Sequence[Book]) -> None:
    """`freeze` for a whole manifest, with one look-up."""
    rows = quotes_of(unit, [item.id for item in items])
    for item in items:
        _frozen(unit, item, books, rows.get(item.id))


def standing(row: Quote) -> lines.Quote:
    """The price as it stands: as frozen or estimated, with its corrections."""
    return lines.Quote.from_json(row.corrections[-1].standing if row.corrections else row.document)


def bill_of(unit: Work, item: Item) -> Bill:
    """The item's quote and what is due by it, in two queries."""
    row, paid = quote_of(unit, item.id), paid_of(unit, [item.id]).get(item.id, {})
    invoiced = bool(paid) or bool(row and row.corrections)
    return Bill(row=row, due=_due(item, row, paid), invoiced=invoiced)


def due_at_door(unit: Work, item: Item) -> Due:
    """What is still to be collected from the addressee: their share of the quote and the agency's fee."""
    return dues_at_door(unit, [item])[item.id]


def dues_at_door(unit: Work, items: Sequence[Item]) -> dict[UUID, Due]:
    """`due_at_door` of each item by its id, for a whole route in two queries."""
    ids = [item.id for item in items]
    quotes, paid = quotes_of(unit, ids), paid_of(unit, ids)
    return {item.id: _due(item, quotes.get(item.id), paid.get(item.id, {})) for item in items}


def paid_for_postage(unit: Work, item: Item) -> int:
    """What the addressee has paid for the carriage so far."""
    return paid_of(unit, [item.id]).get(item.id, {}).get(PaymentKind.POSTAGE, 0)


def take_payment(unit: Work, item: Item, *, taker: Taker, bill: Bill | None = None) -> Due:
    """Record that everything due was paid, and say what was taken. Paid twice is taken once: the second takes nothing.

    Each money gets its numbered paper and its posting. The caller holds the item's lock, and passes the `bill` that it
    read under it, if it did. Refused while the price is not frozen: it could still change.
    """
    bill = bill or bill_of(unit, item)
    row, due = bill.row, bill.due
    if due.total and (row is None or row.frozen_at is None):
        raise Refused(
            "price-not-frozen",
            vi=f"Bưu gửi {item.number} chưa được chấp nhận nên cước còn là ước tính: chưa thu tiền được.",
            en=f"Item {item.number} is not accepted yet, so its price is an estimate: nothing can be taken for it.",
            facts={"number": item.number},
        )
    if due.postage and row is not None:
        _take_postage(unit, item, row, due.postage, taker, invoiced=bill.invoiced)
    if due.agency_fee:
        _take_fee(unit, item, due.agency_fee, taker)
    unit.session.flush()
    return due


def forgo(unit: Work, item: Item) -> None:
    """The item ended without its addressee: what they still owed for the carriage is uncollected, not receivable.

    Called when it is returned or lost, before its state says so. Nothing is posted for a price that never froze.
    """
    row = quote_of(unit, item.id)
    if row is None or row.frozen_at is None:
        return
    post(
        unit,
        LedgerBook.POSTAGE,
        PostingKind.UNCOLLECTED,
        debit=Side(Account.UNCOLLECTED),
        credit=Side(Account.ADDRESSEE),
        amount=due_at_door(unit, item).postage,
        key=f"uncollected:{item.id}:{item.last_seq}",
        item=item,
    )


def write_up(unit: Work, item: Item, added: lines.Quote, kind: PostingKind, key: str) -> None:
    """Post what lines add to each payer's debt: net to revenue, VAT to the tax that the post owes."""
    for payer, side in (
        (Payer.ADDRESSEE, Side(Account.ADDRESSEE)),
        (Payer.AGENCY, Side(Account.AGENCY, item.agency_id)),
        (Payer.SUBSIDY, Side(Account.SUBSIDY)),
    ):
        own = [line for line in added.lines if line.payer is payer]
        for account, amount in (
            (Account.REVENUE, sum(line.net for line in own)),
            (Account.VAT, sum(line.vat for line in own)),
        ):
            post(
                unit,
                LedgerBook.POSTAGE,
                kind,
                debit=side,
                credit=Side(account),
                amount=amount,
                key=f"{key}:{payer}:{account}",
                item=item,
            )


def _take_postage(unit: Work, item: Item, row: Quote, amount: int, taker: Taker, *, invoiced: bool) -> None:
    payment = _payment(unit, item, PaymentKind.POSTAGE, amount, taker)
    post(
        unit,
        LedgerBook.POSTAGE,
        PostingKind.COLLECTED,
        debit=taker.side,
        credit=Side(Account.ADDRESSEE),
        amount=amount,
        key=f"collected:{payment.id}",
        item=item,
    )
    # Everything due is taken at once, so the invoice holds what earlier ones do not.
    price_now = standing(row)
    vat: int = sum(line.vat for line in price_now.lines if line.payer is Payer.ADDRESSEE)
    if invoiced:
        # Parts were rounded: none may be charged less than no VAT.
        vat = max(0, min(amount, vat - receipts.invoiced(unit, item.id)[1]))
    receipts.issue(unit, item, payment, rate=receipts.rate_of(price_now), net=amount - vat, vat=vat)


def _take_fee(unit: Work, item: Item, amount: int, taker: Taker) -> None:
    payment = _payment(unit, item, PaymentKind.AGENCY_FEE, amount, taker)
    side = taker.side
    if taker.transfer_id is not None:
        # It arrived with the postage in one sum: it leaves that book's bank and enters the fees'.
        side = Side(Account.BANK)
        post(
            unit,
            LedgerBook.POSTAGE,
            PostingKind.MATCHED,
            debit=Side(Account.SUSPENSE),
            credit=side,
            amount=amount,
            key=f"matched:{payment.id}",
            item=item,
        )
    post(
        unit,
        LedgerBook.AGENCY_FEE,
        PostingKind.COLLECTED,
        debit=side,
        credit=Side(Account.PAYABLE, item.agency_id),
        amount=amount,
        key=f"collected:{payment.id}",
        item=item,
    )
    receipts.issue(unit, item, payment, rate=NOT_SUBJECT, net=amount, vat=0)


def _payment(unit: Work, item: Item, kind: PaymentKind, amount: int, taker: Taker) -> Payment:
    payment = Payment(
        id=new_id(),
        item_id=item.id,
        kind=kind,
        amount=amount,
        method=taker.method,
        taken_by=unit.actor,
        taken_at=unit.now,
        day=unit.today,
        courier_id=taker.courier_id,
        office_id=taker.office_id,
        transfer_id=taker.transfer_id,
    )
    unit.session.add(payment)
    unit.session.flush()
    return payment


def _due(item: Item, row: Quote | None, paid: dict[PaymentKind, int]) -> Due:
    if item.state in FORGONE:
        return Due(postage=0, agency_fee=0)
    owed = 0 if row is None else row.due_from_addressee + sum(each.due_from_addressee for each in row.corrections)
    return Due(
        postage=max(0, owed - paid.get(PaymentKind.POSTAGE, 0)),
        agency_fee=max(0, item.agency_fee - paid.get(PaymentKind.AGENCY_FEE, 0)),
    )


def _frozen(unit: Work, item: Item, books: Sequence[Book], row: Quote | None) -> Quote | None:
    if row is None or row.frozen_at is None:
        row = _priced(unit, item, books, row)
        if row is not None:
            row.frozen_at = unit.now
            write_up(unit, item, lines.Quote.from_json(row.document), PostingKind.CHARGED, f"charged:{item.id}")
    return row


def _priced(unit: Work, item: Item, books: Sequence[Book], row: Quote | None) -> Quote | None:
    if item.commune is None:
        return None
    quote = price(unit, item, item.commune, books, day=unit.today)
    if row is None:
        row = Quote(item_id=item.id, corrections=[])
        unit.session.add(row)
    row.book, row.day, row.commune_id, row.document = quote.book, quote.day, item.commune.id, quote.as_json()
    row.net, row.vat, row.gross = quote.net, quote.vat, quote.gross
    row.due_from_addressee = quote.owed_by(Payer.ADDRESSEE)
    row.due_from_agency = quote.owed_by(Payer.AGENCY)
    row.due_from_subsidy = quote.owed_by(Payer.SUBSIDY)
    return row
