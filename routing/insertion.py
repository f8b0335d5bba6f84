"""Putting stops into routes where they cost least, leaving the rest in words.

Plain Python, no search: it makes the plan when there is no time for a search,
keeps a plan in force while adding to it, and explains what does not fit.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from routing.plan import NOT_TRIED, Plan, Reason, Why, timed
from routing.problem import LATEST, Courier, Problem, Stop
from routing.timing import Drive, Ill, Misfit, drive, imbalance, soft_cost

PLACES_TRIED = 12
"""Positions of one route that are put on the clock, the nearest first; further ones are never cheaper in practice."""
FULL = Reason(why=Why.NO_ROOM, vi="Tuyến của mọi bưu tá đã kín.", en="Every courier's route is full.")

Orders = dict[str, list[Stop]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a stop could go: before `position` of the courier's route. `cost` is what that adds to the objective."""

    courier: str
    position: int
    cost: int


def clock_time(seconds: int) -> str:
    """Seconds of the day as people read them: 27000 is 07:30."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def why_never(problem: Problem, stop: Stop) -> Reason | None:
    """Why no courier could visit `stop` even with nothing else to do; None when one could."""
    if not problem.couriers:
        return Reason(why=Why.NO_COURIER, vi="Không có bưu tá nào làm việc.", en="No courier is on duty.")
    allowed = [courier for courier in problem.couriers if courier.may_serve(stop) and courier.most_stops != 0]
    if not allowed:
        return Reason(
            why=Why.NOT_ALLOWED,
            vi="Không có bưu tá nào đang làm việc được phép phát điểm này.",
            en="No courier on duty may serve this stop.",
        )
    carried = [c for c in allowed if c.capacity is None or stop.volume <= c.capacity]
    if not carried:
        return Reason(
            why=Why.TOO_LARGE,
            vi=f"{stop.volume} bưu gửi nhiều hơn sức chứa của mọi bưu tá.",
            en=f"Its {stop.volume} items are more than any courier can carry.",
        )
    nearest: tuple[Misfit, str] | None = None
    for courier in carried:
        misfits = drive(problem, courier, [stop]).misfits
        if not misfits:
            return None
        if nearest is None or misfits[0].excess < nearest[0].excess:
            nearest = misfits[0], courier.key
    assert nearest is not None
    misfit, key = nearest
    minutes = -(-misfit.excess // 60)
    if misfit.ill is Ill.WINDOW:
        return Reason(
            why=Why.WINDOW,
            vi=f"Khung giờ {_windows(stop)} không bưu tá nào đến kịp: {key} sớm nhất cũng trễ {minutes} phút.",
            en=f"Nobody can be there at {_windows(stop)}: courier {key} comes nearest, {minutes} min late.",
            courier=key,
            seconds=misfit.excess,
        )
    return Reason(
        why=Why.TOO_FAR,
        vi=f"Đi và về không vừa ca làm việc nào: {key} thiếu {minutes} phút.",
        en=f"Going there and back fits no shift: courier {key} is {minutes} min short.",
        courier=key,
        seconds=misfit.excess,
    )


def _windows(stop: Stop) -> str:
    return ", ".join(f"{clock_time(window.opens)}–{clock_time(window.closes)}" for window in stop.windows)


def kept_locks(problem: Problem) -> dict[str, list[Stop]]:
    """The locked stops that can still be driven, in order, by courier.

    A locked stop that does not fit behind the kept ones before it (its window has
    passed by now) is let go; the rest of the lock stands. A rule of the problem
    alone, so that planner and checker agree.
    """
    kept: dict[str, list[Stop]] = {}
    for courier in problem.couriers:
        route: list[Stop] = []
        for key in problem.locks.get(courier.key, ()):
            longer = [*route, problem.stop_named[key]]
            if not drive(problem, courier, longer).misfits:
                route = longer
        kept[courier.key] = route
    return kept


def let_go(problem: Problem, locks: Mapping[str, Sequence[Stop]]) -> dict[str, Reason]:
    """The reason for each locked stop that `locks`, the kept ones, no longer hold."""
    gone = {}
    for key, keys in problem.locks.items():
        held = {stop.key for stop in locks[key]}
        for stop in keys:
            if stop not in held:
                gone[stop] = Reason(
                    why=Why.LOCK,
                    vi=f"Đã ghim cho bưu tá {key} nhưng không còn kịp ở vị trí đó.",
                    en=f"It was locked to courier {key}, but does not fit there any more.",
                    courier=key,
                )
    return gone


def fitting(problem: Problem, orders: Mapping[str, Sequence[str]]) -> Orders:
    """`orders` made faultless: kept locks first, then what is known, allowed and fits, in the order given.

    Stops that do not fit are taken out, the cheapest to leave first among those to blame.
    """
    locks = kept_locks(problem)
    held = {stop.key for stops in locks.values() for stop in stops} | set(let_go(problem, locks))
    routes: Orders = {}
    seen = set(held)
    for courier in problem.couriers:
        route = list(locks[courier.key])
        for key in orders.get(courier.key, ()):
            stop = problem.stop_named.get(key)
            if stop is not None and key not in seen and courier.may_serve(stop):
                seen.add(key)
                route.append(stop)
        routes[courier.key] = _trimmed(problem, courier, route, len(locks[courier.key]))
    return routes


def _trimmed(problem: Problem, courier: Courier, route: list[Stop], locked: int) -> list[Stop]:
    while len(route) > locked and (misfits := drive(problem, courier, route).misfits):
        first = misfits[0].position
        if first is not None and first >= locked and not problem.stop_named[route[first].key].mandatory:
            worst = first
        else:
            # A late stop may be the fault of anything before it: the one that is cheapest to leave goes.
            until = len(route) if first is None or first < locked else first + 1
            worst = min(range(locked, until), key=lambda at: (problem.cost_of_leaving(route[at]), -at))
        route = [*route[:worst], *route[worst + 1 :]]
    return route


@dataclass(frozen=True, kw_only=True)
class Held:
    """A courier's route while stops are added to it. The first `locked` stops stay where they are.

    `room` is the most that can be added, in seconds: nothing longer fits before the last moment.
    """

    courier: Courier
    route: tuple[Stop, ...]
    locked: int
    driven: Drive
    cost: int
    room: int


def held(problem: Problem, courier: Courier, route: Sequence[Stop], locked: int) -> Held:
    """The route put on the clock."""
    driven = drive(problem, courier, route)
    waiting = sum(driven.starts) - sum(driven.arrivals)
    return Held(
        courier=courier,
        route=tuple(route),
        locked=locked,
        driven=driven,
        cost=soft_cost(problem, courier, driven),
        room=courier.must_end - driven.returns_at + waiting,
    )


def insert(
    problem: Problem, routes: Orders, *, deadline: float | None = None, otherwise: Reason = NOT_TRIED
) -> tuple[Plan, bool]:
    """Add every stop that is in no route where it costs least, the most pressing first; nothing planned is moved.

    `routes` must be faultless (see `fitting`). Ends at `deadline` (time.monotonic);
    what was not tried by then is left for the reason `otherwise`. Returns the plan,
    with a reason for each stop left, and whether all were tried.
    """
    locks = kept_locks(problem)
    reasons = let_go(problem, locks)
    day = {c.key: held(problem, c, routes.get(c.key, ()), len(locks[c.key])) for c in problem.couriers}
    planned = {stop.key for one in day.values() for stop in one.route}
    waiting = [stop for stop in problem.stops if stop.key not in planned and stop.key not in reasons]
    waiting.sort(key=lambda stop: (-problem.cost_of_leaving(stop), _slack(stop), stop.key))
    complete = True
    for count, stop in enumerate(waiting):
        if deadline is not None and time.monotonic() > deadline:
            reasons |= {late.key: why_never(problem, late) or otherwise for late in waiting[count:]}
            complete = False
            break
        place, nearest = cheapest_place(problem, day, stop)
        if place is not None and place.cost <= problem.cost_of_leaving(stop):
            one = day[place.courier]
            longer = [*one.route[: place.position], stop, *one.route[place.position :]]
            day[place.courier] = held(problem, one.courier, longer, one.locked)
        elif place is not None:
            reasons[stop.key] = _dearer(problem, stop, place)
        else:
            reasons[stop.key] = why_never(problem, stop) or _no_room(stop, nearest)
    orders = {key: [stop.key for stop in one.route] for key, one in day.items()}
    return timed(problem, orders, reasons=reasons), complete


def _slack(stop: Stop) -> int:
    return sum(window.closes - window.opens for window in stop.windows) if stop.windows else LATEST


def cheapest_place(
    problem: Problem, day: Mapping[str, Held], stop: Stop
) -> tuple[Place | None, tuple[Misfit, str] | None]:
    """Where `stop` fits at least cost behind the locked stops, and, if nowhere, what came nearest, with its courier."""
    best: Place | None = None
    nearest: tuple[Misfit, str] | None = None
    for key, one in day.items():
        for position, detour in _positions(problem, one, stop):
            # The positions come in this order too, so no later one of this route can be cheaper.
            if best is not None and _at_least(problem, one, stop, detour) >= best.cost:
                break
            short = detour + stop.service_seconds - one.room
            if short > 0:
                misfit = Misfit(ill=Ill.SHIFT, position=None, excess=short)
            else:
                driven = drive(problem, one.courier, [*one.route[:position], stop, *one.route[position:]])
                if not driven.misfits:
                    added = soft_cost(problem, one.courier, driven) - one.cost
                    if best is None or added < best.cost:
                        best = Place(courier=key, position=position, cost=added)
                    continue
                misfit = driven.misfits[0]
            if nearest is None or misfit.excess < nearest[0].excess:
                nearest = misfit, key
            if short > 0:
                break
    return best, nearest


def _at_least(problem: Problem, one: Held, stop: Stop, detour: int) -> int:
    """What a visit with this detour costs when it makes nothing late."""
    work = one.driven.seconds + one.driven.service
    uneven = imbalance(problem, one.courier, work + detour + stop.service_seconds)
    if one.route:
        uneven -= imbalance(problem, one.courier, work)
    weights = problem.weights
    away = weights.away * one.courier.away.get(stop.key, 0)
    return weights.travel * detour + uneven + away + (0 if one.route else one.courier.fixed_cost)


def _positions(problem: Problem, one: Held, stop: Stop) -> list[tuple[int, int]]:
    """(position, seconds of detour) in a route, the shortest detours first; none if the courier may not serve it."""
    if not one.courier.may_serve(stop):
        return []
    seconds = problem.matrix_of(one.courier).seconds
    places = np.array([one.courier.start, *(other.place for other in one.route), one.courier.end])[one.locked :]
    before, after = places[:-1], places[1:]
    detours = seconds[before, stop.place] + seconds[stop.place, after]
    if one.route:
        detours = detours - seconds[before, after]
    nearest = np.argsort(detours, kind="stable")[:PLACES_TRIED]
    return [(one.locked + int(at), int(detours[at])) for at in nearest]


def _dearer(problem: Problem, stop: Stop, place: Place) -> Reason:
    spent, saved = -(-place.cost // 60), problem.cost_of_leaving(stop) // 60
    return Reason(
        why=Why.DEARER,
        vi=f"Ghé điểm này tốn thêm {spent} phút của {place.courier}; để sang ngày sau chỉ tính {saved} phút.",
        en=f"Visiting it would cost {spent} min of courier {place.courier}; leaving it costs {saved} min.",
        courier=place.courier,
        seconds=place.cost,
    )


def _no_room(stop: Stop, nearest: tuple[Misfit, str] | None) -> Reason:
    if nearest is None:
        return FULL
    misfit, courier = nearest
    minutes = -(-misfit.excess // 60)
    match misfit.ill:
        case Ill.WINDOW:
            window = _windows(stop)
            vi = f"Không vừa tuyến của bưu tá {courier}: trễ khung giờ {minutes} phút."
            en = f"It does not fit courier {courier}'s route: a window is missed by {minutes} min."
            if window:
                vi = f"Khung giờ {window} không vừa tuyến của bưu tá {courier}: trễ {minutes} phút."
                en = f"Its window {window} does not fit courier {courier}'s route: {minutes} min late."
        case Ill.SHIFT:
            vi = f"Ca của bưu tá {courier} đã kín: thiếu {minutes} phút."
            en = f"Courier {courier}'s shift is full: {minutes} min short."
        case Ill.CAPACITY:
            vi = f"Bưu tá {courier} đã đầy hàng: thừa {misfit.excess} bưu gửi."
            en = f"Courier {courier}'s bag is full: {misfit.excess} items too many."
        case _:
            vi = f"Bưu tá {courier} đã đủ số điểm phát."
            en = f"Courier {courier} has the most stops a day may have."
    timely = misfit.ill in (Ill.WINDOW, Ill.SHIFT)
    return Reason(why=Why.NO_ROOM, vi=vi, en=en, courier=courier, seconds=misfit.excess if timely else None)
