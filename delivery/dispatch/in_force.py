"""A plan in force as values: what is done, what still lies ahead and for whom, what is pinned, and what came in since.

An envelope in a courier's bag can only be brought by that courier. One on the shelf goes to somebody who has not left
yet. An agency's point may be called at by anybody: what it hands over comes back to the office in any case
(docs/decisions/0017).
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from uuid import UUID

from delivery.dispatch.accepting import in_words
from delivery.dispatch.day import Call, OfficeDay, PlannedItem, on_duty, problem_for, travel_between
from delivery.rules.calendar import HalfDay, vietnam_instant
from delivery.rules.states import State
from delivery.rules.urgency import Hours, common_hours, visiting_hours
from delivery.steps.points import located
from delivery.store.agencies import HandoverPoint
from delivery.store.items import Holder, HolderKind, Item, NextStep
from delivery.store.queries.desk_routes import points_named
from delivery.store.queries.due import couriers_on_duty
from delivery.store.queries.in_force import routes_in_force
from delivery.store.queries.policies import policy_of
from delivery.store.routes import Plan, Route, StopKind
from delivery.store.routes import Stop as Row
from delivery.store.work import Work
from routing import plan as routed
from routing.learning import Service
from routing.matrix import Point
from routing.problem import DAY, LATEST, Break, Courier, Problem, Stop, Window


@dataclass(frozen=True, kw_only=True)
class InForce:
    """The rest of a day, planned and not. `orders` are the stops' keys as they stand, by courier.

    `stops` and `routes` name the rows; a stop whose items changed has none, and needs a new one. `came_from` is where
    a courier who is `under_way` was last (None: at the office). `pinned` are the keys that the dispatcher pinned,
    `settled` the rows of each route at which nothing is to be done any more. `freed` are the rows on
    the routes of couriers who fell out before taking them, and their keys: in no order, for anybody to bring. `names`
    are the couriers', by key.
    """

    plan_id: UUID
    office_day: OfficeDay
    orders: Mapping[str, tuple[str, ...]]
    stops: Mapping[str, UUID]
    routes: Mapping[str, UUID]
    under_way: frozenset[str]
    came_from: Mapping[str, UUID | None]
    pinned: Mapping[str, datetime]
    settled: Mapping[str, tuple[UUID, ...]]
    freed: Mapping[UUID, tuple[str, ...]]
    names: Mapping[str, str]

    @property
    def problem(self) -> Problem:
        """What a planner gets: locks are the pins, couriers under way start where and when they are."""
        return self.office_day.problem

    @property
    def calls(self) -> Mapping[str, Call]:
        """What each stop of the problem is."""
        return self.office_day.calls

    @cached_property
    def plan(self) -> routed.Plan:
        """The orders as they stand, on the clock from now on. What was promised may have become impossible."""
        return routed.timed(self.problem, self.orders)

    def in_the_bag(self, key: str) -> bool:
        """Whether the stop's items are out with a courier."""
        only = self.problem.stop_named[key].couriers
        return only is not None and only <= self.under_way and bool(only)

    def in_words(self, key: str, text: str) -> str:
        """A planner's sentence about a stop, with couriers' names and the hours that its addressee knows."""
        return in_words(self.calls[key], text, self.names)

    def key_of(self, stop_id: UUID) -> str | None:
        """The key of a row that lies ahead; None when nothing is to be done there any more."""
        return next((key for key, row in self.stops.items() if row == stop_id), None)


@dataclass(frozen=True, kw_only=True)
class _Carried:
    """A stop whose items are out with its courier."""

    row: Row
    courier: str
    items: tuple[Item, ...]
    hours: Hours
    service: Service

    @property
    def key(self) -> str:
        return self.items[0].number

    @property
    def service_seconds(self) -> int:
        return self.service.of(len(self.items))


def in_force(unit: Work, plan: Plan) -> InForce:
    """Read what is left of the plan's day at the unit's now. Locks nothing (and records openings)."""
    base = problem_for(unit, office_id=plan.office_id, day=plan.day)
    routes = routes_in_force(unit, plan.id)
    ahead = [route for route in routes if route.closed_at is None]
    away = {str(route.courier_id): route for route in ahead if route.taken_at is not None}
    home = {str(route.courier_id) for route in routes if route.closed_at is not None} - away.keys()
    carried = [each for route in away.values() for each in _carried(unit, route, plan.day, base.tempo.times.service)]
    points, at = _places(unit, base, carried, away)
    now = seconds_of(unit.now, plan.day)
    rows = {str(row.id): row for row in couriers_on_duty(unit, plan.office_id) if str(row.id) not in home}
    rows |= {key: route.courier for key, route in away.items() if key not in rows}
    names = {key: row.staff.display_name for key, row in rows.items()}
    travel = travel_between(points)
    couriers = [
        _from_now(on_duty(row, base.tempo, travel), now, away=key in away, start=at[key]) for key, row in rows.items()
    ]
    at_the_office = frozenset(rows) - away.keys()
    stops = [
        replace(stop, couriers=at_the_office) if base.calls[stop.key].kind is StopKind.DELIVERY else stop
        for stop in base.problem.stops
    ]
    stops += [_bound(each, at[each.key]) for each in carried]
    calls = {**base.calls, **{each.key: _call(each) for each in carried}}
    ordered = _Ordered(ahead, rows.keys(), calls, carried)
    problem = Problem(
        matrix=travel(base.tempo.profile),
        stops=tuple(stops),
        couriers=tuple(couriers),
        locks=_locks(ordered.orders, ordered.pinned),
    )
    return InForce(
        plan_id=plan.id,
        office_day=replace(base, problem=problem, calls=calls, points=tuple(points)),
        orders={key: tuple(keys) for key, keys in ordered.orders.items() if keys},
        stops=ordered.rows,
        routes={str(route.courier_id): route.id for route in ahead},
        under_way=frozenset(away),
        came_from={key: last.id if (last := _last_done(route)) else None for key, route in away.items()},
        pinned=ordered.pinned,
        settled=ordered.settled,
        freed=ordered.freed,
        names=names,
    )


def seconds_of(now: datetime, day: date) -> int:
    """Whole seconds since Vietnam's midnight of `day`, not below 0 and not beyond it."""
    passed = (now - vietnam_instant(day, time())) // timedelta(seconds=1)
    return min(max(passed, 0), DAY)


class _Ordered:
    """The rows of the open routes sorted by what they are now: ahead, under a key of the problem, freed, or settled."""

    def __init__(
        self,
        routes: Sequence[Route],
        couriers: Container[str],
        calls: Mapping[str, Call],
        carried: Sequence[_Carried],
    ) -> None:
        self.orders: dict[str, list[str]] = {}
        self.rows: dict[str, UUID] = {}
        self.pinned: dict[str, datetime] = {}
        self.settled: dict[str, tuple[UUID, ...]] = {}
        self.freed: dict[UUID, tuple[str, ...]] = {}
        bound = {each.row.id: each.key for each in carried}
        due = {item.id: call.key for call in calls.values() for item in call.items}
        points = {call.point_id: call.key for call in calls.values() if call.point_id is not None}
        seen: set[str] = set()
        for route in routes:
            courier, settled = str(route.courier_id), []
            order = self.orders.setdefault(courier, []) if courier in couriers else None
            for row in route.stops:
                if row.done_at is not None or row.kind is StopKind.RETURN:
                    keys: list[str] = []
                elif row.handover_point_id is not None:
                    keys = [points[row.handover_point_id]] if row.handover_point_id in points else []
                elif route.taken_at is not None:
                    keys = [bound[row.id]] if row.id in bound else []
                else:
                    keys = list(dict.fromkeys(due[line.item_id] for line in row.items if line.item_id in due))
                untouched = row.done_at is not None or row.kind is StopKind.RETURN
                if not keys and (untouched or (route.taken_at is not None and row.items)):
                    settled.append(row.id)
                if order is None:
                    self.freed[row.id] = tuple(keys)
                    continue
                for key in keys:
                    if key in seen:
                        continue
                    seen.add(key)
                    order.append(key)
                    if row.pinned_at is not None:
                        self.pinned[key] = row.pinned_at
                    if row.id in bound or _same(row, calls[key]):
                        self.rows[key] = row.id
            self.settled[courier] = tuple(settled)
        self.freed = {row: tuple(key for key in keys if key not in seen) for row, keys in self.freed.items()}


def _same(row: Row, call: Call) -> bool:
    return row.handover_point_id == call.point_id and {line.item_id for line in row.items} == {
        item.id for item in call.items
    }


def _locks(orders: Mapping[str, Sequence[str]], pinned: Mapping[str, datetime]) -> dict[str, tuple[str, ...]]:
    """Each order up to its last pinned stop: what comes before a pin decides when it is reached."""
    locks = {}
    for courier, keys in orders.items():
        last = max((at for at, key in enumerate(keys) if key in pinned), default=-1)
        if last >= 0:
            locks[courier] = tuple(keys[: last + 1])
    return locks


def _carried(unit: Work, route: Route, day: date, service: Service) -> list[_Carried]:
    found = []
    holder = Holder(HolderKind.COURIER, route.courier_id)
    for row in route.stops:
        if row.done_at is not None or row.handover_point_id is not None:
            continue
        members: list[tuple[Item, Hours]] = []
        for line in sorted(row.items, key=lambda line: line.item.number):
            item = line.item
            out = item.state is State.OUT_FOR_DELIVERY and item.holder == holder
            if not out or line.outcome or item.recalled_at is not None or item.next_step is not NextStep.DELIVER:
                continue
            half_day = HalfDay(item.half_day) if item.half_day else None
            hours = visiting_hours(policy_of(unit, item), day, not_before=item.not_before, half_day=half_day)
            if hours is not None:
                members.append((item, hours))
        if members:
            first = members[0][1]
            shared = reduce(lambda known, each: common_hours(known, each[1]) or known, members, first)
            items = tuple(item for item, _ in members)
            found.append(_Carried(row=row, courier=str(route.courier_id), items=items, hours=shared, service=service))
    return found


def _call(carried: _Carried) -> Call:
    return Call(
        key=carried.key,
        kind=StopKind.DELIVERY,
        hours=carried.hours,
        items=tuple(
            PlannedItem(id=item.id, number=item.number, not_before=item.not_before, half_day=item.half_day)
            for item in carried.items
        ),
        service=carried.service,
    )


def _bound(carried: _Carried, place: int) -> Stop:
    # Nobody else can bring it and it is not left out: what comes too late for its hours comes late, and is seen to.
    opens, closes = carried.hours
    return Stop(
        key=carried.key,
        place=place,
        service_seconds=carried.service_seconds,
        windows=(Window(opens=opens, closes=LATEST),),
        promised_by=max(opens, closes - carried.service_seconds),
        couriers=frozenset({carried.courier}),
        volume=len(carried.items),
    )


def _from_now(courier: Courier, now: int, *, away: bool, start: int) -> Courier:
    begins = now if away else max(courier.shift_start, now)
    ends = max(courier.shift_end, begins)
    return replace(
        courier,
        start=start if away else courier.start,
        shift_start=begins,
        shift_end=ends,
        # What is in the bag is brought or brought back: overtime has its price, but no end.
        most_overtime=LATEST - ends if away else courier.most_overtime,
        capacity=None if away else courier.capacity,
        rest=_rest(courier.rest, begins),
    )


def _rest(rest: Break | None, now: int) -> Break | None:
    """The break that is still to be taken; after its last hour it was."""
    if rest is None or rest.latest < now:
        return None
    return replace(rest, earliest=max(rest.earliest, now))


def _last_done(route: Route) -> Row | None:
    done = [row for row in route.stops if row.done_at is not None]
    return max(done, key=lambda row: (row.done_at, row.position), default=None)


class _At(dict[str, int]):
    """Places by key of stop or courier; whoever is not named stands at the office."""

    def __missing__(self, key: str) -> int:
        return 0


def _places(
    unit: Work, base: OfficeDay, carried: Sequence[_Carried], away: Mapping[str, Route]
) -> tuple[list[Point], Mapping[str, int]]:
    """The base's points and behind them those of what is carried and of where couriers were last."""
    points, at = list(base.points), _At()
    last = {key: row for key, route in away.items() if (row := _last_done(route)) is not None}
    named = points_named(unit, list(last.values()))
    households = [(each.key, each.items) for each in carried]
    households += [(key, tuple(line.item for line in row.items)) for key, row in last.items() if row.items]
    found = located(unit, [items for _, items in households])
    for (key, _), spot in zip(households, found, strict=True):
        at[key] = len(points)
        points.append(Point(lat=spot.lat, lon=spot.lon))
    for key, row in last.items():
        if row.handover_point_id is not None:
            point: HandoverPoint = named[row.handover_point_id]
            at[key] = len(points)
            points.append(Point(lat=point.lat, lon=point.lon))
    return points, at
