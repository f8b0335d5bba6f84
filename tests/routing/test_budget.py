"""How a solve deals out its time."""

from routing.budget import LEAST, descends, enough, polish


def test_or_tools_goes_on_from_a_plan_unless_it_would_try_too_much() -> None:
    """It tries each stop left with each courier and looks at the clock in between too seldom."""
    assert descends(left=75, couriers=6)
    assert not descends(left=190, couriers=100)


def test_small_days_get_little_time_and_none_gets_less_than_the_least() -> None:
    """3,321 offices are planned in a night."""
    assert LEAST == enough(1) < enough(50) < enough(300)
    assert polish(1.0) < polish(5.0) < polish(60.0) == polish(600.0)
