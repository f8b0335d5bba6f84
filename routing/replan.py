"""Changing a plan that is in force, while couriers drive by it.

What has been driven or pinned is locked in the problem (`Problem.locks`); a courier
under way starts where and when they are now. New stops are inserted at once
without moving another; with time to spare a search improves what is not locked.
"""

import time
from collections.abc import Callable

from routing.insertion import fitting, insert
from routing.plan import Plan
from routing.problem import Problem
from routing.solver import Progress, solve


def replan(
    problem: Problem,
    plan_in_force: Plan,
    *,
    seconds: float,
    insert_only: bool = True,
    seed: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """A faultless plan for `problem` that begins from `plan_in_force`; locked prefixes stay as they are.

    `insert_only` keeps every visit of the plan in force with its courier and in its
    order, unless it no longer fits, and only adds what is new: couriers and citizens who
    were told a time keep nearly that time. Otherwise the rest of the day is searched
    for `seconds` from there. Stops that left the problem (delivered, recalled) drop out.
    """
    deadline = time.monotonic() + seconds
    added, _ = insert(problem, fitting(problem, plan_in_force.orders), deadline=deadline)
    left = deadline - time.monotonic()
    if insert_only or left <= 0:
        return added
    return solve(problem, seconds=left, seed=seed, progress=progress, start=added)
