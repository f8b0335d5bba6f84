"""Who was asked to transfer, what the bank's notices paid, and what goes back to people who paid too much."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select

from delivery.store.billing import Receipt
from delivery.store.claims import Claim, ClaimKind, ClaimState
from delivery.store.events import Event
from delivery.store.items import Item
from delivery.store.money import Payment
from delivery.store.treasury import BankTransfer, PaymentRequest, TransferState
from delivery.store.work import Work


@dataclass(frozen=True, kw_only=True)
class Received:
    """Money for one item that came by transfer: when it was booked, how much in đồng, and the papers it made."""

    at: datetime
    amount: int
    papers: tuple[str, ...]


def requests_of(unit: Work, item_ids: Iterable[UUID], asked_by: str) -> dict[UUID, PaymentRequest]:
    """The last request that `asked_by` made for each item since anything happened to it.

    A failed visit, a new round, the counter: each begins another occasion to pay, with minutes of its own.
    """
    query = (
        select(PaymentRequest)
        .join(Item, Item.id == PaymentRequest.item_id)
        .join(Event, and_(Event.item_id == Item.id, Event.seq == Item.last_seq))
        .where(
            PaymentRequest.item_id.in_(list(item_ids)),
            PaymentRequest.asked_by == asked_by,
            PaymentRequest.asked_at >= Event.recorded_at,
        )
        .order_by(PaymentRequest.asked_at, PaymentRequest.id)
    )
    return {request.item_id: request for request in unit.session.scalars(query)}


def received_of(unit: Work, item_ids: Iterable[UUID]) -> dict[UUID, Received]:
    """What the bank has told of, by item: several transfers as one sum, at the time of the last."""
    found: dict[UUID, Received] = {}
    for item_id, at, amount, paper in unit.session.execute(
        select(Payment.item_id, Payment.taken_at, Payment.amount, Receipt.number)
        .join(Receipt, Receipt.payment_id == Payment.id)
        .where(Payment.item_id.in_(list(item_ids)), Payment.transfer_id.is_not(None))
        .order_by(Payment.taken_at, Payment.id)
    ):
        before = found.get(item_id)
        found[item_id] = Received(
            at=at,
            amount=amount + (before.amount if before else 0),
            papers=(*(before.papers if before else ()), paper),
        )
    return found


def short_of(unit: Work, item_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Money that names an item and is too little for it, so that a person decides about it, in đồng by item."""
    query = (
        select(BankTransfer.item_id, func.sum(BankTransfer.amount))
        .where(BankTransfer.item_id.in_(list(item_ids)), BankTransfer.state == TransferState.WAITING)
        .group_by(BankTransfer.item_id)
    )
    return {item_id: int(amount) for item_id, amount in unit.session.execute(query) if item_id is not None}


def owed_back(unit: Work, item_id: UUID) -> int:
    """What an item's addressee paid too much and has not got back yet, in đồng."""
    query = select(func.coalesce(func.sum(Claim.refund), 0)).where(
        Claim.item_id == item_id,
        Claim.kind == ClaimKind.OVERPAID,
        Claim.state.in_((ClaimState.OPEN, ClaimState.PROPOSED, ClaimState.APPROVED)),
    )
    return int(unit.session.scalar(query) or 0)
