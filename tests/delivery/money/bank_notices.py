"""What the tests' bank tells, and items that may be paid for."""

from datetime import timedelta

from delivery.money.banking import Received, receive
from delivery.money.charging import due_at_door, freeze
from delivery.rules.transfers import Notice
from delivery.store.items import Item
from delivery.store.queries.items import locked_by_number
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.conftest import MONDAY
from tests.delivery.made_items import made_items
from tests.factories import Town


def notice(content: str, amount: int, reference: str = "FT1", *, minutes: int = 0) -> Notice:
    """A credit of Monday morning."""
    at = MONDAY - timedelta(minutes=minutes)
    return Notice(bank_reference=reference, amount=amount, content=content, paid_at=at)


def told(wiring: Wiring, content: str, amount: int, reference: str = "FT1") -> Received:
    """What became of a credit that the hook told."""
    with wiring.work("hook:bank") as unit:
        return receive(unit, notice(content, amount, reference), told_by="hook")


def payable(wiring: Wiring, town: Town, serial: int = 1, *, agency_fee: int = 50_000) -> tuple[str, int]:
    """An item whose price is frozen: its number, and what its addressee owes."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1, first=serial)
        item.agency_fee = agency_fee
        freeze(unit, item, wiring.books)
        unit.session.flush()
        return item.number, due_at_door(unit, item).total


def item_of(unit: Work, number: str) -> Item:
    """The item, locked."""
    return locked_by_number(unit, number)
