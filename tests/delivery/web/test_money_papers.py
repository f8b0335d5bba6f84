"""Statements on paper and as CSV: every line says what it is."""

import pytest

from delivery.money import billing
from delivery.rules.compensation_terms import ClaimKind
from delivery.store.money import CorrectionReason
from delivery.web import money_papers
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_papers import NOVEMBER
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.complaints import agreed, complain, late
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def test_every_reason_for_a_correction_has_its_words() -> None:
    """A reason without words breaks the statement of the first agency that meets it."""
    assert set(money_papers.WHY) == set(CorrectionReason)


def test_a_statement_tells_what_a_claim_gave_back(post: Post) -> None:
    """The agency paid for a carriage that was late: it finds its money on the list, not an error."""
    agreed(post, complain(post, late(post, days=3, paid=False, payer="agency"), ClaimKind.DELAYED))
    post.clock.forward(days=1)
    with post.work(CLERK) as unit:
        statement = billing.draw(unit, agency_id=post.town.agencies["H29"], month=NOVEMBER)
        paper = money_papers.statement_of(unit, statement, post.wiring.books)
        assert [row.what for row in paper.rows] == ["Cước", money_papers.WHY[CorrectionReason.CLAIM]]
        assert money_papers.WHY[CorrectionReason.CLAIM] in money_papers.statement_csv(billing.lines_of(unit, statement))
