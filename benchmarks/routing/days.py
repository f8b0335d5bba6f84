"""Seeded days of one post office, to measure planners on. No real place, no real person.

A square of 6 km; 80 % of the stops in clusters (a centre for every 22 stops, spread 120 to
450 m); 20 km/h on a metric between straight and rectangular, 20 s for each leg; 8 hours;
service 120 to 240 s; a quarter of the stops with a window of half a day or two hours;
optional stops cost 120 to 2,400 s to leave. The same kind and number give the same day.
"""

import hashlib
import math
import random
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from benchmarks.routing.peers import Orders
from routing.insertion import fitting, insert
from routing.matrix import Matrix
from routing.plan import Plan
from routing.problem import Break, Courier, Problem, Stop, Weights, Window

HOUR: Final = 3600
SIDE: Final = 6_000.0
METRES_PER_SECOND: Final = 20 / 3.6
SECONDS_PER_LEG: Final = 20
OPENS: Final = 7 * HOUR + 1800
CLOSES: Final = OPENS + 8 * HOUR
NOON: Final = OPENS + 4 * HOUR
HALVES: Final = (Window(opens=OPENS, closes=NOON), Window(opens=NOON, closes=CLOSES))
AWAY: Final = 300
"""What a stop outside the own area costs, in seconds."""
PINNED: Final = 2
"""Stops that each courier under way has pinned as the next ones."""

XY = tuple[float, float]


class Kind(StrEnum):
    """What a day is like. The first four are planned by everybody, the rest by those who can state them."""

    LOOSE = "loose"
    TIGHT = "tight"
    COMMUNE = "commune"
    NOON = "noon"
    BREAKS = "breaks"
    AREAS = "areas"
    PROMISES = "promises"
    BALANCE = "balance"
    OVERTIME = "overtime"


FOR_ALL: Final = (Kind.LOOSE, Kind.TIGHT, Kind.COMMUNE, Kind.NOON)
OF_OURS: Final = (Kind.BREAKS, Kind.AREAS, Kind.PROMISES, Kind.BALANCE, Kind.OVERTIME)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A problem with a name; `start` is the plan in force, where there is one."""

    name: str
    problem: Problem
    start: Orders | None = None

    @property
    def digest(self) -> str:
        """Says whether a result kept from another run was for this very problem."""
        problem = self.problem
        told = repr((problem.stops, problem.couriers, problem.weights, sorted(problem.locks.items()), self.start))
        return hashlib.sha256(told.encode() + problem.matrix.seconds.tobytes()).hexdigest()[:16]


def day(kind: Kind, number: int) -> Day:
    """The `number`-th day of a kind, counted from 1."""
    dice = random.Random(f"{kind} {number}")
    name = f"{kind}-{number}"
    match kind:
        case Kind.LOOSE:
            return Day(name=name, problem=office_day(dice, stops=300, couriers=6))
        case Kind.TIGHT:
            return Day(name=name, problem=office_day(dice, stops=300, couriers=6, tight=True))
        case Kind.COMMUNE:
            stops = dice.randint(12, 50)
            return Day(name=name, problem=office_day(dice, stops=stops, couriers=dice.randint(1, 3)))
        case Kind.NOON:
            problem, start = noon(dice, stops=300, couriers=5)
            return Day(name=name, problem=problem, start=start)
        case Kind.BREAKS:
            return Day(name=name, problem=_with_breaks(office_day(dice, stops=300, couriers=6)))
        case Kind.AREAS:
            return Day(name=name, problem=office_day(dice, stops=300, couriers=6, areas=True))
        case Kind.PROMISES:
            return Day(name=name, problem=_with_promises(office_day(dice, stops=300, couriers=6), dice))
        case Kind.BALANCE:
            problem = office_day(dice, stops=300, couriers=6)
            return Day(name=name, problem=replace(problem, weights=Weights(imbalance=1)))
        case Kind.OVERTIME:
            return Day(name=name, problem=_with_overtime(office_day(dice, stops=300, couriers=6)))


def office_day(dice: random.Random, *, stops: int, couriers: int, tight: bool = False, areas: bool = False) -> Problem:
    """Everybody at the office. Loose: 10 % optional, room for 1.35 of the stops; tight: 25 %, room for 0.92."""
    office = dice.uniform(SIDE / 3, 2 * SIDE / 3), dice.uniform(SIDE / 3, 2 * SIDE / 3)
    points = [office, *town(dice, stops)]
    made = tuple(_stop(dice, at, optional=0.25 if tight else 0.1) for at in range(1, stops + 1))
    room = int(0.92 * stops / couriers) if tight else math.ceil(1.35 * stops / couriers)
    names = [f"c{at}" for at in range(1, couriers + 1)]
    away = _areas(points, names) if areas else {}
    staff = tuple(
        Courier(
            key=name,
            start=0,
            end=0,
            shift_start=OPENS,
            shift_end=CLOSES,
            most_stops=room,
            away=away.get(name, {}),
        )
        for name in names
    )
    return Problem(matrix=metric(points), stops=made, couriers=staff, weights=Weights(imbalance=0))


def town(dice: random.Random, stops: int) -> list[XY]:
    """Where the stops are, in metres."""
    centres = [
        (dice.uniform(0, SIDE), dice.uniform(0, SIDE), dice.uniform(120, 450)) for _ in range(max(1, round(stops / 22)))
    ]
    points = []
    for _ in range(stops):
        if dice.random() < 0.8:
            x, y, spread = dice.choice(centres)
            points.append((min(SIDE, max(0.0, dice.gauss(x, spread))), min(SIDE, max(0.0, dice.gauss(y, spread)))))
        else:
            points.append((dice.uniform(0, SIDE), dice.uniform(0, SIDE)))
    return points


def metric(points: list[XY]) -> Matrix:
    """Half-way between the straight line and streets at right angles."""
    at = np.array(points)
    x = np.abs(np.subtract.outer(at[:, 0], at[:, 0]))
    y = np.abs(np.subtract.outer(at[:, 1], at[:, 1]))
    metres = (np.sqrt(x * x + y * y) + x + y) / 2
    seconds = metres / METRES_PER_SECOND + SECONDS_PER_LEG
    np.fill_diagonal(seconds, 0)
    return Matrix(seconds=np.rint(seconds).astype(np.int32), metres=np.rint(metres).astype(np.int32))


def _stop(dice: random.Random, at: int, *, optional: float) -> Stop:
    windows: tuple[Window, ...] = ()
    if dice.random() < 0.25:
        two_hours = dice.randint(OPENS, CLOSES - 2 * HOUR)
        windows = (dice.choice((*HALVES, Window(opens=two_hours, closes=two_hours + 2 * HOUR))),)
    leave = dice.random() < optional
    return Stop(
        key=f"s{at}",
        place=at,
        service_seconds=dice.randint(120, 240),
        windows=windows,
        mandatory=not leave,
        cost_of_leaving=dice.randint(120, 2_400) if leave else 0,
    )


def _areas(points: list[XY], names: list[str]) -> dict[str, dict[str, int]]:
    """Each courier's area is a sector around the office with as many stops as the others'; leaving it costs."""
    (x, y), others = points[0], points[1:]
    around = sorted(range(len(others)), key=lambda at: math.atan2(others[at][1] - y, others[at][0] - x))
    owner = {at: names[rank * len(names) // len(others)] for rank, at in enumerate(around)}
    return {name: {f"s{at + 1}": AWAY for at in range(len(others)) if owner[at] != name} for name in names}


def _with_breaks(problem: Problem) -> Problem:
    rest = Break(earliest=NOON - 1800, latest=NOON + HOUR, seconds=1800)
    return replace(problem, couriers=tuple(replace(courier, rest=rest) for courier in problem.couriers))


def _with_overtime(problem: Problem) -> Problem:
    """Shifts end after 5 h, routes may end 2 h later at twice the time; some windows open only after the shift."""
    couriers = tuple(
        replace(courier, shift_end=OPENS + 5 * HOUR, most_overtime=2 * HOUR, overtime_cost=2)
        for courier in problem.couriers
    )
    return replace(problem, couriers=couriers)


def _with_promises(problem: Problem, dice: random.Random) -> Problem:
    """A third of the stops that have no window were promised by an hour of the day."""
    stops = tuple(
        replace(stop, promised_by=dice.randint(OPENS + HOUR, CLOSES - HOUR))
        if not stop.windows and dice.random() < 1 / 3
        else stop
        for stop in problem.stops
    )
    return replace(problem, stops=stops)


def noon(dice: random.Random, *, stops: int, couriers: int) -> tuple[Problem, Orders]:
    """A day under way with `stops` still to do, and the plan in force.

    The plan of the morning had 1.6 times as many; each courier is at the last stop served,
    the next two are pinned, and a fifteenth of the stops has only just been added.
    """
    new = max(1, stops // 15)
    morning = office_day(dice, stops=round(1.6 * stops), couriers=couriers)
    plan, _ = insert(morning, fitting(morning, {}), deadline=None)
    done = _done(plan, len(morning.stops) - (stops - new))
    left = [stop for stop in morning.stops if stop.key not in done]
    now = max((visit.departure for route in plan.routes for visit in route.visits if visit.stop in done), default=OPENS)
    staff, orders, locks = [], {}, {}
    driven = {route.courier: route.visits for route in plan.routes}
    for courier in morning.couriers:
        visits = driven.get(courier.key, ())
        behind = [visit for visit in visits if visit.stop in done]
        ahead = tuple(visit.stop for visit in visits if visit.stop not in done)
        at = morning.stop_named[behind[-1].stop].place if behind else courier.start
        leaves = behind[-1].departure if behind else now
        room = None if courier.most_stops is None else courier.most_stops - len(behind)
        staff.append(replace(courier, start=at, shift_start=leaves, most_stops=room))
        orders[courier.key], locks[courier.key] = ahead, ahead[:PINNED]
    # A new stop stands in the place of one that is done, with no window that might be over.
    places = dice.sample(sorted(morning.stop_named[key].place for key in done), new)
    added = [
        Stop(key=f"n{at}", place=place, service_seconds=dice.randint(120, 240)) for at, place in enumerate(places, 1)
    ]
    problem = replace(morning, stops=(*left, *added), couriers=tuple(staff), locks=locks)
    return problem, orders


def _done(plan: Plan, count: int) -> set[str]:
    """The first `count` stops to be finished (those left out of the plan stay to do)."""
    visits = sorted((visit.departure, visit.stop) for route in plan.routes for visit in route.visits)
    return {stop for _, stop in visits[:count]}
