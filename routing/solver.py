"""Planning with OR-Tools: the only module that knows it.

The model is built from matrices and vectors alone: a Python callback per leg
would make the search six to ten times slower. What OR-Tools says about a plan is
not believed: its order of stops is put on our clock, priced by our objective and
only then compared with what we had.

OR-Tools 9.15 holds the interpreter lock during a search: no other thread of the
process runs, so a solve that others must not wait for belongs in its own process.
`progress` and `stopped` are called in the searching thread, at each solution.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.faults import faults
from routing.insertion import FULL, fitting, insert, kept_locks, let_go, why_never
from routing.plan import Plan, cost
from routing.problem import DAY, Courier, Problem, Stop
from routing.ruin import improved
from routing.timing import SQUARED_SECONDS_PER_HOUR

MOST_STOPS = 1_500
"""More stops than this are not modelled (the matrices would fill the memory): the most pressing are."""
NO_LIMIT = 2**63 - 1
BREATH = 0.05
"""Seconds between two moments at which other threads of the process get a chance to run."""
BASE_SHARE = 0.6
"""Share of the time that the plan by insertion may take: the search has something to begin with, whatever happens."""
RUIN_SHARE = 0.6
"""Share of the time then left for ruin and recreate; OR-Tools gets the rest."""
FIRST_SHARE = 0.2
"""Share of the time left that one of OR-Tools' quick solutions may take; on tight days one can hang."""
LAST_SHARE = 0.05
"""Share of all the time that placing the left-over stops may take beyond the deadline."""
ENOUGH = 0.005
"""Seconds per square of the number of stops after which a small day has long been solved as well as it will be."""
FIRST_SOLUTIONS = (
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_SAVINGS,
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION,
)

Orders = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """The best plan so far: after how many `seconds`, its `cost` (seconds, as OR-Tools reckons), after how many
    solutions looked at."""

    seconds: float
    cost: int
    solutions: int


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 1,
    progress: Callable[[Progress], None] | None = None,
    start: Plan | None = None,
    rounds: int | None = None,
    stopped: Callable[[], bool] | None = None,
    engine: bool = True,
) -> Plan:
    """The best faultless plan found in about `seconds`, never dearer than `start` (mended where it does not fit).

    Every stop is visited or has a reason. `seed` changes the order in which moves are
    tried. With `rounds` each of the two searches ends after that many tries, and the same problem,
    seed and rounds give the same plan if `seconds` are generous enough not to end it first.
    `stopped` ends the search early. `engine=False` is OR-Tools alone, to measure against. Raises ValueError when `seconds` is not above zero.
    """
    if not 0 < seconds < DAY:
        raise ValueError(f"A solve of {seconds} s is not possible.")
    begun = time.monotonic()
    deadline = begun + min(seconds, max(0.01, ENOUGH * len(problem.stops) ** 2))
    # A run limited by rounds must not depend on the clock of a busy machine.
    patience = None if rounds is not None else begun + (deadline - begun) * BASE_SHARE
    locks = kept_locks(problem)
    out = set(let_go(problem, locks))
    plans = []
    if start is not None:
        plans.append(insert(problem, fitting(problem, start.orders), deadline=patience)[0])
    if not plans or plans[0].unplanned:
        plans.append(insert(problem, fitting(problem, {}), deadline=patience)[0])
    watch = _Watch(progress=progress, stopped=stopped, begun=begun, deadline=deadline, rounds=rounds)
    best = min(plans, key=lambda plan: cost(problem, plan).total)
    watch.tell(cost(problem, best).total)
    ruin = (deadline - time.monotonic()) * RUIN_SHARE
    if ruin > 0 and engine:
        orders = improved(problem, best, seconds=ruin, rounds=rounds, seed=seed, stopped=stopped)
        plans.append(insert(problem, fitting(problem, orders), deadline=patience and deadline)[0])
        watch.tell(cost(problem, plans[-1]).total)
    stops = _modelled(problem, [s for s in problem.stops if s.key not in out and not why_never(problem, s)], locks)
    if stops and not (stopped is not None and stopped()):
        if seed != 1:
            random.Random(seed).shuffle(stops)  # noqa: S311
        found = _Model(problem, stops, locks).search(watch, [plan.orders for plan in plans])
        if found is not None:
            last = None if rounds is not None else max(deadline, time.monotonic() + seconds * LAST_SHARE)
            plans.append(insert(problem, fitting(problem, found), deadline=last, otherwise=FULL)[0])
    return min((plan for plan in plans if not faults(problem, plan)), key=lambda plan: cost(problem, plan).total)


def warm() -> None:
    """Compile what a first solve would have to wait for."""


def _modelled(problem: Problem, stops: list[Stop], locks: Mapping[str, Sequence[Stop]]) -> list[Stop]:
    if len(stops) <= MOST_STOPS:
        return stops
    held = {stop.key for route in locks.values() for stop in route}
    pressing = sorted(stops, key=lambda stop: (stop.key not in held, -problem.cost_of_leaving(stop)))
    return pressing[: max(MOST_STOPS, len(held))]


class _Watch:
    """Counts, reports and ends one search. Called by OR-Tools at each solution."""

    def __init__(
        self,
        *,
        progress: Callable[[Progress], None] | None,
        stopped: Callable[[], bool] | None,
        begun: float,
        deadline: float,
        rounds: int | None,
    ) -> None:
        self.progress = progress
        self.stopped = stopped
        self.begun = begun
        self.deadline = deadline
        self.rounds = rounds
        self._best: int | None = None
        self._solutions = 0
        self._breathed = begun

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def tell(self, price: int) -> None:
        """Report a cost if it is the best so far."""
        if self.progress is not None and (self._best is None or price < self._best):
            self._best = price
            seconds = time.monotonic() - self.begun
            self.progress(Progress(seconds=seconds, cost=price, solutions=self._solutions))

    def see(self, model: Any, scale: int) -> None:
        """Take note of the solution the model is at."""
        now = time.monotonic()
        self._solutions += 1
        price = int(model.CostVar().Max()) // scale
        self.tell(price)
        if now - self._breathed > BREATH:
            time.sleep(0)
            self._breathed = now
            if self.stopped is not None and self.stopped():
                model.CancelSearch()


class _Model:
    """The problem in OR-Tools' terms: a node per stop, then a start and an end per courier."""

    def __init__(self, problem: Problem, stops: Sequence[Stop], locks: Mapping[str, Sequence[Stop]]) -> None:
        self.problem = problem
        self.stops = stops
        self.couriers = problem.couriers
        self.locks = locks
        count = len(stops)
        self.places = np.array([s.place for s in stops] + [p for c in self.couriers for p in (c.start, c.end)])
        self.service = np.array([stop.service_seconds for stop in stops] + [0] * (2 * len(self.couriers)))
        starts = [count + 2 * at for at in range(len(self.couriers))]
        self.manager = pywrapcp.RoutingIndexManager(
            len(self.places), len(self.couriers), starts, [node + 1 for node in starts]
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.node = {stop.key: at for at, stop in enumerate(stops)}
        self.index = [int(self.manager.NodeToIndex(at)) for at in range(count)]
        # Squares of seconds become seconds by a division that OR-Tools has not: all other costs are multiplied.
        balanced = problem.weights.imbalance > 0 and len(self.couriers) > 1
        self.scale = SQUARED_SECONDS_PER_HOUR if balanced else 1
        self._price_legs()
        self._clock()
        self._limits()
        if balanced:
            self._balance()
        self._leave()
        self._lock()

    def _travel(self, courier: Courier) -> NDArray[np.int64]:
        seconds = self.problem.matrix_of(courier).seconds
        legs: NDArray[np.int64] = seconds[np.ix_(self.places, self.places)].astype(np.int64)
        return legs

    def _price_legs(self) -> None:
        weights = self.problem.weights
        known: dict[tuple[int, tuple[int, ...]], int] = {}
        for vehicle, courier in enumerate(self.couriers):
            away = [weights.away * courier.away.get(stop.key, 0) for stop in self.stops]
            same = id(self.problem.matrix_of(courier)), tuple(away)
            if same not in known:
                price = weights.travel * self._travel(courier)
                price[:, : len(away)] += np.array(away, dtype=np.int64)
                known[same] = self.routing.RegisterTransitMatrix((self.scale * price).tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(known[same], vehicle)
            if courier.fixed_cost:
                self.routing.SetFixedCostOfVehicle(self.scale * courier.fixed_cost, vehicle)

    def _work(self) -> list[int]:
        """Per courier, the evaluator of travel and the service before it."""
        known: dict[int, int] = {}
        for courier in self.couriers:
            matrix = id(self.problem.matrix_of(courier))
            if matrix not in known:
                work = self._travel(courier) + self.service[:, None]
                known[matrix] = self.routing.RegisterTransitMatrix(work.tolist())
        return [known[id(self.problem.matrix_of(courier))] for courier in self.couriers]

    def _clock(self) -> None:
        weights = self.problem.weights
        horizon = max(courier.must_end for courier in self.couriers)
        self.work = self._work()
        self.routing.AddDimensionWithVehicleTransits(self.work, horizon, horizon, False, "clock")
        clock = self.routing.GetDimensionOrDie("clock")
        for vehicle, courier in enumerate(self.couriers):
            start, end = self.routing.Start(vehicle), self.routing.End(vehicle)
            clock.CumulVar(start).SetValue(courier.shift_start)
            clock.CumulVar(end).SetMax(courier.must_end)
            if courier.most_overtime and weights.overtime * courier.overtime_cost:
                price = self.scale * weights.overtime * courier.overtime_cost
                clock.SetCumulVarSoftUpperBound(end, courier.shift_end, price)
            if courier.rest is not None:
                rest = self.routing.solver().FixedDurationIntervalVar(
                    courier.rest.earliest, courier.rest.latest, courier.rest.seconds, False, f"break of {courier.key}"
                )
                clock.SetBreakIntervalsOfVehicle([rest], vehicle, self._service_by_index())
        for stop, index in zip(self.stops, self.index, strict=True):
            if stop.windows:
                # The stop can be served by somebody, so its first window opens within the horizon.
                time_of = clock.CumulVar(index)
                time_of.SetRange(stop.windows[0].opens, min(horizon, stop.windows[-1].closes))
                for before, after in zip(stop.windows, stop.windows[1:], strict=False):
                    if after.opens <= horizon:
                        time_of.RemoveInterval(before.closes + 1, after.opens - 1)
            if stop.promised_by is not None and weights.late:
                clock.SetCumulVarSoftUpperBound(index, min(horizon, stop.promised_by), self.scale * weights.late)

    def _service_by_index(self) -> list[int]:
        service = [0] * int(self.routing.Size())
        for stop, index in zip(self.stops, self.index, strict=True):
            service[index] = stop.service_seconds
        return service

    def _limits(self) -> None:
        if any(c.most_stops is not None and c.most_stops < len(self.stops) for c in self.couriers):
            most = [len(self.stops) if c.most_stops is None else c.most_stops for c in self.couriers]
            self._bound([1] * len(self.stops), most, "stops")
        everything = sum(stop.volume for stop in self.stops)
        capacities = [everything if c.capacity is None else min(c.capacity, everything) for c in self.couriers]
        if min(capacities) < everything:
            out = [stop.volume if stop.leaves_the_office else 0 for stop in self.stops]
            back = [0 if stop.leaves_the_office else stop.volume for stop in self.stops]
            self._bound(out, capacities, "out")
            self._bound(back, capacities, "back")
            if any(out) and any(back):
                self._bag(out, back, capacities)

    def _bound(self, amounts: Sequence[int], most: Sequence[int], name: str) -> None:
        vector = self.routing.RegisterUnaryTransitVector([*amounts, *[0] * (2 * len(self.couriers))])
        self.routing.AddDimensionWithVehicleCapacity(vector, 0, list(most), True, name)

    def _bag(self, out: Sequence[int], back: Sequence[int], capacities: Sequence[int]) -> None:
        """What is in the bag on the way: begins with all that goes out, ends with all that comes back."""
        change = [coming - going for going, coming in zip(out, back, strict=True)]
        vector = self.routing.RegisterUnaryTransitVector([*change, *[0] * (2 * len(self.couriers))])
        self.routing.AddDimensionWithVehicleCapacity(vector, 0, list(capacities), False, "bag")
        bag, brought = self.routing.GetDimensionOrDie("bag"), self.routing.GetDimensionOrDie("back")
        for vehicle in range(len(self.couriers)):
            end = self.routing.End(vehicle)
            self.routing.solver().Add(bag.CumulVar(end) == brought.CumulVar(end))

    def _balance(self) -> None:
        horizon = max(courier.must_end for courier in self.couriers)
        self.routing.AddDimensionWithVehicleTransits(self.work, 0, horizon, True, "work")
        work = self.routing.GetDimensionOrDie("work")
        for vehicle, courier in enumerate(self.couriers):
            share = self.problem.fair_shares[courier.key]
            bound = pywrapcp.BoundCost(share, self.problem.weights.imbalance)
            work.SetQuadraticCostSoftSpanUpperBoundForVehicle(bound, vehicle)

    def _leave(self) -> None:
        held = {stop.key for route in self.locks.values() for stop in route}
        for stop, index in zip(self.stops, self.index, strict=True):
            if stop.key not in held:
                self.routing.AddDisjunction([index], self.scale * self.problem.cost_of_leaving(stop))
            if stop.couriers is not None:
                # SetAllowedVehiclesForIndex takes no Python list in ortools 9.15.
                for at, courier in enumerate(self.couriers):
                    if not courier.may_serve(stop):
                        self.routing.VehicleVar(index).RemoveValue(at)

    def _lock(self) -> None:
        for vehicle, courier in enumerate(self.couriers):
            index = self.routing.Start(vehicle)
            for stop in self.locks[courier.key]:
                following = self.index[self.node[stop.key]]
                self.routing.NextVar(index).SetValue(following)
                index = following

    def search(self, watch: _Watch, warm: Sequence[Mapping[str, Sequence[str]]]) -> Orders | None:
        """The best order of stops found, or None. Begins from the best of `warm` and the quick first solutions."""
        self.routing.CloseModel()
        firsts = [self._read(orders) for orders in warm]
        for strategy in FIRST_SOLUTIONS:
            if watch.left() > 0:
                quick = _parameters(seconds=watch.left() * FIRST_SHARE, solutions=1)
                quick.first_solution_strategy = strategy
                firsts.append(self.routing.SolveWithParameters(quick))
        best = min((one for one in firsts if one is not None), key=lambda one: int(one.ObjectiveValue()), default=None)
        if best is None:
            return None
        if watch.left() > 0:
            self.routing.AddAtSolutionCallback(lambda: watch.see(self.routing, self.scale))
            long = _parameters(seconds=watch.left(), solutions=watch.rounds or NO_LIMIT)
            long.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
            best = self.routing.SolveFromAssignmentWithParameters(best, long) or best
        return self._orders(best)

    def _read(self, orders: Mapping[str, Sequence[str]]) -> Any:
        """OR-Tools' assignment of a plan, or None when it does not agree that the plan fits."""
        routes = [
            [self.index[self.node[key]] for key in orders.get(courier.key, ()) if key in self.node]
            for courier in self.couriers
        ]
        return self.routing.ReadAssignmentFromRoutes(routes, True)

    def _orders(self, assignment: Any) -> Orders:
        orders: Orders = {}
        for vehicle, courier in enumerate(self.couriers):
            route = []
            index = assignment.Value(self.routing.NextVar(self.routing.Start(vehicle)))
            while not self.routing.IsEnd(index):
                route.append(self.stops[self.manager.IndexToNode(index)].key)
                index = assignment.Value(self.routing.NextVar(index))
            orders[courier.key] = route
        return orders


def _parameters(*, seconds: float, solutions: int) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    parameters.solution_limit = solutions
    return parameters
