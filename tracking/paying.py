"""What a citizen's page says of paying by transfer: the code once asked for, what the bank told of, what goes back."""

from dataclasses import dataclass

from delivery.money import asking
from delivery.money.asking import TransferCode
from delivery.rules.vietqr import Account
from delivery.store.agencies import LIVE
from delivery.store.items import Item
from delivery.store.queries.transfers import Received, owed_back, received_of, short_of
from delivery.store.work import Work


@dataclass(frozen=True, kw_only=True)
class Paying:
    """An item's transfer before its visit, money in đồng.

    `offered`: it can be asked for a code, or asked for again. `due` is what is still to pay, `short` what came and was
    too little for it, `owed_back` what was paid too much and was not returned yet.
    """

    offered: bool
    due: int
    code: TransferCode | None
    received: Received | None
    short: int
    owed_back: int

    @property
    def any(self) -> bool:
        """Whether there is anything to say."""
        return self.offered or self.received is not None or self.owed_back > 0


def paying_of(unit: Work, item: Item, account: Account | None, *, due: int, comes: bool) -> Paying:
    """Where paying for `item` stands for this session. `due` is final; `comes`: the item is to reach its addressee."""
    offered = account is not None and due > 0 and comes and item.world_id == LIVE
    return Paying(
        offered=offered,
        due=due,
        code=asking.codes_of(unit, [item], account).get(item.id) if offered else None,
        received=received_of(unit, [item.id]).get(item.id),
        short=short_of(unit, [item.id]).get(item.id, 0),
        owed_back=owed_back(unit, item.id),
    )
