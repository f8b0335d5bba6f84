import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import pytest
from hypothesis import given, settings

from routing.faults import Wrong, faults
from routing.improve import kernel
from routing.improve.arrays import flat
from routing.improve.kernel import (
    ANY_COST,
    BAG_AFTER,
    BAG_BEFORE,
    FREE,
    LEG,
    RESTED,
    UNTIL_FREE,
    UNTIL_RESTED,
    Setting,
    Tour,
    begin,
    one_round,
    refresh,
    search,
)
from routing.insertion import kept_locks, why_never
from routing.plan import cost, timed
from routing.problem import Break, Problem, Weights, Window
from tests.routing.days import HOUR, office_day
from tests.routing.random_days import problems

ROOT = Path(__file__).resolve().parents[3]
BOLD = Setting(6.0, 5.0, 4)
COMPLETENESS = {Wrong.FORGOTTEN, Wrong.NO_REASON, Wrong.LOCK}


def searched(day: Problem, rounds: int, seed: int = 1, heat: float = 200.0) -> tuple[dict[str, list[str]], Tour]:
    """The best orders after so many rounds, and the tour behind them."""
    locks = kept_locks(day)
    stops = [stop for stop in day.stops if why_never(day, stop) is None]
    flattened = flat(day, stops, locks)
    tour = flattened.tour({key: [stop.key for stop in held] for key, held in locks.items()}, seed)
    assert begin(flattened.day, tour, ANY_COST)
    search(flattened.day, tour, BOLD, rounds, heat, 1.0)
    return flattened.orders(tour), tour


def left_out(day: Problem, orders: dict[str, list[str]]) -> int:
    """What is charged for stops that nobody could visit at all: the kernel does not hear of them."""
    visited = {key for keys in orders.values() for key in keys}
    return sum(day.cost_of_leaving(s) for s in day.stops if s.key not in visited and why_never(day, s) is not None)


@settings(max_examples=120, deadline=None)
@given(problems())
def test_the_kernel_reckons_as_the_evaluator_does_and_breaks_no_rule(day: Problem) -> None:
    """Windows, breaks, bags, locks, promises, areas, overtime, balance, legs of no triangle: all of the objective."""
    if not day.couriers:
        return
    orders, tour = searched(day, 25)
    plan = timed(day, orders)
    assert [fault.words for fault in faults(day, plan) if fault.wrong not in COMPLETENESS] == []
    # Whole seconds are lost where a square is divided, once a courier.
    gap = cost(day, plan).total - left_out(day, orders) - tour.totals[1]
    assert -len(day.couriers) - 1e-6 <= gap <= 1e-6


@settings(max_examples=40, deadline=None)
@given(problems())
def test_what_is_known_of_a_route_is_what_a_fresh_look_finds(day: Problem) -> None:
    """Thousands of rounds change routes in place: nothing may drift."""
    if not day.couriers:
        return
    locks = kept_locks(day)
    flattened = flat(day, [stop for stop in day.stops if why_never(day, stop) is None], locks)
    tour = flattened.tour({key: [stop.key for stop in held] for key, held in locks.items()}, 3)
    begin(flattened.day, tour, ANY_COST)
    for _ in range(12):
        one_round(flattened.day, tour, BOLD, 100.0)
    known = tour.routes.copy(), tour.times.copy()
    assert all(refresh(flattened.day, tour, courier) for courier in range(len(day.couriers)))
    for name in ("cost", "end", "travel", "service", "load", "away", "late", "last_promise", "rest_at"):
        assert (tour.routes[name] == known[0][name]).all(), name
    for courier, route in enumerate(tour.routes):
        # In front of the first node nobody arrives, and from behind the last nobody leaves.
        size, layers = route["size"], flattened.day.layers
        for layer in range(layers):
            if layer in (RESTED, UNTIL_RESTED) and not flattened.day.couriers[courier]["rest"]:
                continue
            first = 0 if layer in (FREE, RESTED, BAG_BEFORE, BAG_AFTER) else 1
            until = size + 2 if layer in (LEG, UNTIL_FREE, UNTIL_RESTED) else size + 1
            now, was = (times[layer, courier, first:until] for times in (tour.times, known[1]))
            assert (now == was).all(), (layer, now, was)
    left = sum(flattened.day.stops[int(at)]["leaving"] for at in tour.pools[1, : tour.counts[2]])
    assert tour.totals[0] == pytest.approx(tour.routes["cost"].sum() + left, abs=0.01)
    visited = [
        int(at) for row, route in zip(tour.nodes[0], tour.routes, strict=True) for at in row[1 : route["size"] + 1]
    ]
    assert sorted([*visited, *(int(at) for at in tour.pools[1, : tour.counts[2]])]) == list(range(len(flattened.stops)))


def price_of(day: Problem, orders: Mapping[str, Sequence[str]]) -> int | None:
    """What a plan costs; None when it breaks a rule."""
    plan = timed(day, orders)
    wrong = [fault for fault in faults(day, plan) if fault.wrong not in COMPLETENESS]
    return None if wrong else cost(day, plan).total


def small(seed: int) -> Problem:
    """Five stops, two couriers who are not alike, every term of the objective."""
    day = office_day(5, 2, seed=seed, tight=True, weights=Weights(imbalance=2))
    first, second = day.couriers
    stops = [replace(stop, promised_by=8 * HOUR + 900) if at < 2 else stop for at, stop in enumerate(day.stops)]
    halves = (Window(opens=0, closes=8 * HOUR), Window(opens=9 * HOUR, closes=10 * HOUR))
    stops[4] = replace(stops[4], windows=halves)
    rest = Break(earliest=8 * HOUR, latest=8 * HOUR + 1200, seconds=1500)
    short = replace(first, rest=rest, shift_end=9 * HOUR, most_overtime=3600, away={"s1": 400}, most_stops=None)
    return replace(day, stops=tuple(stops), couriers=(short, replace(second, fixed_cost=200, most_stops=3)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_day_is_solved_to_the_best_of_all_plans(seed: int) -> None:
    """Against every way to deal five stops to two couriers or leave them, in every order."""
    day = small(seed)
    keys = [stop.key for stop in day.stops]
    prices = [
        price
        for dealt in product((0, 1, 2), repeat=len(keys))
        for c0 in permutations([key for key, to in zip(keys, dealt, strict=True) if to == 0])
        for c1 in permutations([key for key, to in zip(keys, dealt, strict=True) if to == 1])
        if (price := price_of(day, {"c0": c0, "c1": c1})) is not None
    ]
    orders, _ = searched(day, 400)
    assert cost(day, timed(day, orders)).total == min(prices)


PRINTS = """
from tests.routing.improve.test_kernel import searched, small
from tests.routing.days import office_day
for day in (small(1), office_day(14, 2, breaks=True), office_day(14, 3, tight=True)):
    orders, tour = searched(day, 25)
    print(sorted(orders.items()), round(float(tour.totals[1]), 3), int(tour.counts[-1]))
"""


def test_compiled_code_does_what_its_source_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rounds by plain Python, to the last number thrown: an overflow or a wrong type would show."""
    told = []
    for disabled in ("0", "1"):
        monkeypatch.setenv("NUMBA_DISABLE_JIT", disabled)
        answer = subprocess.run(
            [sys.executable, "-W", "error", "-c", PRINTS],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert answer.returncode == 0, answer.stderr
        told.append(answer.stdout)
    assert told[0] == told[1]
    assert len(told[0].splitlines()) == 3


def test_nothing_compiled_counts_references() -> None:
    """One function that did would make the search half as fast, and nothing else would tell."""
    functions = [each for each in vars(kernel).values() if hasattr(each, "py_func")]
    assert len(functions) > 20
    assert [each.__name__ for each in functions if each.targetoptions.get("_nrt") is not False] == []
