"""A frozen price is corrected by reversal: every correction adds up, is posted, and never asks twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from delivery import acceptance
from delivery.errors import Invalid, Refused
from delivery.money import ledger
from delivery.money.charging import Taker, due_at_door, freeze, standing, take_payment
from delivery.money.correcting import (
    COUNTER_REBATE,
    correct,
    counter_saving,
    rebate_for_collecting,
    redelivery_charge,
    see_paper,
    waivers_to_show,
    weigh_again,
)
from delivery.store.claims import Claim, ClaimKind
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook
from delivery.store.money import Correction, CorrectionReason, Quote
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from delivery.wiring import Wiring
from tariffs.book import Payer
from tariffs.lines import Quote as Price
from tests.delivery.made_items import made_items
from tests.factories import Town

CLERK = "staff:clerk"
REVENUE = ledger.Side(Account.REVENUE)
OWED = ledger.Side(Account.ADDRESSEE)


@pytest.fixture
def number(wiring: Wiring, town: Town) -> str:
    """An accepted item, so its price is frozen."""
    with wiring.work(CLERK) as unit:
        (item,) = made_items(unit, town, 1)
        acceptance.accept(
            unit, wiring.books, point_id=item.origin_point_id, numbers=[item.number], office_id=town.sai_gon
        )
        return item.number


def _row(unit: Work, number: str) -> Quote:
    row = quote_of(unit, locked_by_number(unit, number).id)
    assert row is not None
    return row


def _holds(unit: Work, number: str) -> None:
    """The frozen lines and every correction's lines together make the price as it stands, and the ledger says so."""
    row = _row(unit, number)
    quotes = [Price.from_json(row.document), *(Price.from_json(each.lines) for each in row.corrections)]
    now = standing(row)
    for payer in Payer:
        assert sum(quote.owed_by(payer) for quote in quotes) == now.owed_by(payer)
    net, vat = (-ledger.balance(unit, LedgerBook.POSTAGE, ledger.Side(each)) for each in (Account.REVENUE, Account.VAT))
    assert (net, vat) == (now.net, now.vat)


def test_who_collects_at_the_counter_is_spared_the_rebate_once(wiring: Wiring, number: str) -> None:
    """People complained that they fetch the envelope themselves and pay the same."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        before, saving = due_at_door(unit, item).postage, counter_saving(unit, item, wiring.books)
        assert saving > 0
        made = rebate_for_collecting(unit, item, wiring.books)
        assert made is not None
        assert made.reason is CorrectionReason.COLLECTED_AT_COUNTER
        assert due_at_door(unit, item).postage == before - saving
        assert rebate_for_collecting(unit, item, wiring.books) is None
        assert counter_saving(unit, item, wiring.books) == 0
        _holds(unit, number)


def test_a_correction_reverses_and_adds_and_edits_nothing(wiring: Wiring, number: str) -> None:
    """An auditor must find the price that was asked for at first, and every step from it."""
    with wiring.work(CLERK) as unit:
        frozen = dict(_row(unit, number).document)
        weigh_again(unit, locked_by_number(unit, number), wiring.books, weight_g=900)
        weigh_again(unit, locked_by_number(unit, number), wiring.books, weight_g=80)
    with wiring.work(CLERK) as unit:
        row = _row(unit, number)
        assert row.document == frozen
        assert [each.seq for each in row.corrections] == [1, 2]
        codes = [line.code for line in Price.from_json(row.corrections[0].lines).lines]
        assert codes[0].startswith("reversal.")
        assert row.corrections[0].gross == -row.corrections[1].gross != 0
        assert standing(row) == Price.from_json(frozen)
        _holds(unit, number)


def test_an_address_corrected_later_moves_no_price(wiring: Wiring, town: Town, number: str) -> None:
    """A correction changes what it is about: the zone was frozen with the price."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        item.commune_id = town.communes["tan_dinh"]
        assert correct(unit, item, wiring.books, reason=CorrectionReason.PRICE_ERROR) is None


def test_a_paper_seen_by_a_clerk_names_the_clerk_and_moves_the_debt(wiring: Wiring, number: str) -> None:
    """A poor household without its paper at registration pays nothing once the paper is shown."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        assert "poor_household" in {waiver.kind for waiver in waivers_to_show(unit, item, wiring.books)}
        see_paper(unit, item, wiring.books, kind="poor_household", login="clerk.sg")
        assert due_at_door(unit, item).postage == 0
        words = [line.words_vi for line in standing(_row(unit, number)).lines if line.code.startswith("waiver")]
        assert words
        assert all("clerk.sg" in each for each in words)
        assert ledger.balance(unit, LedgerBook.POSTAGE, ledger.Side(Account.SUBSIDY)) > 0
        with pytest.raises(Refused, match="cannot be recorded"):
            see_paper(unit, item, wiring.books, kind="poor_household", login="clerk.sg")
        _holds(unit, number)


def test_what_was_paid_too_much_is_owed_back(wiring: Wiring, town: Town, number: str) -> None:
    """Paid at the door of the neighbour, then the paper was found: the money goes back, two people decide it."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        taken = take_payment(unit, item, taker=Taker(office_id=town.sai_gon))
        see_paper(unit, item, wiring.books, kind="poor_household", login="clerk.sg")
        (claim,) = unit.session.scalars(select(Claim).where(Claim.item_id == item.id))
        assert (claim.kind, claim.refund) == (ClaimKind.OVERPAID, taken.postage)
        assert ledger.balance(unit, LedgerBook.POSTAGE, OWED) == 0
        assert ledger.balance(unit, LedgerBook.POSTAGE, ledger.Side(Account.REFUNDS)) == -taken.postage


def test_an_estimate_is_not_corrected_and_the_agencys_item_shows_no_waiver(wiring: Wiring, town: Town) -> None:
    """An estimate is simply made anew; an agency's own postage is not waived."""
    with wiring.work(CLERK) as unit:
        (item,) = made_items(unit, town, 1)
        assert correct(unit, item, wiring.books, reason=CorrectionReason.PRICE_ERROR) is None
        item.payer = "agency"
        freeze(unit, item, wiring.books)
        assert waivers_to_show(unit, item, wiring.books) == []


def test_a_redelivery_is_free_as_often_as_the_book_says_and_then_costs(wiring: Wiring, number: str) -> None:
    """The citizen must know the price before asking for another visit."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        before = due_at_door(unit, item).postage
        assert redelivery_charge(unit, item, wiring.books) == 0
        item.redeliveries = 1
        charge = redelivery_charge(unit, item, wiring.books)
        assert charge > 0
        item.redeliveries = 2
        correct(unit, item, wiring.books, reason=CorrectionReason.REDELIVERY)
        assert due_at_door(unit, item).postage == before + charge
        _holds(unit, number)


Act = Callable[[Work, Item, Wiring], object]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda unit, item, wiring: weigh_again(unit, item, wiring.books, weight_g=29_000), "limit"),
        (lambda unit, item, wiring: see_paper(unit, item, wiring.books, kind="nobility", login="x"), "recorded"),
    ],
)
def test_what_the_book_does_not_know_is_refused_and_nothing_is_left(
    wiring: Wiring, number: str, act: Act, words: str
) -> None:
    """Half a correction would be a hole in the ledger."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        with pytest.raises((Invalid, Refused), match=words), unit.session.begin_nested():
            act(unit, item, wiring)
    with wiring.work(CLERK) as unit:
        assert unit.session.scalars(select(Correction)).all() == []


def test_nobody_hands_an_item_over_with_a_rebate(wiring: Wiring, town: Town) -> None:
    """The counter's rebate is earned at the counter."""
    with wiring.work(CLERK) as unit:
        (item,) = made_items(unit, town, 1)
        item.options, item.last_seq = [COUNTER_REBATE], 0
        with pytest.raises(Invalid, match="no option") as refusal:
            freeze(unit, item, wiring.books)
        assert refusal.value.pointer == "/options"
        item.last_seq = 1
