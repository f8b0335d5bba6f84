"""Receipts (biên lai) for agencies' fees and invoices (hóa đơn) for postage: numbered without a gap, one a payment."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from delivery.store.base import new_id
from delivery.store.billing import Receipt, ReceiptKind, Series
from delivery.store.items import Item
from delivery.store.money import Payment, PaymentKind
from delivery.store.offices import Office
from delivery.store.work import Work

PREFIXES = {ReceiptKind.RECEIPT: "BL", ReceiptKind.INVOICE: "HD"}


def issue(unit: Work, item: Item, payment: Payment, *, net: int, vat: int) -> Receipt:
    """Number the paper for a payment that was just taken. `net` and `vat` part its amount; a fee carries no VAT.

    Series are kept by kind, year and delivery office, so that offices do not wait for each other.
    """
    kind = ReceiptKind.RECEIPT if payment.kind is PaymentKind.AGENCY_FEE else ReceiptKind.INVOICE
    office = "0" if item.delivery_office_id is None else unit.session.get_one(Office, item.delivery_office_id).code
    receipt = Receipt(
        id=new_id(),
        number=following(unit, f"{PREFIXES[kind]}{unit.today:%y}-{office}"),
        kind=kind,
        payment_id=payment.id,
        item_id=item.id,
        net=net,
        vat=vat,
        gross=payment.amount,
        day=unit.today,
        issued_at=unit.now,
    )
    unit.session.add(receipt)
    return receipt


def following(unit: Work, series: str) -> str:
    """The series' next number, such as HD26-79001-0000042; its row stays locked until the unit ends."""
    made = insert(Series).values(name=series, following=2)
    query = made.on_conflict_do_update(index_elements=[Series.name], set_={"following": Series.following + 1})
    return f"{series}-{unit.session.execute(query.returning(Series.following)).scalar_one() - 1:07d}"


def invoiced(unit: Work, item_id: UUID) -> tuple[int, int]:
    """Net and VAT of the postage that an item's invoices hold already."""
    query = select(func.coalesce(func.sum(Receipt.net), 0), func.coalesce(func.sum(Receipt.vat), 0)).where(
        Receipt.item_id == item_id, Receipt.kind == ReceiptKind.INVOICE, Receipt.payment_id.is_not(None)
    )
    net, vat = unit.session.execute(query).one()
    return int(net), int(vat)
