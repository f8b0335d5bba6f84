"""What a day of ours must be like before PyVRP and VROOM can be asked.

What neither can state (breaks, own areas, promises, balance, couriers who may not serve a
stop) is refused. A locked prefix can be stated exactly: the courier sets off behind it.
"""

from dataclasses import dataclass, replace

from routing.insertion import kept_locks
from routing.problem import Courier, Problem
from routing.timing import drive

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


def refuse_what_peers_lack(problem: Problem) -> None:
    """Raises CannotState for what neither PyVRP nor VROOM has words for."""
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


def room(problem: Problem, courier: Courier) -> list[int]:
    """Items and stops that fit."""
    items = sum(stop.volume for stop in problem.stops) if courier.capacity is None else courier.capacity
    return [items, len(problem.stops) if courier.most_stops is None else courier.most_stops]


def joined(problem: Problem, prefixes: Orders, orders: dict[str, list[str]]) -> Orders:
    """The locked stops and behind them what the peer planned."""
    return {c.key: (*prefixes[c.key], *orders.get(c.key, ())) for c in problem.couriers}
