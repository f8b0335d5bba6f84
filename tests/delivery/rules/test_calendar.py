"""Viet Nam's days and working days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.calendar import HalfDay, WorkingCalendar, half_day, vietnam_day, vietnam_instant, vietnam_time

CALENDAR = WorkingCalendar()
DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2029, 12, 31))


def test_a_day_begins_at_five_in_the_afternoon_of_utc() -> None:
    """An attempt at 00:30 in Hà Nội belongs to that day, though UTC still writes the day before."""
    assert vietnam_day(datetime(2026, 3, 9, 16, 59, tzinfo=UTC)) == date(2026, 3, 9)
    assert vietnam_day(datetime(2026, 3, 9, 17, 0, tzinfo=UTC)) == date(2026, 3, 10)


def test_an_instant_without_a_zone_is_refused() -> None:
    """It would silently be read in the server's zone."""
    with pytest.raises(ValueError, match="time zone"):
        vietnam_day(datetime(2026, 3, 9, 12))  # noqa: DTZ001


@given(day=DAYS, hour=st.times().map(lambda each: each.replace(fold=0)))
def test_an_instant_shows_the_hour_it_was_made_of(day: date, hour: time) -> None:
    """Windows are planned in Vietnamese hours and stored in UTC."""
    made = vietnam_instant(day, hour)
    assert made.tzinfo is UTC
    assert (vietnam_day(made), vietnam_time(made).time()) == (day, hour)


@pytest.mark.parametrize(("hour", "half"), [(time(7), HalfDay.MORNING), (time(12), HalfDay.AFTERNOON)])
def test_the_afternoon_begins_at_the_split(hour: time, half: HalfDay) -> None:
    """The second visit must fall in the other half, so noon belongs to exactly one."""
    found = half_day(vietnam_instant(date(2026, 3, 10), hour), time(12))
    assert found is half
    assert found.other is not half
    assert found.other.other is half


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 4, 27), False),
        (date(2026, 8, 22), True),
        (date(2026, 8, 31), False),
        (date(2026, 9, 2), False),
        (date(2025, 11, 24), True),
        (date(2026, 11, 24), False),
        (date(2027, 11, 24), False),
        (date(2019, 1, 5), True),
        (date(2018, 12, 31), False),
        (date(2026, 3, 14), False),
        (date(2026, 3, 15), False),
    ],
)
def test_public_holidays_and_swapped_days_are_known(day: date, worked: bool) -> None:
    """Tết, days in exchange, the Saturdays worked for them (also across New Year), and 24 November from 2026."""
    assert CALENDAR.is_working(day) is worked


def test_an_override_wins_over_the_decree_and_cannot_be_changed_afterwards() -> None:
    """A typhoon closes the offices; an office opens on one Saturday; nobody edits that behind a decision's back."""
    storm, saturday = date(2026, 3, 10), date(2026, 3, 14)
    overrides = {storm: False, saturday: True}
    calendar = WorkingCalendar(overrides)
    overrides.clear()
    assert not calendar.is_working(storm)
    assert calendar.is_working(saturday)
    assert calendar.after(date(2026, 3, 9), 1) == date(2026, 3, 11)
    assert calendar.after(date(2026, 3, 13), 1) == saturday


def test_ten_working_days_over_tet_are_nineteen_days() -> None:
    """The hold is counted in working days: nobody is told to collect while all offices are shut."""
    assert CALENDAR.after(date(2026, 2, 10), 10) == date(2026, 3, 3)


@given(day=DAYS, n=st.integers(0, 40))
def test_counting_back_undoes_counting_on(day: date, n: int) -> None:
    """after, before and between are one measure."""
    end = CALENDAR.after(day, n)
    assert CALENDAR.between(day, end) == n
    assert n == 0 or CALENDAR.is_working(end)
    if CALENDAR.is_working(day):
        assert CALENDAR.before(end, n) == day


@given(first=DAYS, last=DAYS)
def test_nothing_lies_between_a_day_and_an_earlier_one(first: date, last: date) -> None:
    """A clock set back must not make an invitation look old enough."""
    days = CALENDAR.between(first, last)
    assert (days == 0) if last <= first else 0 <= days <= (last - first).days


@given(day=DAYS)
def test_on_or_after_moves_only_days_that_are_not_worked(day: date) -> None:
    """A day asked for is kept whenever it can be."""
    found = CALENDAR.on_or_after(day)
    assert CALENDAR.is_working(found)
    assert day <= found <= day + timedelta(days=12)
    assert (found == day) is CALENDAR.is_working(day)


def test_a_negative_number_of_days_is_refused() -> None:
    """after(-2) read as before(2) would start a return early."""
    with pytest.raises(ValueError, match="-2"):
        CALENDAR.after(date(2026, 3, 10), -2)
