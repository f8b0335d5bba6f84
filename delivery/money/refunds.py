"""What was paid too much is owed back: a refund due, which two people settle (`delivery.money.claims`)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from delivery.money.ledger import Side, post
from delivery.store.base import new_id
from delivery.store.claims import Claim, ClaimKind, ClaimState
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.queries.claims import claims_of, terms_on
from delivery.store.work import Work

_KEPT: Final = "Đã trừ vào phần cước tăng thêm của bưu gửi."
"""Why a refund is none any more: its claimant reads it."""


def owe_back(
    unit: Work, item: Item, amount: int, *, since: Account, transfer_id: UUID | None = None, why: str
) -> Claim:
    """Turn `amount` đồng that an addressee paid too much into a proposed refund.

    `since` is the account that holds the money: ADDRESSEE when a price fell after it was paid, SUSPENSE when the bank
    received more than was due. `why` is a stable code.
    """
    claim = Claim(
        id=new_id(),
        world_id=item.world_id,
        item_id=item.id,
        kind=ClaimKind.OVERPAID,
        state=ClaimState.PROPOSED,
        transfer_id=transfer_id,
        opened_by=unit.actor,
        opened_at=unit.now,
        answer_by=terms_on(unit, unit.today)[1].answer_by(unit.today),
        refund=amount,
        compensation=0,
        decision={"why": why},
        proposed_by=unit.actor,
        proposed_at=unit.now,
    )
    unit.session.add(claim)
    post(
        unit,
        LedgerBook.POSTAGE,
        PostingKind.CLAIMED,
        debit=Side(since),
        credit=Side(Account.REFUNDS),
        amount=amount,
        key=f"claimed:{claim.id}",
        item=item,
    )
    unit.session.flush()
    return claim


def not_agreed_on(unit: Work, item: Item) -> Sequence[Claim]:
    """The refunds due of what a price fell by that nobody has approved yet, the latest first."""
    return [
        claim
        for claim in reversed(claims_of(unit, item.id))
        if claim.kind is ClaimKind.OVERPAID and claim.state is ClaimState.PROPOSED and claim.transfer_id is None
    ]


def keep_back(unit: Work, item: Item, amount: int) -> int:
    """A price rose by `amount` đồng more than was paid: what waits to go back counts as paid again, as far as it does.

    Says how much. A refund that somebody approved is promised and goes out. The caller holds the item's lock, as
    whoever approves does.
    """
    left = amount
    for claim in not_agreed_on(unit, item):
        kept = min(left, claim.refund)
        if not kept:
            break
        claim.refund, left = claim.refund - kept, left - kept
        if not claim.refund:
            claim.state, claim.why = ClaimState.REJECTED, _KEPT
        post(
            unit,
            LedgerBook.POSTAGE,
            PostingKind.CLAIMED,
            debit=Side(Account.REFUNDS),
            credit=Side(Account.ADDRESSEE),
            amount=kept,
            key=f"kept:{claim.id}:{claim.refund}",
            item=item,
        )
    unit.session.flush()
    return amount - left
