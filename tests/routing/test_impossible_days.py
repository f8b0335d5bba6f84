"""Days that cannot be: they get a plan of what is possible and a sentence for each rest, and no exception."""

import time
from dataclasses import replace

import numpy as np
import pytest

from routing.faults import faults
from routing.matrix import Matrix, Point, great_circle
from routing.plan import Plan, Why
from routing.problem import Courier, Problem, Stop, Window
from routing.solver import solve
from tests.routing.days import HOUR, office_day

AN = Courier(key="An", start=0, end=0, shift_start=8 * HOUR, shift_end=16 * HOUR)


def _possible(problem: Problem, seconds: float = 0.1) -> Plan:
    """The plan, faultless and with every stop visited or left with a sentence in both languages."""
    plan = solve(problem, seconds=seconds)
    assert faults(problem, plan) == []
    visited = [visit.stop for route in plan.routes for visit in route.visits]
    assert sorted([*visited, *(left.stop for left in plan.unplanned)]) == sorted(stop.key for stop in problem.stops)
    assert all(left.reason.vi and left.reason.en for left in plan.unplanned)
    return plan


def _why(plan: Plan) -> dict[str, Why]:
    return {left.stop: left.reason.why for left in plan.unplanned}


def test_without_couriers_every_stop_says_that_nobody_is_there() -> None:
    """The whole office is ill."""
    plan = _possible(replace(office_day(30, 1), couriers=()))
    assert set(_why(plan).values()) == {Why.NO_COURIER}
    assert len(plan.unplanned) == 30


def test_what_is_outside_every_shift_or_forbidden_to_everybody_is_left_and_the_rest_is_planned() -> None:
    """One impossible stop must not cost its neighbours their visit."""
    day = office_day(12, 1)
    night, nobody = day.stops[3], day.stops[7]
    stops = tuple(
        replace(stop, windows=(Window(opens=22 * HOUR, closes=23 * HOUR),), mandatory=True)
        if stop is night
        else replace(stop, couriers=frozenset({"nobody"}), mandatory=True)
        if stop is nobody
        else stop
        for stop in day.stops
    )
    why = _why(_possible(replace(day, stops=stops)))
    assert why[night.key] in (Why.WINDOW, Why.TOO_FAR)
    assert why[nobody.key] is Why.NOT_ALLOWED
    assert len(why) < 12


@pytest.mark.parametrize("sea", [(0.0, -30.0), (-89.9, 0.0), (10.0, 179.9)])
def test_a_point_in_the_sea_is_too_far_and_the_rest_is_planned(sea: tuple[float, float]) -> None:
    """Swapped numbers put a house into the Atlantic, thousands of kilometres away."""
    spots = [(10.77, 106.70), sea, (10.771, 106.701), (10.772, 106.70)]
    stops = tuple(Stop(key=str(place), place=place, service_seconds=120) for place in range(1, 4))
    problem = Problem(matrix=great_circle([Point(lat=a, lon=o) for a, o in spots]), stops=stops, couriers=(AN,))
    assert _why(_possible(problem)) == {"1": Why.TOO_FAR}


def test_what_is_no_number_is_refused_when_the_value_is_built() -> None:
    """NaN compares with nothing: inside a search it would never be noticed."""
    nan = float("nan")
    for make in (
        lambda: Point(lat=nan, lon=106.7),
        lambda: Point(lat=10.7, lon=float("inf")),
        lambda: Matrix(seconds=np.array([[0.0, nan], [1.0, 0.0]]), metres=np.zeros((2, 2), dtype=np.int32)),
    ):
        with pytest.raises((ValueError, TypeError)):
            make()


def test_five_thousand_stops_are_planned_as_far_as_they_go_within_the_time() -> None:
    """A province's whole backlog at one office: 3 couriers get full days, and everybody else a sentence."""
    count = 5_000
    north, east = np.divmod(np.arange(count + 1, dtype=np.int32), 71)
    legs = 9 * (np.abs(north[:, None] - north) + np.abs(east[:, None] - east))
    problem = Problem(
        matrix=Matrix(seconds=legs, metres=legs),
        stops=tuple(Stop(key=str(at), place=at, service_seconds=150) for at in range(1, count)),
        couriers=tuple(replace(AN, key=key) for key in "abc"),
    )
    begun = time.monotonic()
    plan = _possible(problem, seconds=1.0)
    took = time.monotonic() - begun
    assert sum(len(route.visits) for route in plan.routes) > 100
    assert took < 20, "many times the limit: an endless solve, not a loaded machine"
