"""A day of ours in the words of PyVRP and VROOM, and their routes back in ours.

What neither can state (breaks, own areas, promises, balance, couriers who may not serve a
stop) is refused. A locked prefix can be stated exactly: the courier sets off behind it.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pyvrp
import vroom
from pyvrp.stop import StoppingCriterion

from routing.insertion import kept_locks
from routing.problem import Courier, Problem, Stop
from routing.timing import drive

VROOM_THOROUGH: Final = 5
"""VROOM's highest level of exploration: with less it is done long before the time is over."""
VROOM_THREADS: Final = 2
VROOM_FIRST: Final = 100
"""VROOM's highest priority, for mandatory stops; optional ones get at most half of it, by what leaving them costs."""

Orders = dict[str, tuple[str, ...]]


class CannotState(Exception):
    """The engine has no words for something in this problem; the message names it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The best plan an engine had `seconds` after it was given the problem."""

    seconds: float
    orders: Orders


def behind_locks(problem: Problem) -> tuple[Problem, Orders]:
    """The same day without its locked stops, couriers setting off behind them; and those stops in order."""
    locked = kept_locks(problem)
    held = {stop.key for route in locked.values() for stop in route}
    couriers = []
    for courier in problem.couriers:
        prefix = locked[courier.key]
        if prefix:
            couriers.append(
                replace(
                    courier,
                    start=prefix[-1].place,
                    shift_start=drive(problem, courier, prefix).departures[-1],
                    most_stops=None if courier.most_stops is None else courier.most_stops - len(prefix),
                    capacity=None
                    if courier.capacity is None
                    else courier.capacity - sum(stop.volume for stop in prefix),
                )
            )
        else:
            couriers.append(courier)
    rest = replace(
        problem,
        stops=tuple(stop for stop in problem.stops if stop.key not in held),
        couriers=tuple(couriers),
        locks={},
    )
    return rest, {key: tuple(stop.key for stop in route) for key, route in locked.items()}


def _refuse_what_peers_lack(problem: Problem) -> None:
    weights, couriers, stops = problem.weights, problem.couriers, problem.stops
    lacking = {
        "balance": weights.imbalance and len(couriers) > 1,
        "breaks": any(courier.rest is not None for courier in couriers),
        "own areas": any(courier.away for courier in couriers),
        "own matrices": any(courier.own_matrix is not None for courier in couriers),
        "overtime": any(courier.most_overtime for courier in couriers),
        "fixed costs": any(courier.fixed_cost for courier in couriers),
        "promises": any(stop.promised_by is not None for stop in stops),
        "couriers who may not serve a stop": any(stop.couriers is not None for stop in stops),
        "pick-ups": any(not stop.leaves_the_office for stop in stops),
        "several windows of one stop": any(len(stop.windows) > 1 for stop in stops),
        "a weight on travel": weights.travel != 1,
    }
    for name, there in lacking.items():
        if there:
            raise CannotState(name)


def _room(problem: Problem, courier: Courier) -> list[int]:
    """Items and stops that fit."""
    items = sum(stop.volume for stop in problem.stops) if courier.capacity is None else courier.capacity
    return [items, len(problem.stops) if courier.most_stops is None else courier.most_stops]


def _joined(problem: Problem, prefixes: Orders, orders: dict[str, list[str]]) -> Orders:
    return {c.key: (*prefixes[c.key], *orders.get(c.key, ())) for c in problem.couriers}


class _Notes(pyvrp.IteratedLocalSearchCallbacks):
    """Keeps each better feasible solution with its time."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.best: list[tuple[float, pyvrp.Solution]] = []

    def on_start(self, ils: pyvrp.IteratedLocalSearch) -> None:
        if ils.initial_solution.is_feasible():
            self.on_best(ils.initial_solution)

    def on_best(self, best: pyvrp.Solution) -> None:
        self.best.append((time.perf_counter() - self.begun, best))


class _Until(StoppingCriterion):
    """Stops at a moment, so that building the model is part of the time given."""

    def __init__(self, moment: float) -> None:
        self.moment = moment

    def __call__(self, best_cost: float) -> bool:
        return time.perf_counter() >= self.moment


def by_pyvrp(problem: Problem, *, seconds: float, seed: int, start: Orders | None = None) -> list[Moment]:
    """PyVRP's best plans as it found them, the last one last; `start` is where it begins. May raise CannotState."""
    begun = time.perf_counter()
    rest, prefixes = behind_locks(problem)
    _refuse_what_peers_lack(rest)
    data, types = _pyvrp_data(rest)
    notes = _Notes(begun)
    parameters = pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=notes), display_interval=3600)
    result = pyvrp.solve(
        data,
        _Until(begun + seconds),
        seed=seed,
        collect_stats=False,
        params=parameters,
        initial_solution=None if start is None else _pyvrp_start(rest, data, types, prefixes, start),
    )
    found = notes.best or [(time.perf_counter() - begun, result.best)]
    moments = []
    for moment, solution in found:
        idle = [list(group) for group in types]
        orders = {}
        for route in solution.routes():
            courier = idle[route.vehicle_type()].pop(0)
            orders[courier.key] = [rest.stops[step.idx].key for step in route if step.is_client()]
        moments.append(Moment(moment, _joined(problem, prefixes, orders)))
    # The last word counts for the whole time, however early it was found.
    return [*moments, Moment(time.perf_counter() - begun, moments[-1].orders)]


def _pyvrp_data(problem: Problem) -> tuple[pyvrp.ProblemData, list[list[Courier]]]:
    horizon = max(courier.must_end for courier in problem.couriers)
    used = sorted({place for courier in problem.couriers for place in (courier.start, courier.end)})
    depot = {place: at for at, place in enumerate(used)}
    alike: dict[tuple[int, ...], list[Courier]] = defaultdict(list)
    for courier in problem.couriers:
        same = courier.start, courier.end, courier.shift_start, courier.must_end, *_room(problem, courier)
        alike[same].append(courier)
    # PyVRP's stub writes the array's type as no checker understands it.
    legs: Any = problem.matrix.seconds.astype(np.int64)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(problem.matrix.places)],
        clients=[_pyvrp_client(stop, horizon) for stop in problem.stops],
        depots=[pyvrp.Depot(place) for place in used],
        vehicle_types=[
            pyvrp.VehicleType(
                num_available=len(couriers),
                capacity=_room(problem, couriers[0]),
                start_depot=depot[couriers[0].start],
                end_depot=depot[couriers[0].end],
                tw_early=couriers[0].shift_start,
                tw_late=couriers[0].must_end,
            )
            for couriers in alike.values()
        ],
        distance_matrices=[legs],
        duration_matrices=[legs],
    )
    return data, list(alike.values())


def _pyvrp_client(stop: Stop, horizon: int) -> pyvrp.Client:
    opens, closes = (stop.windows[0].opens, stop.windows[0].closes) if stop.windows else (0, horizon)
    return pyvrp.Client(
        stop.place,
        delivery=[stop.volume, 1],
        service_duration=stop.service_seconds,
        tw_early=opens,
        tw_late=closes,
        prize=stop.cost_of_leaving,
        required=stop.mandatory,
    )


def _pyvrp_start(
    problem: Problem, data: pyvrp.ProblemData, types: Sequence[Sequence[Courier]], prefixes: Orders, start: Orders
) -> pyvrp.Solution:
    number = {stop.key: at for at, stop in enumerate(problem.stops)}
    routes = []
    for at, group in enumerate(types):
        for courier in group:
            keys = [key for key in start.get(courier.key, ()) if key in number]
            if keys:
                routes.append(pyvrp.Route(data, [number[key] for key in keys], at))
    return pyvrp.Solution(data, routes)


def by_vroom(problem: Problem, *, seconds: float) -> list[Moment]:
    """VROOM's plan. It knows no prizes: it serves what it can, dear stops first. May raise CannotState."""
    begun = time.perf_counter()
    rest, prefixes = behind_locks(problem)
    _refuse_what_peers_lack(rest)
    dearest = max((stop.cost_of_leaving for stop in rest.stops), default=0) or 1
    day = vroom.Input()
    day.set_durations_matrix("car", rest.matrix.seconds)
    day.add_vehicle(
        [
            vroom.Vehicle(
                number,
                start=courier.start,
                end=courier.end,
                capacity=_room(rest, courier),
                time_window=vroom.TimeWindow(courier.shift_start, courier.must_end),
            )
            for number, courier in enumerate(rest.couriers)
        ]
    )
    day.add_job(
        [
            vroom.Job(
                number,
                stop.place,
                default_service=stop.service_seconds,
                delivery=vroom.Amount([stop.volume, 1]),
                priority=VROOM_FIRST if stop.mandatory else 1 + VROOM_FIRST // 2 * stop.cost_of_leaving // dearest,
                time_windows=[vroom.TimeWindow(window.opens, window.closes) for window in stop.windows],
            )
            for number, stop in enumerate(rest.stops)
        ]
    )
    left = max(0.001, seconds - (time.perf_counter() - begun))
    solution = day.solve(
        exploration_level=VROOM_THOROUGH, nb_threads=VROOM_THREADS, timeout=timedelta(milliseconds=int(1000 * left))
    )
    routes = solution.routes
    orders: dict[str, list[str]] = defaultdict(list)
    for vehicle, kind, job in zip(routes["vehicle_id"], routes["type"], routes["id"], strict=True):
        if kind == "job":
            orders[rest.couriers[int(vehicle)].key].append(rest.stops[int(job)].key)
    return [Moment(time.perf_counter() - begun, _joined(problem, prefixes, orders))]
