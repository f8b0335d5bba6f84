"""Every đồng taken has its numbered paper, and what is given back after an invoice has one that adjusts it."""

from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from delivery.errors import Refused
from delivery.money.charging import Taker, take_payment
from delivery.money.receipts import adjust, invoiced
from delivery.store.agencies import LIVE, ApiClient
from delivery.store.base import new_id
from delivery.store.billing import Receipt, ReceiptKind
from delivery.store.money import Payment
from delivery.store.queries.items import locked_by_number
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.delivery.made_papers import frozen, paid, weighed_again
from tests.delivery.waiting import until_somebody_waits_for
from tests.factories import Town


def _papers(unit: Work) -> list[Receipt]:
    return list(unit.session.scalars(select(Receipt).order_by(Receipt.number)))


def test_each_payment_has_its_paper_and_numbers_have_no_gap(wiring: Wiring, town: Town) -> None:
    """A missing number is what a tax inspector asks about first."""
    for n in range(3):
        paid(wiring, frozen(wiring, town, f"A-{n}", payer="addressee", agency_fee=50_000), office=town.sai_gon)
    with wiring.work("job:test") as unit:
        papers = _papers(unit)
        for kind, stem in ((ReceiptKind.RECEIPT, "BL26-"), (ReceiptKind.INVOICE, "HD26-")):
            numbers = [paper.number for paper in papers if paper.kind is kind]
            assert [number[-7:] for number in numbers] == ["0000001", "0000002", "0000003"]
            assert all(number.startswith(stem) for number in numbers)
        assert {p.payment_id: p.gross for p in papers} == dict(
            unit.session.execute(select(Payment.id, Payment.amount)).all()
        )


def test_a_fee_is_not_subject_to_vat_and_an_invoice_names_its_rate(wiring: Wiring, town: Town) -> None:
    """Not subject is another thing than a rate of zero."""
    paid(wiring, frozen(wiring, town, payer="addressee", agency_fee=50_000), office=town.sai_gon)
    with wiring.work("job:test") as unit:
        fee, invoice = _papers(unit)
        assert fee.rates == {"not_subject": {"net": 50_000, "vat": 0}}
        assert list(invoice.rates.values()) == [{"net": invoice.net, "vat": invoice.vat}]
        assert invoice.vat > 0


def test_a_price_that_fell_is_adjusted_to_what_it_is_now(wiring: Wiring, town: Town) -> None:
    """The two papers together are the price as it stands, to the last đồng of VAT."""
    number = frozen(wiring, town, payer="addressee", weight_g=2_000)
    paid(wiring, number, office=town.sai_gon)
    fell = weighed_again(wiring, number, 100)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        adjusting = adjust(unit, item, gross=-fell.gross)
        first = unit.session.scalars(select(Receipt).where(Receipt.adjusts_id.is_(None))).one()
        assert (adjusting.net, adjusting.vat, adjusting.gross) == (fell.net, fell.vat, fell.gross)
        assert adjusting.adjusts_id == first.id
        assert invoiced(unit, item.id) == (first.net + fell.net, first.vat + fell.vat)


def test_nothing_is_adjusted_below_zero_or_without_an_invoice(wiring: Wiring, town: Town) -> None:
    """The post cannot have sold less than nothing."""
    number = frozen(wiring, town, payer="addressee")
    with wiring.work("job:test") as unit, pytest.raises(Refused, match="hold 0 đồng"):
        adjust(unit, locked_by_number(unit, number), gross=1)
    paid(wiring, number, office=town.sai_gon)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        total = sum(invoiced(unit, item.id))
        adjust(unit, item, gross=total)
        assert invoiced(unit, item.id) == (0, 0)
        with pytest.raises(Refused):
            adjust(unit, item, gross=1)
        with pytest.raises(Refused):
            adjust(unit, item, gross=0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.integers(1, 20_000), min_size=1, max_size=4))
def test_giving_all_back_in_parts_gives_all_vat_back(wiring: Wiring, town: Town, parts: list[int]) -> None:
    """Rounding in parts must not leave a đồng of tax on nothing."""
    number = frozen(wiring, town, str(new_id()), payer="addressee")
    paid(wiring, number, office=town.sai_gon)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        for part in parts:
            left = sum(invoiced(unit, item.id))
            if left:
                adjust(unit, item, gross=min(part, left))
                net, vat = invoiced(unit, item.id)
                assert net >= 0
                assert vat >= 0
        left = sum(invoiced(unit, item.id))
        if left:
            adjust(unit, item, gross=left)
        assert invoiced(unit, item.id) == (0, 0)


def test_two_who_take_payments_for_several_items_never_wait_for_each_other(wiring: Wiring, town: Town) -> None:
    """One begins with an envelope that costs only its fee, the other with its postage: both want both series."""
    fee_only = frozen(wiring, town, "A-1", payer="agency", agency_fee=50_000)
    both, other = (frozen(wiring, town, f"A-{n}", payer="addressee", agency_fee=50_000) for n in (2, 3))
    counter = Thread(target=lambda: paid(wiring, other, office=town.sai_gon))
    with wiring.work("staff:courier") as unit:
        taker = Taker(courier_id=town.couriers["courier.sg.1"])
        take_payment(unit, locked_by_number(unit, fee_only), taker=taker)
        counter.start()
        until_somebody_waits_for(unit)
        take_payment(unit, locked_by_number(unit, both), taker=taker)
    counter.join()
    with wiring.work("job:test") as unit:
        assert [paper.number[-7:] for paper in _papers(unit)] == [
            *("0000001", "0000002", "0000003"),
            *("0000001", "0000002"),
        ]


def test_a_sandbox_takes_no_number_of_the_live_series(wiring: Wiring, town: Town) -> None:
    """A test client's play would leave gaps in what the tax office sees."""
    with wiring.work("job:test") as unit:
        world = unit.session.get_one(ApiClient, town.clients["test"]).world_id
    for each in (LIVE, world):
        number = frozen(wiring, town, payer="addressee", world=each)
        paid(wiring, number, office=town.sai_gon, world=each)
    with wiring.work("job:test") as unit:
        live, sandbox = (paper.number for paper in _papers(unit))
        assert live.startswith("HD26-BC")
        assert sandbox == "THD26-0000001"
