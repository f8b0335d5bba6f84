from dataclasses import replace

import numpy as np
import pytest

from routing.improve.arrays import flat
from routing.improve.kernel import NEVER
from routing.matrix import Point, great_circle
from routing.problem import Window
from tests.routing.days import HOUR, office_day


def test_orders_come_back_as_they_went_in() -> None:
    """The arrays number couriers anew: their routes must still be theirs."""
    day = office_day(9, 3)
    slow = replace(day.couriers[0], most_overtime=60)
    day = replace(day, couriers=(slow, *day.couriers[1:]), locks={"c2": ("s4",)})
    given = {"c0": ["s1", "s2"], "c1": [], "c2": ["s4", "s0"]}
    locks = {"c0": [], "c1": [], "c2": [day.stop_named["s4"]]}
    flattened = flat(day, day.stops, locks)
    tour = flattened.tour(given, seed=1)
    tour.nodes[2], tour.routes["best_size"] = tour.nodes[0], tour.routes["size"]
    assert flattened.orders(tour) == given


def test_couriers_alike_stand_side_by_side() -> None:
    """Of empty routes only one of a kind is looked at; a lock, another shift or another bag makes another kind."""
    day = office_day(4, 5)
    first, *others = day.couriers
    day = replace(day, couriers=(first, replace(others[0], capacity=5), *others[1:]), locks={"c3": ("s0",)})
    flattened = flat(day, day.stops, {key: [] for key in day.courier_named} | {"c3": [day.stop_named["s0"]]})
    alike = flattened.day.couriers["alike"].tolist()
    assert alike == sorted(alike)
    assert len(set(alike)) == 3


def test_a_matrix_that_is_the_same_both_ways_is_kept_once() -> None:
    """Half the memory on a day of thousands of stops; one-way streets need both."""
    day = office_day(6, 1)
    locks = {"c0": ()}
    both = flat(day, day.stops, locks).day
    assert both.back is both.legs
    legs = day.matrix.seconds.copy()
    legs[1, 2] += 60
    one_way = flat(replace(day, matrix=replace(day.matrix, seconds=legs)), day.stops, locks).day
    assert one_way.legs[0, 0, 1] == one_way.back[0, 1, 0] == legs[1, 2]
    assert one_way.legs[0, 1, 0] == legs[2, 1]


def test_windows_and_promises_that_are_not_there_are_never_in_the_way() -> None:
    """No window is one from morning to the end of time; further ones follow the first."""
    day = office_day(3, 1)
    halves = (Window(opens=8 * HOUR, closes=9 * HOUR), Window(opens=14 * HOUR, closes=15 * HOUR))
    stops = tuple(replace(stop, windows=halves if stop.key == "s1" else (), promised_by=None) for stop in day.stops)
    records = flat(replace(day, stops=stops), stops, {"c0": ()}).day
    assert records.stops["closes"].tolist() == [NEVER - 1, 9 * HOUR, NEVER - 1]
    assert records.windows.tolist() == [[14 * HOUR, 15 * HOUR]]
    assert (records.stops["more_until"] - records.stops["more_from"]).tolist() == [0, 1, 0]
    assert set(records.stops["promised"].tolist()) == {NEVER}


@pytest.mark.parametrize("stops", [5, 900])
def test_the_nearest_stops_come_first(stops: int) -> None:
    """By the mean of both ways; many stops keep only the near ones."""
    dice = np.random.default_rng(stops)
    points = [
        Point(lat=10.7, lon=106.6),
        *(Point(lat=10.7 + a / 50, lon=106.6 + b / 50) for a, b in dice.random((stops, 2))),
    ]
    day = office_day(stops, 1)
    day = replace(day, matrix=great_circle(points))
    near = flat(day, day.stops, {"c0": ()}).day.near
    ways = day.matrix.seconds[1, 1:].astype(int) + day.matrix.seconds[1:, 1]
    assert near.shape == (stops, min(200, stops - 1))
    assert ways[near[0]].tolist() == sorted(np.delete(ways, 0))[: near.shape[1]]
