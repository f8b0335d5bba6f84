"""When an item may and must be visited, stated as laws."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.calendar import HalfDay, WorkingCalendar, half_day, vietnam_instant
from delivery.rules.policy import DEFAULT_DOCUMENT, read_policy
from delivery.rules.urgency import common_hours, cost_of_leaving, last_day, visiting_hours

POLICY = read_policy(DEFAULT_DOCUMENT)
CALENDAR = WorkingCalendar()
MONDAY = date(2026, 11, 30)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31))
HALVES = st.none() | st.sampled_from(HalfDay)
INSTANTS = st.datetimes(min_value=datetime(2026, 11, 25), max_value=datetime(2026, 12, 5), timezones=st.just(UTC))  # noqa: DTZ001


@given(half=HALVES, not_before=st.none() | INSTANTS, share=st.floats(0, 1))
def test_every_second_of_the_visiting_hours_is_allowed(
    half: HalfDay | None, not_before: datetime | None, share: float
) -> None:
    """Whatever second the planner picks lies in the policy's hours, in the half-day and after the wait."""
    hours = visiting_hours(POLICY, MONDAY, not_before=not_before, half_day=half)
    if hours is None:
        return
    second = round(hours[0] + share * (hours[1] - hours[0]))
    moment = vietnam_instant(MONDAY, datetime.min.time()) + timedelta(seconds=second)
    assert vietnam_instant(MONDAY, POLICY.visits_from) <= moment <= vietnam_instant(MONDAY, POLICY.visits_until)
    assert half is None or half_day(moment, POLICY.half_day_split) is half
    assert not_before is None or moment >= not_before


def test_an_item_that_waits_for_another_day_has_no_hours() -> None:
    """Neither has one whose half of the day is over when its wait ends."""
    noon = vietnam_instant(MONDAY, POLICY.half_day_split)
    assert visiting_hours(POLICY, MONDAY, not_before=noon + timedelta(days=1), half_day=None) is None
    assert visiting_hours(POLICY, MONDAY, not_before=noon, half_day=HalfDay.MORNING) is None
    assert visiting_hours(POLICY, MONDAY, not_before=noon, half_day=HalfDay.AFTERNOON) == (12 * 3600, 19 * 3600)


@given(a=st.tuples(st.integers(0, 9), st.integers(0, 9)), b=st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_common_hours_lie_within_both(a: tuple[int, int], b: tuple[int, int]) -> None:
    """A household is visited once only at an hour that suits all its items."""
    shared = common_hours(a, b)
    if shared is not None:
        assert a[0] <= shared[0] < shared[1] <= a[1]
        assert b[0] <= shared[0] < shared[1] <= b[1]
    assert shared == common_hours(b, a)


@given(due=st.none() | DAYS, accepted=DAYS, failed=st.none() | DAYS)
def test_the_last_day_is_never_after_a_promise_or_the_policy(
    due: date | None, accepted: date, failed: date | None
) -> None:
    """The promise on the receipt and the days that the policy leaves after a visit both bind."""
    last = last_day(
        due_day=due, accepted_on=accepted, failed_on=failed, asked_for=None, policy=POLICY, calendar=CALENDAR
    )
    if due is not None:
        assert last <= due
    if failed is not None:
        assert last <= CALENDAR.after(failed, POLICY.most_days_between)
    if due is None and failed is None:
        assert last == CALENDAR.after(accepted, POLICY.most_days_between)


def test_the_day_asked_for_goes_before_the_promise() -> None:
    """Whoever asks to be visited next week waives this week's promise."""
    asked = MONDAY + timedelta(days=4)
    assert (
        last_day(
            due_day=MONDAY, accepted_on=MONDAY, failed_on=MONDAY, asked_for=asked, policy=POLICY, calendar=CALENDAR
        )
        == asked
    )


@given(ahead=st.integers(1, 60), items=st.integers(1, 20))
def test_leaving_costs_more_the_nearer_the_last_day_and_the_more_envelopes(ahead: int, items: int) -> None:
    """On a day that is too full, the planner leaves what can wait."""
    last = CALENDAR.after(MONDAY, ahead)
    cost = cost_of_leaving(last, MONDAY, items, CALENDAR)
    later = cost_of_leaving(CALENDAR.after(last, 1), MONDAY, items, CALENDAR)
    more = cost_of_leaving(last, MONDAY, items + 1, CALENDAR)
    assert cost is not None
    assert later is not None
    assert more is not None
    assert 0 < later <= cost < more


@pytest.mark.parametrize(
    ("day", "last"),
    [(MONDAY, MONDAY), (MONDAY, date(2026, 11, 1)), (date(2026, 12, 4), date(2026, 12, 6))],
)
def test_on_the_last_working_day_nothing_may_be_left(day: date, last: date) -> None:
    """A promise for Sunday must be kept on Friday: no courier drives in between."""
    assert cost_of_leaving(last, day, 1, CALENDAR) is None
