"""Viet Nam's days in the demo: which are worked, and the zone in which they begin."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def works(day: date) -> bool:
    """Whether offices are open; a Saturday worked in exchange for a holiday is left out, as the demo may rest."""
    return day.weekday() < 5 and day not in _free(day.year)


def after(day: date) -> date:
    """The next working day."""
    day += timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def at(day: date, hour: time) -> datetime:
    """The instant at which Viet Nam's clocks show `hour` on `day`."""
    return datetime.combine(day, hour, tzinfo=VIETNAM)


def monday_after(day: date) -> date:
    """The first Monday after `day`."""
    return day + timedelta(days=7 - day.weekday())


@lru_cache
def _free(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("VN", years=year))
