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
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from routing.budget import MOST_SEARCHED, MOST_STOPS, descends, enough, polish, pressing, readable, tail
from routing.faults import faults
from routing.improve import Limit, improve, warm
from routing.insertion import FULL, fitting, insert, kept_locks, let_go, why_never
from routing.plan import Plan, cost, timed
from routing.problem import DAY, Courier, Problem, Stop
from routing.timing import SQUARED_SECONDS_PER_HOUR
from routing.watch import Breath, Progress, Watch

__all__ = ["Progress", "solve", "warm"]

NO_LIMIT: Final = 2**63 - 1
NO_LIMIT_SECONDS: Final = 3_600.0
"""A run limited by rounds must not depend on the clock of a busy machine."""
BASE_SHARE = 0.1
"""Share of the time that the plan by insertion may take where OR-Tools is alone: something to begin with."""
FIRST_SHARE = 0.2
"""Share of the time left that one of OR-Tools' quick solutions may take; on tight days one can hang."""
LAST_SHARE = 0.05
"""Share of all the time that placing the left-over stops may take beyond the deadline."""
FIRST_SOLUTIONS = (
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_SAVINGS,
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION,
)

Orders = dict[str, list[str]]
Keys = Mapping[str, Sequence[str]]
Locks = Mapping[str, Sequence[Stop]]


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
    threads: int = 2,
) -> Plan:
    """The best faultless plan found in about `seconds`, never dearer than `start` (mended where it does not fit).

    Every stop is visited or has a reason. `seed` decides what is left to chance. With `rounds` each search ends
    after that many tries, and the same problem, seed and rounds give the same plan, however busy the machine.
    `stopped` ends the search early. `engine=False` is OR-Tools alone, to measure against; `threads` are those of our
    own engine. Raises ValueError when `seconds` is not above zero.
    """
    if not 0 < seconds < DAY:
        raise ValueError(f"A solve of {seconds} s is not possible.")
    if rounds is not None and rounds < 1:
        raise ValueError(f"A solve of {rounds} rounds is not possible.")
    begun = time.monotonic()
    deadline = begun + (min(seconds, enough(len(problem.stops))) if engine else seconds)
    watch = Watch(progress=progress, stopped=stopped, begun=begun, deadline=deadline, rounds=rounds)
    locks = kept_locks(problem)
    gone = let_go(problem, locks)
    held = {stop.key for stops in locks.values() for stop in stops}
    rest = [stop for stop in problem.stops if stop.key not in gone]
    possible = [stop for stop in rest if stop.key in held or not why_never(problem, stop)]
    given = None if start is None else timed(problem, _keys(fitting(problem, start.orders)), reasons=gone)
    first = _keys(locks) if given is None else given.orders
    plans = [] if given is None else [given]
    plans += _searched(problem, possible, locks, first, watch, seed, threads if engine else 0)
    watch.tell(min(cost(problem, plan).total for plan in plans))
    found = _polished(problem, possible, locks, plans, watch, seed, ours=engine)
    return min((plan for plan in found if not faults(problem, plan)), key=lambda plan: cost(problem, plan).total)


def _searched(
    problem: Problem,
    possible: list[Stop],
    locks: Locks,
    first: Keys,
    watch: Watch,
    seed: int,
    threads: int,
) -> list[Plan]:
    """Complete plans with a reason for each stop left: what our engine finds, or the plain insertion without it."""
    patient = watch.rounds is not None
    if not possible or not threads:
        base = None if patient else watch.begun + watch.left() * BASE_SHARE
        return [insert(problem, fitting(problem, first), deadline=base)[0]]
    stops = pressing(problem, possible, locks, MOST_SEARCHED)
    limit = Limit(
        deadline=watch.deadline
        - tail(len(stops))
        - (polish(watch.whole) if readable(problem, possible, watch.whole) else 0.0),
        rounds=watch.rounds,
        stopped=watch.stopped,
    )
    searches = improve(problem, stops, locks, start=first, limit=limit, seed=seed, threads=threads, told=watch.hear)
    best = fitting(problem, searches[0].orders)
    return [insert(problem, best, deadline=None if patient else watch.deadline)[0]]


def _polished(
    problem: Problem, possible: list[Stop], locks: Locks, plans: list[Plan], watch: Watch, seed: int, *, ours: bool
) -> list[Plan]:
    """`plans` and what OR-Tools makes of the best: it reads it back, as an independent check, and goes on from there.

    One that it does not read back (legs that break the triangle rule) stays, if no plan without a fault is cheaper.
    """
    if (
        not possible
        or watch.stopped()
        or len(possible) > MOST_STOPS
        or (ours and not readable(problem, possible, watch.whole))
        or (ours and not descends(len(possible) - max(map(_planned, plans)), len(problem.couriers)))
    ):
        return plans
    stops = list(possible)
    if seed != 1:
        random.Random(seed).shuffle(stops)  # noqa: S311
    model = _Model(problem, stops, locks)
    found = model.search(watch, [plan.orders for plan in plans], ours=ours)
    if found is None:
        return plans
    last = None if watch.rounds is not None else max(watch.deadline, time.monotonic() + watch.whole * LAST_SHARE)
    again = insert(problem, fitting(problem, found), deadline=last, otherwise=FULL)[0]
    return [again, *plans]


def _planned(plan: Plan) -> int:
    return sum(map(len, plan.orders.values()))


def _keys(orders: Locks) -> Orders:
    return {courier: [stop.key for stop in stops] for courier, stops in orders.items()}


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
        # A courier without a stop stays where they are: OR-Tools would drive from start to end, and may find no time.
        starts = np.arange(len(self.stops), len(self.places), 2)
        legs[starts, starts + 1] = 0
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

    def search(self, watch: Watch, warm: Sequence[Keys], *, ours: bool) -> Orders | None:
        """The best order of stops found, or None. Begins from the best of `warm` that can be read back.

        After `ours`, the engine's search, it only goes down to the next local optimum; alone it begins from its quick
        solutions too and searches on by guided local search.
        """
        self.routing.CloseModel()
        firsts = [self._read(orders) for orders in warm]
        if not ours or all(one is None for one in firsts):
            firsts += self._quick(watch)
        best = min((one for one in firsts if one is not None), key=lambda one: int(one.ObjectiveValue()), default=None)
        if best is None:
            return None
        left = polish(watch.whole) if ours else watch.left()
        if left > 0 and not watch.stopped():
            # OR-Tools keeps its callbacks: one that held the model would keep it for ever, 20 MB a second of searching.
            model = weakref.proxy(self)
            breath = Breath(watch)
            self.routing.AddAtSolutionCallback(lambda: breath.draw(model.routing, model.scale))
            long = _parameters(seconds=NO_LIMIT_SECONDS if watch.rounds is not None else left, solutions=watch.rounds)
            metaheuristics = routing_enums_pb2.LocalSearchMetaheuristic
            long.local_search_metaheuristic = (
                metaheuristics.GREEDY_DESCENT if ours else metaheuristics.GUIDED_LOCAL_SEARCH
            )
            if not ours:
                _far_reaching(long)
            best = self.routing.SolveFromAssignmentWithParameters(best, long) or best
        return self._orders(best)

    def _quick(self, watch: Watch) -> list[Any]:
        found = []
        for strategy in FIRST_SOLUTIONS:
            if watch.left() > 0 or watch.rounds is not None:
                patience = NO_LIMIT_SECONDS if watch.rounds is not None else max(0.05, watch.left() * FIRST_SHARE)
                quick = _parameters(seconds=patience, solutions=1)
                quick.first_solution_strategy = strategy
                found.append(self.routing.SolveWithParameters(quick))
        return found

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


def _far_reaching(parameters: Any) -> None:
    """Let it take out stops near each other and insert them anew, which helps on tight days."""
    operators = parameters.local_search_operators
    operators.use_global_cheapest_insertion_close_nodes_lns = optional_boolean_pb2.BOOL_TRUE
    operators.use_local_cheapest_insertion_close_nodes_lns = optional_boolean_pb2.BOOL_TRUE
    parameters.heuristic_close_nodes_lns_num_nodes = 10


def _parameters(*, seconds: float, solutions: int | None) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    parameters.solution_limit = NO_LIMIT if solutions is None else solutions
    return parameters
