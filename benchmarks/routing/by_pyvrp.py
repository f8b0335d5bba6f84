"""PyVRP on a day of ours, and its routes back in our words."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyvrp
from pyvrp.stop import StoppingCriterion

from benchmarks.routing.peers import Moment, Orders, behind_locks, joined, refuse_what_peers_lack, room
from routing.problem import Courier, Problem, Stop


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
    refuse_what_peers_lack(rest)
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
        moments.append(Moment(moment, joined(problem, prefixes, orders)))
    # The last word counts for the whole time, however early it was found.
    return [*moments, Moment(time.perf_counter() - begun, moments[-1].orders)]


def _pyvrp_data(problem: Problem) -> tuple[pyvrp.ProblemData, list[list[Courier]]]:
    horizon = max(courier.must_end for courier in problem.couriers)
    used = sorted({place for courier in problem.couriers for place in (courier.start, courier.end)})
    depot = {place: at for at, place in enumerate(used)}
    alike: dict[tuple[int, ...], list[Courier]] = defaultdict(list)
    for courier in problem.couriers:
        same = courier.start, courier.end, courier.shift_start, courier.must_end, *room(problem, courier)
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
                capacity=room(problem, couriers[0]),
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
