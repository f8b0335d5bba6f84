"""What the terms give back and compensate: laws over all facts, and each rule by an example done by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.compensation import Decision, Facts, Refusal, decide, steps_of
from delivery.rules.compensation_terms import CLAIMED, DEFAULT_TERMS, ClaimKind, read_terms
from tariffs.book import Payer

TERMS = read_terms(DEFAULT_TERMS)
DAY = date(2026, 11, 30)
ADDRESSEE, AGENCY, SUBSIDY = Payer.ADDRESSEE, Payer.AGENCY, Payer.SUBSIDY


def _facts(**changes: Any) -> Facts:
    """A lost item of 30.000 đ that its addressee had paid, promised for DAY."""
    return Facts(
        **{
            "lost": True,
            "accepted": DAY - timedelta(days=3),
            "due_day": DAY,
            "reached": None,
            "delivered": None,
            "charged": {ADDRESSEE: 30_000},
            "charge": 30_000,
            "paid": 30_000,
            "written_off": True,
            **changes,
        }
    )


def _decided(kind: ClaimKind, facts: Facts, *, asked: date | None = DAY, today: date = DAY) -> Decision:
    found = decide(kind, facts, TERMS, asked=asked, today=today)
    assert isinstance(found, Decision), found
    return found


def _refused(kind: ClaimKind, facts: Facts, *, asked: date | None = DAY, today: date = DAY) -> str:
    found = decide(kind, facts, TERMS, asked=asked, today=today)
    assert isinstance(found, Refusal), found
    return found.code


DAYS = st.dates(DAY - timedelta(days=40), DAY + timedelta(days=400))
AMOUNTS = st.integers(0, 10**9)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Any story of an item whose money could be so."""
    charged = {payer: draw(AMOUNTS) for payer in Payer}
    return Facts(
        lost=draw(st.booleans()),
        accepted=draw(st.none() | DAYS),
        due_day=draw(st.none() | DAYS),
        reached=draw(st.none() | DAYS),
        delivered=draw(st.none() | DAYS),
        charged=charged,
        charge=sum(charged.values()) + draw(AMOUNTS),
        paid=draw(AMOUNTS),
        written_off=draw(st.booleans()),
        fee_kept=draw(AMOUNTS),
        fee_remitted=draw(AMOUNTS),
        damage_percent=draw(st.none() | st.integers(1, 100)),
        right_price=draw(st.none() | AMOUNTS),
    )


@given(kind=st.sampled_from(CLAIMED), known=facts(), asked=st.none() | DAYS, today=DAYS)
def test_nobody_gets_back_more_than_they_paid_or_owe_and_nothing_is_below_zero(
    kind: ClaimKind, known: Facts, asked: date | None, today: date
) -> None:
    """Whatever the story: a refund is of money that was paid, and a price does not fall below nothing."""
    found = decide(kind, known, TERMS, asked=asked, today=today)
    if isinstance(found, Refusal):
        assert found.vi
        assert found.en
        return
    assert all(0 <= found.given_back[payer] <= known.charged[payer] for payer in Payer)
    assert 0 <= found.refund <= min(known.paid, found.given_back[ADDRESSEE])
    assert found.compensation >= 0
    assert 0 <= found.agency_fee <= known.fee_kept
    assert found.payable == found.refund + found.compensation + found.agency_fee
    assert all(isinstance(step.amount, int) and step.source for step in found.steps)
    assert found.steps == steps_of(found.as_json())


@given(known=facts(), today=DAYS)
def test_a_loss_is_worth_at_least_four_times_the_charge_and_gives_back_all_that_was_paid(
    known: Facts, today: date
) -> None:
    """The law's floor (Decree 47/2011, art. 25-26), whoever paid the carriage."""
    found = decide(ClaimKind.LOST, known, TERMS, asked=None, today=today)
    if isinstance(found, Refusal):
        assert not known.lost or not (known.charge or known.fee_kept)
        return
    assert found.compensation >= 4 * known.charge
    assert found.refund == min(known.paid, known.charged[ADDRESSEE])
    assert (found.given_back[AGENCY], found.given_back[SUBSIDY]) == (known.charged[AGENCY], known.charged[SUBSIDY])
    assert found.agency_fee == known.fee_kept


@given(known=facts(), more=st.integers(0, 60))
def test_a_longer_delay_never_gives_back_less(known: Facts, more: int) -> None:
    """Who waits longer does not lose."""
    late = {**vars(known), "due_day": DAY, "delivered": None}
    sooner = decide(
        ClaimKind.DELAYED, Facts(**{**late, "reached": DAY + timedelta(days=1)}), TERMS, asked=DAY, today=DAY
    )
    later = decide(
        ClaimKind.DELAYED, Facts(**{**late, "reached": DAY + timedelta(days=1 + more)}), TERMS, asked=DAY, today=DAY
    )
    if isinstance(sooner, Decision):
        assert isinstance(later, Decision)
        assert all(later.given_back[payer] >= sooner.given_back[payer] for payer in Payer)


def test_a_lost_item_that_was_paid_for_gives_back_the_charge_and_four_times_it() -> None:
    """30.000 đ paid: 30.000 đ back and 120.000 đ on top, in thirty days, and the fee that the post still had."""
    found = _decided(ClaimKind.LOST, _facts(fee_kept=50_000))
    assert (found.refund, found.compensation, found.agency_fee) == (30_000, 120_000, 50_000)
    assert (found.answer_by, found.pay_by) == (date(2027, 1, 30), date(2026, 12, 30))
    assert [step.code for step in found.steps] == ["refund", "loss", "agency-fee"]
    assert "120.000 đ" in found.steps[1].words("vi")
    assert "47/2011" in found.steps[1].source


def test_what_was_not_paid_yet_is_not_paid_back() -> None:
    """The addressee of a lost item that was to be paid at the door gets the compensation, and owes nothing anyway."""
    found = _decided(ClaimKind.LOST, _facts(paid=0))
    assert (found.refund, found.given_back[ADDRESSEE], found.compensation) == (0, 0, 120_000)


def test_an_agency_that_paid_gets_its_charge_back_on_its_statement() -> None:
    """Its share falls; what leaves the post in cash is the addressee's compensation alone."""
    found = _decided(ClaimKind.LOST, _facts(charged={AGENCY: 20_000, SUBSIDY: 10_000}, paid=0))
    assert (found.given_back[AGENCY], found.given_back[SUBSIDY], found.refund) == (20_000, 10_000, 0)
    assert found.payable == found.compensation == 120_000


def test_a_fee_that_is_with_the_agency_already_is_named_and_not_paid_by_the_post() -> None:
    """The post has no more of that money than the addressee."""
    found = _decided(ClaimKind.LOST, _facts(fee_remitted=50_000))
    assert found.agency_fee == 0
    assert "hỏi cơ quan" in found.steps[-1].vi


def test_what_is_not_lost_is_not_compensated_as_lost() -> None:
    """An inquiry comes first."""
    assert _refused(ClaimKind.LOST, _facts(lost=False)) == "not-lost"


@pytest.mark.parametrize(
    ("percent", "compensation", "refund"), [(1, 1_200, 0), (50, 60_000, 0), (100, 120_000, 30_000)]
)
def test_damage_is_worth_its_share_of_a_loss_and_all_of_it_when_nothing_is_left(
    percent: int, compensation: int, refund: int
) -> None:
    """Only an item of no use any more gives back what its carriage cost."""
    found = _decided(ClaimKind.DAMAGED, _facts(lost=False, delivered=DAY, written_off=False, damage_percent=percent))
    assert (found.compensation, found.refund) == (compensation, refund)


def test_a_damages_share_that_does_not_divide_is_rounded_for_the_claimant() -> None:
    """Half a đồng is theirs."""
    found = _decided(ClaimKind.DAMAGED, _facts(charge=10_001, charged={ADDRESSEE: 10_001}, damage_percent=33))
    assert found.compensation == 13_202


@pytest.mark.parametrize(
    ("days", "back"), [(1, 7_500), (2, 7_500), (3, 15_000), (6, 15_000), (7, 30_000), (90, 30_000)]
)
def test_a_delay_gives_back_a_share_of_the_charge_by_its_days(days: int, back: int) -> None:
    """The steps are the document's."""
    late = _facts(
        lost=False, reached=DAY + timedelta(days=days), delivered=DAY + timedelta(days=days), written_off=False
    )
    found = _decided(ClaimKind.DELAYED, late)
    assert (found.refund, found.compensation) == (back, 0)


def test_a_first_visit_in_time_is_no_delay_however_long_the_rest_took() -> None:
    """The post came; that nobody was at home is not its doing."""
    seen = _facts(lost=False, reached=DAY, delivered=DAY + timedelta(days=9))
    assert _refused(ClaimKind.DELAYED, seen, asked=DAY + timedelta(days=9)) == "not-late"


def test_a_delay_that_goes_on_is_counted_up_to_today() -> None:
    """Nobody has to wait for the item to complain that it does not come."""
    waiting = _facts(lost=False, written_off=False, paid=0)
    assert _refused(ClaimKind.DELAYED, waiting) == "not-late"
    found = _decided(ClaimKind.DELAYED, waiting, today=DAY + timedelta(days=3))
    assert (found.given_back[ADDRESSEE], found.refund) == (15_000, 0)


def test_without_a_promised_day_nothing_is_late() -> None:
    """There is nothing to measure by."""
    assert _refused(ClaimKind.DELAYED, _facts(lost=False, due_day=None)) == "no-promised-day"


def test_a_price_error_gives_back_the_difference_to_those_who_owe_it_in_proportion() -> None:
    """32.000 đ charged, rightly 24.000 đ: a quarter back to each."""
    charged = {ADDRESSEE: 24_000, SUBSIDY: 8_000}
    known = _facts(lost=False, written_off=False, charged=charged, paid=24_000, right_price=24_000)
    found = _decided(ClaimKind.PRICE_ERROR, known)
    assert (found.given_back[ADDRESSEE], found.given_back[SUBSIDY], found.refund) == (6_000, 2_000, 6_000)


def test_a_right_price_that_is_not_lower_is_no_error() -> None:
    """The post does not ask for more by way of a complaint."""
    assert _refused(ClaimKind.PRICE_ERROR, _facts(lost=False, right_price=30_000)) == "not-too-much"


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        (ClaimKind.LOST, date(2027, 5, 30)),
        (ClaimKind.DELAYED, date(2027, 5, 30)),
        (ClaimKind.DAMAGED, date(2027, 1, 8)),
        (ClaimKind.PRICE_ERROR, date(2027, 1, 8)),
    ],
)
def test_a_complaint_is_heard_on_its_last_day_and_not_on_the_next(kind: ClaimKind, last: date) -> None:
    """Six months from the promised day, one from the hand-over (Postal Law 2010, art. 38)."""
    delivered = DAY + timedelta(days=8)
    known = _facts(reached=delivered, delivered=delivered, damage_percent=10, right_price=0)
    _decided(kind, known, asked=last)
    assert _refused(kind, known, asked=last + timedelta(days=1)) == "too-late"


def test_what_the_post_found_out_itself_is_never_too_late() -> None:
    """An inquiry that takes a year must not cost the addressee."""
    assert _decided(ClaimKind.LOST, _facts(), asked=None, today=DAY + timedelta(days=400)).refund == 30_000


def test_nothing_charged_is_nothing_due() -> None:
    """An item without a price has nothing to give back."""
    assert _refused(ClaimKind.LOST, _facts(charged={}, charge=0, paid=0)) == "nothing-charged"


def test_what_was_overpaid_is_not_decided() -> None:
    """It is owed whole."""
    with pytest.raises(ValueError, match="nothing to decide"):
        decide(ClaimKind.OVERPAID, _facts(), TERMS, asked=None, today=DAY)


@pytest.mark.parametrize("wrong", [{"paid": -1}, {"damage_percent": 0}, {"damage_percent": 101}, {"right_price": -1}])
def test_facts_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    """A negative payment would turn a refund into a debt."""
    with pytest.raises(ValueError, match=r"below 0|percent"):
        _facts(**wrong)
