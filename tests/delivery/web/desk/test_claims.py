"""A complaint at the counter: taken in with what was seen, or answered at once."""

import pytest

from delivery.rules.compensation_terms import ClaimKind
from delivery.store.claims import ClaimState
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.delivery.money.complaints import claim_about, late, lose, shelved
from tests.delivery.web.person import Person
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def test_a_clerk_takes_a_complaint_in(post: Post, clerk: Person) -> None:
    """The person before the counter hears until when they are answered."""
    number = late(post, days=3)
    page = clerk.get(f"/desk/items/{number}").text
    assert "Nhận khiếu nại" in page
    assert 'value="lost"' not in page
    answer = clerk.post(f"/desk/items/{number}/claims", kind="delayed", damage_percent="", right_price="")
    assert answer.status_code == 303
    again = clerk.get(answer.location).text
    assert "trả lời chậm nhất ngày 30/01/2027" in again
    claim = claim_about(post, number)
    assert (claim.kind, claim.state) == (ClaimKind.DELAYED, ClaimState.OPEN)
    assert claim.opened_by.startswith("staff:")


def test_what_was_seen_of_a_damage_is_kept(post: Post, clerk: Person) -> None:
    """Half is half."""
    number = late(post, days=0)
    clerk.get(f"/desk/items/{number}")
    unseen = clerk.post(f"/desk/items/{number}/claims", kind="damaged", damage_percent="")
    assert unseen.status_code == 422
    assert "Hãy ghi mức hư hại" in unseen.text
    assert 'value="damaged" required checked' in unseen.text
    assert clerk.post(f"/desk/items/{number}/claims", kind="damaged", damage_percent="50").status_code == 303
    assert claim_about(post, number).damage_percent == 50


def test_a_complaint_that_leads_to_nothing_is_answered_on_the_page(post: Post, clerk: Person) -> None:
    """With the reason, and without a file that nobody needs."""
    number = late(post, days=0)
    clerk.get(f"/desk/items/{number}")
    refused = clerk.post(f"/desk/items/{number}/claims", kind="delayed")
    assert refused.status_code == 409
    assert "Chưa chậm đến mức được hoàn cước" in refused.text
    assert clerk.post(f"/desk/items/{number}/claims", kind="gossip").status_code == 422
    assert clerk.post(f"/desk/items/{number}/claims", kind="overpaid").status_code == 422


def test_a_lost_items_claim_stands_on_its_page_and_needs_no_complaint(post: Post, clerk: Person) -> None:
    """It opened by itself."""
    number = shelved(post, paid=True)
    lose(post, number)
    page = clerk.get(f"/desk/items/{number}").text
    assert "Mất bưu gửi: đang xem xét" in page
    assert "Nhận khiếu nại" not in page


def test_another_offices_item_takes_no_complaint_here(post: Post, clerk: Person) -> None:
    """An office answers for what it handles."""
    clerk.get("/desk/")
    assert clerk.post("/desk/items/RV000000999VN/claims", kind="delayed").status_code == 404
