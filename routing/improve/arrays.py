"""A problem as the flat arrays that the kernel reads, and its routes back as keys of stops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.improve.kernel import (
    ALL_LAYERS,
    BEST,
    COURIER,
    DICE,
    NEVER,
    NOW,
    ROUTE,
    STOP,
    WITHOUT_BAG,
    WITHOUT_REST,
    Day,
    Legs,
    Records,
    Tour,
)
from routing.matrix import Matrix
from routing.problem import Courier, Kind, Problem, Stop

NEIGHBOURS = 200
"""Near stops known of each stop: as far as strings of neighbouring routes reach."""
NO_LIMIT = 1 << 40


@dataclass(frozen=True, kw_only=True)
class Flat:
    """The arrays, and the couriers and stops in the order in which the arrays number them."""

    day: Day
    stops: tuple[Stop, ...]
    couriers: tuple[Courier, ...]

    def tour(self, orders: Mapping[str, Sequence[str]], seed: int) -> Tour:
        """Room for one search, its routes as in `orders` (stops not of this problem are passed over)."""
        tour = _room(self.day, seed)
        number = {stop.key: at for at, stop in enumerate(self.stops)}
        for courier, who in enumerate(self.couriers):
            stops = [number[key] for key in orders.get(who.key, ()) if key in number]
            tour.routes[courier]["size"] = len(stops)
            tour.nodes[NOW, courier, 1 : len(stops) + 1] = stops
        return tour

    def orders(self, tour: Tour) -> dict[str, list[str]]:
        """The best routes of a search."""
        return {
            who.key: [self.stops[at].key for at in tour.nodes[BEST, courier, 1 : tour.routes[courier]["best_size"] + 1]]
            for courier, who in enumerate(self.couriers)
        }


def flat(problem: Problem, stops: Sequence[Stop], locks: Mapping[str, Sequence[Stop]]) -> Flat:
    """`problem` with only these `stops` (the locked ones among them), couriers who are alike side by side."""
    matrices = _matrices(problem)
    likes = [_likeness(problem, courier, stops, len(locks[courier.key])) for courier in problem.couriers]
    order = sorted(range(len(likes)), key=lambda at: (likes.index(likes[at]), at))
    couriers = tuple(problem.couriers[at] for at in order)
    places, begin, finish = _places(couriers, len(stops))
    rows = np.array([*(stop.place for stop in stops), *places], dtype=np.int64)
    legs = np.ascontiguousarray(np.stack([matrix.seconds[np.ix_(rows, rows)] for matrix in matrices]), dtype=np.int32)
    back = np.ascontiguousarray(legs.transpose(0, 2, 1))
    if np.array_equal(back, legs):
        back = legs  # half the memory, and warmer caches
    weights = problem.weights
    any_away = any(courier.away for courier in couriers)
    day = Day(
        legs=legs,
        back=back,
        near=_near(legs[0], len(stops)),
        stops=_stop_records(problem, stops),
        windows=_further_windows(stops),
        couriers=_courier_records(problem, couriers, matrices, [likes.index(likes[at]) for at in order], len(stops)),
        allowed=np.array([[courier.may_serve(stop) for stop in stops] for courier in couriers], dtype=np.bool_),
        away=np.array(
            [[courier.away.get(stop.key, 0) for stop in stops] for courier in couriers] if any_away else [[0]],
            dtype=np.int64,
        ),
        travel_weight=float(weights.travel),
        late_weight=float(weights.late),
        imbalance_weight=float(weights.imbalance if len(couriers) > 1 else 0),
        away_weight=float(weights.away),
        any_pickup=any(stop.kind is Kind.PICKUP and stop.volume for stop in stops),
        any_promise=any(stop.promised_by is not None for stop in stops),
        any_away=any_away,
        any_optional=any(not stop.mandatory for stop in stops),
        any_window=any(stop.windows for stop in stops),
        layers=_layers(problem, stops),
    )
    if len(stops) > 2:
        day.stops["lonely"] = np.take_along_axis(legs[0, : len(stops)], day.near[:, :2].astype(np.int64), axis=1).sum(
            axis=1
        )
    for node, courier in enumerate(couriers):
        day.couriers[node]["begin"], day.couriers[node]["finish"] = begin[node], finish[node]
        day.couriers[node]["locked"] = len(locks[courier.key])
    return Flat(day=day, stops=tuple(stops), couriers=couriers)


def _layers(problem: Problem, stops: Sequence[Stop]) -> int:
    """How much there is to know of a node: of breaks only where somebody has one, of the bag only with pick-ups."""
    if any(stop.kind is Kind.PICKUP and stop.volume for stop in stops):
        return ALL_LAYERS
    return WITHOUT_BAG if any(courier.rest is not None for courier in problem.couriers) else WITHOUT_REST


def _stop_records(problem: Problem, stops: Sequence[Stop]) -> Records:
    records = np.zeros(len(stops), dtype=STOP)
    further = 0
    for at, stop in enumerate(stops):
        first = stop.windows[0] if stop.windows else None
        more = max(0, len(stop.windows) - 1)
        records[at] = (
            first.opens if first else 0,
            first.closes if first else NEVER - 1,
            further,
            further + more,
            stop.service_seconds,
            stop.volume,
            stop.kind is Kind.PICKUP,
            NEVER if stop.promised_by is None else stop.promised_by,
            problem.cost_of_leaving(stop),
            0,
        )
        further += more
    return records


def _courier_records(
    problem: Problem, couriers: Sequence[Courier], matrices: Sequence[Matrix], alike: Sequence[int], stops: int
) -> Records:
    records = np.zeros(len(couriers), dtype=COURIER)
    number = {id(matrix): at for at, matrix in enumerate(matrices)}
    for at, courier in enumerate(couriers):
        record, rest = records[at], courier.rest
        record["matrix"] = number[id(problem.matrix_of(courier))]
        record["shift_start"], record["shift_end"] = courier.shift_start, courier.shift_end
        record["must_end"] = courier.must_end
        if rest is not None:
            record["rest_from"], record["rest_until"], record["rest"] = rest.earliest, rest.latest, rest.seconds
        record["capacity"] = NO_LIMIT if courier.capacity is None else courier.capacity
        record["most_stops"] = stops if courier.most_stops is None else courier.most_stops
        record["fixed"], record["alike"] = courier.fixed_cost, alike[at]
        record["overtime"] = problem.weights.overtime * courier.overtime_cost
        record["fair"] = problem.fair_shares[courier.key]
    return records


def _matrices(problem: Problem) -> list[Matrix]:
    different: list[Matrix] = []
    for courier in problem.couriers:
        matrix = problem.matrix_of(courier)
        if not any(matrix is known for known in different):
            different.append(matrix)
    return different


def _likeness(problem: Problem, courier: Courier, stops: Sequence[Stop], locked: int) -> tuple[object, ...]:
    """What makes two couriers interchangeable while they have no stop; a lock makes one unique."""
    restricted = frozenset(stop.key for stop in stops if stop.couriers is not None and courier.may_serve(stop))
    return (
        courier.key if locked else "",
        id(problem.matrix_of(courier)),
        courier.start,
        courier.end,
        courier.shift_start,
        courier.shift_end,
        courier.most_overtime,
        courier.rest,
        courier.capacity,
        courier.most_stops,
        tuple(sorted(courier.away.items())),
        courier.fixed_cost,
        courier.overtime_cost,
        restricted,
    )


def _places(couriers: Sequence[Courier], first: int) -> tuple[list[int], list[int], list[int]]:
    """The places at which couriers begin and end, each once, and their nodes."""
    node: dict[int, int] = {}
    for courier in couriers:
        for place in (courier.start, courier.end):
            node.setdefault(place, first + len(node))
    return list(node), [node[courier.start] for courier in couriers], [node[courier.end] for courier in couriers]


def _further_windows(stops: Sequence[Stop]) -> NDArray[np.int64]:
    windows = [(window.opens, window.closes) for stop in stops for window in stop.windows[1:]]
    return np.array(windows, dtype=np.int64).reshape(-1, 2)


def _near(legs: Legs, stops: int) -> NDArray[np.uint32]:
    """For each stop the nearest others, by the mean of the way there and back."""
    ways = legs[:stops, :stops].astype(np.int64)
    ways = ways + ways.T
    np.fill_diagonal(ways, np.iinfo(np.int64).max)
    count = max(0, min(NEIGHBOURS, stops - 1))
    if stops > 2 * NEIGHBOURS:
        nearest = np.argpartition(ways, count, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(ways, nearest, axis=1), axis=1, kind="stable")
        return np.take_along_axis(nearest, order, axis=1).astype(np.uint32)
    return np.argsort(ways, axis=1, kind="stable")[:, :count].astype(np.uint32)


def _room(day: Day, seed: int) -> Tour:
    stops, couriers = len(day.stops), len(day.couriers)
    tour = Tour(
        nodes=np.zeros((3, couriers, stops + 3), dtype=np.uint32),
        times=np.zeros((7, couriers, stops + 3), dtype=np.int32),
        routes=np.zeros(couriers, dtype=ROUTE),
        old_times=np.zeros((7, couriers, stops + 3), dtype=np.int32),
        old_routes=np.zeros(couriers, dtype=ROUTE),
        route=np.zeros(stops, dtype=np.int64),
        left_at=np.zeros(stops, dtype=np.int64),
        pools=np.zeros((2, stops), dtype=np.uint32),
        lists=np.zeros((4, couriers + 1), dtype=np.int64),
        keys=np.zeros(stops, dtype=np.float64),
        totals=np.zeros(2, dtype=np.float64),
        counts=np.zeros(8, dtype=np.int64),
    )
    tour.counts[DICE] = (seed * 2_654_435_761 + 88_172_645) % (1 << 62) | 1
    return tour
