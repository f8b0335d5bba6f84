"""What the addressee reads of a claim: how much, until when, why; and what a lost item entitles them to."""

from datetime import date
from typing import Any

import pytest

from delivery.money import claims as money
from delivery.rules.compensation_terms import ClaimKind
from delivery.store.claims import ClaimState
from tests.delivery.made_rounds import Post
from tests.delivery.money.complaints import FIRST, SECOND, agreed, claim_about, complain, late, lose, shelved
from tests.tracking.conftest import Citizen
from tracking.claims import Claimed


def _claimed(**changes: Any) -> Claimed:
    return Claimed(
        **{
            "kind": ClaimKind.LOST,
            "state": ClaimState.APPROVED,
            "refund": 30_000,
            "compensation": 120_000,
            "agency_fee": 0,
            "answer_by": date(2027, 1, 30),
            "pay_by": date(2026, 12, 30),
            "paid_on": None,
            "why": None,
            "steps": (),
            **changes,
        }
    )


@pytest.mark.parametrize("kind", list(ClaimKind))
@pytest.mark.parametrize("state", list(ClaimState))
def test_every_claim_says_how_it_stands_in_both_languages(kind: ClaimKind, state: ClaimState) -> None:
    """Nobody is left with a heading and nothing below it."""
    claim = _claimed(kind=kind, state=state, why="Phong bì còn nguyên.")
    sentences = claim.sentences("Bưu cục Sài Gòn")
    assert sentences
    assert all(sentence.vi and sentence.en for sentence in (claim.title, *sentences))


def test_what_is_not_agreed_on_names_no_sum() -> None:
    """A sum that a second person has not approved may still change."""
    waiting = _claimed(state=ClaimState.PROPOSED)
    assert waiting.parts == ()
    assert "150" not in waiting.sentences(None)[0].vi


def test_the_sum_is_parted_where_it_has_parts() -> None:
    """A refund and a compensation are two things to whoever gets them."""
    assert [amount for _, amount in _claimed().parts] == [30_000, 120_000]
    assert _claimed(compensation=0).parts == ()


def test_an_addressee_of_a_lost_item_reads_what_the_law_gives_and_that_it_is_coming(
    citizen: Citizen, post: Post
) -> None:
    """They have lost a paper that they waited for: they must not have to find out by themselves."""
    number = shelved(post, paid=True)
    lose(post, number)
    page = citizen.page(number)
    assert "bồi thường 4 lần cước" in page
    assert "bạn không phải làm đơn" in page
    assert "chậm nhất thứ bảy 30/01/2027" in page
    claim = agreed(post, claim_about(post, number).id)
    page = citizen.page(number)
    assert f"{claim.refund + claim.compensation:,}".replace(",", ".") + " đ, chậm nhất thứ tư 30/12/2026" in page
    assert "Vì sao là số tiền này" in page
    with post.work(SECOND) as unit:
        money.pay(unit, claim.id, reference="VCB-771")
    page = citizen.page(number)
    assert "vào thứ hai 30/11/2026" in page
    assert "VCB-771" not in page


def test_a_rejected_claim_shows_its_reason_and_what_can_be_done(citizen: Citizen, post: Post) -> None:
    """An answer without a reason is none (Postal Law 2010, art. 38)."""
    number = late(post, days=2)
    claim_id = complain(post, number, ClaimKind.DELAYED)
    assert "Bưu điện đang xem xét" in citizen.page(number)
    with post.work(FIRST) as unit:
        money.reject(unit, claim_id, why="Bão, đường ngập.")
    page = citizen.page(number)
    assert "Bão, đường ngập." in page
    assert "giải quyết tranh chấp" in page


def test_an_item_without_claims_shows_no_section(citizen: Citizen, post: Post) -> None:
    """Most items arrive."""
    assert "Hoàn tiền, bồi thường" not in citizen.page(post.one())
