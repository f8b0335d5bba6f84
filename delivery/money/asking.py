"""Asks addressees to pay by transfer: a VietQR code for exactly what is due, and how long a courier waits for it.

Nothing here takes money. Only the bank's notice does (`delivery.money.banking`): a screenshot is no proof.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from delivery.errors import Refused
from delivery.money.charging import Due, due_at_door, dues_at_door
from delivery.paper import qr
from delivery.rules import vietqr
from delivery.rules.states import State
from delivery.rules.vietqr import Account
from delivery.settings import BankSettings
from delivery.store.agencies import LIVE
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.queries.money import quote_of
from delivery.store.queries.policies import policy_of
from delivery.store.queries.transfers import requests_of
from delivery.store.treasury import PaymentRequest
from delivery.store.work import Work

_NOT_ASKED: Final = frozenset({State.UNDER_INQUIRY, State.RETURNING, State.RETURNED, State.CANCELLED, State.LOST})


@dataclass(frozen=True, kw_only=True)
class TransferCode:
    """What is scanned to pay for one item: `due` into `account`, with the item's number as what the payer writes.

    Shown at `asked_at`; whoever waits for the bank's notice waits until `until`.
    """

    number: str
    account: Account
    due: Due
    asked_at: datetime
    until: datetime

    @property
    def payload(self) -> str:
        """The text of the code."""
        return vietqr.payload(self.account, self.due.total, self.number)

    def picture(self, title: str) -> str:
        """The code as an SVG picture."""
        return qr.picture(self.payload, title=title)

    def seconds_left(self, now: datetime) -> int:
        """How long to wait yet; 0 when the time is over."""
        return max(0, int((self.until - now).total_seconds()))


def account_of(bank: BankSettings | None) -> Account | None:
    """The account that codes pay into; None while the installation names none."""
    return None if bank is None else Account(bin=bank.bin, number=bank.account, holder=bank.holder)


def may_be_asked(item: Item) -> bool:
    """Whether its addressee may be asked for money now: not for what may never reach them."""
    return item.state not in _NOT_ASKED and item.recalled_at is None


def ask(unit: Work, item: Item) -> PaymentRequest | None:
    """Ask whom the item is for to transfer what is due now; None when nothing is, or it will not reach them.

    A sandbox's item is asked for nothing: its money is none, and the account is real.

    Asked again by the same person for the same sum, the first request stands, and its minutes go on; what happens to
    the item ends it. The caller holds the item's lock. Refused while the price is an estimate: it could still change.
    """
    due = due_at_door(unit, item)
    if not due.total or not may_be_asked(item) or item.world_id != LIVE:
        return None
    row = quote_of(unit, item.id)
    if row is None or row.frozen_at is None:
        raise Refused(
            "price-not-frozen",
            vi=f"Bưu gửi {item.number} chưa được chấp nhận nên cước còn là ước tính: chưa chuyển khoản được.",
            en=f"Item {item.number} is not accepted yet, so its price is an estimate: nothing can be transferred yet.",
            facts={"number": item.number},
        )
    standing = requests_of(unit, [item.id], unit.actor).get(item.id)
    if standing is not None and standing.amount == due.total:
        return standing
    request = PaymentRequest(
        id=new_id(),
        item_id=item.id,
        amount=due.total,
        reference=item.number,
        asked_by=unit.actor,
        asked_at=unit.now,
    )
    unit.session.add(request)
    unit.session.flush()
    return request


def codes_of(unit: Work, items: Iterable[Item], account: Account | None) -> dict[UUID, TransferCode]:
    """The code of each item for which this unit's actor has asked and whose sum is still what is due.

    Paid, changed in price or moved on, an item has none; neither has any without an account.
    """
    named = {item.id: item for item in items}
    requests = requests_of(unit, named, unit.actor) if account is not None else {}
    if account is None or not requests:
        return {}
    dues = dues_at_door(unit, [named[item_id] for item_id in requests])
    return {
        item_id: TransferCode(
            number=request.reference,
            account=account,
            due=dues[item_id],
            asked_at=request.asked_at,
            until=request.asked_at + timedelta(minutes=policy_of(unit, named[item_id]).transfer_wait_minutes),
        )
        for item_id, request in requests.items()
        if request.amount == dues[item_id].total
    }
