"""The counter: who is invited when and with what proof, who may collect, and when the hold is over."""

from datetime import date

import pytest

from delivery import holding
from delivery.errors import Invalid, NotFound, Refused
from delivery.money.charging import Method, due_at_door
from delivery.outbound.outbox import PHONE_OFF_WAITS, report_status
from delivery.outbound.sms import Status
from delivery.rules.calendar import HalfDay
from delivery.rules.policy import Channel, Proof, Receiver
from delivery.rules.reasons import Reason
from delivery.rules.states import Happening, State
from delivery.store.items import Holder, HolderKind, NextStep
from delivery.store.messages import Message, MessageState
from delivery.store.queries.desk import letters
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, PROOFS, Post
from tests.factories import Town

TUESDAY = date(2026, 12, 1)
THURSDAY = date(2026, 12, 3)


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight; `held()` leaves an item at its counter on Tuesday at five."""
    return Post(wiring, town, clock)


def _collect(post: Post, number: str, **more: object) -> None:
    given: dict[str, object] = {"receiver": Receiver.ADDRESSEE, "proofs": PROOFS, "paid": Method.CASH, **more}
    with post.wiring.work(CLERK) as unit:
        holding.collect(unit, post.wiring.books, number=number, office_id=post.office, **given)  # type: ignore[arg-type]


def _redeliver(post: Post, number: str, day: date) -> None:
    with post.wiring.work(CLERK) as unit:
        holding.redeliver(
            unit, post.wiring.books, number=number, office_id=post.office, day=day, half_day=HalfDay.MORNING
        )


def test_the_message_that_it_is_ready_is_the_first_invitation_and_counts_with_its_receipt(post: Post) -> None:
    """One text, not two on one evening; without the network's receipt it proves nothing to the agency."""
    number = post.held()
    (first,) = post.invitations(number)
    assert (first.number, first.channel, first.proof) == (1, Channel.SMS, None)
    post.receipts()
    (first,) = post.invitations(number)
    assert first.day == TUESDAY
    sent = post.events(number)[-1]
    assert sent.kind is Happening.INVITATION_SENT
    assert sent.data == {"number": 1, "channel": "sms", "proof": first.proof}


def test_the_second_invitation_leaves_two_working_days_after_the_first(post: Post) -> None:
    """Postal Law 2010 art. 17(1): invited at least twice, each time at least two working days apart."""
    number = post.held()
    post.receipts()
    for day in (1, 2):
        post.clock.set(8, days=1)
        assert post.sweep()["invitations"] == day - 1
    second = post.invitations(number)[1]
    assert (second.day, second.channel) == (THURSDAY, Channel.SMS)
    assert post.texts(number)[-1] == "invitation"
    assert post.sweep()["invitations"] == 0


def test_who_cannot_get_texts_is_written_letters_and_each_counts_from_its_posting(post: Post) -> None:
    """A landline gets no SMS: the clerk posts, and the letter's own number is the proof."""
    number = post.held(phone=False)
    (letter,) = post.invitations(number)
    assert letter.channel == Channel.LETTER
    post.clock.set(8, days=2)
    assert post.sweep()["invitations"] == 0, "an unposted letter is not followed by another"
    with post.wiring.work(CLERK) as unit:
        assert [row.id for row in letters(unit, post.office)] == [letter.id]
        holding.post_letter(unit, invitation_id=letter.id, office_id=post.office, proof="RR 12345678 5 VN")
    (letter,) = post.invitations(number)
    assert (letter.day, letter.proof) == (THURSDAY, "RR123456785VN")
    post.clock.set(8, days=4)
    assert post.sweep()["invitations"] == 1
    assert [row.channel for row in post.invitations(number)] == ["letter", "letter"]


def test_a_letter_is_posted_once_by_its_office_with_a_number_that_is_one(post: Post) -> None:
    """The number goes into the custody log, where no free text may stand."""
    number = post.held(phone=False)
    (letter,) = post.invitations(number)

    def send(proof: str, office: object = None) -> None:
        with post.wiring.work(CLERK) as unit:
            holding.post_letter(
                unit,
                invitation_id=letter.id,
                office_id=post.town.tan_dinh if office else post.office,
                proof=proof,
            )

    with pytest.raises(Invalid):
        send("đã gửi")
    with pytest.raises(NotFound):
        send("RR123456785VN", "another")
    send("RR123456785VN")
    with pytest.raises(Refused):
        send("RR123456785VN")


@pytest.mark.parametrize(("code", "reachable"), [(30005, False), (30007, True), (21612, True), (30003, True)])
def test_an_sms_that_fails_for_good_becomes_a_letter(post: Post, code: int, reachable: bool) -> None:
    """Nobody loses an invitation to the network; but only a phone that is gone is written off, not a filtered text."""
    number = post.held()
    (invitation,) = post.invitations(number)
    assert invitation.message_id is not None
    with post.wiring.work("job:messages") as unit:
        unit.session.get_one(Message, invitation.message_id).tries = 1 + len(PHONE_OFF_WAITS)
        settled = report_status(unit, invitation.message_id, sid="SM1", status=Status.UNDELIVERED, error_code=code)
        assert settled is not None
        assert holding.unprovable(unit, settled)
    assert post.item(number).addressee.phone_reachable is reachable
    (letter,) = post.invitations(number)
    assert (letter.channel, letter.message_id, letter.proof) == (Channel.LETTER, None, None)
    with post.wiring.work(CLERK) as unit:
        assert len(letters(unit, post.office)) == 1


def test_an_sms_without_any_receipt_is_followed_by_a_letter(post: Post) -> None:
    """Networks do not always answer; the law's two invitations cannot wait for them."""
    number = post.held()
    post.clock.set(8, days=1)
    assert post.sweep()["invitations"] == 1
    assert [row.channel for row in post.invitations(number)] == ["sms", "letter"]


def test_a_text_that_fails_after_its_letter_was_sent_makes_no_second_letter(post: Post) -> None:
    """Two letters about one thing cost twice and puzzle whoever gets them."""
    number = post.held()
    post.clock.set(8, days=1)
    post.sweep()
    text, letter = post.invitations(number)
    with post.wiring.work("job:messages") as unit:
        message = unit.session.get_one(Message, text.message_id)
        message.state = MessageState.FAILED
        assert not holding.unprovable(unit, message)
    with post.wiring.work(CLERK) as unit:
        assert [row.id for row in letters(unit, post.office)] == [letter.id]


def test_a_receipt_told_twice_writes_one_event(post: Post) -> None:
    """Providers report again."""
    number = post.held()
    post.receipts()
    before = len(post.events(number))
    with post.wiring.work("job:messages") as unit:
        (first,) = post.invitations(number)
        message = unit.session.get(Message, first.message_id)
        assert message is not None
        assert not holding.prove(unit, message)
    assert len(post.events(number)) == before


def test_the_addressee_is_reminded_once_before_the_hold_ends(post: Post) -> None:
    """Three working days before the end, as the policy says; a second sweep that day says nothing more."""
    number = post.held()
    post.receipts()
    reminded = []
    for _ in range(10):
        post.clock.set(8, days=1)
        post.receipts()
        reminded.append(post.sweep()["reminders"] + post.sweep()["reminders"])
    assert sum(reminded) == 1
    assert post.texts(number).count("reminder") == 1


def test_a_policy_with_two_reminders_sends_two(post: Post) -> None:
    """Nothing happens to the item between them, and still the second must go out."""
    post.policy(reminder_days=[4, 1])
    number = post.held()
    post.receipts()
    for _ in range(14):
        post.clock.set(8, days=1)
        post.sweep()
        post.receipts()
    assert post.texts(number).count("reminder") == 2


def test_the_hold_ends_after_its_last_day_and_the_item_can_still_be_collected_until_it_goes_back(
    post: Post,
) -> None:
    """The last day belongs to the addressee; whoever comes before the return starts gets the result."""
    number = post.held(phone=False)
    until = post.item(number).held_until
    assert until == date(2026, 12, 15)
    post.clock.set(23, days=(until - TUESDAY).days)
    assert post.sweep()["expired"] == 0
    post.clock.set(6, days=1)
    assert post.sweep()["expired"] == 1
    assert post.sweep()["expired"] == 0
    item = post.item(number)
    assert (item.state, item.next_step) == (State.HELD, NextStep.RETURN)
    assert post.events(number)[-1].kind is Happening.COLLECTION_EXPIRED
    _collect(post, number)
    assert post.item(number).state is State.DELIVERED


def test_a_late_invitation_makes_the_hold_last_for_the_days_that_the_law_leaves(post: Post) -> None:
    """Nobody is invited to a counter that closes before they can come."""
    number = post.held(phone=False)
    post.clock.set(8, days=15)
    assert post.sweep()["expired"] == 1
    (letter,) = post.invitations(number)
    with post.wiring.work(CLERK) as unit:
        holding.post_letter(unit, invitation_id=letter.id, office_id=post.office, proof="RR1")
    post.clock.set(8, days=4)
    assert post.sweep()["invitations"] == 1
    item = post.item(number)
    assert item.next_step is NextStep.COUNTER
    assert item.held_until is not None
    assert item.held_until > date(2026, 12, 20)


def test_collecting_needs_an_identity_document_the_payment_and_the_right_office(post: Post) -> None:
    """A number alone is no claim, at the counter least of all."""
    number = post.held()
    with pytest.raises(Refused, match="identity document"):
        _collect(post, number, proofs=[Proof.SIGNATURE])
    with pytest.raises(Refused, match="are due"):
        _collect(post, number, paid=None)
    with pytest.raises(NotFound), post.wiring.work(CLERK) as unit:
        holding.collect(
            unit,
            post.wiring.books,
            number=number,
            office_id=post.town.tan_dinh,
            receiver=Receiver.ADDRESSEE,
            proofs=PROOFS,
        )
    _collect(post, number)
    collected = post.events(number)[-1]
    assert (collected.data["to"], collected.data["who"]) == ("counter", "addressee")
    assert post.item(number).holder == Holder(HolderKind.ADDRESSEE)


def test_what_lies_on_the_shelf_is_collected_only_after_it_was_put_at_the_counter(post: Post) -> None:
    """Two places of one office: an item planned for tomorrow's route must not vanish over the counter."""
    number = post.one()
    with pytest.raises(Refused, match="not at its counter"):
        _collect(post, number)


def test_a_recalled_item_is_not_handed_over_at_the_counter(post: Post) -> None:
    """The agency wants it back, whoever stands there."""
    number = post.held()
    post.recall(number)
    post.clock.forward(minutes=1)
    with pytest.raises(Refused, match="recalled"):
        _collect(post, number)


def test_another_visit_may_be_asked_for_twice_and_the_second_time_it_costs(post: Post) -> None:
    """Only the addressee's asking goes beyond the policy's count, and after it the counter again."""
    number = post.held()
    _redeliver(post, number, THURSDAY)
    item = post.item(number)
    assert (item.state, item.next_step, item.half_day) == (State.AT_OFFICE, NextStep.DELIVER, "morning")
    post.clock.set(9, days=2)
    post.go_out([number], hour=9)
    attempt, _ = post.fail(number, Reason.NOT_HOME)
    assert attempt.counts
    post.back([number])
    assert post.item(number).state is State.HELD
    with post.work(CLERK) as unit:
        before = due_at_door(unit, post.item(number)).postage
    _redeliver(post, number, date(2026, 12, 8))
    with post.work(CLERK) as unit:
        assert due_at_door(unit, post.item(number)).postage > before, "the first was free, the second is not"
    post.clock.set(9, days=5)
    post.go_out([number], hour=9)
    post.fail(number, Reason.NOT_HOME)
    post.back([number])
    with pytest.raises(Refused, match="no visits are left"):
        _redeliver(post, number, date(2026, 12, 10))


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 5), date(2027, 1, 20)])
def test_a_day_that_is_not_worked_or_past_or_far_off_is_not_offered(post: Post, day: date) -> None:
    """Today, a Saturday, and a day beyond the policy's horizon."""
    number = post.held()
    with pytest.raises(Invalid):
        _redeliver(post, number, day)
