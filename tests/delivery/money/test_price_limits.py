"""Claims, rebates and papers meet on one price: nobody owes less than nothing, and nobody gets more than they paid."""

import pytest
from sqlalchemy import select

from delivery.money import claims
from delivery.money.charging import Taker, due_at_door, paid_for_postage, standing, take_payment
from delivery.money.correcting import (
    counter_saving,
    rebate_for_collecting,
    redelivery_charge,
    see_paper,
    weigh_again,
)
from delivery.money.ledger import Side, balance
from delivery.rules.compensation_terms import ClaimKind
from delivery.store.billing import Receipt
from delivery.store.claims import Claim, ClaimState
from delivery.store.ledger import Account, LedgerBook
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from delivery.wiring import Wiring
from tariffs.book import Payer
from tariffs.lines import Quote
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.complaints import FIRST, SECOND, agreed, complain, shelved, tied
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def _price(post: Post, number: str) -> Quote:
    with post.work(CLERK) as unit:
        row = quote_of(unit, locked_by_number(unit, number).id)
        assert row is not None
        return standing(row)


def _owed(post: Post) -> int:
    with post.work(CLERK) as unit:
        return -balance(unit, LedgerBook.POSTAGE, Side(Account.REFUNDS))


def _all_given_back(post: Post, *, paid: bool) -> str:
    """An item whose whole price a settled claim took off."""
    number = shelved(post, paid=paid)
    agreed(post, complain(post, number, ClaimKind.PRICE_ERROR, right_price=0))
    return number


def test_a_rebate_after_a_claim_owes_nothing_to_who_paid_nothing(post: Post) -> None:
    """The claim gave the price back already; the rebate of it is not another gift."""
    number = _all_given_back(post, paid=False)
    with post.work(CLERK) as unit:
        rebate_for_collecting(unit, locked_by_number(unit, number), post.wiring.books)
        assert unit.session.scalars(select(Claim.kind)).all() == [ClaimKind.PRICE_ERROR]
    price = _price(post, number)
    own = [line for line in price.lines if line.payer is Payer.ADDRESSEE]
    assert (sum(line.net for line in own), sum(line.vat for line in own)) == (0, 0)
    assert _owed(post) == 0
    tied(post)


def test_a_paper_after_a_claim_does_not_pay_back_twice(post: Post) -> None:
    """What came in once goes back once, also when the subsidy bears the price afterwards."""
    number = shelved(post, paid=True)
    paid = _price(post, number).owed_by(Payer.ADDRESSEE)
    agreed(post, complain(post, number, ClaimKind.PRICE_ERROR, right_price=0))
    assert _owed(post) == paid
    with post.work(CLERK) as unit:
        see_paper(unit, locked_by_number(unit, number), post.wiring.books, kind="poor_household", login="clerk.sg")
    assert _owed(post) == paid
    assert _price(post, number).owed_by(Payer.ADDRESSEE) == 0
    assert _price(post, number).owed_by(Payer.SUBSIDY) > 0
    tied(post)


def test_a_price_that_rises_again_gives_the_whole_claim_back_again(post: Post) -> None:
    """The limit holds while the price is low; the claim itself is as it was settled."""
    number = shelved(post)
    full = _price(post, number).gross
    agreed(post, complain(post, number, ClaimKind.PRICE_ERROR, right_price=5_000))
    for weight in (20, 2_000):
        with post.work(CLERK) as unit:
            item = locked_by_number(unit, number)
            rebate_for_collecting(unit, item, post.wiring.books)
            weigh_again(unit, item, post.wiring.books, weight_g=weight)
    price = _price(post, number)
    taken = sum(line.gross for line in price.lines if line.code.startswith("claim."))
    assert taken == 5_000 - full
    tied(post)


def test_two_claims_are_limited_the_latest_first(post: Post) -> None:
    """The price error keeps what it took off as long as the price covers it."""
    number = shelved(post)
    full = _price(post, number).gross
    agreed(post, complain(post, number, ClaimKind.PRICE_ERROR, right_price=15_000))
    agreed(post, complain(post, number, ClaimKind.DAMAGED, damage_percent=100))
    with post.work(CLERK) as unit:
        rebate_for_collecting(unit, locked_by_number(unit, number), post.wiring.books)
    price = _price(post, number)
    by_kind = {
        kind: sum(line.gross for line in price.lines if line.code.startswith(f"claim.{kind}"))
        for kind in (ClaimKind.PRICE_ERROR, ClaimKind.DAMAGED)
    }
    assert by_kind[ClaimKind.PRICE_ERROR] == 15_000 - full
    assert -15_000 < by_kind[ClaimKind.DAMAGED] < 0
    assert price.owed_by(Payer.ADDRESSEE) == 0
    tied(post)


def test_the_counter_asks_for_what_is_due_and_no_more(post: Post) -> None:
    """The screen said 17.280 đ where nothing was due."""
    free, cheap, paid = _all_given_back(post, paid=False), shelved(post), shelved(post, paid=True)
    agreed(post, complain(post, cheap, ClaimKind.PRICE_ERROR, right_price=1_000))
    for number, expected in ((free, 0), (cheap, 1_000), (paid, 0)):
        with post.work(CLERK) as unit:
            item = locked_by_number(unit, number)
            assert counter_saving(unit, item, post.wiring.books) == expected
            left = due_at_door(unit, item).postage - expected
            rebate_for_collecting(unit, item, post.wiring.books)
            assert due_at_door(unit, item).postage == left


def _fallen(post: Post, number: str) -> int:
    """A price that fell after it was paid; what is owed back for it."""
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        weigh_again(unit, item, post.wiring.books, weight_g=2_000)
        take_payment(unit, item, taker=Taker(office_id=post.office))
        weigh_again(unit, item, post.wiring.books, weight_g=100)
    return _owed(post)


def test_what_waits_to_go_back_pays_for_what_the_price_rises_by(post: Post) -> None:
    """Nobody is asked at the door for money that the post owes them."""
    number = shelved(post)
    owed = _fallen(post, number)
    assert owed > 0
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        item.redeliveries = 1
        charge = redelivery_charge(unit, item, post.wiring.books)
        assert charge == 0
        weigh_again(unit, item, post.wiring.books, weight_g=300)
        assert due_at_door(unit, item).postage == 0
    assert 0 < _owed(post) < owed
    tied(post)
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        weigh_again(unit, item, post.wiring.books, weight_g=2_000)
        assert due_at_door(unit, item).postage == 0
        (claim,) = unit.session.scalars(select(Claim))
        assert (claim.refund, claim.state, bool(claim.why)) == (0, ClaimState.REJECTED, True)
        paid = paid_for_postage(unit, item)
    assert paid == _price(post, number).owed_by(Payer.ADDRESSEE)
    assert _owed(post) == 0
    tied(post)


def test_what_two_people_agreed_to_give_back_is_given_back(post: Post) -> None:
    """A promise stands: a price that rises afterwards is asked for."""
    number = shelved(post)
    owed = _fallen(post, number)
    with post.work(FIRST) as unit:
        claims.approve(unit, unit.session.scalars(select(Claim.id)).one())
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        weigh_again(unit, item, post.wiring.books, weight_g=2_000)
        assert due_at_door(unit, item).postage == owed
    assert _owed(post) == owed
    tied(post)


@pytest.mark.parametrize("weight", [300, 900, 2_000, 3_000])
def test_no_invoice_has_a_part_below_nothing_and_all_hold_what_was_paid(post: Post, weight: int) -> None:
    """Paid, fallen, agreed on, risen again and paid: the tax office adds the invoices up."""
    number = shelved(post)
    _fallen(post, number)
    with post.work(FIRST) as unit:
        claim_id = unit.session.scalars(select(Claim.id)).one()
        claims.approve(unit, claim_id)
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        weigh_again(unit, item, post.wiring.books, weight_g=weight)
        take_payment(unit, item, taker=Taker(office_id=post.office))
    with post.work(SECOND) as unit:
        claims.pay(unit, claim_id, reference="VCB-7")
    price = _price(post, number)
    with post.work(CLERK) as unit:
        papers = unit.session.scalars(select(Receipt)).all()
        assert all(paper.net >= 0 and paper.vat >= 0 for paper in papers if paper.gross > 0)
        assert (sum(paper.net for paper in papers), sum(paper.vat for paper in papers)) == (price.net, price.vat)
    tied(post)
