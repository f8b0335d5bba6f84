from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.faults import faults
from routing.plan import cost
from routing.problem import Problem
from routing.replan import replan
from routing.solver import solve
from tests.routing.days import HOUR, office_day
from tests.routing.random_days import problems


@settings(max_examples=40, deadline=None)
@given(problems(), st.booleans())
def test_any_change_of_the_day_gives_a_faultless_plan(day: Problem, insert_only: bool) -> None:
    """Whatever the plan in force was made for, here: a day of two more couriers."""
    before = office_day(8, 2)
    plan = replan(day, solve(before, seconds=0.02), seconds=0.03, insert_only=insert_only)
    assert faults(day, plan) == []


def test_new_stops_are_inserted_and_no_old_one_moves() -> None:
    """Citizens have been told a time."""
    day = office_day(40, 2)
    morning = replace(day, stops=day.stops[:34])
    in_force = solve(morning, seconds=0.5)
    plan = replan(day, in_force, seconds=0.5)
    old = {stop.key for stop in morning.stops}
    for courier, keys in in_force.orders.items():
        assert tuple(key for key in plan.orders[courier] if key in old) == keys
    assert len(plan.unplanned) <= len(in_force.unplanned) + 1


def test_a_busy_noon_is_replanned_without_a_fault() -> None:
    """300 stops, five couriers under way, ten stops each already driven and locked, 20 new ones."""
    day = office_day(300, 6)
    in_force = solve(replace(day, stops=day.stops[:280]), seconds=1)
    noon = replace(day, locks={courier: keys[:10] for courier, keys in in_force.orders.items()})
    plan = replan(noon, in_force, seconds=0.5)
    assert faults(noon, plan) == []


def test_with_time_the_rest_of_the_day_gets_better() -> None:
    """Insert-only is quick; the search is what saves petrol."""
    day = office_day(40, 2)
    in_force = solve(replace(day, stops=day.stops[:20]), seconds=0.3)
    quick = replan(day, in_force, seconds=0.5)
    better = replan(day, in_force, seconds=0.5, insert_only=False)
    assert cost(day, better).total <= cost(day, quick).total


def test_a_lock_that_came_too_late_is_let_go_in_words() -> None:
    """At noon a morning's window is over; the rest of the lock stands."""
    day = office_day(30, 1)
    late = next(stop.key for stop in day.stops if stop.windows and stop.windows[0].closes < 12 * HOUR)
    free = [stop.key for stop in day.stops if not stop.windows][:2]
    noon = replace(
        day,
        couriers=(replace(day.couriers[0], shift_start=12 * HOUR),),
        locks={"c0": (free[0], late, free[1])},
    )
    plan = replan(noon, solve(day, seconds=0.1), seconds=0.2)
    assert plan.orders["c0"][:2] == tuple(free)
    (gone,) = [left for left in plan.unplanned if left.stop == late]
    assert "locked to courier c0" in gone.reason.en
    assert cost(noon, plan).left >= noon.weights.mandatory * day.stop_named[late].mandatory
