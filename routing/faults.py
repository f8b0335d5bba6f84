"""What is wrong with a plan, found from the problem alone.

Believes nothing that a solver says: times, distances, loads and locks are worked
out again here, from the matrix and the stops. A plan with a fault is never stored.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from routing.insertion import kept_locks
from routing.plan import Plan, Route, Visit, Why
from routing.problem import Courier, Problem, Stop


class Wrong(StrEnum):
    """The kinds of fault."""

    UNKNOWN_COURIER = "unknown-courier"
    UNKNOWN_STOP = "unknown-stop"
    TWO_ROUTES = "two-routes"
    EMPTY_ROUTE = "empty-route"
    TWICE = "twice"
    FORGOTTEN = "forgotten"
    NO_REASON = "no-reason"
    NOT_ALLOWED = "not-allowed"
    TOO_EARLY = "too-early"
    TIMES = "times"
    WINDOW = "window"
    SHIFT = "shift"
    BREAK = "break"
    CAPACITY = "capacity"
    STOPS = "stops"
    LOCK = "lock"
    TRAVEL = "travel"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One violation: its kind, a sentence for the log, and whose it is."""

    wrong: Wrong
    words: str
    courier: str | None = None
    stop: str | None = None


def faults(problem: Problem, plan: Plan) -> list[Fault]:
    """Every violation of `problem` by `plan`; an empty list is the only good answer."""
    found = list(_membership(problem, plan))
    for route in plan.routes:
        courier = problem.courier_named.get(route.courier)
        known = all(visit.stop in problem.stop_named for visit in route.visits)
        if courier is not None and known and route.visits:
            stops = [problem.stop_named[visit.stop] for visit in route.visits]
            found += _times(problem, courier, route, stops)
            found += _break(courier, route)
            found += _limits(courier, stops)
            found += _travel(problem, courier, route, stops)
    return [*found, *_locks(problem, plan)]


def _membership(problem: Problem, plan: Plan) -> Iterator[Fault]:
    for key, times in Counter(route.courier for route in plan.routes).items():
        if key not in problem.courier_named:
            yield Fault(wrong=Wrong.UNKNOWN_COURIER, words=f"Courier {key} is not on duty.", courier=key)
        if times > 1:
            yield Fault(wrong=Wrong.TWO_ROUTES, words=f"Courier {key} has {times} routes.", courier=key)
    for route in plan.routes:
        if not route.visits:
            words = f"Courier {route.courier} has a route without a stop."
            yield Fault(wrong=Wrong.EMPTY_ROUTE, words=words, courier=route.courier)
    mentions = Counter(visit.stop for route in plan.routes for visit in route.visits)
    mentions.update(left.stop for left in plan.unplanned)
    for key, times in mentions.items():
        if key not in problem.stop_named:
            yield Fault(wrong=Wrong.UNKNOWN_STOP, words=f"Stop {key} is not in the problem.", stop=key)
        if times > 1:
            yield Fault(wrong=Wrong.TWICE, words=f"Stop {key} is in the plan {times} times.", stop=key)
    for key in problem.stop_named:
        if key not in mentions:
            yield Fault(wrong=Wrong.FORGOTTEN, words=f"Stop {key} is neither visited nor left.", stop=key)
    for left in plan.unplanned:
        if not left.reason.vi.strip() or not left.reason.en.strip():
            yield Fault(wrong=Wrong.NO_REASON, words=f"Stop {left.stop} is left without a reason.", stop=left.stop)


def _times(problem: Problem, courier: Courier, route: Route, stops: Sequence[Stop]) -> Iterator[Fault]:
    key = courier.key
    if route.leaves_at < courier.shift_start:
        early = courier.shift_start - route.leaves_at
        yield Fault(wrong=Wrong.SHIFT, words=f"Courier {key} leaves {early} s before the shift.", courier=key)
    if route.returns_at > courier.must_end:
        late = route.returns_at - courier.must_end
        yield Fault(wrong=Wrong.SHIFT, words=f"Courier {key} is back {late} s after the last moment.", courier=key)
    now, place = route.leaves_at, courier.start
    for stop, visit in zip(stops, route.visits, strict=True):
        possible = now + _leg(problem, courier, place, stop.place) + _rest_between(courier, route, now, visit.arrival)
        if visit.arrival < possible:
            words = f"Courier {key} cannot be at stop {stop.key} before {possible} s, not at {visit.arrival} s."
            yield Fault(wrong=Wrong.TOO_EARLY, words=words, courier=key, stop=stop.key)
        yield from _one_visit(courier, route, stop, visit)
        now, place = visit.departure, stop.place
    possible = now + _leg(problem, courier, place, courier.end) + _rest_between(courier, route, now, route.returns_at)
    if route.returns_at < possible:
        words = f"Courier {key} cannot be back before {possible} s, not at {route.returns_at} s."
        yield Fault(wrong=Wrong.TOO_EARLY, words=words, courier=key)


def _one_visit(courier: Courier, route: Route, stop: Stop, visit: Visit) -> Iterator[Fault]:
    if not courier.may_serve(stop):
        words = f"Courier {courier.key} may not serve stop {stop.key}."
        yield Fault(wrong=Wrong.NOT_ALLOWED, words=words, courier=courier.key, stop=stop.key)
    rested = 0
    if courier.rest is not None and route.rest_at is not None and visit.arrival <= route.rest_at < visit.start:
        rested = courier.rest.seconds
    adds_up = visit.arrival + visit.waiting + rested == visit.start and visit.waiting >= 0
    if not adds_up or visit.departure != visit.start + stop.service_seconds:
        words = f"The times at stop {stop.key} do not add up."
        yield Fault(wrong=Wrong.TIMES, words=words, courier=courier.key, stop=stop.key)
    if stop.windows and not any(window.opens <= visit.start <= window.closes for window in stop.windows):
        words = f"Stop {stop.key} is served at {visit.start} s, outside its windows."
        yield Fault(wrong=Wrong.WINDOW, words=words, courier=courier.key, stop=stop.key)


def _leg(problem: Problem, courier: Courier, start: int, end: int) -> int:
    return int(problem.matrix_of(courier).seconds[start, end])


def _rest_between(courier: Courier, route: Route, leaving: int, arriving: int) -> int:
    """Seconds of the break that lie on the way, not at a door."""
    if courier.rest is None or route.rest_at is None or not leaving <= route.rest_at < arriving:
        return 0
    return courier.rest.seconds


def _break(courier: Courier, route: Route) -> Iterator[Fault]:
    rest, key = courier.rest, courier.key
    if rest is None:
        if route.rest_at is not None:
            yield Fault(wrong=Wrong.BREAK, words=f"Courier {key} takes a break that is not due.", courier=key)
        return
    if route.rest_at is None:
        if route.returns_at > rest.latest:
            words = f"Courier {key} works past {rest.latest} s without a break."
            yield Fault(wrong=Wrong.BREAK, words=words, courier=key)
        return
    begins, ends = route.rest_at, route.rest_at + rest.seconds
    if not rest.earliest <= begins <= rest.latest:
        words = f"Courier {key}'s break begins at {begins} s, not between {rest.earliest} and {rest.latest} s."
        yield Fault(wrong=Wrong.BREAK, words=words, courier=key)
    if begins < route.leaves_at or ends > route.returns_at:
        yield Fault(wrong=Wrong.BREAK, words=f"Courier {key}'s break does not lie within the route.", courier=key)
    for visit in route.visits:
        if begins < visit.departure and visit.start < ends:
            words = f"Courier {key}'s break overlaps the service at stop {visit.stop}."
            yield Fault(wrong=Wrong.BREAK, words=words, courier=key, stop=visit.stop)


def _limits(courier: Courier, stops: Sequence[Stop]) -> Iterator[Fault]:
    key = courier.key
    if courier.most_stops is not None and len(stops) > courier.most_stops:
        words = f"Courier {key} has {len(stops)} stops, {courier.most_stops} are allowed."
        yield Fault(wrong=Wrong.STOPS, words=words, courier=key)
    if courier.capacity is not None:
        bag = sum(stop.volume for stop in stops if stop.leaves_the_office)
        bags = [bag]
        for stop in stops:
            bag += -stop.volume if stop.leaves_the_office else stop.volume
            bags.append(bag)
        if max(bags) > courier.capacity:
            words = f"Courier {key} carries {max(bags)} items at once, {courier.capacity} fit."
            yield Fault(wrong=Wrong.CAPACITY, words=words, courier=key)


def _travel(problem: Problem, courier: Courier, route: Route, stops: Sequence[Stop]) -> Iterator[Fault]:
    matrix = problem.matrix_of(courier)
    places = [courier.start, *(stop.place for stop in stops), courier.end]
    legs = list(pairwise(places))
    seconds = sum(int(matrix.seconds[leg]) for leg in legs)
    metres = sum(int(matrix.metres[leg]) for leg in legs)
    if (route.seconds, route.metres) != (seconds, metres):
        words = f"Courier {courier.key} drives {seconds} s and {metres} m, not {route.seconds} s and {route.metres} m."
        yield Fault(wrong=Wrong.TRAVEL, words=words, courier=courier.key)


def _locks(problem: Problem, plan: Plan) -> Iterator[Fault]:
    kept = kept_locks(problem)
    for key, stops in kept.items():
        expected = tuple(stop.key for stop in stops)
        begins = plan.orders.get(key, ())[: len(expected)]
        if begins != expected:
            words = f"Courier {key} must begin with the locked stops {', '.join(expected)}."
            yield Fault(wrong=Wrong.LOCK, words=words, courier=key)
    held = {stop.key for stops in kept.values() for stop in stops}
    for left in plan.unplanned:
        locked = any(left.stop in keys for keys in problem.locks.values())
        if (left.reason.why is Why.LOCK) != (locked and left.stop not in held) and left.stop not in held:
            words = f"Stop {left.stop} is left for a wrong reason: {left.reason.en}"
            yield Fault(wrong=Wrong.LOCK, words=words, stop=left.stop)
