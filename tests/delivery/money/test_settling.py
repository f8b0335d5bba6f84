"""How claims are settled: whose money goes back once, out of which purse, and what two at once may not do."""

from collections.abc import Callable
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money import claims
from delivery.money.charging import Taker, due_at_door, paid_for_postage, standing, take_payment
from delivery.money.correcting import correct
from delivery.money.refunds import owe_back
from delivery.money.remitting import draw
from delivery.rules.compensation_terms import ClaimKind
from delivery.store.base import new_id
from delivery.store.claims import Claim, ClaimState
from delivery.store.ledger import Account, Posting, PostingKind
from delivery.store.money import CorrectionReason
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from delivery.wiring import Wiring
from tariffs.book import Payer
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.cash import accepted
from tests.delivery.money.complaints import (
    FIRST,
    SECOND,
    THIRD,
    agreed,
    claim_about,
    gross,
    late,
    lose,
    owed,
    shelved,
    tied,
)
from tests.factories import Town

FEE = 50_000


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def test_a_fee_on_a_list_for_its_agency_is_not_given_back_by_the_post(post: Post) -> None:
    """The money is on its way to the agency, which answers for it."""
    number = shelved(post, fee=FEE, paid=True)
    with post.work(FIRST) as unit:
        draw(unit, agency_id=post.town.agencies["H29"], through=unit.today)
    lose(post, number)
    claim = agreed(post, claim_about(post, number).id)
    assert claim.agency_fee == 0
    assert claim.decision is not None
    assert claim.decision["steps"][-1]["code"] == "agency-fee-remitted"
    tied(post)


def test_a_fee_that_goes_back_is_not_remitted_as_well(post: Post) -> None:
    """One sum cannot be paid to two."""
    number = shelved(post, fee=FEE, paid=True)
    lose(post, number)
    agreed(post, claim_about(post, number).id)
    with pytest.raises(Refused, match="No fee of agency H29"), post.work(FIRST) as unit:
        draw(unit, agency_id=post.town.agencies["H29"], through=unit.today)
    tied(post)


def _overpaid(post: Post, number: str, actor: str) -> UUID:
    with post.work(actor) as unit:
        item = locked_by_number(unit, number)
        row = quote_of(unit, item.id)
        assert row is not None
        return owe_back(unit, item, 7_000, since=Account.ADDRESSEE, why="test").id


def test_what_was_overpaid_is_approved_and_paid_without_owing_it_a_second_time(post: Post) -> None:
    """The debt was posted when it arose."""
    number = shelved(post, paid=True)
    claim_id = _overpaid(post, number, FIRST)
    with pytest.raises(Refused, match="owed back whole"), post.work(SECOND) as unit:
        claims.propose(unit, claim_id)
    with pytest.raises(Refused, match="cannot be turned down"), post.work(SECOND) as unit:
        claims.reject(unit, claim_id, why="không")
    with post.work(SECOND) as unit:
        claims.approve(unit, claim_id)
    assert owed(post) == 7_000
    with post.work(SECOND) as unit:
        claims.pay(unit, claim_id, reference="VCB-9")
    assert owed(post) == 0


def test_a_price_that_falls_twice_is_owed_back_once_each_time(post: Post) -> None:
    """What went back already is no longer paid: the second fall owes the second difference alone."""
    with post.work(CLERK) as unit:
        (number,) = accepted(post, 1, fee=0)
        item = locked_by_number(unit, number)
        item.weight_g = 3_000
        correct(unit, item, post.wiring.books, reason=CorrectionReason.WEIGHED_AGAIN)
        take_payment(unit, item, taker=Taker(office_id=post.office))
        paid = paid_for_postage(unit, item)
        owed = []
        for weight in (2_000, 100):
            item.weight_g = weight
            correct(unit, item, post.wiring.books, reason=CorrectionReason.WEIGHED_AGAIN)
            owed.append(unit.session.scalars(select(Claim.refund).order_by(Claim.id.desc())).first() or 0)
        row = quote_of(unit, item.id)
        assert row is not None
        assert min(owed) > 0
        assert sum(owed) == paid - standing(row).owed_by(Payer.ADDRESSEE)
        assert paid_for_postage(unit, item) == standing(row).owed_by(Payer.ADDRESSEE)
        assert due_at_door(unit, item).postage == 0
    tied(post)


def test_what_a_program_proposed_takes_two_persons_all_the_same(post: Post) -> None:
    """One to approve, another to pay."""
    claim_id = _overpaid(post, shelved(post, paid=True), "job:bank")
    with post.work(FIRST) as unit:
        claims.approve(unit, claim_id)
    with pytest.raises(Refused, match="ask another person"), post.work(FIRST) as unit:
        claims.pay(unit, claim_id, reference="VCB-9")
    with post.work(SECOND) as unit:
        assert claims.pay(unit, claim_id, reference="VCB-9").state is ClaimState.PAID


def test_a_till_pays_no_more_than_it_holds(post: Post) -> None:
    """Notes that are not there cannot be handed over."""
    number = shelved(post, paid=True)
    lose(post, number)
    claim = agreed(post, claim_about(post, number).id)
    with pytest.raises(Refused, match="does not hold enough"), post.work(THIRD) as unit:
        claims.pay(unit, claim.id, reference="PC-1", office_id=post.office)
    with pytest.raises(Invalid, match="bank's reference"), post.work(THIRD) as unit:
        claims.pay(unit, claim.id, reference=" ")
    assert claim_about(post, number).state is ClaimState.APPROVED


def _at_once(post: Post, act: Callable[[Work], object], actors: list[str]) -> list[str]:
    """Let several people act in the same moment; the codes of what was refused."""
    refused: list[str] = []

    def one(actor: str) -> None:
        try:
            with post.work(actor) as unit:
                act(unit)
        except Refused as no:
            refused.append(no.code)

    threads = [Thread(target=one, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_of_many_approvals_and_payments_at_once_one_wins(post: Post) -> None:
    """Approved twice is owed once, paid twice is paid once."""
    number = shelved(post, paid=True)
    charge = gross(post, number)
    lose(post, number)
    claim_id = claim_about(post, number).id
    with post.work(FIRST) as unit:
        claims.propose(unit, claim_id)
    people = [f"staff:{n}" for n in range(6)]
    assert _at_once(post, lambda unit: claims.approve(unit, claim_id), people) == ["claim-moved-on"] * 5
    assert owed(post) == 5 * charge
    assert _at_once(post, lambda unit: claims.pay(unit, claim_id, reference="VCB"), people) == ["claim-moved-on"] * 5
    with post.work(CLERK) as unit:
        out = select(Posting.amount).where(Posting.kind == PostingKind.PAID_OUT)
        assert unit.session.scalars(out).all() == [5 * charge]
    tied(post)


def test_of_many_complaints_at_once_one_is_opened(post: Post) -> None:
    """Two clerks hear of the same envelope."""
    number = late(post, days=2)

    def act(unit: Work) -> None:
        claims.open_claim(unit, locked_by_number(unit, number), ClaimKind.DELAYED)

    assert _at_once(post, act, [f"staff:{n}" for n in range(4)]) == ["claimed-before"] * 3
    assert claim_about(post, number).state is ClaimState.OPEN


def test_a_claim_of_another_world_is_unknown(post: Post) -> None:
    """A sandbox sees nothing of the live post."""
    with post.work(FIRST) as unit, pytest.raises(NotFound):
        claims.claim_of(unit, new_id())


def test_an_item_that_the_post_never_had_opens_no_claim(post: Post) -> None:
    """What is lost at its agency was not in the post's hands."""
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, shelved(post))
        item.accepted_at = None
        assert claims.open_for_loss(unit, item) is None
        assert unit.session.scalars(select(Claim)).all() == []
