"""Before a book is approved, one sees what it would have made of last month's items."""

from datetime import date
from typing import Any

from sqlalchemy import select

from delivery.money.charging import freeze
from delivery.money.correcting import correct
from delivery.money.impact import Impact, impact
from delivery.store.items import Item
from delivery.store.money import CorrectionReason, WaiverSeen
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tariffs import shelf
from tariffs.book import Book, Payer
from tests.conftest import HandClock
from tests.delivery.money.test_charging import registered
from tests.factories import Town

NOVEMBER = shelf.shipped_texts()["illustrative-2025-07.toml"]


def book(*changes: tuple[str, str]) -> Book:
    """November's book, but for what the test changes."""
    text = NOVEMBER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return shelf.read(text, place="new.toml")


def accepted(wiring: Wiring, town: Town, reference: str, **changes: Any) -> str:
    """An item that the post accepted now."""
    number = registered(wiring, town, reference=reference, **changes)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        item.accepted_at = unit.now
        freeze(unit, item, wiring.books)
    return number


def found(wiring: Wiring, new: Book, most: int = 100) -> Impact:
    """What the new book would have made of last month."""
    with wiring.work("job:test") as unit:
        return impact(unit, new, most=most)


def test_the_same_book_changes_nothing(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Papers that clerks saw, volumes and fees are priced as they were, or every book would look wrong."""
    accepted(wiring, town, "a")
    seen = accepted(wiring, town, "b", agency_fee=20_000)
    accepted(wiring, town, "c", payer="agency", weight_g=1_200)
    with wiring.work("job:test") as unit:
        item = unit.session.scalars(select(Item).where(Item.number == seen)).one()
        item.weight_g = 300
        unit.session.add(WaiverSeen(item_id=item.id, kind="poor_household", staff_login="clerk.sg", seen_at=unit.now))
    with wiring.work("job:test") as unit:
        assert correct(unit, locked_by_number(unit, seen), wiring.books, reason=CorrectionReason.WAIVER_SEEN)
    clock.forward(days=3)
    told = found(wiring, book())
    assert (told.month, told.accepted, told.items, told.bounded) == (date(2026, 11, 1), 3, 3, False)
    assert (told.dearer, told.cheaper, told.same) == (0, 0, 3)
    assert told.largest == ()
    assert {paid.payer: paid.delta for paid in told.payers} == dict.fromkeys(Payer, 0)
    assert {paid.payer for paid in told.payers if paid.before} == set(Payer)


def test_dearer_and_cheaper_items_are_counted_summed_and_named_by_number(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """The approver sees whom it costs how much, and ten items to look at."""
    light = accepted(wiring, town, "a", weight_g=50)
    heavy = accepted(wiring, town, "b", weight_g=100, payer="agency")
    clock.forward(days=3)
    new = book(("same_commune = 18000, same_province = 22000", "same_commune = 18000, same_province = 20000"))
    dearer = book(("same_province = 23000", "same_province = 24000"))
    told = found(wiring, new)
    assert (told.cheaper, told.dearer, told.same) == (1, 0, 1)
    assert [(one.number, one.delta) for one in told.largest] == [(light, -2_160)]
    told = found(wiring, dearer)
    assert [(one.number, one.delta) for one in told.largest] == [(heavy, 1_080)]
    assert {paid.payer: paid.delta for paid in told.payers if paid.delta} == {Payer.AGENCY: 1_080}
    assert told.total.delta == 1_080


def test_items_of_other_months_and_other_worlds_are_left_out(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Last month is last month; a test client's items are nobody's money."""
    accepted(wiring, town, "a")
    clock.forward(days=3)
    accepted(wiring, town, "b")
    assert found(wiring, book()).accepted == 1
    clock.forward(days=31)
    assert found(wiring, book()).accepted == 1
    clock.forward(days=31)
    empty = found(wiring, book())
    assert (empty.accepted, empty.items, empty.largest) == (0, 0, ())


def test_what_the_new_book_does_not_price_is_counted_by_its_refusal(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """A waiver that is dropped or a limit that is lowered would strand real items."""
    accepted(wiring, town, "a", weight_g=3_000)
    accepted(wiring, town, "b")
    clock.forward(days=3)
    told = found(wiring, book(("up_to_g = 5000", "up_to_g = 2000")))
    assert told.refused == {"too-heavy": 1}
    assert told.same == 1


def test_a_month_with_too_many_items_says_that_it_was_cut(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """A million items a month are not priced while a page loads; the reader must know."""
    for reference in "abc":
        accepted(wiring, town, reference)
    clock.forward(days=3)
    told = found(wiring, book(), most=2)
    assert (told.accepted, told.items, told.bounded) == (3, 2, True)
