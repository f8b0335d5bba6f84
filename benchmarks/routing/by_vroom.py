"""VROOM on a day of ours, and its routes back in our words."""

import time
from collections import defaultdict
from datetime import timedelta
from typing import Final

import vroom

from benchmarks.routing.peers import Moment, behind_locks, joined, refuse_what_peers_lack, room
from routing.problem import Problem

THOROUGH: Final = 5
"""VROOM's highest level of exploration: with less it is done long before the time is over."""
THREADS: Final = 2
FIRST: Final = 100
"""VROOM's highest priority, for mandatory stops; optional ones get at most half of it, by what leaving them costs."""


def by_vroom(problem: Problem, *, seconds: float) -> list[Moment]:
    """VROOM's plan. It knows no prizes: it serves what it can, dear stops first. May raise CannotState."""
    begun = time.perf_counter()
    rest, prefixes = behind_locks(problem)
    refuse_what_peers_lack(rest)
    dearest = max((stop.cost_of_leaving for stop in rest.stops), default=0) or 1
    day = vroom.Input()
    day.set_durations_matrix("car", rest.matrix.seconds)
    day.add_vehicle(
        [
            vroom.Vehicle(
                number,
                start=courier.start,
                end=courier.end,
                capacity=room(rest, courier),
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
                priority=FIRST if stop.mandatory else 1 + FIRST // 2 * stop.cost_of_leaving // dearest,
                time_windows=[vroom.TimeWindow(window.opens, window.closes) for window in stop.windows],
            )
            for number, stop in enumerate(rest.stops)
        ]
    )
    left = max(0.001, seconds - (time.perf_counter() - begun))
    solution = day.solve(
        exploration_level=THOROUGH, nb_threads=THREADS, timeout=timedelta(milliseconds=int(1000 * left))
    )
    routes = solution.routes
    orders: dict[str, list[str]] = defaultdict(list)
    for vehicle, kind, job in zip(routes["vehicle_id"], routes["type"], routes["id"], strict=True):
        if kind == "job":
            orders[rest.couriers[int(vehicle)].key].append(rest.stops[int(job)].key)
    return [Moment(time.perf_counter() - begun, joined(problem, prefixes, orders))]
