"""Receipts (biên lai) for agencies' fees and invoices (hóa đơn) for postage: numbered without a gap, never changed.

Each payment has one, each statement has one; what is given back after an invoice has an adjusting invoice that refers
to it.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from delivery.errors import Refused
from delivery.store.agencies import LIVE
from delivery.store.base import new_id
from delivery.store.billing import Receipt, ReceiptKind, Series, Statement
from delivery.store.items import Item
from delivery.store.money import Payment, PaymentKind
from delivery.store.offices import Office
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from tariffs.book import Payer
from tariffs.lines import Line, Quote
from tariffs.money import NOT_SUBJECT, percent_of

PREFIXES = {ReceiptKind.RECEIPT: "BL", ReceiptKind.INVOICE: "HD"}

Rates = Mapping[str, Mapping[str, int]]
"""Net and VAT by VAT rate, the rate as a quote's line writes it: `{"8": {"net": 30000, "vat": 2400}}`."""


def issue(unit: Work, item: Item, payment: Payment, *, rate: str, net: int, vat: int) -> Receipt:
    """Number the paper for a payment that was just taken. `net` and `vat` part its amount; a fee carries no VAT.

    `rate` is the VAT's as `rate_of` gives it.

    Series are kept by kind, year and delivery office, so that offices do not wait for each other.
    """
    kind = ReceiptKind.RECEIPT if payment.kind is PaymentKind.AGENCY_FEE else ReceiptKind.INVOICE
    receipt = _made(unit, item, kind, {rate: {"net": net, "vat": vat}})
    receipt.payment_id = payment.id
    unit.session.add(receipt)
    return receipt


def issue_statement(unit: Work, statement: Statement, rates: Rates) -> Receipt:
    """Number the one invoice of a statement, in a series of its own; `rates` parts its net and VAT by rate."""
    receipt = _paper(unit, ReceiptKind.INVOICE, "BK", statement.world_id, rates)
    receipt.statement_id = statement.id
    unit.session.add(receipt)
    return receipt


def adjust(unit: Work, item: Item, *, gross: int) -> Receipt:
    """Number an adjusting invoice for `gross` đồng (more than 0) of the item's postage that are given back.

    Its amounts are negative, and it refers to the item's first invoice. Its VAT leaves the invoices with that of the
    price as it now stands where they then hold that very price, and is in proportion otherwise, so that giving all
    back gives all VAT back. Refused for more than the invoices still hold. The caller holds the item's lock and calls
    once for each sum that is agreed on.
    """
    first = unit.session.scalars(
        select(Receipt)
        .where(Receipt.item_id == item.id, Receipt.kind == ReceiptKind.INVOICE, Receipt.payment_id.is_not(None))
        .order_by(Receipt.issued_at, Receipt.number)
        .limit(1)
    ).one_or_none()
    net, vat = invoiced(unit, item.id)
    if gross <= 0 or first is None or gross > net + vat:
        raise Refused(
            "nothing-to-adjust",
            vi=f"Hóa đơn của bưu gửi {item.number} còn {net + vat} đồng: không điều chỉnh giảm {gross} đồng được.",
            en=f"The invoices of item {item.number} hold {net + vat} đồng: they cannot be adjusted by {gross}.",
            facts={"number": item.number, "invoiced": net + vat, "gross": gross},
        )
    back = _vat_back(unit, item, gross, net + vat, vat)
    (rate,) = first.rates
    receipt = _made(unit, item, ReceiptKind.INVOICE, {rate: {"net": back - gross, "vat": -back}})
    receipt.adjusts_id = first.id
    unit.session.add(receipt)
    unit.session.flush()
    return receipt


def following(unit: Work, series: str) -> str:
    """The series' next number, such as HD26-79001-0000042; its row stays locked until the unit ends."""
    made = insert(Series).values(name=series, following=2)
    query = made.on_conflict_do_update(index_elements=[Series.name], set_={"following": Series.following + 1})
    return f"{series}-{unit.session.execute(query.returning(Series.following)).scalar_one() - 1:07d}"


def invoiced(unit: Work, item_id: UUID) -> tuple[int, int]:
    """Net and VAT of the postage that an item's invoices hold, less what was adjusted."""
    query = select(func.coalesce(func.sum(Receipt.net), 0), func.coalesce(func.sum(Receipt.vat), 0)).where(
        Receipt.item_id == item_id, Receipt.kind == ReceiptKind.INVOICE
    )
    net, vat = unit.session.execute(query).one()
    return int(net), int(vat)


def rate_of(price: Quote) -> str:
    """The VAT rate of what an addressee owes, as a line writes it; a book has one for all its lines."""
    own = [line for line in price.lines if line.payer is Payer.ADDRESSEE]
    return _named(own[0]) if own else NOT_SUBJECT


def by_rate(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """Net and VAT of a price's lines, by VAT rate."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        own = found.setdefault(_named(line), {"net": 0, "vat": 0})
        own["net"] += line.net
        own["vat"] += line.vat
    return found


def _made(unit: Work, item: Item, kind: ReceiptKind, rates: Rates) -> Receipt:
    office = "0" if item.delivery_office_id is None else unit.session.get_one(Office, item.delivery_office_id).code
    receipt = _paper(unit, kind, office, item.world_id, rates)
    receipt.item_id = item.id
    return receipt


def _paper(unit: Work, kind: ReceiptKind, issuer: str, world_id: UUID, rates: Rates) -> Receipt:
    # A sandbox's papers are nobody's: they must leave no gap in the numbers that the tax office sees.
    series = f"{PREFIXES[kind]}{unit.today:%y}-{issuer}" if world_id == LIVE else f"T{PREFIXES[kind]}{unit.today:%y}"
    # A unit may want both of an office's series, in either order: whoever has the first number has the office's turn.
    turn = f"papers:{issuer if world_id == LIVE else ''}"
    unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(turn, 0))))
    net = sum(part["net"] for part in rates.values())
    vat = sum(part["vat"] for part in rates.values())
    return Receipt(
        id=new_id(),
        number=following(unit, series),
        kind=kind,
        net=net,
        vat=vat,
        gross=net + vat,
        rates={rate: dict(part) for rate, part in sorted(rates.items())},
        day=unit.today,
        issued_at=unit.now,
    )


def _standing(unit: Work, item: Item) -> list[Line]:
    row = quote_of(unit, item.id)
    if row is None:
        return []
    price = Quote.from_json(row.corrections[-1].standing if row.corrections else row.document)
    return [line for line in price.lines if line.payer is Payer.ADDRESSEE]


def _named(line: Line) -> str:
    return NOT_SUBJECT if line.vat_rate == NOT_SUBJECT else percent_of(line.vat_rate)


def _vat_back(unit: Work, item: Item, gross: int, held: int, held_vat: int) -> int:
    lines = _standing(unit, item)
    if held - gross == sum(line.gross for line in lines):
        return held_vat - sum(line.vat for line in lines)
    return (2 * held_vat * gross + held) // (2 * held)
