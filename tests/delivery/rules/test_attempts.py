"""What follows a failed visit or contact."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Invalid
from delivery.rules.attempts import (
    AwaitAddress,
    ContactAgain,
    GiveBack,
    Hold,
    OpenIncident,
    TryAgain,
    VisitAnyway,
    after_contact,
    after_failure,
    attempt_counts,
    last_day_to_ask_for,
)
from delivery.rules.calendar import HalfDay, WorkingCalendar, half_day, vietnam_day, vietnam_instant, vietnam_time
from delivery.rules.policy import DEFAULT_DOCUMENT, AfterContacts, DeliveryPolicy, RefusedAction, read_policy
from delivery.rules.reasons import OF_CONTACT, OF_VISIT, Counts, Fault, IncidentKind, Reason, about

POLICY = read_policy(DEFAULT_DOCUMENT)
CALENDAR = WorkingCalendar()
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (date(2026, 3, day) for day in (10, 11, 12, 13, 16))
TEN_WORKING_DAYS_LATER = date(2026, 3, 24)

INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
POLICIES = st.builds(
    lambda gap, other, most, allowed: replace(
        POLICY, least_gap_hours=gap, second_in_other_half_day=other, most_days_between=most, visits_allowed=allowed
    ),
    st.integers(1, 72),
    st.booleans(),
    st.integers(1, 5),
    st.integers(1, 4),
)


def test_a_morning_visit_is_repeated_in_the_afternoon_of_the_same_day_at_the_earliest() -> None:
    """Who is out in the morning may be in after work: at 9:30 the next half-day begins at 12:30, three hours later."""
    decision = after_failure(
        reason=Reason.NOT_HOME,
        counted_before=0,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, time(9, 30)),
    )
    assert decision == TryAgain(
        not_before=vietnam_instant(TUESDAY, time(12, 30)),
        latest=FRIDAY,
        half_day=HalfDay.AFTERNOON,
        counts=True,
    )


def test_an_afternoon_visit_is_repeated_on_the_next_working_mornings() -> None:
    """Friday's failure does not send anybody out on a Saturday."""
    decision = after_failure(
        reason=Reason.BUSINESS_CLOSED,
        counted_before=0,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(FRIDAY, time(17)),
    )
    assert isinstance(decision, TryAgain)
    assert (decision.half_day, decision.not_before) == (HalfDay.MORNING, vietnam_instant(MONDAY, POLICY.visits_from))
    assert decision.latest == date(2026, 3, 18)


def test_the_last_visit_allowed_sends_the_item_to_the_counter_and_not_back() -> None:
    """The rule of two attempts: then ten working days at the office."""
    decision = after_failure(
        reason=Reason.NOT_HOME,
        counted_before=1,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, time(15)),
    )
    assert decision == Hold(until=TEN_WORKING_DAYS_LATER, counts=True)


def test_a_hold_over_tet_gives_the_holidays_back() -> None:
    """Nobody can collect while the offices are shut."""
    decision = after_failure(
        reason=Reason.NOT_HOME,
        counted_before=1,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(date(2026, 2, 10), time(15)),
    )
    assert decision == Hold(until=date(2026, 3, 3), counts=True)


def test_a_refused_item_goes_back_at_once_unless_the_policy_keeps_it() -> None:
    """Domain rule: REFUSED never counts and never waits, by default."""
    now = vietnam_instant(TUESDAY, time(9))
    refused = after_failure(reason=Reason.REFUSED, counted_before=0, policy=POLICY, calendar=CALENDAR, now=now)
    assert refused == GiveBack(why=Reason.REFUSED, counts=False)
    keeping = replace(POLICY, refused_action=RefusedAction.HOLD)
    kept = after_failure(reason=Reason.REFUSED, counted_before=0, policy=keeping, calendar=CALENDAR, now=now)
    assert kept == Hold(until=TEN_WORKING_DAYS_LATER, counts=False)


@pytest.mark.parametrize(
    "reason",
    [
        Reason.MOVED,
        Reason.UNKNOWN_ADDRESSEE,
        Reason.DECEASED,
        Reason.ADDRESS_INCORRECT,
        Reason.ADDRESS_INSUFFICIENT,
        Reason.UNTRACEABLE,
    ],
)
def test_a_wrong_address_is_waited_for_and_not_visited_again(reason: Reason) -> None:
    """A second visit to the same wrong door costs a trip and uses up the addressee's chance."""
    now = vietnam_instant(TUESDAY, time(9))
    decision = after_failure(reason=reason, counted_before=1, policy=POLICY, calendar=CALENDAR, now=now)
    assert decision == AwaitAddress(until=TEN_WORKING_DAYS_LATER, counts=False)
    at_once = replace(POLICY, address_wait_days=0)
    decision = after_failure(reason=reason, counted_before=1, policy=at_once, calendar=CALENDAR, now=now)
    assert decision == GiveBack(why=reason, counts=False)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (Reason.DAMAGED, IncidentKind.DAMAGED),
        (Reason.SEAL_BROKEN, IncidentKind.SEAL_BROKEN),
        (Reason.LOST, IncidentKind.LOST),
        (Reason.STOLEN, IncidentKind.STOLEN),
    ],
)
def test_what_happens_to_the_envelope_opens_an_incident(reason: Reason, kind: IncidentKind) -> None:
    """A torn seal is inquired into by a person before anybody hands the item over."""
    decision = after_failure(
        reason=reason, counted_before=1, policy=POLICY, calendar=CALENDAR, now=vietnam_instant(TUESDAY, time(9))
    )
    assert decision == OpenIncident(kind=kind)


@pytest.mark.parametrize("reason", [row for row in OF_VISIT if about(row).fault in (Fault.CARRIER, Fault.NOBODY)])
def test_what_the_carrier_or_the_weather_caused_is_repeated_and_never_counted(reason: Reason) -> None:
    """However often it happens, it never brings an item nearer to the counter."""
    decision = after_failure(
        reason=reason, counted_before=1, policy=POLICY, calendar=CALENDAR, now=vietnam_instant(FRIDAY, time(18))
    )
    if about(reason).incident is None:
        assert decision == TryAgain(
            not_before=vietnam_instant(MONDAY, POLICY.visits_from),
            latest=MONDAY,
            half_day=None,
            counts=False,
        )
    assert not decision.counts


@pytest.mark.parametrize(
    ("asked_for", "comes"),
    [
        (None, WEDNESDAY),
        (WEDNESDAY, WEDNESDAY),
        (date(2026, 3, 14), MONDAY),
        (TEN_WORKING_DAYS_LATER, date(2026, 3, 24)),
    ],
)
def test_the_courier_comes_on_the_day_asked_for_or_the_next_that_is_worked(asked_for: date | None, comes: date) -> None:
    """An appointment is not an attempt: it does not count."""
    decision = after_failure(
        reason=Reason.REQUESTED_LATER,
        counted_before=0,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, time(9)),
        asked_for=asked_for,
    )
    assert decision == TryAgain(
        not_before=vietnam_instant(comes, POLICY.visits_from), latest=comes, half_day=None, counts=False
    )


@pytest.mark.parametrize("asked_for", [date(2026, 3, 9), TUESDAY, date(2026, 3, 25)])
def test_a_day_that_cannot_be_kept_is_refused_with_the_last_that_can(asked_for: date) -> None:
    """Otherwise one item could be put off for ever."""
    with pytest.raises(Invalid, match="24/03/2026") as refused:
        after_failure(
            reason=Reason.REQUESTED_LATER,
            counted_before=0,
            policy=POLICY,
            calendar=CALENDAR,
            now=vietnam_instant(TUESDAY, time(9)),
            asked_for=asked_for,
        )
    last = last_day_to_ask_for(policy=POLICY, calendar=CALENDAR, today=TUESDAY)
    assert refused.value.facts["last_day"] == last.isoformat()


@pytest.mark.parametrize("reason", [Reason.WRONG_NUMBER, Reason.PHONE_UNREACHABLE])
def test_a_reason_of_contacts_is_refused_for_a_visit(reason: Reason) -> None:
    """“Wrong number” at a door that nobody knocked at would be a visit that never was."""
    with pytest.raises(Invalid) as refused:
        after_failure(
            reason=reason, counted_before=0, policy=POLICY, calendar=CALENDAR, now=vietnam_instant(TUESDAY, time(9))
        )
    assert refused.value.code == "reason-not-of-visit"


def test_a_locked_gate_is_tried_again_with_a_call_first() -> None:
    """The addressee can come down and open."""
    decision = after_failure(
        reason=Reason.NO_ACCESS,
        counted_before=0,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, time(9)),
    )
    assert isinstance(decision, TryAgain)
    assert decision.call_first


def test_a_weak_visit_counts_only_where_the_policy_says_so() -> None:
    """Without location, call or photo nobody can say that the courier came."""
    strict = replace(POLICY, weak_attempts_count=False)
    assert attempt_counts(Reason.NOT_HOME, weak=True, policy=POLICY)
    assert not attempt_counts(Reason.NOT_HOME, weak=True, policy=strict)
    assert attempt_counts(Reason.NOT_HOME, weak=False, policy=strict)
    decision = after_failure(
        reason=Reason.NOT_HOME,
        counted_before=1,
        policy=strict,
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, time(9)),
        weak=True,
    )
    assert isinstance(decision, TryAgain)
    assert not decision.counts


@given(now=INSTANTS, policy=POLICIES, reason=st.sampled_from(OF_VISIT), counted=st.integers(0, 5), weak=st.booleans())
def test_a_further_visit_keeps_every_promise_of_the_policy(
    now: datetime, policy: DeliveryPolicy, reason: Reason, counted: int, weak: bool
) -> None:
    """At any instant, Tết included: rested, on a working day, in visiting hours, in the other half, and reachable."""
    decision = after_failure(
        reason=reason, counted_before=counted, policy=policy, calendar=CALENDAR, now=now, weak=weak
    )
    assert decision.counts is attempt_counts(reason, weak=weak, policy=policy)
    if isinstance(decision, Hold):
        assert counted + 1 >= policy.visits_allowed
        assert CALENDAR.between(vietnam_day(now), decision.until) == policy.hold_days
    if not isinstance(decision, TryAgain):
        return
    assert counted + decision.counts < policy.visits_allowed or not decision.counts
    assert decision.not_before > now
    day = vietnam_day(decision.not_before)
    assert CALENDAR.is_working(day)
    assert day <= decision.latest
    assert policy.visits_from <= vietnam_time(decision.not_before).time() < policy.visits_until
    if about(reason).counts is Counts.YES:
        assert decision.not_before - now >= timedelta(hours=policy.least_gap_hours)
        if policy.second_in_other_half_day:
            found = half_day(decision.not_before, policy.half_day_split)
            assert found is decision.half_day is half_day(now, policy.half_day_split).other


@given(now=INSTANTS, reasons=st.lists(st.sampled_from(OF_VISIT), max_size=12), policy=POLICIES)
def test_counted_visits_never_exceed_what_the_policy_allows(
    now: datetime, reasons: list[Reason], policy: DeliveryPolicy
) -> None:
    """However the failures come, the item stops at the counter in time."""
    counted = 0
    for reason in reasons:
        decision = after_failure(reason=reason, counted_before=counted, policy=policy, calendar=CALENDAR, now=now)
        counted += decision.counts
        if not isinstance(decision, TryAgain):
            break
        now = decision.not_before
        assert counted < policy.visits_allowed
    assert counted <= policy.visits_allowed


def test_two_fruitless_contacts_lead_to_a_visit_or_where_the_policy_says_to_the_counter() -> None:
    """The default visits anyway; the sources' practice is to keep the item and invite."""
    counter = replace(POLICY, after_fruitless_contacts=AfterContacts.COUNTER)
    now = vietnam_instant(TUESDAY, time(9))
    for policy, expected in ((POLICY, VisitAnyway()), (counter, Hold(until=TEN_WORKING_DAYS_LATER, counts=False))):
        first = after_contact(
            reason=Reason.NO_ANSWER,
            fruitless_before=0,
            visited_before=False,
            policy=policy,
            calendar=CALENDAR,
            now=now,
        )
        assert first == ContactAgain(not_before=now + timedelta(hours=3), other_channel=False)
        second = after_contact(
            reason=Reason.NO_ANSWER,
            fruitless_before=1,
            visited_before=False,
            policy=policy,
            calendar=CALENDAR,
            now=now,
        )
        assert second == expected


def test_a_contact_between_visits_never_takes_the_second_visit_away() -> None:
    """The second visit was promised in the text about the first."""
    decision = after_contact(
        reason=Reason.NO_ANSWER,
        fruitless_before=5,
        visited_before=True,
        policy=replace(POLICY, after_fruitless_contacts=AfterContacts.COUNTER),
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, time(9)),
    )
    assert decision == VisitAnyway()


@pytest.mark.parametrize(
    ("hour", "again"),
    [
        (time(17, 59), (TUESDAY, time(20, 59))),
        (time(18), (WEDNESDAY, time(7))),
        (time(23), (WEDNESDAY, time(7))),
        (time(2), (TUESDAY, time(7))),
        (time(4), (TUESDAY, time(7))),
    ],
)
def test_nobody_is_called_in_quiet_hours(hour: time, again: tuple[date, time]) -> None:
    """A call at night about a licence is a complaint in the morning."""
    decision = after_contact(
        reason=Reason.WRONG_NUMBER,
        fruitless_before=0,
        visited_before=False,
        policy=POLICY,
        calendar=CALENDAR,
        now=vietnam_instant(TUESDAY, hour),
    )
    assert decision == ContactAgain(not_before=vietnam_instant(*again), other_channel=True)


@pytest.mark.parametrize("reason", sorted(set(Reason) - set(OF_CONTACT)))
def test_a_reason_of_visits_is_refused_for_a_contact(reason: Reason) -> None:
    """“Not at home” cannot be learnt by telephone."""
    with pytest.raises(Invalid) as refused:
        after_contact(
            reason=reason,
            fruitless_before=0,
            visited_before=False,
            policy=POLICY,
            calendar=CALENDAR,
            now=vietnam_instant(TUESDAY, time(9)),
        )
    assert refused.value.code == "reason-not-of-contact"
