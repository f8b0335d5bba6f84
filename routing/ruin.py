"""Ruin and recreate: take a handful of neighbouring stops out, put each back where it costs least, keep what is better.

Schrimpf et al. 2000, with a falling tolerance for worse plans (simulated annealing).
Plain Python on the exact objective: a few hundred tries a second, which on a
balanced day lead OR-Tools' search by seconds.
"""

import math
import random
import time
from collections.abc import Callable, Sequence

import numpy as np

from routing.insertion import Held, cheapest_place, held, kept_locks
from routing.plan import Plan, Why
from routing.problem import Problem, Stop

FEWEST, MOST = 3, 12
"""How many stops one try takes out."""
WARM, COLD = 60.0, 1.0
"""Seconds by which a worse plan is tolerated, at the beginning and at the end: a leg's length, and nothing."""
RETRIED = 8
"""Left-over stops that one try looks at again."""


def improved(
    problem: Problem,
    plan: Plan,
    *,
    seconds: float,
    rounds: int | None,
    seed: int,
    stopped: Callable[[], bool] | None = None,
) -> dict[str, list[str]]:
    """The best orders of stops found from the faultless `plan`. Ends after `rounds` tries, else `seconds`."""
    dice = random.Random(seed)  # noqa: S311
    locks = kept_locks(problem)
    day: dict[str, Held] = {}
    for courier in problem.couriers:
        route = [problem.stop_named[key] for key in plan.orders.get(courier.key, ())]
        day[courier.key] = held(problem, courier, route, len(locks[courier.key]))
    locked = {stop.key for route in locks.values() for stop in route}
    loose = [stop for stop in problem.stops if stop.key not in locked]
    never = {Why.LOCK, Why.NOT_ALLOWED, Why.NO_COURIER, Why.TOO_LARGE, Why.WINDOW, Why.TOO_FAR}
    left = [problem.stop_named[one.stop] for one in plan.unplanned if one.reason.why not in never]
    now = best = _total(problem, day, left)
    best_day = day
    begun, tries, done = time.monotonic(), 0, 0.0
    while loose and done < 1 and not (stopped is not None and stopped()):
        again, still = _one_try(problem, day, loose, left, dice)
        price = _total(problem, again, still)
        tolerance = WARM * (COLD / WARM) ** done
        if price < now - tolerance * math.log(1 - dice.random()):
            day, left, now = again, still, price
            if now < best:
                best_day, best = day, now
        tries += 1
        done = tries / rounds if rounds is not None else (time.monotonic() - begun) / seconds
    return {key: [stop.key for stop in one.route] for key, one in best_day.items()}


def _total(problem: Problem, day: dict[str, Held], left: Sequence[Stop]) -> int:
    return sum(one.cost for one in day.values()) + sum(problem.cost_of_leaving(stop) for stop in left)


def _one_try(
    problem: Problem, day: dict[str, Held], loose: Sequence[Stop], left: Sequence[Stop], dice: random.Random
) -> tuple[dict[str, Held], list[Stop]]:
    """Another day, and what it leaves."""
    centre = dice.choice(loose)
    distances = problem.matrix.seconds[centre.place, [stop.place for stop in loose]]
    near = {loose[at].key for at in np.argsort(distances, kind="stable")[: dice.randint(FEWEST, MOST)]}
    again = dict(day)
    out: list[Stop] = []
    for key, one in day.items():
        taken = [stop for stop in one.route[one.locked :] if stop.key in near]
        if taken:
            out += taken
            gone = {stop.key for stop in taken}
            kept = [stop for stop in one.route if stop.key not in gone]
            again[key] = held(problem, one.courier, kept, one.locked)
    retried = dice.sample(left, min(RETRIED, len(left)))
    chosen = {stop.key for stop in retried}
    still = [stop for stop in left if stop.key not in chosen]
    waiting = out + retried
    dice.shuffle(waiting)
    if dice.random() < 0.5:
        waiting.sort(key=lambda stop: -problem.cost_of_leaving(stop))
    for stop in waiting:
        place, _ = cheapest_place(problem, again, stop)
        if place is not None and place.cost <= problem.cost_of_leaving(stop):
            one = again[place.courier]
            route = [*one.route[: place.position], stop, *one.route[place.position :]]
            again[place.courier] = held(problem, one.courier, route, one.locked)
        else:
            still.append(stop)
    # Without a stop, the way without it may break a window only if legs break the triangle rule: then nothing changes.
    if any(one.driven.misfits for one in again.values()):
        return day, list(left)
    return again, still
