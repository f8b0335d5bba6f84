"""One courier's route on the clock: when each stop is reached, what it costs, where it does not fit.

Nothing in the objective rewards waiting, so serving each stop as early as
possible is best for a given order; only the place of the break is a choice, and
every place that can be the best one is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.problem import Courier, Problem, Stop

SQUARED_SECONDS_PER_HOUR = 3600
"""Turns squared seconds above the fair share into seconds: one hour above it costs one hour."""


class Ill(StrEnum):
    """How an order of stops can fail to fit a courier."""

    WINDOW = "window"
    SHIFT = "shift"
    CAPACITY = "capacity"
    STOPS = "stops"
    NOT_ALLOWED = "not-allowed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """One thing that does not fit: at which stop (by index in the order; None: the whole route) and by how much."""

    ill: Ill
    position: int | None
    excess: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Drive:
    """An order of stops on the clock. The lists run along the stops; `seconds` and `metres` are travel only."""

    arrivals: list[int]
    starts: list[int]
    departures: list[int]
    rest_at: int | None
    returns_at: int
    seconds: int
    metres: int
    service: int
    late: int
    overtime: int
    away: int
    misfits: tuple[Misfit, ...]

    @property
    def excess(self) -> int:
        """How badly it does not fit; 0 when it does. Mixes units: only for ranking."""
        return sum(misfit.excess for misfit in self.misfits)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Clock:
    arrivals: list[int]
    starts: list[int]
    departures: list[int]
    rest_at: int | None
    end: int
    slip: int
    late: int


def drive(problem: Problem, courier: Courier, order: Sequence[Stop]) -> Drive:
    """Drive `order` as early as possible. Always answers; what does not fit is listed in `misfits`.

    A stop that is reached after its last window is served on arrival and listed.
    """
    clock = _best_clock(problem, courier, order)
    seconds = metres = 0
    if order:
        matrix = problem.matrix_of(courier)
        place = courier.start
        for to in [*(stop.place for stop in order), courier.end]:
            seconds += matrix.legs[place][to]
            metres += matrix.metres.item(place, to)
            place = to
    return Drive(
        arrivals=clock.arrivals,
        starts=clock.starts,
        departures=clock.departures,
        rest_at=clock.rest_at,
        returns_at=clock.end,
        seconds=seconds,
        metres=metres,
        service=sum(stop.service_seconds for stop in order),
        late=clock.late,
        overtime=max(0, clock.end - courier.shift_end) if order else 0,
        away=sum(courier.away.get(stop.key, 0) for stop in order) if courier.away else 0,
        misfits=_misfits(courier, order, clock),
    )


def imbalance(problem: Problem, courier: Courier, work: int) -> int:
    """The cost of `work` seconds (travel and service) above the fair share, in seconds; 0 for a lone courier."""
    if len(problem.couriers) < 2 or not problem.weights.imbalance:
        return 0
    above = max(0, work - problem.fair_shares[courier.key])
    return problem.weights.imbalance * above * above // SQUARED_SECONDS_PER_HOUR


def soft_cost(problem: Problem, courier: Courier, driven: Drive) -> int:
    """What this route adds to the objective, in seconds; 0 for a route without a stop."""
    if not driven.starts:
        return 0
    weights = problem.weights
    return (
        weights.travel * driven.seconds
        + weights.late * driven.late
        + weights.overtime * courier.overtime_cost * driven.overtime
        + weights.away * driven.away
        + courier.fixed_cost
        + imbalance(problem, courier, driven.seconds + driven.service)
    )


def most_in_the_bag(order: Sequence[Stop]) -> int:
    """The greatest number of items carried at any moment: what leaves the office, and what has been picked up."""
    bag = most = sum(stop.volume for stop in order if stop.leaves_the_office)
    for stop in order:
        bag += -stop.volume if stop.leaves_the_office else stop.volume
        most = max(most, bag)
    return most


def _best_clock(problem: Problem, courier: Courier, order: Sequence[Stop]) -> _Clock:
    legs = problem.matrix_of(courier).legs
    plain = _clock(legs, courier, order, None)
    rest = courier.rest
    if not order or rest is None or plain.end <= rest.latest:
        return plain  # who is back before the break must begin takes it after work
    gaps = []
    leaving = courier.shift_start
    for gap in range(len(order) + 1):
        if leaving > rest.latest:
            break
        following = plain.departures[gap] if gap < len(order) else plain.end
        # A stop that is done before the break may begin is better done first.
        if following > rest.earliest:
            gaps.append(gap)
        leaving = following
    price = problem.weights.late, problem.weights.overtime * courier.overtime_cost

    def rank(clock: _Clock) -> tuple[int, int, int]:
        overtime = max(0, clock.end - courier.shift_end)
        return clock.slip, price[0] * clock.late + price[1] * overtime, clock.end

    return min((_clock(legs, courier, order, gap) for gap in gaps), key=rank)


def _clock(legs: Sequence[Sequence[int]], courier: Courier, order: Sequence[Stop], gap: int | None) -> _Clock:
    """Times of `order` with the break in the `gap`-th leg (0 before the first stop), or without one."""
    now, place = courier.shift_start, courier.start
    arrivals: list[int] = []
    starts: list[int] = []
    departures: list[int] = []
    rest_at: int | None = None
    slip = late = 0
    for position, stop in enumerate(order):
        arrival = ready = now + legs[place][stop.place]
        if position == gap:
            arrival, ready, rest_at = _rested(courier, now, arrival)
        start = ready
        if stop.windows:
            for window in stop.windows:
                if ready <= window.closes:
                    start = max(ready, window.opens)
                    break
            else:
                slip += ready - stop.windows[-1].closes
        if stop.promised_by is not None and start > stop.promised_by:
            late += start - stop.promised_by
        now, place = start + stop.service_seconds, stop.place
        arrivals.append(arrival)
        starts.append(start)
        departures.append(now)
    end = now + legs[place][courier.end] if order else now
    if gap == len(order) and gap is not None:
        _, end, rest_at = _rested(courier, now, end)
    slip += max(0, end - courier.must_end) if order else 0
    return _Clock(
        arrivals=arrivals, starts=starts, departures=departures, rest_at=rest_at, end=end, slip=slip, late=late
    )


def _rested(courier: Courier, leaving: int, arrival: int) -> tuple[int, int, int]:
    """(arrival, ready to serve, break begins) on a leg that holds the break, on the way if need be or at the door."""
    rest = courier.rest
    assert rest is not None
    begins = max(leaving, rest.earliest)
    if begins >= arrival:
        return arrival, begins + rest.seconds, begins
    return arrival + rest.seconds, arrival + rest.seconds, begins


def _misfits(courier: Courier, order: Sequence[Stop], clock: _Clock) -> tuple[Misfit, ...]:
    found = []
    for position, (stop, start) in enumerate(zip(order, clock.starts, strict=True)):
        if stop.windows and start > stop.windows[-1].closes:
            found.append(Misfit(ill=Ill.WINDOW, position=position, excess=start - stop.windows[-1].closes))
        if stop.couriers is not None and courier.key not in stop.couriers:
            found.append(Misfit(ill=Ill.NOT_ALLOWED, position=position, excess=1))
    if order and clock.end > courier.must_end:
        found.append(Misfit(ill=Ill.SHIFT, position=None, excess=clock.end - courier.must_end))
    if courier.capacity is not None and (bag := most_in_the_bag(order)) > courier.capacity:
        found.append(Misfit(ill=Ill.CAPACITY, position=None, excess=bag - courier.capacity))
    if courier.most_stops is not None and len(order) > courier.most_stops:
        found.append(Misfit(ill=Ill.STOPS, position=None, excess=len(order) - courier.most_stops))
    return tuple(found)
