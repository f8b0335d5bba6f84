"""The one evaluator: whoever made a plan, its times, price and faults come from our own clock and checker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.faults import faults
from routing.plan import cost, timed
from routing.problem import Problem

Orders = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What an order of stops is worth. `cost` prices no mandatory stop that was left: those are counted instead."""

    cost: int
    mandatory_left: int
    left: int
    served: int
    routes: int
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Faultless and complete: only such a plan's cost may be compared."""
        return not self.faults and not self.mandatory_left


def judge(problem: Problem, orders: Orders) -> Verdict:
    """Drive `orders` by our clock and price them. A stop or courier that is not in the problem is a fault."""
    strangers = [key for key in orders if key not in problem.courier_named]
    strangers += [key for route in orders.values() for key in route if key not in problem.stop_named]
    if strangers:
        nothing = timed(problem, {})
        return Verdict(
            cost=0,
            mandatory_left=sum(stop.mandatory for stop in problem.stops),
            left=len(nothing.unplanned),
            served=0,
            routes=0,
            faults=(f"{strangers[0]} is not in the problem.",),
        )
    plan = timed(problem, orders)
    mandatory = sum(problem.stop_named[left.stop].mandatory for left in plan.unplanned)
    return Verdict(
        cost=cost(problem, plan).total - mandatory * problem.weights.mandatory,
        mandatory_left=mandatory,
        left=len(plan.unplanned),
        served=sum(len(route.visits) for route in plan.routes),
        routes=len(plan.routes),
        faults=tuple(fault.words for fault in faults(problem, plan)),
    )
