"""The four engines behind one call, and what each needs before its clock starts.

Each is imported only where it runs: the memory of a process is then its own engine's.
"""

import time
from enum import StrEnum
from typing import Final

from benchmarks.routing.peers import Moment, Orders
from routing.plan import timed
from routing.problem import Problem


class Engine(StrEnum):
    """Who plans. OR-Tools is our own model of it without our engine: our planner as it was."""

    OURS = "ours"
    ORTOOLS = "ortools"
    PYVRP = "pyvrp"
    VROOM = "vroom"


SINGLE_THREADED: Final = frozenset({Engine.ORTOOLS, Engine.PYVRP})
"""These use one core, so they get two seeds side by side and the better plan counts."""
ANYTIME: Final = frozenset({Engine.PYVRP})
"""Its search is the same however much time is given, so one run read at several moments says all. The others lay
their search out over the time that they are told (cooling, shares of the time), so they are run for each."""


def warm_up(engine: Engine) -> float:
    """Load and compile what a first solve would have to wait for; the seconds that took. Not part of a budget."""
    begun = time.perf_counter()
    match engine:
        case Engine.PYVRP:
            import benchmarks.routing.by_pyvrp
        case Engine.VROOM:
            import benchmarks.routing.by_vroom  # noqa: F401
        case Engine.OURS | Engine.ORTOOLS:
            from routing.solver import warm

            if engine is Engine.OURS:
                warm()
    return time.perf_counter() - begun


def run(engine: Engine, problem: Problem, *, seconds: float, seed: int, start: Orders | None = None) -> list[Moment]:
    """The engine's best plans over the time, in order; the last is its result and carries the true seconds.

    `start` is a plan in force to begin from (VROOM has no such thing and begins anew).
    Raises CannotState where a peer has no words for the problem.
    """
    match engine:
        case Engine.PYVRP:
            from benchmarks.routing.by_pyvrp import by_pyvrp

            return by_pyvrp(problem, seconds=seconds, seed=seed, start=start)
        case Engine.VROOM:
            from benchmarks.routing.by_vroom import by_vroom

            return by_vroom(problem, seconds=seconds)
        case Engine.OURS | Engine.ORTOOLS:
            from routing.solver import solve

            begun = time.perf_counter()
            plan = solve(
                problem,
                seconds=seconds,
                seed=seed,
                start=None if start is None else timed(problem, start),
                engine=engine is Engine.OURS,
            )
            return [Moment(time.perf_counter() - begun, plan.orders)]
