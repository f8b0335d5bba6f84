"""How a solve deals out its time and memory: constants that were measured, and what follows from them."""

from collections.abc import Mapping, Sequence
from typing import Final

from routing.problem import Problem, Stop

MOST_STOPS: Final = 1_500
SECONDS_PER_LEG, MODEL_SHARE = 2e-7, 0.1
"""OR-Tools is asked to read a plan back if its model, by so many seconds a leg, takes no more than this share of the
time, and never about more stops than that: it would fill the memory."""
MOST_SEARCHED: Final = 3_000
"""More stops than this are not searched for: the most pressing are, and the rest may be inserted."""
POLISH_SHARE, MOST_POLISH = 0.05, 0.5
"""Share of the time, and most seconds, in which OR-Tools goes down from our plan to the next local optimum."""
MOST_TRIES: Final = 5_000
"""Stops left × couriers from which on OR-Tools, which tries each with each, looks at the clock too seldom: a tenth of a
second took it 1.1 s."""
TAIL, TAIL_PER_STOP = 0.004, 0.0002
"""Seconds that the end of a solve takes: reasons, the check for faults, OR-Tools reading the plan back."""
LEAST: Final = 0.05
ENOUGH = 0.0004
"""Seconds per square of the number of stops after which a small day has long been solved as well as it will be."""


def enough(stops: int) -> float:
    """Seconds after which a day of so many stops has long been solved as well as it will be."""
    return max(LEAST, ENOUGH * stops**2)


def tail(stops: int) -> float:
    """Seconds that the end of a solve takes: reasons, the check for faults, OR-Tools reading the plan back."""
    return TAIL + TAIL_PER_STOP * stops


def polish(seconds: float) -> float:
    """Seconds for going down to the next local optimum, of all that a solve has."""
    return min(MOST_POLISH, POLISH_SHARE * seconds)


def descends(left: int, couriers: int) -> bool:
    """Whether OR-Tools can go on from a plan that leaves so many stops, and still look at the clock."""
    return left * couriers <= MOST_TRIES


def readable(problem: Problem, stops: Sequence[Stop], seconds: float) -> bool:
    """Whether OR-Tools' model of these stops can be made within a small part of the time."""
    tables = len(problem.couriers) if any(c.away for c in problem.couriers) else 1
    estimate = SECONDS_PER_LEG * tables * (len(stops) + 2 * len(problem.couriers)) ** 2
    return len(stops) <= MOST_STOPS and estimate <= MODEL_SHARE * seconds


def pressing(problem: Problem, stops: list[Stop], locks: Mapping[str, Sequence[Stop]], most: int) -> list[Stop]:
    """The locked stops and the dearest to leave, at most `most` in all unless more are locked."""
    if len(stops) <= most:
        return stops
    held = {stop.key for route in locks.values() for stop in route}
    dearest = sorted(stops, key=lambda stop: (stop.key not in held, -problem.cost_of_leaving(stop)))
    return dearest[: max(most, len(held))]
