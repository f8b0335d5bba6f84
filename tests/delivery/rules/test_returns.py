"""When an item may go back, and what its addressee must have been sent first."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.calendar import WorkingCalendar
from delivery.rules.policy import DEFAULT_DOCUMENT, Channel, RefusedAction, read_policy
from delivery.rules.reasons import Reason
from delivery.rules.returns import (
    Conditions,
    Failure,
    Ground,
    Invitation,
    conditions_for_return,
    invitations_that_count,
    next_invitation_due,
    next_reminder_due,
)

POLICY = read_policy(DEFAULT_DOCUMENT)
CALENDAR = WorkingCalendar()
HELD_SINCE, HOLD_UNTIL = date(2026, 3, 10), date(2026, 3, 24)
FAILURES = (
    Failure(day=date(2026, 3, 9), reason=Reason.NOT_HOME, counts=True),
    Failure(day=date(2026, 3, 10), reason=Reason.NOT_ENOUGH_TIME, counts=False),
    Failure(day=date(2026, 3, 10), reason=Reason.NOT_HOME, counts=True),
)


def letter(day: date) -> Invitation:
    return Invitation(day=day, channel=Channel.LETTER, proof="BG-1")


def text(day: date, proof: str = "") -> Invitation:
    return Invitation(day=day, channel=Channel.SMS, proof=proof)


INVITED_TWICE = (letter(HELD_SINCE), text(date(2026, 3, 12), proof="SM1"))


def uncollected(invitations: tuple[Invitation, ...], today: date) -> Conditions:
    return conditions_for_return(
        policy=POLICY,
        calendar=CALENDAR,
        failures=FAILURES,
        invitations=invitations,
        hold_until=HOLD_UNTIL,
        today=today,
    )


def test_an_item_invited_twice_goes_back_on_the_day_after_its_hold() -> None:
    """Article 17(1) and the policy together: the last day of the hold is still the addressee's."""
    assert not uncollected(INVITED_TWICE, HOLD_UNTIL).met
    conditions = uncollected(INVITED_TWICE, HOLD_UNTIL + timedelta(days=1))
    assert conditions.ground is Ground.NOT_COLLECTED
    assert conditions.met


def test_each_condition_is_shown_with_its_day() -> None:
    """The return note lists which visits, which invitations and which proof, for the agency to read."""
    conditions = uncollected(INVITED_TWICE, date(2026, 3, 13))
    assert [(each.vi, each.satisfied) for each in conditions.items] == [
        ("Lần phát 1 không thành: Người nhận vắng nhà: 09/03/2026", True),
        ("Lần phát 2 không thành: Bưu tá không kịp phát, không tính: 10/03/2026", True),
        ("Lần phát 3 không thành: Người nhận vắng nhà: 10/03/2026", True),
        ("Giấy mời lần 1 (thư): 10/03/2026", True),
        ("Giấy mời lần 2 (tin nhắn): 12/03/2026", True),
        ("2 ngày làm việc sau giấy mời cuối: 16/03/2026", False),
        ("Lưu giữ tại quầy đến hết 24/03/2026", False),
    ]
    assert conditions.items[0].words("en") == "Visit 1 failed: Addressee not at home: 09/03/2026"


@pytest.mark.parametrize(
    "invitations",
    [
        (),
        (letter(HELD_SINCE),),
        (letter(HELD_SINCE), letter(date(2026, 3, 11))),
        (letter(HELD_SINCE), text(date(2026, 3, 12))),
        (letter(date(2026, 3, 13)), letter(date(2026, 3, 16))),
    ],
)
def test_too_few_too_close_or_unproven_invitations_keep_the_item_here(invitations: tuple[Invitation, ...]) -> None:
    """One working day apart over a weekend is not two; an SMS without a receipt reached nobody."""
    conditions = uncollected(invitations, date(2026, 12, 31))
    assert not conditions.met
    assert [each.day for each in conditions.items if not each.satisfied][-1] is None


def test_a_late_second_invitation_still_leaves_its_reader_two_working_days() -> None:
    """An invitation of the last day would otherwise be answered by a return the next morning."""
    late = (letter(HELD_SINCE), letter(HOLD_UNTIL))
    assert not uncollected(late, date(2026, 3, 25)).met
    assert uncollected(late, date(2026, 3, 26)).met


def test_an_item_without_a_hold_does_not_go_back() -> None:
    """No day was set, so none can have passed."""
    conditions = conditions_for_return(
        policy=POLICY,
        calendar=CALENDAR,
        failures=(),
        invitations=INVITED_TWICE,
        hold_until=None,
        today=date(2026, 12, 31),
    )
    assert not conditions.met
    assert conditions.items[-1].day is None


def test_a_refusal_is_enough_by_itself_unless_the_policy_keeps_what_is_refused() -> None:
    """The law names refusal as a ground of its own; a policy may be kinder than the law."""

    def refused(policy_action: RefusedAction) -> Conditions:
        return conditions_for_return(
            policy=replace(POLICY, refused_action=policy_action),
            calendar=CALENDAR,
            failures=(),
            invitations=(),
            hold_until=HOLD_UNTIL,
            refused=HELD_SINCE,
            today=HELD_SINCE,
        )

    assert refused(RefusedAction.RETURN).met
    assert refused(RefusedAction.RETURN).ground is Ground.REFUSED
    assert not refused(RefusedAction.HOLD).met
    assert refused(RefusedAction.HOLD).ground is Ground.NOT_COLLECTED


def test_a_missing_address_is_waited_for_to_the_end_of_its_deadline() -> None:
    """The agency has the whole last day to send a better one."""
    deadline = date(2026, 3, 24)

    def on(today: date, wait: int = 10) -> Conditions:
        return conditions_for_return(
            policy=replace(POLICY, address_wait_days=wait),
            calendar=CALENDAR,
            failures=FAILURES[:1],
            invitations=(),
            hold_until=None,
            address_deadline=deadline,
            today=today,
        )

    assert not on(deadline).met
    assert on(deadline + timedelta(days=1)).met
    assert on(deadline + timedelta(days=1)).ground is Ground.NO_ADDRESS
    assert on(deadline, wait=0).met


def test_a_recall_comes_before_every_other_ground() -> None:
    """The agency owns the item until it is handed over."""
    conditions = conditions_for_return(
        policy=POLICY,
        calendar=CALENDAR,
        failures=FAILURES,
        invitations=(),
        hold_until=HOLD_UNTIL,
        refused=HELD_SINCE,
        address_deadline=HOLD_UNTIL,
        recalled=date(2026, 3, 11),
        today=date(2026, 3, 11),
    )
    assert (conditions.ground, conditions.met) == (Ground.RECALLED, True)


def due(*invitations: Invitation) -> date | None:
    return next_invitation_due(policy=POLICY, calendar=CALENDAR, invitations=invitations, held_since=HELD_SINCE)


def test_invitations_fall_due_two_working_days_apart_until_there_are_enough() -> None:
    """The sweep asks each morning; what counts is the day each was sent, not the order in the table."""
    assert due() == HELD_SINCE
    assert due(letter(HELD_SINCE)) == date(2026, 3, 12)
    assert due(letter(date(2026, 3, 12))) == date(2026, 3, 16)
    assert due(*reversed(INVITED_TWICE)) is None


def test_an_sms_without_receipt_is_replaced_after_a_working_day() -> None:
    """Not on the next tick: that would text the same person all day; and not never: it reached nobody."""
    assert due(text(HELD_SINCE)) == date(2026, 3, 11)
    assert due(letter(HELD_SINCE), text(date(2026, 3, 12))) == date(2026, 3, 13)
    assert due(letter(HELD_SINCE), text(date(2026, 3, 13))) == date(2026, 3, 16)


def remind(*reminded: date, days: tuple[int, ...] = (5, 2)) -> date | None:
    return next_reminder_due(
        policy=replace(POLICY, reminder_days=days),
        calendar=CALENDAR,
        held_since=HELD_SINCE,
        hold_until=HOLD_UNTIL,
        reminded=reminded,
    )


def test_reminders_fall_due_before_the_hold_ends() -> None:
    """Five and two working days before the 24th."""
    assert remind() == date(2026, 3, 17)
    assert remind(date(2026, 3, 17)) == date(2026, 3, 20)
    assert remind(date(2026, 3, 17), date(2026, 3, 20)) is None
    assert remind(days=()) is None


def test_a_late_reminder_stands_for_all_that_were_due_by_then() -> None:
    """A worker that slept over a weekend must not send two at once."""
    assert remind(date(2026, 3, 23)) is None
    assert remind(date(2026, 3, 18)) == date(2026, 3, 20)


@given(gaps=st.lists(st.integers(0, 9), max_size=8), proofs=st.lists(st.booleans(), min_size=8, max_size=8))
def test_no_return_without_two_proven_invitations_two_working_days_apart(gaps: list[int], proofs: list[bool]) -> None:
    """The legal floor, whatever was sent and however often."""
    day, invitations = HELD_SINCE, []
    for gap, proven in zip(gaps, proofs, strict=False):
        day += timedelta(days=gap)
        invitations.append(text(day, proof="SM1" if proven else ""))
    counted = invitations_that_count(policy=POLICY, calendar=CALENDAR, invitations=invitations)
    assert all(each.proof for each in counted)
    for first, second in pairwise(counted):
        assert CALENDAR.between(first.day, second.day) >= 2
    assert uncollected(tuple(invitations), date(2027, 12, 31)).met is (len(counted) >= 2)


@given(delays=st.lists(st.integers(0, 5), min_size=2, max_size=2))
def test_sending_each_invitation_when_due_always_leads_to_a_return(delays: list[int]) -> None:
    """The schedule and the conditions are one rule seen from two sides, even when the sweep is late."""
    invitations: tuple[Invitation, ...] = ()
    for delay in delays:
        day = due(*invitations)
        assert day is not None
        invitations = (*invitations, letter(day + timedelta(days=delay)))
    assert due(*invitations) is None
    assert uncollected(invitations, date(2026, 12, 31)).met
