"""Couriers' reports: what each outcome does to the envelope, the count of visits and the addressee's phone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from delivery import attempts
from delivery.errors import Invalid, NotFound, Refused
from delivery.money.charging import Method
from delivery.rules.attempts import AwaitAddress, GiveBack, Hold, OpenIncident, TryAgain, VisitAnyway
from delivery.rules.calendar import HalfDay, vietnam_time
from delivery.rules.policy import Channel, Proof, Receiver
from delivery.rules.reasons import Reason
from delivery.rules.states import Happening, State
from delivery.steps.failure import Evidence
from delivery.store.attempts import Attempt, Choice, Incident
from delivery.store.items import Holder, HolderKind, NextStep
from delivery.store.money import Payment
from delivery.store.people import Commitment
from delivery.store.queries.items import locked_by_number
from delivery.store.routes import Stop, StopItem
from delivery.vault import Reason as Opening
from delivery.vault import Vault
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, COURIER, PROOFS, Post
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def test_a_first_failed_visit_counts_and_sets_the_other_half_day(post: Post) -> None:
    """Nobody home in the morning: the next visit is promised for an afternoon, and the envelope is still outside."""
    (number,) = post.out()
    post.clock.set(9)
    attempt, decision = post.fail(number, Reason.NOT_HOME)
    assert isinstance(decision, TryAgain)
    assert attempt.counts
    assert not attempt.weak
    item = post.item(number)
    assert (item.state, item.holder_kind) == (State.OUT_FOR_DELIVERY, HolderKind.COURIER)
    assert item.half_day == HalfDay.AFTERNOON
    assert post.texts(number)[-1] == "attempt_failed"
    failed = post.events(number)[-1]
    assert failed.kind is Happening.ATTEMPT_FAILED
    assert failed.data == {
        "kind": "visit",
        "reason": "NOT_HOME",
        "fault": "addressee",
        "counts": True,
        "weak": False,
        "action": "reattempt",
    }


def test_the_last_visit_allowed_sends_the_item_to_the_counter_in_the_evening(post: Post) -> None:
    """Ready to collect is said when the envelope lies at the counter, not when the courier turns away."""
    (number,) = post.out()
    post.clock.set(9)
    post.fail(number)
    post.back([number])
    post.clock.set(14, days=1)
    post.go_out([number], hour=14)
    _, decision = post.fail(number)
    assert isinstance(decision, Hold)
    assert "ready_to_collect" not in post.texts(number)
    back = post.back([number])
    assert back.held == (number,)
    item = post.item(number)
    assert (item.state, item.next_step) == (State.HELD, NextStep.COUNTER)
    assert item.held_until == date(2026, 12, 15)
    assert post.texts(number)[-1] == "ready_to_collect"


def test_a_carriers_fault_never_counts_and_leaves_the_choice_of_half_day_open(post: Post) -> None:
    """The addressee was at home and nobody came: no visit is used up."""
    (number,) = post.out()
    attempt, decision = post.fail(number, Reason.NOT_ENOUGH_TIME, evidence=None)
    assert isinstance(decision, TryAgain)
    assert (attempt.counts, attempt.weak) == (False, False)
    assert post.item(number).half_day is None


def test_a_refused_item_is_to_go_back_and_its_addressee_gets_no_message(post: Post) -> None:
    """Who refused at the door knows it."""
    (number,) = post.out()
    _, decision = post.fail(number, Reason.REFUSED)
    assert isinstance(decision, GiveBack)
    assert post.item(number).next_step is NextStep.RETURN
    assert post.texts(number)[-1] == "out_for_delivery"


def test_a_wrong_address_waits_for_a_right_one_until_a_day_that_is_told(post: Post) -> None:
    """Nothing is visited again before somebody mends the address."""
    (number,) = post.out()
    attempt, decision = post.fail(number, Reason.ADDRESS_INCORRECT)
    assert isinstance(decision, AwaitAddress)
    assert not attempt.counts
    item = post.item(number)
    assert (item.next_step, item.address_until) == (NextStep.ADDRESS, decision.until)
    assert post.texts(number)[-1] == "address_needed"


def test_a_damaged_item_goes_under_inquiry_with_its_office_as_owner(post: Post) -> None:
    """It still has a holder, the courier, and now somebody who answers for what happened."""
    (number,) = post.out()
    _, decision = post.fail(number, Reason.DAMAGED)
    assert isinstance(decision, OpenIncident)
    item = post.item(number)
    assert (item.state, item.holder_kind) == (State.UNDER_INQUIRY, HolderKind.COURIER)
    with post.wiring.work(CLERK) as unit:
        incident = unit.session.scalars(select(Incident)).one()
        assert (incident.kind, incident.item_id) == ("damaged", item.id)
        assert incident.owner.startswith("office:")


@pytest.mark.parametrize(
    ("evidence", "weak"),
    [
        (None, True),
        (Evidence(), True),
        (Evidence(called=True), False),
        (Evidence(photo="ab" * 32), False),
        (Evidence(location=(0.0, 0.0)), True),
    ],
)
def test_a_visit_that_nothing_supports_is_marked_weak(post: Post, evidence: Evidence | None, weak: bool) -> None:
    """ "Nobody came" is answered from what the phone recorded, so a visit without a trace must show as such."""
    (number,) = post.out()
    attempt, _ = post.fail(number, evidence=evidence)
    assert attempt.weak is weak


def test_a_location_within_a_hundred_metres_supports_a_visit_and_is_kept_sealed(post: Post) -> None:
    """The courier's own location is sensitive: it lies sealed with the attempt, never in the event."""
    (number,) = post.out()
    with post.wiring.work(CLERK) as unit:
        home = Vault.of(unit).open_person(post.item(number).addressee, reason=Opening.DELIVERY).location
    assert home is not None
    near = Evidence(location=(home[0] + 0.0005, home[1]))
    attempt, _ = post.fail(number, evidence=near)
    assert not attempt.weak
    assert attempt.evidence is not None
    assert "location" not in post.events(number)[-1].data


def test_a_policy_may_let_weak_visits_not_count(post: Post) -> None:
    """Then a courier who leaves no trace uses up nobody's visits."""
    post.policy(weak_attempts_count=False)
    (number,) = post.out()
    attempt, _ = post.fail(number, evidence=None)
    assert (attempt.weak, attempt.counts) == (True, False)


def test_one_visit_is_reported_once(post: Post) -> None:
    """Two taps, or a phone that sends again, must not use up both visits."""
    (number,) = post.out()
    post.clock.set(9)
    post.fail(number)
    with pytest.raises(Refused, match="was reported"):
        post.fail(number)


def test_a_second_visit_the_same_afternoon_is_a_visit_of_its_own(post: Post) -> None:
    """The policy's gap and half-day have passed, so the courier may try again on the same round."""
    (number,) = post.out()
    post.clock.set(9)
    post.fail(number)
    post.clock.set(15)
    _, decision = post.fail(number)
    assert isinstance(decision, Hold)


def test_no_visit_counts_after_the_addressee_chose_another_day(post: Post) -> None:
    """The choice came while the courier was on the road: nobody had to be at home any more."""
    (number,) = post.out()
    with post.wiring.work("citizen:1") as unit:
        item = locked_by_number(unit, number)
        item.not_before = unit.now + timedelta(days=2)
    with pytest.raises(Refused, match="another day"):
        post.fail(number)
    assert post.back([number]).shelved == (number,)


def test_somebody_elses_stop_and_an_item_that_is_not_out_cannot_be_reported(post: Post) -> None:
    """A courier reports what they hold, at the stop where it was planned."""
    (number,) = post.out()
    other = post.town.couriers["courier.sg.2"]
    with pytest.raises(NotFound), post.wiring.work(COURIER) as unit:
        attempts.report_failure(
            unit, stop_id=post.stops[number], courier_id=other, number=number, reason=Reason.NOT_HOME
        )
    post.back([number])
    with pytest.raises(Refused, match="do not have"):
        post.fail(number)


def test_a_reason_that_only_calls_have_is_no_reason_of_a_visit(post: Post) -> None:
    """A wrong number keeps nobody from opening the door."""
    (number,) = post.out()
    with pytest.raises(Invalid):
        post.fail(number, Reason.WRONG_NUMBER)


def test_a_delivery_ends_the_item_takes_the_payment_and_keeps_who_received_sealed(post: Post) -> None:
    """The event proves later who received, and says nothing to who merely reads it."""
    (number,) = post.out()
    with post.wiring.work(COURIER) as unit:
        attempts.report_delivery(
            unit,
            stop_id=post.stops[number],
            courier_id=post.courier,
            number=number,
            receiver=Receiver.ADDRESSEE,
            proofs=PROOFS,
            receiver_name="Nguyễn Thị Một",
            paid=Method.CASH,
        )
    item = post.item(number)
    assert (item.state, item.holder) == (State.DELIVERED, Holder(HolderKind.ADDRESSEE))
    delivered = post.events(number)[-1]
    assert (delivered.data["to"], delivered.data["proof"]) == ("addressee", "identity+signature")
    assert post.texts(number)[-1] == "delivered"
    with post.wiring.work(CLERK) as unit:
        kept = unit.session.get_one(Commitment, delivered.data["receiver"])
        assert Vault.of(unit).open_commitment(kept, reason=Opening.DELIVERY) == "Nguyễn Thị Một"
        assert sum(row.amount for row in unit.session.scalars(select(Payment))) > 0
        assert unit.session.get_one(Stop, post.stops[number]).done_at == unit.now


def test_nothing_is_handed_over_unpaid_unproven_or_to_a_stranger(post: Post) -> None:
    """Three ways to give a result away that the policy forbids; after each it is still with the courier."""
    (number,) = post.out()
    with pytest.raises(Refused, match="are due"):
        post.hand_over(number, paid=None)
    with pytest.raises(Refused, match="missing: signature"):
        post.hand_over(number, proofs=[Proof.IDENTITY])
    with pytest.raises(Refused, match="may not be handed to"):
        post.hand_over(number, receiver=Receiver.HOUSEHOLD)
    with pytest.raises(Refused, match="missing: authorisation"):
        post.hand_over(number, receiver=Receiver.AUTHORISED)
    assert post.item(number).state is State.OUT_FOR_DELIVERY


def test_a_person_named_on_the_citizens_page_needs_no_paper(post: Post) -> None:
    """The choice on the page is the authorisation."""
    (number,) = post.out()
    with post.wiring.work("citizen:1") as unit:
        item = locked_by_number(unit, number)
        unit.session.add(Choice(item_id=item.id, kind="person", via="page", chosen_at=unit.now))
    post.hand_over(number, receiver=Receiver.AUTHORISED)
    assert post.events(number)[-1].data["to"] == "authorised"


def test_a_recall_blocks_the_hand_over_but_one_that_happened_before_stands(post: Post) -> None:
    """The recall may reach the phone late: what happened first counts, not what was recorded first."""
    late, early = post.out(2)
    post.clock.set(10)
    handed = post.clock.at
    post.clock.set(11)
    post.recall(late)
    post.recall(early)
    post.clock.set(12)
    post.hand_over(early, occurred_at=handed)
    with pytest.raises(Refused, match="recalled"):
        post.hand_over(late)
    assert post.item(early).state is State.DELIVERED
    assert post.back([late]).shelved == (late,)
    assert post.item(late).next_step is NextStep.RETURN


def test_a_visit_that_failed_may_still_end_in_a_hand_over_on_the_same_round(post: Post) -> None:
    """The addressee called back: nobody should have to wait for tomorrow."""
    (number,) = post.out()
    post.fail(number)
    post.hand_over(number)
    assert post.item(number).state is State.DELIVERED


def test_a_report_is_dated_within_the_time_the_courier_had_the_item(post: Post) -> None:
    """A phone whose clock is wrong by days makes no history that cannot have been."""
    (number,) = post.out()
    taken = post.clock.at
    post.clock.set(10)
    attempt, _ = post.fail(number, occurred_at=taken - timedelta(days=3))
    assert attempt.occurred_at == taken


def test_a_stop_is_done_since_its_last_hand_over_though_the_reports_overtake_one_another(post: Post) -> None:
    """A network that came back late must not teach that the doors of a street take a minute less."""
    first, last = post.out(2)
    taken = post.clock.at
    with post.wiring.work(CLERK) as unit:
        line = unit.session.get_one(StopItem, (post.stops[first], post.item(first).id))
        line.stop_id = post.stops[first] = post.stops[last]
    post.clock.set(11)
    post.hand_over(last, occurred_at=taken + timedelta(minutes=9))
    post.hand_over(first, occurred_at=taken + timedelta(minutes=7))
    with post.wiring.work(CLERK) as unit:
        assert unit.session.get_one(Stop, post.stops[last]).done_at == taken + timedelta(minutes=9)


def test_contacts_in_vain_lead_to_a_visit_anyway_or_to_the_counter_as_the_policy_says(post: Post) -> None:
    """Two settings of one policy: the sources' practice is the counter after two fruitless tries."""
    first, second = post.shelved(2)

    def call(number: str) -> object:
        with post.wiring.work(CLERK) as unit:
            return attempts.contact(
                unit, number=number, office_id=post.office, reason=Reason.NO_ANSWER, channel=Channel.CALL
            )[1]

    call(first)
    assert isinstance(call(first), VisitAnyway)
    assert post.item(first).state is State.AT_OFFICE
    post.policy(after_fruitless_contacts="counter")
    call(second)
    assert isinstance(call(second), Hold)
    assert post.item(second).state is State.HELD
    with post.wiring.work(CLERK) as unit:
        assert {attempt.kind for attempt in unit.session.scalars(select(Attempt))} == {"contact"}


def test_a_number_that_is_somebody_elses_gets_no_more_texts(post: Post) -> None:
    """A stranger must not go on reading of another person's result."""
    number = post.one()
    with post.wiring.work(CLERK) as unit:
        attempts.contact(unit, number=number, office_id=post.office, reason=Reason.WRONG_NUMBER, channel=Channel.CALL)
    before = post.texts(number)
    post.go_out([number])
    assert post.texts(number) == before
    with pytest.raises(NotFound), post.wiring.work(CLERK) as unit:
        attempts.contact(
            unit, number=number, office_id=post.town.tan_dinh, reason=Reason.NO_ANSWER, channel=Channel.CALL
        )


def test_a_day_named_at_the_door_is_kept_and_uses_up_no_visit(post: Post) -> None:
    """Who asks for Thursday is visited on Thursday, and has lost nothing by asking."""
    (number,) = post.out()
    with post.wiring.work(COURIER) as unit:
        attempt, _ = attempts.report_failure(
            unit,
            stop_id=post.stops[number],
            courier_id=post.courier,
            number=number,
            reason=Reason.REQUESTED_LATER,
            asked_for=date(2026, 12, 3),
        )
    assert not attempt.counts
    promised = post.item(number).not_before
    assert promised is not None
    assert vietnam_time(promised).date() == date(2026, 12, 3)
