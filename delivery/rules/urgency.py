"""When an item may and must be visited: the hours of a day that suit it, its last day, and the price of leaving it."""

from datetime import date, datetime, time
from typing import Final

from delivery.rules.calendar import HalfDay, WorkingCalendar, vietnam_time
from delivery.rules.policy import DeliveryPolicy

Hours = tuple[int, int]
"""From and until, in seconds after midnight in Viet Nam."""

WHOLE_DAY: Final[Hours] = (0, 86_400)

# The planner's prices, in seconds of driving: they only order what is left when a day is too full. A detour within
# one commune never reaches the first, so nothing is left while there is room.
LEFT: Final = 3_600
LAST_MINUTE: Final = 10_800
FURTHER_ITEM: Final = 900


def visiting_hours(
    policy: DeliveryPolicy, day: date, *, not_before: datetime | None, half_day: HalfDay | None
) -> Hours | None:
    """The hours of `day` in which the policy, `not_before` and the half-day allow a visit; None when there are none."""
    opens, closes = _seconds(policy.visits_from), _seconds(policy.visits_until)
    split = _seconds(policy.half_day_split)
    if half_day is HalfDay.MORNING:
        # The minute of the split belongs to the afternoon already.
        closes = split - 1
    elif half_day is HalfDay.AFTERNOON:
        opens = split
    if not_before is not None:
        local = vietnam_time(not_before)
        if local.date() > day:
            return None
        if local.date() == day:
            opens = max(opens, _seconds(local.time()) + (local.microsecond > 0))
    return (opens, closes) if opens < closes else None


def common_hours(one: Hours, other: Hours) -> Hours | None:
    """What two stretches of a day share, or None."""
    opens, closes = max(one[0], other[0]), min(one[1], other[1])
    return (opens, closes) if opens < closes else None


def last_day(
    *,
    due_day: date | None,
    accepted_on: date,
    failed_on: date | None,
    asked_for: date | None,
    policy: DeliveryPolicy,
    calendar: WorkingCalendar,
) -> date:
    """The last day on which an item should be visited (Viet Nam's days).

    The day that the addressee asked for goes before everything. Else the day promised on the receipt, or the
    end of the days that the policy leaves after a failed visit (`failed_on`), whichever comes first; without either,
    as many days after the post accepted it.
    """
    if asked_for is not None:
        return asked_for
    days = [due_day] if due_day is not None else []
    if failed_on is not None:
        days.append(calendar.after(failed_on, policy.most_days_between))
    return min(days, default=calendar.after(accepted_on, policy.most_days_between))


def cost_of_leaving(last: date, day: date, items: int, calendar: WorkingCalendar) -> int | None:
    """What leaving a household's `items` on `day` costs, in seconds of driving; None: they must not be left.

    Grows as `last`, the earliest last day among them, comes near.
    """
    days_left = calendar.between(day, last)
    if last <= day or days_left == 0:
        return None
    return LEFT + LAST_MINUTE // days_left + FURTHER_ITEM * (items - 1)


def _seconds(hour: time) -> int:
    return hour.hour * 3600 + hour.minute * 60 + hour.second
