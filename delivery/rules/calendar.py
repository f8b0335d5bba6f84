"""Viet Nam's days: when one begins, which of them are worked, and their two halves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

ONE_DAY = timedelta(days=1)


class HalfDay(StrEnum):
    """A part of a Vietnamese day; the policy says at what hour the second begins."""

    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def other(self) -> "HalfDay":
        return HalfDay.AFTERNOON if self is HalfDay.MORNING else HalfDay.MORNING


def vietnam_day(instant: datetime) -> date:
    """The day it is in Viet Nam at `instant` (aware, any zone)."""
    return vietnam_time(instant).date()


def vietnam_time(instant: datetime) -> datetime:
    """`instant` (aware, any zone) as Viet Nam's clocks show it."""
    if instant.tzinfo is None:
        raise ValueError("An instant without a time zone has no day: pass an aware datetime.")
    return instant.astimezone(VIETNAM)


def vietnam_instant(day: date, hour: time) -> datetime:
    """The UTC instant at which Viet Nam's clocks show `hour` on `day`."""
    return datetime.combine(day, hour, tzinfo=VIETNAM).astimezone(UTC)


def half_day(instant: datetime, split: time) -> HalfDay:
    """Which half of its Vietnamese day `instant` lies in; the second half begins at `split`."""
    return HalfDay.MORNING if vietnam_time(instant).time() < split else HalfDay.AFTERNOON


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days (ngày làm việc): Monday to Friday without public holidays, as decreed for each year.

    Tết, days given in exchange, the Saturdays worked for them and 24 November from 2026 come from `holidays`.
    `overrides` says of single days whether they are worked, and wins: for decrees issued later, storms, or an office
    that opens on a Saturday.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "overrides", MappingProxyType(dict(self.overrides)))

    def is_working(self, day: date) -> bool:
        decided = self.overrides.get(day)
        if decided is not None:
            return decided
        days_off, weekend_days_worked = _decreed(day.year)
        return day in weekend_days_worked or (day.weekday() < 5 and day not in days_off)

    def after(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`, which itself is not counted; `day` when n is 0."""
        return self._step(day, n, ONE_DAY)

    def before(self, day: date, n: int) -> date:
        """The `n`-th working day before `day`, which itself is not counted; `day` when n is 0."""
        return self._step(day, n, -ONE_DAY)

    def on_or_after(self, day: date) -> date:
        """`day` if it is worked, else the next working day."""
        return day if self.is_working(day) else self.after(day, 1)

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and with `last`; 0 when `last` is not after `first`.

        So `between(day, after(day, n)) == n`.
        """
        count, day = 0, first
        while day < last:
            day += ONE_DAY
            count += self.is_working(day)
        return count

    def _step(self, day: date, n: int, step: timedelta) -> date:
        if n < 0:
            raise ValueError(f"Cannot count {n} working days.")
        while n > 0:
            day += step
            n -= self.is_working(day)
        return day


@lru_cache(maxsize=64)
def _decreed(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The days off of `year`, and the weekend days worked in exchange for one."""
    decreed = holidays.country_holidays("VN", years=year)
    return frozenset(decreed), frozenset(day for day in decreed.weekend_workdays if day.year == year)
