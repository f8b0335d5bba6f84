"""Slack induction by string removals, compiled (Christiaens and Vanden Berghe, Transportation Science 54, 2020).

One file, because a compiled function's cache does not notice a change in another file. No objects, no clock and no
randomness but its own: the same day, seed and rounds give the same tour, compiled or not (NUMBA_DISABLE_JIT=1).

A route is a row of nodes: its courier's start at 0, its stops from 1 to `size`, its end behind them. Stops are
numbered from 0, places of couriers from `stops` on. All times are seconds of the day; NEVER and TOO_EARLY stand for
what cannot be. With a break each node has two earliest departures: `free` with the break still to take, `rested` with
the break behind it; and two latest arrivals likewise. So whether one more stop fits is known without driving the route.
"""

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Legs = NDArray[np.int32]
Nodes = NDArray[np.uint32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Records = NDArray[np.void]
Function = TypeVar("Function", bound=Callable[..., Any])
Record = Any
"""One row of records: numpy types it as a scalar of no shape."""

NEVER = 1 << 29
"""Later than any time of a day, and twice of it still fits 32 bits."""
TOO_EARLY = -1
"""An arrival before the day begins."""
SQUARED_SECONDS_PER_HOUR = 3_600.0
BLINK = 0.01
"""Share of good positions that are passed over, so that the greedy choice is not always the same."""
KEEP = 0.5
"""Share of strings that are taken out with a gap of kept stops inside."""
LONGER_GAP = 0.99
"""Chance that such a gap ends rather than grows by one more stop."""
RETRIED = 20
"""Stops left for tomorrow that one round tries again."""
FEW_COURIERS = 3
NEAR_ENOUGH = 40
"""Of more than a few couriers only those are looked at who serve one of so many nearest stops."""
GENEROUS, GENEROSITY = 0.1, 2.0
"""Share of rounds in which a stop may cost more than leaving it, and how many times more: a far group pays together."""
ANY_COST = 1e6
"""At first everything is served that can be: what costs more than leaving it goes in the search."""
WHOLE_TAILS, LONGEST_PART = 0.4, 20
"""Share of exchanges of all that is behind a cut; of how many stops at most else."""
NEAR_CUTS = 20
"""How many of the nearest stops a cut is looked for at."""
AROUND_LEFT = 0.4
"""Share of rounds that ruin around a stop left for tomorrow, while there is one."""


COURIER: Final = np.dtype(
    [
        ("matrix", np.int64),
        ("begin", np.int64),  # nodes of the places where the route begins and ends
        ("finish", np.int64),
        ("shift_start", np.int64),
        ("shift_end", np.int64),
        ("must_end", np.int64),
        ("rest_from", np.int64),
        ("rest_until", np.int64),
        ("rest", np.int64),  # seconds of the break; 0 for none
        ("capacity", np.int64),
        ("most_stops", np.int64),
        ("fixed", np.int64),
        ("alike", np.int64),  # couriers of one number are interchangeable while they have no stop
        ("locked", np.int64),  # how many stops at the beginning of the route stay
        ("overtime", np.float64),
        ("fair", np.float64),
    ]
)
STOP: Final = np.dtype(
    [
        ("opens", np.int64),  # the first window; without one from 0 to NEVER - 1
        ("closes", np.int64),
        ("more_from", np.int64),  # further windows, as rows of `windows`
        ("more_until", np.int64),
        ("service", np.int64),
        ("volume", np.int64),
        ("pickup", np.int64),
        ("promised", np.int64),  # NEVER for no promise
        ("leaving", np.float64),
        ("lonely", np.float64),  # the ways to the two nearest stops: what a visit costs at least, about
    ]
)
ROUTE: Final = np.dtype(
    [
        ("size", np.int64),
        ("load", np.int64),
        ("travel", np.int64),
        ("service", np.int64),
        ("end", np.int64),
        ("away", np.int64),
        ("late", np.int64),  # seconds after promises, as if without a break
        ("last_promise", np.int64),
        ("rest_at", np.int64),  # behind which node the break is; -1 for none on the route
        ("cost", np.float64),
        ("best_size", np.int64),
        ("saved", np.int64),  # changed by this round
        ("dirty", np.int64),  # changed since the best
    ]
)
NOW, OLD, BEST = 0, 1, 2
"""Layers of `Tour.nodes`."""
LEG, FREE, UNTIL_FREE, RESTED, UNTIL_RESTED, BAG_BEFORE, BAG_AFTER = range(7)
"""Layers of `Tour.times`: seconds from the node before; earliest departures and latest arrivals, without a break and
with one; the most that is carried until the node is left, and from then on."""
WITHOUT_REST, WITHOUT_BAG, ALL_LAYERS = 3, 5, 7
"""How many layers count where nobody has a break, and where nothing is picked up."""
ABSENT, LEFT = 0, 1
"""Layers of `Tour.pools`: stops to put back, and those left for tomorrow."""
LOOKED_AT, SAVED, SPARE, MARK = range(4)
"""Layers of `Tour.lists`."""
ROUNDS, FOUND, LEFT_COUNT, ABSENT_COUNT, SAVED_COUNT, SPARE_COUNT, STAMP, DICE = range(8)
"""Places in `Tour.counts`."""


def compiled(function: Function) -> Function:
    """Without numba's counting of references: nothing here allocates, since its caller holds the arrays, and counting
    them took two thirds of the time. What would allocate (a slice copied, numpy's sort) does not compile."""
    # numba's types do not know the option; its documentation of the runtime does not promise it either: a test watches.
    told: Function = njit(cache=True, nogil=True, _nrt=False)(function)  # type: ignore[call-overload]
    return told


class Day(NamedTuple):
    """A problem as arrays: s stops, c couriers, n nodes (stops, then the couriers' places), m matrices.

    Few and wide, because a compiled function counts a reference for each array that it is given.
    """

    legs: Legs
    """m × n × n, [from, to]."""
    back: Legs
    """The same, [to, from]."""
    near: Nodes
    """s × up to s: for each stop the others, the nearest first."""
    stops: Records
    """s of STOP."""
    windows: Ints
    """Further windows of stops that have several: opens, closes."""
    couriers: Records
    """c of COURIER."""
    allowed: Flags
    """c × s."""
    away: Ints
    """c × s, or 1 × 1 where no courier has an own area."""
    travel_weight: float
    late_weight: float
    imbalance_weight: float
    away_weight: float
    any_pickup: bool
    any_promise: bool
    any_away: bool
    any_optional: bool
    any_window: bool
    layers: int
    """How many layers of `Tour.times` count."""


class Tour(NamedTuple):
    """The routes while they are searched, with all that is known of each node, and the best routes so far."""

    nodes: Nodes
    """3 × c × width."""
    times: Legs
    """7 × c × width."""
    routes: Records
    """c of ROUTE."""
    old_times: Legs
    """`times` and `routes` as they were before this round."""
    old_routes: Records
    route: Ints
    """Of each stop; -1 while it is in none."""
    left_at: Ints
    """Where a stop stands among those left; -1 when it does not."""
    pools: Nodes
    """2 × s."""
    lists: Ints
    """4 × c: couriers to look at, changed by this round, empty ones no two of which are alike; marks."""
    keys: Floats
    """s: by which the absent are ordered."""
    totals: Floats
    """Cost now, best cost."""
    counts: Ints


class Setting(NamedTuple):
    """How boldly one search ruins."""

    removed: float
    """Stops taken out in a round, on average."""
    longest: float
    """Longest string of stops of one route."""
    exchanges: int
    """How many exchanges between two routes follow each round."""


@compiled
def throw(counts: Ints) -> float:
    """A number from 0 to below 1. Multiply-with-carry (Marsaglia 2003), which fits 63 bits, so that Python agrees."""
    state = 698769069 * (counts[DICE] & 0xFFFFFFFF) + (counts[DICE] >> 32)
    counts[DICE] = state
    return float(state & 0xFFFFFFFF) / 4294967296.0


@compiled
def number(read: Any) -> int:
    """What an array holds as a whole number of 64 bits, which compiled code does not mix with unsigned ones."""
    return int(np.int64(read))


@compiled
def start_of(stops: Records, windows: Ints, stop: int, ready: int) -> int:
    """The earliest start of service for who is there at `ready`; NEVER after the last window."""
    here = stops[stop]
    if ready <= here["closes"]:
        return number(max(ready, here["opens"]))
    for window in range(here["more_from"], here["more_until"]):
        if ready <= windows[window, 1]:
            return number(max(ready, windows[window, 0]))
    return NEVER


@compiled
def next_start(day: Day, stop: int, ready: int) -> int:
    """`start_of` for who holds the whole day."""
    return number(start_of(day.stops, day.windows, stop, ready))


@compiled
def latest_start(day: Day, stop: int, bound: int) -> int:
    """The latest start of service not after `bound`; TOO_EARLY when every window opens later."""
    for window in range(day.stops[stop]["more_until"] - 1, day.stops[stop]["more_from"] - 1, -1):
        if day.windows[window, 0] <= bound:
            return number(min(bound, day.windows[window, 1]))
    if day.stops[stop]["opens"] <= bound:
        return number(min(bound, day.stops[stop]["closes"]))
    return TOO_EARLY


@compiled
def after_rest(day: Day, courier: int, leaving: int, leg: int) -> int:
    """When who leaves at `leaving` and rests on the way or at the door is ready; NEVER when it is too late to rest."""
    if leaving > day.couriers[courier]["rest_until"]:
        return NEVER
    return number(max(leaving + leg, day.couriers[courier]["rest_from"]) + day.couriers[courier]["rest"])


@compiled
def before_rest(day: Day, courier: int, ready: int, leg: int) -> int:
    """The latest departure from which one is `ready` after a break on the leg; TOO_EARLY when there is none."""
    if day.couriers[courier]["rest_from"] + day.couriers[courier]["rest"] > ready:
        return TOO_EARLY
    return number(min(ready - leg - day.couriers[courier]["rest"], day.couriers[courier]["rest_until"]))


@compiled
def unfair(day: Day, courier: int, work: int) -> float:
    """The cost of work above the fair share."""
    above = work - day.couriers[courier]["fair"]
    if above <= 0.0:
        return 0.0
    return float(day.imbalance_weight * above * above / SQUARED_SECONDS_PER_HOUR)


@compiled
def lateness(day: Day, tour: Tour, courier: int, behind: int) -> tuple[int, int]:
    """(seconds late against promises, end) of a route with its break behind node `behind`; -1: without one."""
    late = 0
    size = tour.routes[courier]["size"]
    now = day.couriers[courier]["shift_start"]
    for at in range(1, size + 1):
        stop = number(tour.nodes[NOW, courier, at])
        if at - 1 == behind:
            ready = after_rest(day, courier, now, tour.times[LEG, courier, at])
        else:
            ready = now + tour.times[LEG, courier, at]
        start = next_start(day, stop, ready)
        if start > day.stops[stop]["promised"]:
            late += start - day.stops[stop]["promised"]
        now = start + day.stops[stop]["service"]
        if now >= NEVER:
            return NEVER, NEVER
    if behind == size:
        return late, after_rest(day, courier, now, tour.times[LEG, courier, size + 1])
    return late, now + tour.times[LEG, courier, size + 1]


@compiled
def refresh(day: Day, tour: Tour, courier: int) -> bool:
    """Work out a route anew after its nodes changed. False when it does not fit (legs that break the triangle rule)."""
    who = day.couriers[courier]
    legs = day.legs[who["matrix"]]
    size = tour.routes[courier]["size"]
    tour.nodes[NOW, courier, size + 1] = who["finish"]
    travel = 0
    service = 0
    load = 0
    away = 0
    before = number(who["begin"])
    for at in range(1, size + 1):
        stop = number(tour.nodes[NOW, courier, at])
        leg = number(legs[before, stop])
        tour.times[LEG, courier, at] = leg
        travel += leg
        service += day.stops[stop]["service"]
        if day.stops[stop]["pickup"] == 0:
            load += day.stops[stop]["volume"]
        if day.any_away:
            away += day.away[courier, stop]
        before = stop
    if size > 0:
        travel += legs[before, who["finish"]]
        tour.times[LEG, courier, size + 1] = legs[before, who["finish"]]
    else:
        tour.times[LEG, courier, 1] = 0
    tour.routes[courier]["travel"] = travel
    tour.routes[courier]["service"] = service
    tour.routes[courier]["load"] = load
    tour.routes[courier]["away"] = away
    tour.routes[courier]["late"] = 0
    tour.routes[courier]["last_promise"] = 0
    tour.times[FREE, courier, 0] = who["shift_start"]
    tour.times[RESTED, courier, 0] = NEVER
    until_rested = who["must_end"]
    tour.times[UNTIL_RESTED, courier, size + 1] = until_rested
    tour.times[UNTIL_FREE, courier, size + 1] = (
        min(until_rested, who["rest_until"]) if who["rest"] > 0 else until_rested
    )
    fits = onward(day, tour, courier, 1, size + 1)
    limits(day, tour, courier, size, 0)
    return priced(day, tour, courier) and fits


@compiled
def put_in(day: Day, tour: Tour, courier: int, behind: int, stop: int) -> bool:
    """Put a stop behind a node and work out what that changes. False when the route no longer fits."""
    who, here, route = day.couriers[courier], day.stops[stop], tour.routes[courier]
    node, legs = tour.nodes[NOW, courier], day.legs[who["matrix"]]
    size = route["size"]
    leg_row, free_row, until_row = tour.times[LEG, courier], tour.times[FREE, courier], tour.times[UNTIL_FREE, courier]
    for at in range(size + 1, behind, -1):
        node[at + 1] = node[at]
        leg_row[at + 1] = leg_row[at]
        free_row[at + 1] = free_row[at]
        until_row[at + 1] = until_row[at]
    if who["rest"] > 0:
        rested_row, until_rested = tour.times[RESTED, courier], tour.times[UNTIL_RESTED, courier]
        for at in range(size + 1, behind, -1):
            rested_row[at + 1] = rested_row[at]
            until_rested[at + 1] = until_rested[at]
    node[behind + 1] = stop
    tour.route[stop] = courier
    out = number(legs[node[behind], stop])
    home = number(legs[stop, node[behind + 2]])
    route["size"] = size + 1
    route["travel"] += out + home - leg_row[behind + 2]
    route["service"] += here["service"]
    leg_row[behind + 1] = out
    leg_row[behind + 2] = home
    if here["pickup"] == 0:
        route["load"] += here["volume"]
    if day.any_away:
        route["away"] += day.away[courier, stop]
    if route["last_promise"] > behind:
        route["last_promise"] += 1
    fits = onward(day, tour, courier, behind + 1, behind + 2)
    limits(day, tour, courier, behind + 1, behind)
    return priced(day, tour, courier) and fits


@compiled
def onward(day: Day, tour: Tour, courier: int, first: int, known: int) -> bool:
    """Earliest departures from node `first` on, and what is late there. From node `known` on there are old ones: it
    ends where nothing changes. False when somebody comes too late."""
    who, route, stops = day.couriers[courier], tour.routes[courier], day.stops
    node, leg_row = tour.nodes[NOW, courier], tour.times[LEG, courier]
    free_row, rested_row = tour.times[FREE, courier], tour.times[RESTED, courier]
    rests = who["rest"] > 0
    free = number(free_row[first - 1])
    rested = number(rested_row[first - 1])
    for at in range(first, route["size"] + 1):
        leg = number(leg_row[at])
        here = stops[node[at]]
        if rests:
            ready = min(rested + leg, after_rest(day, courier, free, leg))
            if ready > here["closes"] or ready < here["opens"]:
                ready = next_start(day, number(node[at]), ready)
            rested = NEVER if ready >= NEVER else ready + here["service"]
        start = free + leg
        if start < here["opens"]:
            start = here["opens"]
        elif start > here["closes"]:
            start = next_start(day, number(node[at]), start)
        if start < NEVER:
            free = start + here["service"]
        else:
            free = NEVER
            if not rests or rested >= NEVER:
                return False
        if at >= known and free == free_row[at] and (not rests or rested == rested_row[at]):
            return True
        if day.any_promise and here["promised"] < NEVER:
            route["last_promise"] = max(route["last_promise"], at)
            if here["promised"] < start < NEVER:
                route["late"] += start - here["promised"]
            if at >= known and here["promised"] < free_row[at] - here["service"] and free_row[at] < NEVER:
                route["late"] -= free_row[at] - here["service"] - here["promised"]
        free_row[at] = free
        rested_row[at] = rested
    return True


@compiled
def priced(day: Day, tour: Tour, courier: int) -> bool:
    """End and cost of a route of which all else is known. False when it ends too late."""
    who, route = day.couriers[courier], tour.routes[courier]
    size = route["size"]
    route["rest_at"] = -1
    if size == 0:
        route["end"] = who["shift_start"]
        route["cost"] = 0.0
        return True
    late = route["late"]
    free = number(tour.times[FREE, courier, size])
    leg = number(tour.times[LEG, courier, size + 1])
    end = free + leg
    if who["rest"] > 0 and end > who["rest_until"]:
        if route["last_promise"] > 0:
            end, late, route["rest_at"] = placed_rest(day, tour, courier)
        else:
            route["rest_at"] = 0
            end = min(number(tour.times[RESTED, courier, size]) + leg, after_rest(day, courier, free, leg))
    route["end"] = end
    cost = day.travel_weight * route["travel"] + day.late_weight * late + who["fixed"]
    cost += who["overtime"] * max(0, end - who["shift_end"])
    cost += unfair(day, courier, route["travel"] + route["service"])
    route["cost"] = cost + day.away_weight * route["away"]
    return bool(end <= who["must_end"])


@compiled
def placed_rest(day: Day, tour: Tour, courier: int) -> tuple[int, int, int]:
    """(end, seconds late, node behind which to rest) of the cheapest place for the break: lateness, then the end."""
    size = tour.routes[courier]["size"]
    best_price = math.inf
    best_end = NEVER
    best_late = 0
    best_behind = -1
    for behind in range(size + 1):
        leaving = tour.times[FREE, courier, behind]
        if leaving > day.couriers[courier]["rest_until"]:
            break
        # A stop that is done before the break may begin is better done first.
        if behind < size and tour.times[FREE, courier, behind + 1] <= day.couriers[courier]["rest_from"]:
            continue
        late, end = lateness(day, tour, courier, behind)
        if end >= NEVER:
            continue
        slip = max(0, end - day.couriers[courier]["must_end"])
        price = day.late_weight * late + day.couriers[courier]["overtime"] * max(
            0, end - day.couriers[courier]["shift_end"]
        )
        price += 1e7 * slip
        if price < best_price or (price == best_price and end < best_end):
            best_price = price
            best_end = end
            best_late = late
            best_behind = behind
    return best_end, best_late, best_behind


@compiled
def limits(day: Day, tour: Tour, courier: int, last: int, known: int) -> None:
    """Latest arrivals from node `last` backwards, and the bag. From node `known` backwards there are old ones: it ends
    where nothing changes."""
    node, leg_row = tour.nodes[NOW, courier], tour.times[LEG, courier]
    free_row, rested_row = tour.times[UNTIL_FREE, courier], tour.times[UNTIL_RESTED, courier]
    stops = day.stops
    rests = day.couriers[courier]["rest"] > 0
    until_free = number(free_row[last + 1])
    until_rested = number(rested_row[last + 1])
    for at in range(last, 0, -1):
        here = stops[node[at]]
        spent = leg_row[at + 1] + here["service"]
        bound = until_free - spent
        if rests:
            bound = max(bound, before_rest(day, courier, until_rested, number(leg_row[at + 1])) - here["service"])
            until_rested = latest_start(day, number(node[at]), until_rested - spent)
        if here["more_until"] > here["more_from"]:
            until_free = latest_start(day, number(node[at]), bound)
        elif bound < here["opens"]:
            until_free = TOO_EARLY
        else:
            until_free = min(bound, here["closes"])
        if at <= known and until_free == free_row[at] and (not rests or until_rested == rested_row[at]):
            break
        free_row[at] = until_free
        if rests:
            rested_row[at] = until_rested
    if day.any_pickup:
        bags(day, tour, courier)


@compiled
def bags(day: Day, tour: Tour, courier: int) -> None:
    """The most that is carried until each node is left, and from then on."""
    size = tour.routes[courier]["size"]
    bag = number(tour.routes[courier]["load"])
    most = bag
    tour.times[BAG_BEFORE, courier, 0] = bag
    for at in range(1, size + 1):
        stop = number(tour.nodes[NOW, courier, at])
        bag += day.stops[stop]["volume"] if day.stops[stop]["pickup"] else -day.stops[stop]["volume"]
        most = max(most, bag)
        tour.times[BAG_BEFORE, courier, at] = most
        tour.times[BAG_AFTER, courier, at] = bag
    most = bag
    for at in range(size, 0, -1):
        most = max(most, tour.times[BAG_AFTER, courier, at])
        tour.times[BAG_AFTER, courier, at] = most
    tour.times[BAG_AFTER, courier, 0] = max(most, tour.routes[courier]["load"])


@compiled
def pushed(
    stops: Records, windows: Ints, who: Record, route: Record, node: Nodes, times: Legs,
    behind: int, stop: int, out: int, home: int, late_weight: float,
) -> float:  # fmt: skip
    """What putting `stop` behind a node costs in lateness and overtime. With a break on the route nearly so: it is
    thought to be taken as early as it may be."""
    size, rest, rest_from, rest_until = route["size"], who["rest"], who["rest_from"], who["rest_until"]
    longer = out + home + stops[stop]["service"]
    rests = rest > 0 and (route["rest_at"] >= 0 or route["end"] + longer > rest_until)
    free = number(times[FREE, behind])
    rested = number(times[RESTED, behind])
    late = 0
    leg = out
    at = behind
    here = number(stop)
    while True:
        service, promised = stops[here]["service"], stops[here]["promised"]
        start = start_of(stops, windows, here, free + leg)
        late_start = start
        if rests:
            ready = rested + leg
            if free <= rest_until:
                ready = min(ready, max(free + leg, rest_from) + rest)
            start_rested = start_of(stops, windows, here, ready)
            rested = start_rested + service if start_rested < NEVER else NEVER
            if start > rest_from:
                late_start = start_rested
        free = start + service if start < NEVER else NEVER
        if promised < late_start:
            late += late_start - promised
        if at > behind:
            was_free = number(times[FREE, at])
            was_rested = number(times[RESTED, at])
            begun = (was_rested if rests and was_free - service > rest_from else was_free) - service
            if promised < begun < NEVER:
                late -= begun - promised
            if free == was_free and (not rests or rested == was_rested):
                return late_weight * late
        leg = home if at == behind else number(times[LEG, at + 1])
        at += 1
        if at > size:
            break
        here = number(node[at])
    end = free + leg
    if rests:
        end = rested + leg
        if free <= rest_until:
            end = min(end, max(free + leg, rest_from) + rest)
    over = max(0, end - who["shift_end"]) - max(0, route["end"] - who["shift_end"])
    return float(late_weight * late + who["overtime"] * over)


@compiled
def scan(
    column: Legs, row: Legs, node: Nodes, times: Legs, first: int, size: int, best: float, base: float,
    travel_weight: float, service: int, opens: int, closes: int, slack: int, overtime: float,
    rest: int, rest_from: int, rest_until: int,
    work: int, fair: float, imbalance_weight: float, bag: int, room: int, counts: Ints,
) -> tuple[float, int]:  # fmt: skip
    """`cheapest` within one route, for a stop with one window in a route without promises: nine tenths of all time
    is spent here. Overtime is that without waiting. (cost, node behind which), or (best, -1)."""
    found = -1
    limit = number((best - base) / travel_weight) + 1 if travel_weight > 0.0 else NEVER
    before = node[first]
    for behind in range(first, size + 1):
        after = node[behind + 1]
        out = number(column[before])
        home = number(row[after])
        before = after
        detour = out + home - times[LEG, behind + 1]
        if detour >= limit:
            continue
        cost = base + travel_weight * detour
        above = work + detour - fair
        if above > 0.0:
            cost += imbalance_weight * above * above / SQUARED_SECONDS_PER_HOUR
        if detour > slack:
            cost += overtime * (detour - slack)
        if cost >= best:
            continue
        start = max(times[FREE, behind] + out, opens)
        if rest == 0:
            if start > closes or start + service + home > times[UNTIL_FREE, behind + 1]:
                continue
        elif start > closes or start + service + home > times[UNTIL_FREE, behind + 1]:
            # The break must come between: behind the stop, on the way to it, or it is behind us already.
            until = times[UNTIL_RESTED, behind + 1]
            leaving = start + service
            fits = start <= closes and leaving <= rest_until
            if not fits or max(leaving + home, rest_from) + rest > until:
                start = number(times[RESTED, behind]) + out
                leaving = number(times[FREE, behind])
                if leaving <= rest_until:
                    start = min(start, max(leaving + out, rest_from) + rest)
                start = max(start, opens)
                if start > closes or start + service + home > until:
                    continue
        if bag > 0 and times[bag, behind] > room:
            continue
        if throw(counts) < BLINK:
            continue
        best = cost
        found = behind
        if travel_weight > 0.0:
            limit = number((best - base) / travel_weight) + 1
    return best, found


@compiled
def spare(day: Day, tour: Tour) -> None:
    """List the couriers without a stop, of those alike one: they stand side by side."""
    count = 0
    seen = -1
    for courier in range(len(day.couriers)):
        if tour.routes[courier]["size"] == 0 and day.couriers[courier]["alike"] != seen:
            seen = day.couriers[courier]["alike"]
            tour.lists[SPARE, count] = courier
            count += 1
    tour.counts[SPARE_COUNT] = count


@compiled
def look_at(route: Ints, lists: Ints, counts: Ints, routes: Records, near: Nodes, stop: int) -> int:
    """List the couriers whose routes are worth a look for a stop, and how many: all of them, or among many those who
    serve one of its nearest stops; and the spare ones."""
    count = 0
    if len(routes) <= FEW_COURIERS:
        for courier in range(len(routes)):
            if routes[courier]["size"] > 0:
                lists[LOOKED_AT, count] = courier
                count += 1
    else:
        counts[STAMP] += 1
        stamp = counts[STAMP]
        for at in range(min(NEAR_ENOUGH, near.shape[1])):
            courier = route[near[stop, at]]
            if courier >= 0:
                # Written in any case and counted if new: whether it is new cannot be foretold by the processor.
                lists[LOOKED_AT, count] = courier
                count += lists[MARK, courier] != stamp
                lists[MARK, courier] = stamp
    for at in range(counts[SPARE_COUNT]):
        lists[LOOKED_AT, count] = lists[SPARE, at]
        count += 1
    return count


@compiled
def cheapest(day: Day, tour: Tour, stop: int, limit: float) -> tuple[float, int, int]:
    """(added cost, courier, node behind which) of the cheapest place for `stop`; below `limit`, else courier -1."""
    nodes, times, routes, counts = tour.nodes[NOW], tour.times, tour.routes, tour.counts
    couriers, allowed, windows = day.couriers, day.allowed, day.windows
    any_pickup, travel_weight, imbalance_weight = day.any_pickup, day.travel_weight, day.imbalance_weight
    even = imbalance_weight == 0.0
    best = limit
    best_courier = -1
    best_behind = 0
    here = day.stops[stop]
    service, volume, opens, last_close = here["service"], here["volume"], here["opens"], here["closes"]
    promised = here["promised"] < NEVER
    several = here["more_until"] > here["more_from"]
    if several:
        last_close = windows[here["more_until"] - 1, 1]
    plain = not (several or promised)
    bag = 0
    if any_pickup:
        bag = BAG_AFTER if here["pickup"] == 1 else BAG_BEFORE
    matrix = -1
    row = day.legs[0, stop]
    column = day.back[0, stop]
    for place in range(look_at(tour.route, tour.lists, counts, routes, day.near, stop)):
        courier = tour.lists[LOOKED_AT, place]
        who, route = couriers[courier], routes[courier]
        size = route["size"]
        if size >= who["most_stops"] or not allowed[courier, stop]:
            continue
        if not any_pickup and route["load"] + volume > who["capacity"]:
            continue
        base = 0.0
        if size == 0:
            base += who["fixed"]
        if day.any_away:
            base += day.away_weight * day.away[courier, stop]
        if base >= best:
            continue
        if who["matrix"] != matrix:
            matrix = who["matrix"]
            row = day.legs[matrix, stop]
            column = day.back[matrix, stop]
        work = route["travel"] + route["service"] + service
        was_unfair = 0.0 if even or size == 0 else unfair(day, courier, work - service)
        # Who is over the shift already pays for each second more, and a break that is on the route is in its end.
        slack = max(0, who["shift_end"] - route["end"]) - service - (who["rest"] if route["rest_at"] < 0 else 0)
        last_promise = route["last_promise"]
        if plain and last_promise == 0:
            best, behind = scan(
                column, row, nodes[courier], times[:, courier], who["locked"], size, best, base - was_unfair,
                travel_weight, service, opens, last_close, slack, who["overtime"],
                who["rest"], who["rest_from"], who["rest_until"], work, who["fair"], imbalance_weight,
                bag, who["capacity"] - volume, counts,
            )  # fmt: skip
            if behind >= 0:
                best_courier = courier
                best_behind = behind
            continue
        before = nodes[courier, who["locked"]]
        for behind in range(who["locked"], size + 1):
            after = nodes[courier, behind + 1]
            out = column[before]
            home = row[after]
            before = after
            detour = out + home - times[LEG, courier, behind + 1]
            cost = base + travel_weight * detour
            if cost >= best:
                continue
            if not even:
                cost += unfair(day, courier, work + detour) - was_unfair
                if cost >= best:
                    continue
            if who["rest"] > 0:
                if not fits_with_rest(day, tour, courier, behind, stop, out, home):
                    continue
            else:
                start = next_start(day, stop, times[FREE, courier, behind] + out)
                if start + service + home > times[UNTIL_FREE, courier, behind + 1]:
                    continue
            if any_pickup and times[bag, courier, behind] + volume > who["capacity"]:
                continue
            if behind < last_promise or promised or detour > slack:
                cost += pushed(
                    day.stops, windows, who, route, nodes[courier], times[:, courier],
                    behind, stop, number(out), number(home), day.late_weight,
                )  # fmt: skip
                if cost >= best:
                    continue
            if throw(counts) < BLINK:
                continue
            best = cost
            best_courier = courier
            best_behind = behind
    return best, best_courier, best_behind


@compiled
def fits_with_rest(day: Day, tour: Tour, courier: int, behind: int, stop: int, out: int, home: int) -> bool:
    """Whether a courier with a break can serve one more stop behind a node and still do the rest."""
    service = day.stops[stop]["service"]
    free = tour.times[FREE, courier, behind]
    leaving = next_start(day, stop, free + out) + service
    if leaving + home <= tour.times[UNTIL_FREE, courier, behind + 1]:
        return True
    until = tour.times[UNTIL_RESTED, courier, behind + 1]
    if leaving < NEVER and after_rest(day, courier, leaving, home) <= until:
        return True
    ready = min(tour.times[RESTED, courier, behind] + out, after_rest(day, courier, free, out))
    return bool(next_start(day, stop, ready) + service + home <= until)


@compiled
def copy(tour: Tour, courier: int, source: int, target: int) -> None:
    """Copy the nodes of a route from one layer to another."""
    for at in range(tour.routes[courier]["size"] + 2):
        tour.nodes[target, courier, at] = tour.nodes[source, courier, at]


@compiled
def keep(source: Legs, target: Legs, courier: int, layers: int, count: int) -> None:
    """Copy so many layers of what is known of a route."""
    for layer in range(layers):
        for at in range(count):
            target[layer, courier, at] = source[layer, courier, at]


@compiled
def save(day: Day, tour: Tour, courier: int) -> None:
    """Keep a route as it is before this round changes it."""
    if not tour.routes[courier]["saved"]:
        tour.routes[courier]["saved"] = 1
        tour.lists[SAVED, tour.counts[SAVED_COUNT]] = courier
        tour.counts[SAVED_COUNT] += 1
        copy(tour, courier, NOW, OLD)
        keep(tour.times, tour.old_times, courier, day.layers, tour.routes[courier]["size"] + 2)
        tour.old_routes[courier] = tour.routes[courier]


@compiled
def take_out(tour: Tour, courier: int, first: int, until: int) -> None:
    """Take nodes first … until - 1 out of a route; they wait in `absent`."""
    count = tour.counts[ABSENT_COUNT]
    for at in range(first, until):
        stop = number(tour.nodes[NOW, courier, at])
        tour.pools[ABSENT, count] = stop
        tour.route[stop] = -1
        count += 1
    tour.counts[ABSENT_COUNT] = count
    gone = until - first
    for at in range(until, tour.routes[courier]["size"] + 2):
        tour.nodes[NOW, courier, at - gone] = tour.nodes[NOW, courier, at]
    tour.routes[courier]["size"] -= gone


@compiled
def ruin(day: Day, tour: Tour, setting: Setting) -> bool:
    """Take strings of neighbouring stops out of neighbouring routes. False when what stays does not fit."""
    served = 0
    used = 0
    for courier in range(len(day.couriers)):
        loose = tour.routes[courier]["size"] - day.couriers[courier]["locked"]
        if loose > 0:
            served += loose
            used += 1
    if used == 0:
        return True
    longest = min(setting.longest, max(1.0, served / used))
    strings = int(throw(tour.counts) * (4.0 * setting.removed / (1.0 + longest) - 1.0)) + 1
    # With fewer routes than strings each gives several.
    each = (strings + used - 1) // used
    seed = number(throw(tour.counts) * len(day.stops))
    if tour.counts[LEFT_COUNT] > 0 and throw(tour.counts) < AROUND_LEFT:
        seed = number(tour.pools[LEFT, int(throw(tour.counts) * tour.counts[LEFT_COUNT])])
    for other in range(-1, day.near.shape[1]):
        stop = number(day.near[seed, other]) if other >= 0 else seed
        courier = tour.route[stop]
        if courier < 0:
            continue
        if tour.routes[courier]["saved"] and (each == 1 or throw(tour.counts) < 0.5):
            continue
        loose = tour.routes[courier]["size"] - day.couriers[courier]["locked"]
        at = 1
        while tour.nodes[NOW, courier, at] != stop:
            at += 1
        if at <= day.couriers[courier]["locked"]:
            continue
        save(day, tour, courier)
        length = int(throw(tour.counts) * min(float(loose), longest)) + 1
        gap = 0
        if length > 1 and length < loose and throw(tour.counts) < KEEP:
            gap = 1
            while length + gap < loose and throw(tour.counts) > LONGER_GAP:
                gap += 1
        span = length + gap
        lowest = max(day.couriers[courier]["locked"] + 1, at - span + 1)
        highest = min(at, tour.routes[courier]["size"] - span + 1)
        first = lowest + int(throw(tour.counts) * (highest - lowest + 1))
        if gap > 0:
            head = 1 + int(throw(tour.counts) * (length - 1))
            take_out(tour, courier, first + head + gap, first + span)
            take_out(tour, courier, first, first + head)
        else:
            take_out(tour, courier, first, first + span)
        strings -= 1
        if strings == 0:
            break
    fits = True
    for place in range(tour.counts[SAVED_COUNT]):
        fits = refresh(day, tour, tour.lists[SAVED, place]) and fits
    return fits


@compiled
def order_absent(day: Day, tour: Tour) -> None:
    """Put the absent stops in the order in which they are served: by chance, size, distance, window, or pressure."""
    count = tour.counts[ABSENT_COUNT]
    roll = throw(tour.counts)
    if not day.any_window:
        roll *= 0.73
    if day.any_optional:
        # The most pressing first, four times out of five: later they may find no room.
        roll *= 5.0
    for at in range(count):
        stop = number(tour.pools[ABSENT, at])
        far = day.legs[0, day.couriers[0]["begin"], stop]
        if roll >= 1.0:
            key = day.stops[stop]["lonely"] - day.stops[stop]["leaving"] * (0.7 + 0.6 * throw(tour.counts))
        elif roll < 0.30:
            key = throw(tour.counts)
        elif roll < 0.50:
            key = -float(day.stops[stop]["volume"] * 100_000 + day.stops[stop]["service"])
        elif roll < 0.65:
            key = -float(far)
        elif roll < 0.73:
            key = float(far)
        elif roll < 0.82:
            key = float(day.stops[stop]["closes"] - day.stops[stop]["opens"])
        elif roll < 0.91:
            key = float(day.stops[stop]["opens"])
        else:
            key = -float(day.stops[stop]["closes"])
        tour.keys[at] = key
    for at in range(1, count):
        key = tour.keys[at]
        stop = number(tour.pools[ABSENT, at])
        place = at
        while place > 0 and tour.keys[place - 1] > key:
            tour.keys[place] = tour.keys[place - 1]
            tour.pools[ABSENT, place] = tour.pools[ABSENT, place - 1]
            place -= 1
        tour.keys[place] = key
        tour.pools[ABSENT, place] = stop


@compiled
def recreate(day: Day, tour: Tour, generosity: float) -> bool:
    """Serve each absent stop where it costs least, or leave it where that is `generosity` times cheaper. False when a
    route broke."""
    order_absent(day, tour)
    spare(day, tour)
    fits = True
    for at in range(tour.counts[ABSENT_COUNT]):
        stop = number(tour.pools[ABSENT, at])
        _, courier, behind = cheapest(day, tour, stop, generosity * day.stops[stop]["leaving"])
        if courier >= 0:
            empty = tour.routes[courier]["size"] == 0
            save(day, tour, courier)
            if not put_in(day, tour, courier, behind, stop):
                fits = False
                break
            if empty:
                spare(day, tour)
    return fits


@compiled
def leave(tour: Tour, stop: int) -> None:
    """Note a stop as left for tomorrow."""
    count = tour.counts[LEFT_COUNT]
    tour.pools[LEFT, count] = stop
    tour.left_at[stop] = count
    tour.counts[LEFT_COUNT] = count + 1


@compiled
def unleave(tour: Tour, stop: int) -> None:
    """Note a stop as served after all."""
    at = tour.left_at[stop]
    last = tour.counts[LEFT_COUNT] - 1
    moved = number(tour.pools[LEFT, last])
    tour.pools[LEFT, at] = moved
    tour.left_at[moved] = at
    tour.left_at[stop] = -1
    tour.counts[LEFT_COUNT] = last


@compiled
def undo(day: Day, tour: Tour) -> None:
    """Put every route that this round changed back as it was."""
    for at in range(tour.counts[ABSENT_COUNT]):
        tour.route[tour.pools[ABSENT, at]] = -1
    for place in range(tour.counts[SAVED_COUNT]):
        courier = tour.lists[SAVED, place]
        tour.routes[courier] = tour.old_routes[courier]
        tour.routes[courier]["saved"] = 0
        copy(tour, courier, OLD, NOW)
        keep(tour.old_times, tour.times, courier, day.layers, tour.routes[courier]["size"] + 2)
        for at in range(1, tour.routes[courier]["size"] + 1):
            tour.route[tour.nodes[NOW, courier, at]] = courier


@compiled
def keep_best(day: Day, tour: Tour) -> None:
    """Remember the routes as the best so far."""
    tour.totals[1] = tour.totals[0]
    tour.counts[FOUND] += 1
    for courier in range(len(day.couriers)):
        if tour.routes[courier]["dirty"]:
            tour.routes[courier]["dirty"] = 0
            tour.routes[courier]["best_size"] = tour.routes[courier]["size"]
            copy(tour, courier, NOW, BEST)


@compiled
def begin(day: Day, tour: Tour, generosity: float) -> bool:
    """Work out the routes as given, and serve what is in none. False when a given route does not fit.

    Expects the nodes and sizes of the routes; everything else follows.
    """
    fits = True
    for stop in range(len(day.stops)):
        tour.route[stop] = -1
        tour.left_at[stop] = -1
    for count in range(LEFT_COUNT, STAMP):
        tour.counts[count] = 0
    tour.totals[0] = 0.0
    for courier in range(len(day.couriers)):
        tour.routes[courier]["dirty"] = 1
        tour.routes[courier]["saved"] = 0
        tour.nodes[NOW, courier, 0] = day.couriers[courier]["begin"]
        for at in range(1, tour.routes[courier]["size"] + 1):
            tour.route[tour.nodes[NOW, courier, at]] = courier
        fits = refresh(day, tour, courier) and fits
        tour.totals[0] += tour.routes[courier]["cost"]
    for stop in range(len(day.stops)):
        if tour.route[stop] < 0:
            tour.pools[ABSENT, tour.counts[ABSENT_COUNT]] = stop
            tour.counts[ABSENT_COUNT] += 1
            tour.totals[0] += day.stops[stop]["leaving"]
    keep_best(day, tour)
    if not fits:
        return False
    fits = recreate(day, tour, generosity)
    tour.totals[0] = 0.0
    for at in range(tour.counts[ABSENT_COUNT]):
        stop = number(tour.pools[ABSENT, at])
        if tour.route[stop] < 0:
            leave(tour, stop)
            tour.totals[0] += day.stops[stop]["leaving"]
    for courier in range(len(day.couriers)):
        tour.routes[courier]["saved"] = 0
        tour.routes[courier]["dirty"] = 1
        tour.totals[0] += tour.routes[courier]["cost"]
    if fits and tour.totals[0] < tour.totals[1]:
        keep_best(day, tour)
    return fits


@compiled
def again(day: Day, tour: Tour) -> None:
    """Go back to the best routes so far."""
    for courier in range(len(day.couriers)):
        tour.routes[courier]["size"] = tour.routes[courier]["best_size"]
        copy(tour, courier, BEST, NOW)
    begin(day, tour, 1.0)


@compiled
def one_round(day: Day, tour: Tour, setting: Setting, temperature: float) -> None:
    """Ruin, recreate, and keep the result if it is better, or not much worse than the temperature tolerates."""
    tour.counts[ABSENT_COUNT] = 0
    tour.counts[SAVED_COUNT] = 0
    fits = ruin(day, tour, setting)
    tries = min(RETRIED, tour.counts[LEFT_COUNT])
    first = int(throw(tour.counts) * tour.counts[LEFT_COUNT])
    change = 0.0
    for step in range(tries):
        stop = number(tour.pools[LEFT, (first + step) % tour.counts[LEFT_COUNT]])
        tour.pools[ABSENT, tour.counts[ABSENT_COUNT]] = stop
        tour.counts[ABSENT_COUNT] += 1
        change -= day.stops[stop]["leaving"]
    generosity = GENEROSITY if day.any_optional and throw(tour.counts) < GENEROUS else 1.0
    fits = fits and recreate(day, tour, generosity)
    if fits:
        for at in range(tour.counts[ABSENT_COUNT]):
            stop = number(tour.pools[ABSENT, at])
            if tour.route[stop] < 0:
                change += day.stops[stop]["leaving"]
        for place in range(tour.counts[SAVED_COUNT]):
            courier = tour.lists[SAVED, place]
            change += tour.routes[courier]["cost"] - tour.old_routes[courier]["cost"]
    if not fits or change >= -temperature * math.log(1.0 - throw(tour.counts)):
        undo(day, tour)
        return
    for at in range(tour.counts[ABSENT_COUNT]):
        stop = number(tour.pools[ABSENT, at])
        if tour.route[stop] < 0 and tour.left_at[stop] < 0:
            leave(tour, stop)
        elif tour.route[stop] >= 0 and tour.left_at[stop] >= 0:
            unleave(tour, stop)
    settle(day, tour, change)


@compiled
def settle(day: Day, tour: Tour, change: float) -> None:
    """Go on from the routes as they are now, which cost so much more."""
    for place in range(tour.counts[SAVED_COUNT]):
        courier = tour.lists[SAVED, place]
        tour.routes[courier]["saved"] = 0
        tour.routes[courier]["dirty"] = 1
    tour.totals[0] += change
    if tour.totals[0] < tour.totals[1] - 1e-6:
        keep_best(day, tour)


@compiled
def place_of(tour: Tour, courier: int, stop: int) -> int:
    """Where a stop stands in a route."""
    at = 1
    while tour.nodes[NOW, courier, at] != stop:
        at += 1
    return at


@compiled
def exchange(day: Day, tour: Tour, temperature: float) -> None:
    """Two routes that pass near one another exchange all that is behind there (2-opt*, Potvin and Rousseau, Journal of
    the Operational Research Society 46, 1995) or a part of it (CROSS, Taillard and others, Transportation Science 31,
    1997), if that is better or tolerable: whole clusters change hands, for which strings are too short."""
    stop = int(throw(tour.counts) * len(day.stops))
    one = tour.route[stop]
    if one < 0:
        return
    other = number(day.near[stop, int(throw(tour.counts) * min(NEAR_CUTS, day.near.shape[1]))])
    two = tour.route[other]
    if two < 0 or two == one:
        return
    first, second = day.couriers[one], day.couriers[two]
    if first["matrix"] != second["matrix"]:
        return
    # The first keeps its stops until `cut`, the second those in front of `head`.
    cut = place_of(tour, one, stop)
    head = place_of(tour, two, other)
    if cut < first["locked"] or head <= second["locked"]:
        return
    size, size_two = number(tour.routes[one]["size"]), number(tour.routes[two]["size"])
    given, taken = size - cut, size_two - head + 1
    if throw(tour.counts) >= WHOLE_TAILS:
        given = int(throw(tour.counts) * (min(LONGEST_PART, given) + 1))
        taken = int(throw(tour.counts) * min(LONGEST_PART, taken)) + 1
    if size + taken - given > first["most_stops"] or size_two + given - taken > second["most_stops"]:
        return
    legs, nodes = day.legs[first["matrix"]], tour.nodes[NOW]
    resumed, resumed_two = number(nodes[one, cut + given + 1]), number(nodes[two, head + taken])
    before = number(nodes[two, head - 1])
    detour = number(legs[stop, other]) + legs[nodes[two, head + taken - 1], resumed]
    detour -= tour.times[LEG, one, cut + 1] + tour.times[LEG, two, head] + tour.times[LEG, two, head + taken]
    if given > 0:
        detour += legs[before, nodes[one, cut + 1]] + legs[nodes[one, cut + given], resumed_two]
        detour -= tour.times[LEG, one, cut + given + 1]
    elif taken < size_two:
        detour += legs[before, resumed_two]
    # At most all that is not the way can be saved besides.
    besides = tour.routes[one]["cost"] + tour.routes[two]["cost"]
    besides -= day.travel_weight * (tour.routes[one]["travel"] + tour.routes[two]["travel"])
    tolerated = -temperature * math.log(1.0 - throw(tour.counts))
    if day.travel_weight * detour - besides >= tolerated:
        return
    for at in range(head, head + taken):
        if not day.allowed[one, nodes[two, at]]:
            return
    for at in range(cut + 1, cut + given + 1):
        if not day.allowed[two, nodes[one, at]]:
            return
    tour.counts[ABSENT_COUNT] = 0
    tour.counts[SAVED_COUNT] = 0
    save(day, tour, one)
    save(day, tour, two)
    spliced(tour, one, cut + 1, given, two, head, taken)
    spliced(tour, two, head, taken, one, cut + 1, given)
    fits = refresh(day, tour, one) and refresh(day, tour, two)
    fits = fits and holds(day, tour, one) and holds(day, tour, two)
    change = tour.routes[one]["cost"] - tour.old_routes[one]["cost"]
    change += tour.routes[two]["cost"] - tour.old_routes[two]["cost"]
    if not fits or change >= tolerated:
        undo(day, tour)
        return
    settle(day, tour, change)


@compiled
def spliced(tour: Tour, courier: int, at: int, gone: int, giver: int, source: int, count: int) -> None:
    """Put `count` nodes of the giver's saved route, from `source` on, in the place of `gone` nodes of a saved route."""
    size = number(tour.old_routes[courier]["size"])
    for step in range(count):
        stop = number(tour.nodes[OLD, giver, source + step])
        tour.nodes[NOW, courier, at + step] = stop
        tour.route[stop] = courier
    for step in range(at + gone, size + 1):
        tour.nodes[NOW, courier, step + count - gone] = tour.nodes[OLD, courier, step]
    tour.routes[courier]["size"] = size + count - gone


@compiled
def holds(day: Day, tour: Tour, courier: int) -> bool:
    """Whether the bag holds all that a route carries at any time."""
    most = tour.times[BAG_AFTER, courier, 0] if day.any_pickup else tour.routes[courier]["load"]
    return bool(most <= day.couriers[courier]["capacity"])


@compiled
def search(day: Day, tour: Tour, setting: Setting, rounds: int, hot: float, cold: float) -> None:
    """So many rounds with their exchanges, while the temperature (in the objective's seconds) falls as told."""
    for at in range(rounds):
        temperature = hot * (cold / hot) ** (at / rounds)
        one_round(day, tour, setting, temperature)
        if len(day.couriers) > 1 and len(day.stops) > 1:
            for _ in range(setting.exchanges):
                exchange(day, tour, temperature)
    tour.counts[ROUNDS] += rounds
