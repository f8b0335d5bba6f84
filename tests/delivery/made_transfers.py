"""The bank tells of money: what an addressee did with a code."""

from datetime import timedelta
from uuid import uuid4

from delivery.money import banking
from delivery.money.charging import due_at_door
from delivery.money.matching import Why
from delivery.rules.transfers import Notice
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring


def transferred(wiring: Wiring, number: str, amount: int | None = None) -> Why | None:
    """The addressee paid `amount` đồng, all that is due unless said, a moment ago, and the bank's notice came."""
    with wiring.work("job:bank") as unit:
        due = due_at_door(unit, locked_by_number(unit, number)).total
        notice = Notice(
            bank_reference=f"FT{uuid4().hex[:12].upper()}",
            amount=due if amount is None else amount,
            content=f"{number} thanh toan",
            paid_at=unit.now - timedelta(seconds=5),
        )
        return banking.receive(unit, notice, told_by="hook").why
