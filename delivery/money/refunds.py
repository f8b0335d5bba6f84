"""What was paid too much is owed back: a refund due, which two people settle (`delivery.money.claims`)."""

from uuid import UUID

from delivery.money.ledger import Side, post
from delivery.store.base import new_id
from delivery.store.claims import Claim, ClaimKind, ClaimState
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.queries.claims import terms_on
from delivery.store.work import Work


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
