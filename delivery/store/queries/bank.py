"""What the bank's page lists: transfers that wait, what goes back to senders, what was settled lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from delivery.errors import NotFound
from delivery.store.billing import Statement
from delivery.store.items import Item
from delivery.store.treasury import BankTransfer, TransferState
from delivery.store.work import Work

LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A transfer, with the number of the item or statement that it names or paid."""

    transfer: BankTransfer
    item: str | None
    statement: str | None


def waiting(unit: Work) -> Sequence[Listed]:
    """What waits for a person, the oldest first; at most `LONGEST`."""
    return _listed(unit, BankTransfer.state == TransferState.WAITING, BankTransfer.paid_at, LONGEST)


def waiting_sum(unit: Work) -> tuple[int, int]:
    """How many transfers wait for a person, and how many đồng."""
    query = select(func.count(), func.coalesce(func.sum(BankTransfer.amount), 0))
    count, amount = unit.session.execute(query.where(BankTransfer.state == TransferState.WAITING)).one()
    return count, int(amount)


def to_return(unit: Work) -> Sequence[Listed]:
    """What goes back to its sender and named no item: a second person records that the bank returned it."""
    condition = (
        (BankTransfer.state == TransferState.REFUND)
        & BankTransfer.item_id.is_(None)
        & BankTransfer.returned_at.is_(None)
    )
    return _listed(unit, condition, BankTransfer.paid_at, LONGEST)


def settled_lately(unit: Work, most: int = 30) -> Sequence[Listed]:
    """The transfers that paid something or go back, the last first."""
    return _listed(unit, BankTransfer.state != TransferState.WAITING, BankTransfer.paid_at.desc(), most)


def transfer_of(unit: Work, transfer_id: UUID) -> Listed:
    """One transfer. NotFound when there is none."""
    found = _listed(unit, BankTransfer.id == transfer_id, BankTransfer.id, 1)
    if not found:
        raise NotFound("transfer-not-found", vi="Không có khoản báo có này.", en="There is no such transfer.")
    return found[0]


def _listed(
    unit: Work, condition: ColumnElement[bool], order: ColumnElement[object] | object, most: int
) -> Sequence[Listed]:
    query = (
        select(BankTransfer, Item.number, Statement.number)
        .join(Item, Item.id == BankTransfer.item_id, isouter=True)
        .join(Statement, Statement.id == BankTransfer.statement_id, isouter=True)
        .where(condition)
        .order_by(order)  # type: ignore[arg-type]
        .limit(most)
    )
    return [
        Listed(transfer=transfer, item=item, statement=statement)
        for transfer, item, statement in unit.session.execute(query)
    ]
