import time
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings

from routing.faults import faults
from routing.insertion import fitting, insert
from routing.matrix import Matrix
from routing.plan import Why, cost, timed
from routing.problem import Courier, Kind, Problem, Stop, Weights, Window
from routing.solver import Progress, solve
from tests.routing.days import HOUR, office_day, town
from tests.routing.random_days import problems
from tests.routing.test_plan import example


@settings(max_examples=60, deadline=None)
@given(problems())
def test_any_day_gets_a_faultless_plan_and_a_reason_for_each_rest(day: Problem) -> None:
    """Impossible days happen: they get what is possible, and words, never an exception."""
    plan = solve(day, seconds=60, rounds=200)
    assert faults(day, plan) == []
    assert cost(day, plan).total <= cost(day, insert(day, fitting(day, {}))[0]).total


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_day_is_solved_to_the_best_order(seed: int) -> None:
    """Against every order there is."""
    day = office_day(6, 1, seed=seed)
    best = min(
        cost(day, plan).total
        for order in permutations([stop.key for stop in day.stops])
        if not faults(day, plan := timed(day, {"c0": order}))
    )
    assert cost(day, solve(day, seconds=0.3)).total <= best


def test_few_rounds_are_enough_for_a_commune() -> None:
    """3,321 offices plan each evening: 40 stops in 400 rounds, within 2 % of six times as many."""
    day = office_day(40, 2)
    quick, long = (solve(day, seconds=60, rounds=rounds) for rounds in (400, 2_400))
    assert cost(day, quick).total <= cost(day, long).total * 1.02


@pytest.mark.parametrize("tight", [False, True])
def test_a_busy_ward_is_planned_within_the_limit(tight: bool) -> None:
    """300 stops, six couriers, one second: faultless, and nothing mandatory left when all of it fits."""
    day = office_day(300, 6, tight=tight)
    plan = solve(day, seconds=1)
    assert faults(day, plan) == []
    assert not [left for left in plan.unplanned if day.stop_named[left.stop].mandatory]


def test_the_same_seed_and_rounds_give_the_same_plan() -> None:
    """A dispatcher who plans twice must not see two truths, and a fault report must be repeatable."""
    day = office_day(60, 2)
    assert solve(day, seconds=30, rounds=40, seed=5) == solve(day, seconds=30, rounds=40, seed=5)


def test_a_plan_at_hand_is_never_made_worse() -> None:
    """The evening's plan is where the morning's correction starts."""
    day = office_day(50, 2)
    good = solve(day, seconds=1)
    assert cost(day, solve(day, seconds=0.02, start=good)).total <= cost(day, good).total


def test_progress_falls_and_a_search_can_be_stopped() -> None:
    """The page shows the best so far, and its reader may have seen enough."""
    seen: list[Progress] = []
    begun = time.monotonic()
    solve(office_day(80, 2), seconds=120, progress=seen.append, stopped=lambda: len(seen) > 3)
    assert time.monotonic() - begun < 60
    assert [one.cost for one in seen] == sorted((one.cost for one in seen), reverse=True)
    assert seen


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_solve_without_time_is_refused(seconds: float) -> None:
    """A wrong setting is named, not looped on."""
    with pytest.raises(ValueError, match="not possible"):
        solve(office_day(3, 1), seconds=seconds)


def line(*stops: Stop, courier: Courier | None = None) -> Problem:
    """Places on a line, ten minutes apart; the office is place 0, two hours of shift from 8 o'clock."""
    at = np.arange(6, dtype=np.int32)
    legs = np.abs(at[:, None] - at[None, :]) * np.int32(600)
    an = courier or Courier(key="An", start=0, end=0, shift_start=8 * HOUR, shift_end=10 * HOUR)
    return Problem(matrix=Matrix(seconds=legs, metres=legs * 5), stops=stops, couriers=(an,), weights=Weights())


AN = Courier(key="An", start=0, end=0, shift_start=8 * HOUR, shift_end=10 * HOUR)


@pytest.mark.parametrize(
    ("why", "stop", "courier", "words"),
    [
        (Why.NOT_ALLOWED, Stop(key="a", place=1, couriers=frozenset({"Ba"})), AN, "No courier on duty may serve"),
        (Why.TOO_LARGE, Stop(key="a", place=1, volume=9), replace(AN, capacity=8), "9 items"),
        (Why.WINDOW, Stop(key="a", place=3, windows=(Window(opens=0, closes=8 * HOUR),)), AN, "30 min late"),
        (Why.WINDOW, Stop(key="a", place=1, windows=(Window(opens=0, closes=9),)), AN, "00:00–00:00"),
        (Why.TOO_FAR, Stop(key="a", place=5), replace(AN, shift_end=9 * HOUR), "40 min short"),
        (Why.TOO_FAR, Stop(key="a", place=1, windows=(Window(opens=20 * HOUR, closes=21 * HOUR),)), AN, "min short"),
        (Why.DEARER, Stop(key="a", place=2, mandatory=False, cost_of_leaving=600), AN, "40 min of courier An"),
    ],
)
def test_what_cannot_be_visited_says_why(why: Why, stop: Stop, courier: Courier, words: str) -> None:
    """The dispatcher acts on the sentence: another shift, another courier, another day."""
    (left,) = solve(line(stop, courier=courier), seconds=0.1).unplanned
    assert left.reason.why is why
    assert words in left.reason.en
    assert left.reason.vi


def test_a_full_shift_says_by_how_much() -> None:
    """Two stops of an hour do not fit a shift of two hours."""
    hour = [Stop(key=key, place=1, service_seconds=3600) for key in ("a", "b")]
    (left,) = solve(line(*hour), seconds=0.1).unplanned
    assert left.reason.why is Why.NO_ROOM
    assert left.reason.en == "Courier An's shift is full: 20 min short."


def test_a_day_without_a_courier_or_a_stop_is_a_plan_too() -> None:
    """Holidays exist."""
    assert solve(Problem(matrix=town(1), stops=(), couriers=()), seconds=0.1).unplanned == ()
    left = solve(replace(office_day(3, 1), couriers=()), seconds=0.1).unplanned
    assert {one.reason.why for one in left} == {Why.NO_COURIER}


def test_pickups_fill_the_room_that_deliveries_leave() -> None:
    """A bag of three holds three out and three back, if the deliveries come first."""
    out = Stop(key="out", place=2, volume=3)
    back = Stop(key="back", place=1, volume=3, kind=Kind.PICKUP)
    plan = solve(line(back, out, courier=replace(AN, capacity=3)), seconds=0.1)
    assert plan.orders == {"An": ("out", "back")}


def test_a_lock_is_kept_even_where_it_is_a_detour() -> None:
    """What the dispatcher pinned is not the planner's to change."""
    day = office_day(30, 2)
    locked = replace(day, locks={"c0": ("s7", "s21"), "c1": ("s3",)})
    plan = solve(locked, seconds=0.3)
    assert faults(locked, plan) == []
    assert plan.orders["c0"][:2] == ("s7", "s21")
    assert plan.orders["c1"][0] == "s3"


def test_the_worked_example_leaves_c_and_says_why() -> None:
    """docs/routing.md promises it."""
    day = example()
    plan = solve(day, seconds=0.1)
    assert plan.orders == {"An": ("B", "A")}
    assert cost(day, plan).total == 3400
    assert plan.unplanned[0].reason.en.startswith("Visiting it would cost")
