"""What an item costs and who pays it: estimated, frozen once, collected once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from delivery import handoff
from delivery.errors import Invalid, Refused
from delivery.money.charging import Due, Taker, due_at_door, dues_at_door, estimate, freeze, take_payment
from delivery.store.agencies import Agency
from delivery.store.items import Item
from delivery.store.money import Payment, PaymentKind
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from delivery.wiring import Wiring
from tariffs.lines import Quote
from tests.conftest import HandClock
from tests.delivery.submitted import NOWHERE, submission
from tests.factories import Town


def registered(wiring: Wiring, town: Town, **changes: Any) -> str:
    """A registered item's number."""
    with wiring.work("client:test") as unit:
        made = handoff.register(
            unit, wiring.matcher, wiring.books, agency_id=town.agencies["H29"], submission=submission(**changes)
        )
        return made.item.number


def test_an_estimate_is_the_sum_of_its_lines_and_is_stored_with_them(wiring: Wiring, town: Town) -> None:
    """A citizen who asks why must get lines that add up to what was asked for."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        row = quote_of(unit, locked_by_number(unit, number).id)
        assert row is not None
        price = Quote.from_json(row.document)
        assert (row.net, row.vat, row.gross) == (price.net, price.vat, price.gross)
        assert row.gross == row.due_from_addressee + row.due_from_agency + row.due_from_subsidy
        assert row.frozen_at is None


def test_a_price_is_frozen_by_the_weight_and_the_book_of_the_day_of_acceptance(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """The estimate was of 2026; what is accepted in 2027 costs what the book of 2027 says for what the scales say."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        guessed = quote_of(unit, locked_by_number(unit, number).id)
        assert guessed is not None
        assert guessed.book == "illustrative-2025-07"
        before = guessed.gross
    clock.forward(days=40)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        item.weight_g = 900
        row = freeze(unit, item, wiring.books)
        assert row is not None
        assert (row.book, row.day, row.frozen_at) == ("illustrative-2027-01", unit.today, unit.now)
        assert row.gross > before


def test_a_frozen_price_never_changes(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """It is what the addressee was told."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        row = freeze(unit, locked_by_number(unit, number), wiring.books)
        assert row is not None
        kept = row.document
    clock.forward(days=60)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        item.weight_g = 5000
        for again in (freeze(unit, item, wiring.books), estimate(unit, item, wiring.books)):
            assert again is not None
            assert again.document == kept


def test_an_item_in_review_has_no_price_and_owes_nothing_but_the_fee(wiring: Wiring, town: Town) -> None:
    """Without a destination there is no zone to price."""
    number = registered(wiring, town, address=NOWHERE, agency_fee=50_000)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        assert freeze(unit, item, wiring.books) is None
        assert due_at_door(unit, item) == Due(postage=0, agency_fee=50_000)


def test_an_agency_that_pays_leaves_its_fee_to_the_addressee(wiring: Wiring, town: Town) -> None:
    """Postage and fee are two moneys: who pays one does not pay the other."""
    number = registered(wiring, town, payer="agency", agency_fee=50_000)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        row = freeze(unit, item, wiring.books)
        assert row is not None
        assert row.due_from_agency == row.gross > 0
        assert due_at_door(unit, item) == Due(postage=0, agency_fee=50_000)


def test_a_prepaid_agency_pays_unless_it_says_otherwise(wiring: Wiring, town: Town) -> None:
    """Its contract says who pays; a submission may still name the addressee."""
    with wiring.work("job:test") as unit:
        unit.session.get_one(Agency, town.agencies["H29"]).prepaid = True
    with wiring.work("job:test") as unit:
        payers = {
            reference: locked_by_number(unit, number).payer
            for reference, number in (
                ("A", registered(wiring, town, reference="A")),
                ("B", registered(wiring, town, reference="B", payer="addressee")),
            )
        }
    assert payers == {"A": "agency", "B": "addressee"}


def test_a_poor_household_pays_nothing_and_the_subsidy_does(wiring: Wiring, town: Town) -> None:
    """The relief moves the debt, it does not lose it."""
    number = registered(wiring, town, waivers=("poor_household",))
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        row = freeze(unit, item, wiring.books)
        assert row is not None
        assert (row.due_from_addressee, row.due_from_subsidy) == (0, row.gross)
        assert due_at_door(unit, item).total == 0


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"weight_g": 29_999}, "too-heavy", "/weight_g"),
        ({"waivers": ("royalty",)}, "unknown-waiver", "/waivers"),
    ],
)
def test_what_the_book_cannot_price_points_at_the_culprit(
    wiring: Wiring, town: Town, changes: dict[str, object], code: str, pointer: str
) -> None:
    """The agency's program must know which member to mend; and nothing half-written remains."""
    with pytest.raises(Invalid) as refusal:
        registered(wiring, town, **changes)
    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)
    with wiring.work("job:test") as unit:
        assert unit.session.scalars(select(Item)).all() == []


def test_both_moneys_are_taken_once(wiring: Wiring, town: Town) -> None:
    """A courier's phone that sends twice must not book the money twice."""
    number = registered(wiring, town, agency_fee=50_000)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        freeze(unit, item, wiring.books)
        due = due_at_door(unit, item)
        assert due.total == due.postage + 50_000
        assert take_payment(unit, item, taker=Taker(office_id=town.sai_gon)) == due
        assert take_payment(unit, item, taker=Taker(office_id=town.sai_gon)).total == 0
        assert due_at_door(unit, item).total == 0
        paid = {p.kind: p.amount for p in unit.session.scalars(select(Payment))}
        assert paid == {PaymentKind.POSTAGE: due.postage, PaymentKind.AGENCY_FEE: 50_000}


def test_nothing_is_taken_on_an_estimate(wiring: Wiring, town: Town) -> None:
    """The sum could still change."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit, pytest.raises(Refused, match="is not accepted yet"):
        take_payment(unit, locked_by_number(unit, number), taker=Taker(office_id=town.sai_gon))


@given(postage=st.integers(0, 10**9), fee=st.integers(0, 10**9))
def test_what_is_due_is_the_sum_of_two_moneys(postage: int, fee: int) -> None:
    """The courier asks for one sum."""
    assert Due(postage=postage, agency_fee=fee).total == postage + fee


@given(postage=st.integers(max_value=-1))
def test_nobody_owes_less_than_nothing(postage: int) -> None:
    """A negative debt would be a payment by us."""
    with pytest.raises(ValueError, match="less than nothing"):
        Due(postage=postage, agency_fee=0)


def test_the_dues_of_a_whole_route_are_read_in_two_queries(wiring: Wiring, town: Town) -> None:
    """A route's page and its printed list ask for sixty envelopes at once."""
    numbers = [registered(wiring, town, reference=f"R-{row}", agency_fee=50_000) for row in range(5)]
    read = 0

    def count(*_: object) -> None:
        nonlocal read
        read += 1

    with wiring.work("job:test") as unit:
        items = unit.session.scalars(select(Item).where(Item.number.in_(numbers))).all()
        event.listen(wiring.engine, "before_cursor_execute", count)
        try:
            dues = dues_at_door(unit, items)
        finally:
            event.remove(wiring.engine, "before_cursor_execute", count)
    assert len(dues) == 5
    assert {due.agency_fee for due in dues.values()} == {50_000}
    assert read == 2
