"""Claims: opened once, decided by the terms, approved by a second person, paid once; the books tie out throughout."""

import pytest
from sqlalchemy import select

from delivery.errors import Invalid, Refused
from delivery.money import claims
from delivery.money.charging import due_at_door, standing
from delivery.money.correcting import correct
from delivery.money.ledger import Side, balance
from delivery.rules.compensation_terms import ClaimKind
from delivery.store.billing import Receipt
from delivery.store.claims import ClaimState
from delivery.store.ledger import Account, LedgerBook
from delivery.store.money import CorrectionReason
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from delivery.wiring import Wiring
from tariffs.book import Payer
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.complaints import (
    FIRST,
    SECOND,
    THIRD,
    agreed,
    claim_about,
    complain,
    gross,
    late,
    lose,
    owed,
    owed_by,
    shelved,
    tied,
)
from tests.factories import Town

FEE = 50_000


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def test_a_lost_item_opens_its_claim_by_itself(post: Post) -> None:
    """Nobody whose papers the post has lost should have to ask for what the law gives them."""
    number = shelved(post, paid=True)
    lose(post, number)
    claim = claim_about(post, number)
    assert (claim.kind, claim.state, claim.terms_version) == (ClaimKind.LOST, ClaimState.OPEN, "default-1")
    assert claim.answer_by.isoformat() == "2027-01-30"
    with pytest.raises(Refused, match="already"):
        complain(post, number, ClaimKind.LOST)


def test_what_its_addressee_paid_for_a_lost_item_goes_back_with_four_times_the_charge(post: Post) -> None:
    """From the first proposal to the bank's reference, every book ties out."""
    number = shelved(post, fee=FEE, paid=True)
    charge = gross(post, number)
    lose(post, number)
    tied(post)
    claim = agreed(post, claim_about(post, number).id)
    assert (claim.state, claim.refund, claim.compensation, claim.agency_fee) == (
        ClaimState.APPROVED,
        charge,
        4 * charge,
        FEE,
    )
    assert claim.pay_by is not None
    assert claim.pay_by.isoformat() == "2026-12-30"
    assert (owed(post), owed(post, LedgerBook.AGENCY_FEE)) == (5 * charge, FEE)
    assert owed_by(post, number, Payer.ADDRESSEE) == 0
    tied(post)
    with post.work(THIRD) as unit:
        claims.pay(unit, claim.id, reference=" VCB-771 ")
    assert (owed(post), owed(post, LedgerBook.AGENCY_FEE)) == (0, 0)
    paid = claim_about(post, number)
    assert (paid.state, paid.paid_reference, paid.paid_by) == (ClaimState.PAID, "VCB-771", THIRD)
    tied(post)


def test_a_refund_of_paid_postage_gets_an_adjusting_invoice(post: Post) -> None:
    """The tax office must see the invoice fall by what went back, VAT included."""
    number = shelved(post, paid=True)
    charge = gross(post, number)
    lose(post, number)
    claim = agreed(post, claim_about(post, number).id)
    with post.work(THIRD) as unit:
        claims.pay(unit, claim.id, reference="VCB-1")
    with post.work(CLERK) as unit:
        first, adjusting = unit.session.scalars(select(Receipt).order_by(Receipt.number)).all()
        assert (first.gross, adjusting.gross, adjusting.adjusts_id) == (charge, -charge, first.id)
        assert adjusting.vat == -first.vat


def test_who_had_paid_nothing_is_compensated_and_paid_nothing_back(post: Post) -> None:
    """The postage of a lost item was never collected: there is no money to give back."""
    number = shelved(post)
    charge = gross(post, number)
    lose(post, number)
    claim = agreed(post, claim_about(post, number).id)
    assert (claim.refund, claim.compensation) == (0, 4 * charge)
    tied(post)


def test_an_agency_gets_its_charge_back_as_a_correction_for_its_next_statement(post: Post) -> None:
    """What it was charged for an item that was lost, it does not pay; the addressee gets the compensation."""
    number = shelved(post, payer="agency")
    charge = gross(post, number)
    lose(post, number)
    claim = agreed(post, claim_about(post, number).id)
    assert (claim.refund, claim.compensation, claim.state) == (0, 4 * charge, ClaimState.APPROVED)
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        row = quote_of(unit, item.id)
        assert row is not None
        (correction,) = row.corrections
        assert (correction.due_from_agency, correction.reason) == (-charge, CorrectionReason.CLAIM)
        assert balance(unit, LedgerBook.POSTAGE, Side(Account.AGENCY, item.agency_id)) == 0
    tied(post)


def test_a_claim_that_only_an_agencys_statement_settles_leaves_nothing_to_pay_out(post: Post) -> None:
    """The money desk must not look for a bank transfer that is never due."""
    number = late(post, days=3, paid=False, payer="agency")
    charge = gross(post, number)
    claim = agreed(post, complain(post, number, ClaimKind.DELAYED))
    assert (claim.state, claim.refund, claim.compensation) == (ClaimState.PAID, 0, 0)
    assert claim.paid_reference is not None
    assert claim.paid_reference.startswith("correction:")
    assert owed_by(post, number, Payer.AGENCY) == charge - (charge + 1) // 2
    tied(post)


def test_a_late_item_gives_back_a_share_of_what_was_paid(post: Post) -> None:
    """Lines are taken off to the last đồng, so that quote, ledger and invoice agree."""
    number = late(post, days=1)
    charge = gross(post, number)
    claim = agreed(post, complain(post, number, ClaimKind.DELAYED))
    assert (claim.refund, claim.compensation) == (-(-charge // 4), 0)
    assert owed_by(post, number, Payer.ADDRESSEE) == charge - claim.refund
    with post.work(THIRD) as unit:
        claims.pay(unit, claim.id, reference="PC-1", office_id=post.office)
    tied(post)


def test_a_delay_that_goes_on_makes_the_carriage_cheaper_before_it_is_paid(post: Post) -> None:
    """Who has not paid yet is asked for less, and a later correction does not ask for it again."""
    post.clock.set(9)
    with post.work(CLERK) as unit:
        today = unit.today
    number = shelved(post, due=today)
    charge = gross(post, number)
    post.clock.forward(days=7)
    claim = agreed(post, complain(post, number, ClaimKind.DELAYED))
    assert (claim.state, claim.refund) == (ClaimState.PAID, 0)
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        assert due_at_door(unit, item).postage == 0
        item.weight_g = 900
        assert correct(unit, item, post.wiring.books, reason=CorrectionReason.WEIGHED_AGAIN) is not None
        row = quote_of(unit, item.id)
        assert row is not None
        dearer = standing(row).owed_by(Payer.ADDRESSEE)
        assert 0 < dearer == due_at_door(unit, item).postage
        assert row.corrections[-1].due_from_addressee == dearer
    assert charge > 0
    tied(post)


def test_a_price_error_goes_back_to_who_paid_too_much(post: Post) -> None:
    """The difference, and no compensation."""
    number = late(post, days=0)
    charge = gross(post, number)
    claim_id = complain(post, number, ClaimKind.PRICE_ERROR, right_price=charge - 1_234)
    claim = agreed(post, claim_id)
    assert (claim.refund, claim.compensation) == (1_234, 0)
    with post.work(CLERK) as unit:
        row = quote_of(unit, locked_by_number(unit, number).id)
        assert row is not None
        assert row.corrections[-1].reason is CorrectionReason.PRICE_ERROR
    tied(post)


def test_damage_is_compensated_by_its_share_and_the_proposer_may_put_the_share_right(post: Post) -> None:
    """The clerk at the counter guesses; who decides has seen the photograph."""
    number = late(post, days=0)
    charge = gross(post, number)
    claim_id = complain(post, number, ClaimKind.DAMAGED, damage_percent=25)
    with post.work(FIRST) as unit:
        claims.propose(unit, claim_id, damage_percent=50)
    with post.work(SECOND) as unit:
        claim = claims.approve(unit, claim_id)
    assert (claim.refund, claim.compensation) == (0, 2 * charge)
    tied(post)


def test_who_proposed_does_not_approve(post: Post) -> None:
    """Money leaves by two persons."""
    number = shelved(post, paid=True)
    lose(post, number)
    claim_id = claim_about(post, number).id
    with post.work(FIRST) as unit:
        claims.propose(unit, claim_id)
    with pytest.raises(Refused, match="Ask another administrator"), post.work(FIRST) as unit:
        claims.approve(unit, claim_id)
    assert owed(post) == 0


def test_facts_that_changed_since_the_proposal_send_it_back(post: Post) -> None:
    """The second person agreed to what the first one saw, and not to something else."""
    number = late(post, days=0)
    claim_id = complain(post, number, ClaimKind.DAMAGED, damage_percent=10)
    with post.work(FIRST) as unit:
        claims.propose(unit, claim_id)
    agreed(post, complain(post, number, ClaimKind.PRICE_ERROR, right_price=10_000))
    with pytest.raises(Refused, match="propose it anew"), post.work(SECOND) as unit:
        claims.approve(unit, claim_id)
    with post.work(THIRD) as unit:
        claims.propose(unit, claim_id)
    with post.work(FIRST) as unit:
        assert claims.approve(unit, claim_id).compensation == 4_000
    tied(post)


def test_what_moved_on_says_how_far_it_is(post: Post) -> None:
    """A page that was left open for an hour must not pay twice."""
    number = shelved(post, paid=True)
    lose(post, number)
    claim_id = claim_about(post, number).id
    with pytest.raises(Refused, match="no proposal yet"), post.work(SECOND) as unit:
        claims.approve(unit, claim_id)
    agreed(post, claim_id)
    with pytest.raises(Refused, match="approved already"), post.work(THIRD) as unit:
        claims.approve(unit, claim_id)
    with pytest.raises(Refused, match="approved already"), post.work(THIRD) as unit:
        claims.reject(unit, claim_id, why="nhầm")
    with post.work(THIRD) as unit:
        claims.pay(unit, claim_id, reference="VCB-1")
    with pytest.raises(Refused, match="paid already"), post.work(THIRD) as unit:
        claims.pay(unit, claim_id, reference="VCB-2")
    assert claim_about(post, number).paid_reference == "VCB-1"
    tied(post)


def test_a_rejected_claim_keeps_its_reason_and_may_be_claimed_again(post: Post) -> None:
    """What came to light later deserves a second look."""
    number = late(post, days=2)
    claim_id = complain(post, number, ClaimKind.DELAYED)
    with pytest.raises(Invalid, match="Say why"), post.work(FIRST) as unit:
        claims.reject(unit, claim_id, why="  ")
    with post.work(FIRST) as unit:
        rejected = claims.reject(unit, claim_id, why="Bão,  đường ngập.")
        assert (rejected.state, rejected.why) == (ClaimState.REJECTED, "Bão, đường ngập.")
    assert complain(post, number, ClaimKind.DELAYED) != claim_id
    assert owed(post) == 0


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (0, ClaimKind.DELAYED, "Not late enough"),
        (0, ClaimKind.LOST, "has not been found lost"),
    ],
)
def test_a_complaint_that_can_lead_to_nothing_is_answered_at_the_counter(
    post: Post, days: int, kind: ClaimKind, words: str
) -> None:
    """The clerk reads the reason out instead of opening a file that is rejected two months later."""
    number = late(post, days=days)
    with pytest.raises(Refused, match=words):
        complain(post, number, kind)


def test_a_complaint_after_its_time_is_answered_with_the_day_it_ended(post: Post) -> None:
    """One month from the hand-over for damage (Postal Law 2010, art. 38)."""
    number = late(post, days=0)
    post.clock.forward(days=31)
    with pytest.raises(Refused, match="ended on 2026-12-30"):
        complain(post, number, ClaimKind.DAMAGED, damage_percent=10)


def test_what_was_seen_must_be_said(post: Post) -> None:
    """A damage has a share and a price error has a right price."""
    number = late(post, days=0)
    for kind, said in (
        (ClaimKind.DAMAGED, {}),
        (ClaimKind.DAMAGED, {"damage_percent": 101}),
        (ClaimKind.PRICE_ERROR, {}),
        (ClaimKind.PRICE_ERROR, {"right_price": -1}),
        (ClaimKind.OVERPAID, {}),
    ):
        with pytest.raises(Invalid):
            complain(post, number, kind, **said)
