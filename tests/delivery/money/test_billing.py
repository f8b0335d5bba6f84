"""An agency that pays its postage is billed by the month: each price and each correction once, for ever."""

from datetime import date
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from delivery.errors import NotFound, Refused
from delivery.jobs import JOBS
from delivery.money.billing import LineKind, draw, lines_of, months_due, preview
from delivery.money.settling import lock_fees
from delivery.store.agencies import Agency
from delivery.store.base import new_id
from delivery.store.billing import Receipt, ReceiptKind, Statement, StatementLine
from delivery.store.money import CorrectionReason, Quote
from delivery.store.queries.billing import locked_agency
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_papers import DECEMBER, JANUARY, NOVEMBER, frozen, weighed_again
from tests.delivery.waiting import until_somebody_waits_for
from tests.factories import Town


def _drawn(wiring: Wiring, town: Town, month: date, agency: str = "H29") -> str:
    with wiring.work("staff:a") as unit:
        return draw(unit, agency_id=town.agencies[agency], month=month).number


def test_a_statement_holds_what_the_agency_owes_of_each_item(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """The agency pays the sum of its items' own prices, net and VAT apart, and nothing that an addressee pays."""
    numbers = [frozen(wiring, town, f"A-{n}", weight_g=100 * n) for n in (1, 9)]
    frozen(wiring, town, "B-1", payer="addressee")
    clock.forward(days=1)
    with wiring.work("staff:a") as unit:
        statement = draw(unit, agency_id=town.agencies["H29"], month=NOVEMBER)
        lines = lines_of(unit, statement)
        quotes = unit.session.scalars(select(Quote).where(Quote.due_from_agency > 0).order_by(Quote.id)).all()
        assert statement.number == "BK2611-H29"
        assert [(line.number, line.kind) for line in lines] == [(number, LineKind.PRICE) for number in numbers]
        assert [(line.net, line.vat, line.gross) for line in lines] == [(q.net, q.vat, q.gross) for q in quotes]
        assert [line.day for line in lines] == [date(2026, 11, 30)] * 2
        assert statement.net + statement.vat == statement.gross == sum(line.gross for line in lines) > 0


def test_a_statement_has_one_invoice_with_its_vat_by_rate(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """The agency books it against one number; the tax office wants each rate by itself."""
    frozen(wiring, town)
    clock.forward(days=1)
    _drawn(wiring, town, NOVEMBER)
    with wiring.work("job:test") as unit:
        (invoice,) = unit.session.scalars(select(Receipt)).all()
        (statement,) = unit.session.scalars(select(Statement)).all()
        assert (invoice.number, invoice.kind) == ("HD26-BK-0000001", ReceiptKind.INVOICE)
        assert (invoice.statement_id, invoice.payment_id) == (statement.id, None)
        assert (invoice.net, invoice.vat, invoice.gross) == (statement.net, statement.vat, statement.gross)
        assert sum(part["net"] for part in invoice.rates.values()) == statement.net
        assert sum(part["vat"] for part in invoice.rates.values()) == statement.vat


def test_drawing_twice_gives_the_same_statement(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """A second press of the button must not bill a second time."""
    frozen(wiring, town)
    clock.forward(days=1)
    first = _drawn(wiring, town, NOVEMBER)
    assert _drawn(wiring, town, date(2026, 11, 17)) == first
    with wiring.work("job:test") as unit:
        assert len(unit.session.scalars(select(Statement)).all()) == 1
        assert len(unit.session.scalars(select(Receipt)).all()) == 1


def test_two_who_draw_at_once_draw_one(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """The worker sweeps while somebody presses the button."""
    for n in range(5):
        frozen(wiring, town, f"A-{n}")
    clock.forward(days=1)
    numbers: list[str] = []
    threads = [Thread(target=lambda: numbers.append(_drawn(wiring, town, NOVEMBER))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers == ["BK2611-H29"] * 6
    with wiring.work("job:test") as unit:
        assert len(unit.session.scalars(select(StatementLine)).all()) == 5


def test_a_month_is_billed_only_when_it_is_over_in_viet_nam(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """At 00:30 on 1 December in Hà Nội it is still November in Greenwich."""
    frozen(wiring, town)
    with pytest.raises(Refused, match="is not over"):
        _drawn(wiring, town, NOVEMBER)
    clock.set(0, 30, days=1)
    frozen(wiring, town, "A-2")
    assert _drawn(wiring, town, NOVEMBER) == "BK2611-H29"
    with wiring.work("job:test") as unit:
        assert len(unit.session.scalars(select(StatementLine)).all()) == 1


def test_what_was_corrected_after_the_month_goes_on_the_next_statement(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """A statement is never redrawn; the two together are what the item costs now."""
    number = frozen(wiring, town, weight_g=100)
    clock.forward(days=1)
    _drawn(wiring, town, NOVEMBER)
    correction = weighed_again(wiring, number, 2_000)
    clock.forward(days=31)
    with wiring.work("staff:a") as unit:
        (line,) = lines_of(unit, draw(unit, agency_id=town.agencies["H29"], month=DECEMBER))
        assert (line.number, line.kind, line.reason) == (number, LineKind.CORRECTION, CorrectionReason.WEIGHED_AGAIN)
        assert (line.net, line.vat, line.gross) == (correction.net, correction.vat, correction.gross)
        assert line.gross > 0


def test_a_credit_waits_for_the_statement_that_it_can_be_taken_off(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """A statement below zero could be neither paid nor invoiced."""
    number = frozen(wiring, town, weight_g=2_000)
    clock.forward(days=1)
    _drawn(wiring, town, NOVEMBER)
    credit = weighed_again(wiring, number, 100).gross
    assert credit < 0
    clock.forward(days=31)
    with pytest.raises(Refused, match=f"has {-credit} đồng to its credit"):
        _drawn(wiring, town, DECEMBER)
    frozen(wiring, town, "A-2", weight_g=3_000)
    clock.forward(days=31)
    with wiring.work("staff:a") as unit:
        statement = draw(unit, agency_id=town.agencies["H29"], month=JANUARY)
        assert [line.kind for line in lines_of(unit, statement)] == [LineKind.CORRECTION, LineKind.PRICE]
        assert statement.gross == sum(line.gross for line in lines_of(unit, statement)) > 0


def test_an_older_month_is_billed_first(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Else its items would be asked for under another month's number."""
    frozen(wiring, town)
    clock.forward(days=1)
    frozen(wiring, town, "A-2")
    clock.forward(days=31)
    with pytest.raises(Refused, match=r"no statement of 11/2026 yet"):
        _drawn(wiring, town, DECEMBER)
    assert [_drawn(wiring, town, month) for month in (NOVEMBER, DECEMBER)] == ["BK2611-H29", "BK2612-H29"]


def test_nothing_to_bill_is_said_in_words(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """An empty bill would be paid by nobody and asked about by everybody."""
    frozen(wiring, town, payer="addressee")
    clock.forward(days=1)
    for agency in ("H29", "H30"):
        with pytest.raises(Refused, match="there is nothing to bill"):
            _drawn(wiring, town, NOVEMBER, agency)
    with wiring.work("staff:a") as unit, pytest.raises(NotFound):
        draw(unit, agency_id=new_id(), month=NOVEMBER)


def test_a_preview_is_what_would_be_drawn_and_draws_nothing(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Who presses the button sees the sum first."""
    frozen(wiring, town)
    clock.forward(days=1)
    with wiring.work("staff:a") as unit:
        agency = unit.session.get_one(Agency, town.agencies["H29"])
        shown = preview(unit, agency=agency, month=NOVEMBER)
        assert unit.session.scalars(select(Statement)).all() == []
        drawn = draw(unit, agency_id=agency.id, month=NOVEMBER)
        assert (shown.net, shown.vat, shown.gross) == (drawn.net, drawn.vat, drawn.gross)


def test_the_sweep_bills_every_agency_on_the_first_and_then_rests(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Nobody has to remember the first of the month; a worker that was down for it catches up."""
    frozen(wiring, town)
    frozen(wiring, town, agency="H30")
    assert JOBS["statements"](wiring) == 0
    clock.forward(days=1)
    assert JOBS["statements"](wiring) == 2
    frozen(wiring, town, "A-2")
    assert JOBS["statements"](wiring) == 0
    clock.forward(days=62)
    assert JOBS["statements"](wiring) == 1
    with wiring.work("job:test") as unit:
        found = unit.session.scalars(select(Statement.number).order_by(Statement.number)).all()
        assert found == ["BK2611-H29", "BK2611-H30", "BK2612-H29"]


def test_the_sweep_never_holds_the_invoices_while_it_waits_for_an_agency(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """A desk that holds that agency wants the next number of the series: each would wait for the other."""
    frozen(wiring, town)
    frozen(wiring, town, agency="H30")
    last = max(town.agencies["H29"], town.agencies["H30"])
    clock.forward(days=1)
    swept: list[int] = []
    sweep = Thread(target=lambda: swept.append(JOBS["statements"](wiring)))
    with wiring.work("staff:a") as unit:
        locked_agency(unit, last)
        sweep.start()
        until_somebody_waits_for(unit)
        draw(unit, agency_id=last, month=NOVEMBER)
    sweep.join()
    assert swept == [2]
    with wiring.work("job:test") as unit:
        assert len(unit.session.scalars(select(Statement)).all()) == 2


def test_a_statement_is_drawn_while_a_claim_holds_one_of_its_items(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """The claim waits for the agency next: a list that waited for the item would never end."""
    number = frozen(wiring, town)
    clock.forward(days=1)
    drawn: list[str] = []
    desk = Thread(target=lambda: drawn.append(_drawn(wiring, town, NOVEMBER)))
    with wiring.work("staff:b") as unit:
        item = locked_by_number(unit, number)
        desk.start()
        desk.join(10)
        assert drawn == ["BK2611-H29"]
        lock_fees(unit, item)


_MONTHS = [NOVEMBER, DECEMBER, JANUARY]


@given(
    sums=st.dictionaries(st.sampled_from(_MONTHS), st.integers(-50, 50)),
    drawn=st.sets(st.sampled_from(_MONTHS)),
)
def test_whatever_is_above_zero_is_billed_and_no_month_twice(sums: dict[date, int], drawn: set[date]) -> None:
    """What is carried on must come out somewhere: only a credit, or what has no free month left, may stay."""
    due = months_due(sums, drawn, last=JANUARY)
    assert due == sorted(set(due))
    assert not set(due) & drawn
    left = sum(amount for month, amount in sums.items() if not due or month > due[-1])
    assert left <= 0 or JANUARY in drawn
