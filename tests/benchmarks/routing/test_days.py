"""The days that planners are measured on are always the same, and are what they claim to be."""

import random

import pytest

from benchmarks.routing.days import CLOSES, NOON, OPENS, SIDE, Kind, day, noon
from benchmarks.routing.evaluator import judge
from routing.insertion import kept_locks


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.NOON])
def test_a_day_is_the_same_whenever_it_is_made(kind: Kind) -> None:
    """Otherwise two measurements would be of two days."""
    assert day(kind, 1).digest == day(kind, 1).digest


def test_a_day_under_way_is_the_same_whenever_it_is_made() -> None:
    """The plan in force comes from our insertion without a search, so no clock is in it."""
    one, again = (noon(random.Random(1), stops=30, couriers=3) for _ in range(2))
    assert (one[0].stops, one[0].couriers, one[1]) == (again[0].stops, again[0].couriers, again[1])


def test_every_day_is_another() -> None:
    """A median over the same day three times would be no median."""
    assert len({day(kind, number).digest for kind in (Kind.LOOSE, Kind.TIGHT, Kind.COMMUNE) for number in (1, 2)}) == 6


def test_loose_days_have_room_and_tight_days_have_not() -> None:
    """Room for 1.35 of the stops and 10 % optional; room for 0.92 and 25 % optional: somebody must wait."""
    loose, tight = day(Kind.LOOSE, 1).problem, day(Kind.TIGHT, 1).problem
    assert [courier.most_stops for courier in loose.couriers] == [68] * 6
    assert [courier.most_stops for courier in tight.couriers] == [46] * 6
    assert 0.05 < sum(not stop.mandatory for stop in loose.stops) / 300 < 0.15
    assert 0.18 < sum(not stop.mandatory for stop in tight.stops) / 300 < 0.32
    assert sum(stop.mandatory for stop in tight.stops) < 6 * 46


def test_a_stop_is_as_the_description_says() -> None:
    """Service of 120 to 240 s; a quarter with windows of half a day or two hours within the eight of the shift."""
    stops = day(Kind.LOOSE, 3).problem.stops
    spans = {stop.windows[0].closes - stop.windows[0].opens for stop in stops if stop.windows}
    assert spans == {4 * 3600, 2 * 3600}
    assert 0.18 < sum(bool(stop.windows) for stop in stops) / 300 < 0.32
    assert all(120 <= stop.service_seconds <= 240 for stop in stops)
    assert all(window.opens >= OPENS and window.closes <= CLOSES for stop in stops for window in stop.windows)
    assert all(120 <= stop.cost_of_leaving <= 2400 for stop in stops if not stop.mandatory)


def test_a_leg_takes_its_way_at_20_km_an_hour_and_20_seconds() -> None:
    """Half-way between straight and rectangular: never longer than 6 km × (√2 + 2) / 2."""
    matrix = day(Kind.LOOSE, 1).problem.matrix
    assert int(matrix.metres.max()) <= SIDE * 1.708
    assert abs(matrix.legs[0][1] - (matrix.metres.item(0, 1) * 3.6 / 20 + 20)) <= 1


def test_at_noon_everybody_is_under_way_with_a_plan_in_force() -> None:
    """300 stops to do, some of them new; the pinned ones fit, and nobody is still at the office."""
    under_way = day(Kind.NOON, 1)
    problem = under_way.problem
    assert len(problem.stops) == 300
    assert under_way.start is not None
    in_force = judge(problem, under_way.start)
    assert not in_force.faults
    assert in_force.left >= 20
    assert {key: len(route) for key, route in kept_locks(problem).items()} == dict.fromkeys(problem.courier_named, 2)
    assert all(courier.start != 0 and OPENS + 3 * 3600 < courier.shift_start < NOON for courier in problem.couriers)


def test_the_variants_have_what_they_are_named_for() -> None:
    """They measure the terms that only our planner and its own model of OR-Tools can state."""
    assert all(courier.rest for courier in day(Kind.BREAKS, 1).problem.couriers)
    assert all(190 < len(courier.away) < 260 for courier in day(Kind.AREAS, 1).problem.couriers)
    assert sum(stop.promised_by is not None for stop in day(Kind.PROMISES, 1).problem.stops) > 40
    assert day(Kind.BALANCE, 1).problem.weights.imbalance == 1
    overtime = day(Kind.OVERTIME, 1).problem
    ends = {(c.shift_end - OPENS, c.must_end - OPENS, c.overtime_cost) for c in overtime.couriers}
    assert ends == {(5 * 3600, 7 * 3600, 2)}
    assert overtime.weights.imbalance == 0
    # Some must be served when the shift is over: nobody plans the day without overtime.
    late = [stop for stop in overtime.stops if stop.windows and stop.windows[0].opens > OPENS + 5 * 3600]
    assert any(stop.mandatory for stop in late)
    assert all(stop.windows[0].opens <= OPENS + 6 * 3600 for stop in late)
