"""A plan: who visits what and when, what is left and why, and what all of it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.problem import Problem
from routing.timing import drive, imbalance


class Why(StrEnum):
    """Why a stop is not in the plan."""

    NO_COURIER = "no-courier"
    """Nobody is on duty."""
    NOT_ALLOWED = "not-allowed"
    """Nobody on duty may serve it."""
    TOO_LARGE = "too-large"
    """It is larger than any bag."""
    WINDOW = "window"
    """No courier can be there in its window, even without another stop."""
    TOO_FAR = "too-far"
    """The way there and back does not fit any shift."""
    LOCK = "lock"
    """It was locked to a place where it does not fit any more."""
    NO_ROOM = "no-room"
    """It fits an empty day, but not this full one."""
    DEARER = "dearer"
    """Visiting costs more than leaving it for tomorrow."""
    NOT_TRIED = "not-tried"
    """The time for planning was over before it was looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One stop of a route. Seconds of the day; `waiting` is spent at the door and holds no break."""

    stop: str
    arrival: int
    start: int
    departure: int
    waiting: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One courier's day, at least one visit. `rest_at` is when the break begins, None when it needs no time of the
    route. `seconds` and `metres` are travel alone, the way back included."""

    courier: str
    leaves_at: int
    visits: tuple[Visit, ...]
    rest_at: int | None
    returns_at: int
    seconds: int
    metres: int

    @property
    def stops(self) -> tuple[str, ...]:
        """The stops' keys in order."""
        return tuple(visit.stop for visit in self.visits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a stop is left, in words. `courier` and `seconds` say how near it came: whose route, how much too late."""

    why: Why
    vi: str
    en: str
    courier: str | None = None
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unplanned:
    """A stop that is not visited, and why."""

    stop: str
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Routes (of couriers with at least one stop) and the rest."""

    routes: tuple[Route, ...]
    unplanned: tuple[Unplanned, ...]

    @property
    def orders(self) -> dict[str, tuple[str, ...]]:
        """The stops' keys in order, by courier."""
        return {route.courier: route.stops for route in self.routes}

    @property
    def metres(self) -> int:
        """What all couriers drive together."""
        return sum(route.metres for route in self.routes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """The objective in its parts, all in seconds, already weighted; `metres` is for information."""

    travel: int
    late: int
    left: int
    overtime: int
    imbalance: int
    away: int
    fixed: int
    metres: int

    @property
    def total(self) -> int:
        """What the planner makes as small as it can."""
        return self.travel + self.late + self.left + self.overtime + self.imbalance + self.away + self.fixed


NOT_TRIED = Reason(
    why=Why.NOT_TRIED,
    vi="Chưa xét đến: hết thời gian lập tuyến.",
    en="Not looked at: the time for planning was over.",
)


def timed(
    problem: Problem, orders: Mapping[str, Sequence[str]], *, reasons: Mapping[str, Reason] | None = None
) -> Plan:
    """The plan that drives each courier's stops in the given order, as early as possible.

    Stops in no order are unplanned for the reason in `reasons`, else "not looked at".
    What does not fit is timed all the same and found by `faults`. Raises ValueError
    for a courier or stop that the problem does not know.
    """
    routes = []
    visited: set[str] = set()
    for key in orders:
        if key not in problem.courier_named:
            raise ValueError(f"The courier {key} is not in the problem.")
    for courier in problem.couriers:
        keys = orders.get(courier.key, ())
        if keys:
            if unknown := [key for key in keys if key not in problem.stop_named]:
                raise ValueError(f"Courier {courier.key}: the stop {unknown[0]} is not in the problem.")
            visited.update(keys)
            routes.append(_route(problem, courier.key, keys))
    unplanned = [
        Unplanned(stop=stop.key, reason=(reasons or {}).get(stop.key, NOT_TRIED))
        for stop in problem.stops
        if stop.key not in visited
    ]
    return Plan(routes=tuple(routes), unplanned=tuple(unplanned))


def _route(problem: Problem, key: str, keys: Sequence[str]) -> Route:
    courier = problem.courier_named[key]
    order = [problem.stop_named[stop] for stop in keys]
    driven = drive(problem, courier, order)
    arrivals, leaves_at = driven.arrivals, courier.shift_start
    rest, rest_at = courier.rest, driven.rest_at
    if rest_at is None or rest_at >= driven.starts[0]:
        # Waiting at the first door is spent in the office instead: later start, same times.
        leaves_at += driven.starts[0] - arrivals[0]
        arrivals = [driven.starts[0], *arrivals[1:]]
    visits = []
    for position, stop in enumerate(order):
        waiting = driven.starts[position] - arrivals[position]
        if rest is not None and rest_at is not None and arrivals[position] <= rest_at < driven.starts[position]:
            waiting -= rest.seconds
        visits.append(
            Visit(
                stop=stop.key,
                arrival=arrivals[position],
                start=driven.starts[position],
                departure=driven.departures[position],
                waiting=waiting,
            )
        )
    return Route(
        courier=key,
        leaves_at=leaves_at,
        visits=tuple(visits),
        rest_at=rest_at,
        returns_at=driven.returns_at,
        seconds=driven.seconds,
        metres=driven.metres,
    )


def cost(problem: Problem, plan: Plan) -> Cost:
    """The objective of `plan`, from its stops and its times. Whether it fits is another question: see `faults`."""
    weights = problem.weights
    late = overtime = uneven = away = fixed = 0
    for route in plan.routes:
        courier = problem.courier_named[route.courier]
        stops = [problem.stop_named[visit.stop] for visit in route.visits]
        for stop, visit in zip(stops, route.visits, strict=True):
            if stop.promised_by is not None:
                late += max(0, visit.start - stop.promised_by)
        overtime += courier.overtime_cost * max(0, route.returns_at - courier.shift_end)
        uneven += imbalance(problem, courier, route.seconds + sum(stop.service_seconds for stop in stops))
        away += sum(courier.away.get(stop.key, 0) for stop in stops)
        fixed += courier.fixed_cost
    return Cost(
        travel=weights.travel * sum(route.seconds for route in plan.routes),
        late=weights.late * late,
        left=sum(problem.cost_of_leaving(problem.stop_named[left.stop]) for left in plan.unplanned),
        overtime=weights.overtime * overtime,
        imbalance=uneven,
        away=weights.away * away,
        fixed=fixed,
        metres=plan.metres,
    )
