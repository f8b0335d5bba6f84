"""The agencies' fees go back to them: each listed once, transferred by two persons, never from a courier's hand."""

from datetime import date, timedelta
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import event, select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.ledger import Side, balance
from delivery.money.remitting import RemittanceState, cancel, draw, lines_of, owed, record_paid, state_of
from delivery.money.settling import lock_fees
from delivery.money.shifts import close
from delivery.store.billing import Remittance, RemittanceLine
from delivery.store.ledger import Account, LedgerBook
from delivery.store.money import Payment
from delivery.store.queries.fees import remittance_numbered
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_papers import frozen, paid
from tests.factories import Town

TODAY = date(2026, 11, 30)
FEE = 50_000


def _taken(wiring: Wiring, town: Town, count: int, *, first: int = 1, courier: UUID | None = None) -> list[str]:
    """Fees of H29 paid at a counter, or to a courier."""
    numbers = [frozen(wiring, town, f"F-{n}", agency_fee=FEE) for n in range(first, first + count)]
    for number in numbers:
        paid(wiring, number, courier=courier, office=None if courier else town.sai_gon)
    return numbers


def _drawn(wiring: Wiring, town: Town, actor: str = "staff:a", through: date = TODAY) -> str:
    with wiring.work(actor) as unit:
        return draw(unit, agency_id=town.agencies["H29"], through=through).number


def _payable(wiring: Wiring, town: Town) -> int:
    with wiring.work("job:test") as unit:
        return -balance(unit, LedgerBook.AGENCY_FEE, Side(Account.PAYABLE, town.agencies["H29"]))


def test_a_list_holds_each_fee_with_its_receipt_and_sums_up(wiring: Wiring, town: Town) -> None:
    """The agency ticks off receipt after receipt; the sum is what arrives on its account."""
    numbers = _taken(wiring, town, 3)
    with wiring.work("staff:a") as unit:
        remittance = draw(unit, agency_id=town.agencies["H29"], through=TODAY)
        lines = lines_of(unit, remittance)
        assert remittance.number == "CT20261130-H29-1"
        assert [line.number for line in lines] == numbers
        assert remittance.amount == sum(line.amount for line in lines) == 3 * FEE
        assert all(line.receipt.startswith("BL26-") and line.day == TODAY for line in lines)


def test_what_a_courier_carries_is_not_remitted_before_the_shift_is_closed(wiring: Wiring, town: Town) -> None:
    """The post would pay out money that it does not have."""
    courier = town.couriers["courier.sg.1"]
    _taken(wiring, town, 2, courier=courier)
    with pytest.raises(Refused, match="No fee of agency H29"):
        _drawn(wiring, town)
    with wiring.work("staff:clerk") as unit:
        (state,) = owed(unit)
        assert (state.collected, state.with_couriers, state.ready) == (2 * FEE, 2 * FEE, 0)
    with wiring.work("staff:clerk") as unit:
        close(unit, courier_id=courier, office_id=town.sai_gon, counted=2 * FEE)
    assert _drawn(wiring, town) == "CT20261130-H29-1"


def test_only_what_was_taken_up_to_the_day_is_listed(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """A month's list must not hold the next month's first morning."""
    _taken(wiring, town, 1)
    clock.forward(days=1)
    _taken(wiring, town, 1, first=2)
    with wiring.work("staff:a") as unit:
        assert draw(unit, agency_id=town.agencies["H29"], through=TODAY).amount == FEE
        with pytest.raises(Invalid, match="is yet to come"):
            draw(unit, agency_id=town.agencies["H29"], through=unit.today + timedelta(days=1))


def test_those_who_draw_at_once_never_list_a_fee_twice(wiring: Wiring, town: Town) -> None:
    """The agency would be paid twice, and nobody would see it before the year's end."""
    _taken(wiring, town, 8)
    outcomes: list[str] = []

    def draws() -> None:
        try:
            outcomes.append(_drawn(wiring, town))
        except Refused as refusal:
            outcomes.append(refusal.code)

    threads = [Thread(target=draws) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["CT20261130-H29-1", *["nothing-to-remit"] * 7]
    with wiring.work("job:test") as unit:
        listed = unit.session.scalars(select(RemittanceLine.payment_id)).all()
        assert len(listed) == len(set(listed)) == 8


def test_somebody_else_records_the_transfer_and_it_is_posted_once(wiring: Wiring, town: Town) -> None:
    """One person alone must not be able to send the State's money somewhere."""
    _taken(wiring, town, 2)
    number = _drawn(wiring, town)
    assert _payable(wiring, town) == 2 * FEE
    with wiring.work("staff:a") as unit, pytest.raises(Refused, match="drew remittance"):
        record_paid(unit, number=number, bank_reference="FT1")
    for _ in range(2):
        with wiring.work("staff:b") as unit:
            assert state_of(record_paid(unit, number=number, bank_reference=" FT  1 ")) is RemittanceState.PAID
    with wiring.work("staff:b") as unit:
        assert remittance_numbered(unit, number).bank_reference == "FT 1"
    assert _payable(wiring, town) == 0


def test_a_paid_list_is_neither_paid_again_nor_cancelled(wiring: Wiring, town: Town) -> None:
    """The money has left."""
    _taken(wiring, town, 1)
    number = _drawn(wiring, town)
    with wiring.work("staff:b") as unit:
        record_paid(unit, number=number, bank_reference="FT1")
    with wiring.work("staff:b") as unit:
        with pytest.raises(Refused, match="is paid"):
            record_paid(unit, number=number, bank_reference="FT2")
        with pytest.raises(Refused, match="is paid"):
            cancel(unit, number=number)


def test_one_transaction_of_the_bank_pays_one_list(wiring: Wiring, town: Town) -> None:
    """The same reference twice is a slip of the pen, and the second agency would never get its money."""
    numbers = []
    for first in (1, 2):
        _taken(wiring, town, 1, first=first)
        numbers.append(_drawn(wiring, town))
    assert numbers == ["CT20261130-H29-1", "CT20261130-H29-2"]
    with wiring.work("staff:b") as unit:
        record_paid(unit, number=numbers[0], bank_reference="FT1")
    with wiring.work("staff:b") as unit, pytest.raises(Refused, match="has paid remittance CT20261130-H29-1"):
        record_paid(unit, number=numbers[1], bank_reference="FT1")


@pytest.mark.parametrize("reference", ["", "   ", "x" * 81, "FT\x001"])
def test_a_reference_that_cannot_be_looked_up_is_refused(wiring: Wiring, town: Town, reference: str) -> None:
    """It is the only trace to the bank's own books."""
    _taken(wiring, town, 1)
    number = _drawn(wiring, town)
    with wiring.work("staff:b") as unit, pytest.raises(Invalid) as refusal:
        record_paid(unit, number=number, bank_reference=reference)
    assert refusal.value.pointer == "/bank_reference"


def test_a_cancelled_list_frees_its_fees_and_stays_as_proof(wiring: Wiring, town: Town) -> None:
    """Drawn for the wrong day, it is drawn anew; who asks later can see what it held and who gave it up."""
    _taken(wiring, town, 2)
    first = _drawn(wiring, town)
    for _ in range(2):
        with wiring.work("staff:b") as unit:
            cancel(unit, number=first)
    second = _drawn(wiring, town)
    assert second == "CT20261130-H29-2"
    with wiring.work("staff:b") as unit:
        given_up = remittance_numbered(unit, first)
        assert (state_of(given_up), given_up.cancelled_by) == (RemittanceState.CANCELLED, "staff:b")
        assert [line.number for line in lines_of(unit, given_up)] == [
            line.number for line in lines_of(unit, remittance_numbered(unit, second))
        ]
        with pytest.raises(Refused, match="was cancelled"):
            record_paid(unit, number=first, bank_reference="FT1")


def test_every_fee_is_somewhere(wiring: Wiring, town: Town) -> None:
    """Collected is what couriers carry, what waits, what is listed and what was remitted: not a đồng more or less."""
    _taken(wiring, town, 1)
    with wiring.work("staff:b") as unit:
        paid_list = draw(unit, agency_id=town.agencies["H29"], through=TODAY).number
    with wiring.work("staff:a") as unit:
        record_paid(unit, number=paid_list, bank_reference="FT1")
    _taken(wiring, town, 2, first=2)
    _drawn(wiring, town)
    _taken(wiring, town, 3, first=4)
    _taken(wiring, town, 4, first=7, courier=town.couriers["courier.sg.1"])
    with wiring.work("job:test") as unit:
        (state,) = owed(unit)
        shown = (state.collected, state.remitted, state.listed, state.ready, state.with_couriers)
        assert shown == (10 * FEE, FEE, 2 * FEE, 3 * FEE, 4 * FEE)
        assert sum(unit.session.scalars(select(Payment.amount)).all()) == 10 * FEE


def test_what_is_owed_adds_up_while_a_list_is_drawn(wiring: Wiring, town: Town) -> None:
    """Head office looks at the page in the second in which a colleague presses the button."""
    _taken(wiring, town, 2)
    drawn: list[str] = []

    def draws_meanwhile(*_: object) -> None:
        if not drawn:
            drawn.append("about to")
            drawn.append(_drawn(wiring, town))

    with wiring.work("staff:b") as unit:
        event.listen(unit.session.connection(), "after_cursor_execute", draws_meanwhile)
        assert sum(state.collected for state in owed(unit)) == 2 * FEE
    assert drawn[1:] == ["CT20261130-H29-1"]


def test_a_list_is_drawn_while_a_claim_holds_one_of_its_items(wiring: Wiring, town: Town) -> None:
    """The claim waits for the agency next: a list that waited for the item would never end."""
    (number,) = _taken(wiring, town, 1)
    drawn: list[str] = []
    desk = Thread(target=lambda: drawn.append(_drawn(wiring, town)))
    with wiring.work("staff:b") as unit:
        item = locked_by_number(unit, number)
        desk.start()
        desk.join(10)
        assert drawn == ["CT20261130-H29-1"]
        lock_fees(unit, item)


def test_an_unknown_list_is_not_found(wiring: Wiring, town: Town) -> None:
    """A typed number must not raise a page of Python."""
    with wiring.work("staff:a") as unit:
        with pytest.raises(NotFound):
            cancel(unit, number="CT1")
        assert unit.session.scalars(select(Remittance)).all() == []
