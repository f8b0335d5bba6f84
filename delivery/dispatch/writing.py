"""Writes a changed plan onto the rows of the one in force: stops are moved, not made anew, while a phone shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import time
from uuid import UUID

from sqlalchemy import select

from delivery.dispatch.in_force import InForce
from delivery.rules.calendar import vietnam_instant
from delivery.steps.points import put_spot
from delivery.store.base import Json, new_id
from delivery.store.items import Item
from delivery.store.queries.in_force import routes_in_force
from delivery.store.routes import Plan, Route, Stop, StopItem
from delivery.store.work import Work
from routing import plan as routed
from routing.faults import faults
from routing.matrix import Matrix
from routing.whatif import reordered


def write(unit: Work, plan: Plan, day: InForce, after: routed.Plan, *, left: Sequence[Json]) -> Mapping[str, UUID]:
    """Make `after` the plan in force, for the rows that the caller has locked; the row of each stop planned.

    What is settled keeps its place at the front of its route. `left` is what the desk shows as not planned. A plan
    with a fault is a programming error.
    """
    wrong = faults(day.problem, after)
    assert wrong == [], f"A plan with a fault: {wrong[0].words}"
    writing = _Writing(unit, plan, day)
    # Nothing read on the way depends on what is written: a whole day goes out in a few statements.
    with unit.session.no_autoflush:
        for courier in dict.fromkeys((*day.names, *day.routes)):
            writing.route(courier, after)
    plan.cost = asdict(routed.cost(day.problem, after))
    plan.unplanned = list(left)
    # Reckoned by the straight line from now on, whatever the plan began with (docs/decisions/0017).
    plan.roads = []
    writing.sweep()
    return writing.written


class _Writing:
    def __init__(self, unit: Work, plan: Plan, day: InForce) -> None:
        self._unit, self._plan, self._day = unit, plan, day
        self._routes = {route.id: route for route in routes_in_force(unit, plan.id)}
        self._rows = {row.id: row for route in self._routes.values() for row in route.stops}
        self.written: dict[str, UUID] = {}
        self._unused = {
            row.id: row
            for courier, route_id in day.routes.items()
            for row in self._routes[route_id].stops
            if row.id not in day.settled[courier]
        }
        # Positions are unique within a route at every moment: all step aside before the first is taken.
        for aside, row in enumerate(self._rows.values(), start=1):
            if row.id in self._unused or any(row.id in ids for ids in day.settled.values()):
                row.position = -aside
        unit.session.flush()

    def route(self, courier: str, after: routed.Plan) -> None:
        """Put the courier's stops into their new order; who is under way is told how many moved."""
        planned = next((route for route in after.routes if route.courier == courier), None)
        row = self._routes[self._day.routes[courier]] if courier in self._day.routes else None
        if row is None:
            if planned is None:
                return
            row = self._new_route(courier)
        elif planned is not None and row.taken_at is None:
            row.vehicle = self._day.office_day.vehicle_of(courier)
        position = 0
        for stop_id in self._day.settled.get(courier, ()):
            position += 1
            self._rows[stop_id].position = position
        if planned is not None:
            self._drive(row, planned, position)
        self._measure(row, courier, planned)
        was, becomes = self._day.orders.get(courier, ()), planned.stops if planned is not None else ()
        if row.taken_at is not None and was != becomes:
            row.changed_at, row.moved_stops = self._unit.now, reordered(was, becomes)

    def _drive(self, row: Route, planned: routed.Route, settled: int) -> None:
        """Put what is planned behind the `settled` rows."""
        problem, courier = self._day.problem, self._day.problem.courier_named[planned.courier]
        place, before, matrix = courier.start, self._day.came_from.get(courier.key), problem.matrix_of(courier)
        for position, visit in enumerate(planned.visits, start=settled + 1):
            stop = self._stop(visit, row, position)
            at = problem.stop_named[visit.stop]
            stop.came_from = before
            stop.leg_metres, stop.leg_seconds = _leg(matrix, place, at.place)
            stop.service_seconds = at.service_seconds
            place, before = at.place, stop.id

    def sweep(self) -> None:
        """Take away the rows at which nothing is to be done any more, and empty routes that nobody took."""
        self._unit.session.flush()
        for row in self._unused.values():
            for line in row.items:
                self._unit.session.delete(line)
            self._unit.session.delete(row)
        self._unit.session.flush()
        for route in self._routes.values():
            left = select(Stop.id).where(Stop.route_id == route.id).limit(1)
            if route.taken_at is None and self._unit.session.scalar(left) is None:
                self._unit.session.delete(route)
        self._unit.session.flush()
        # What was moved and taken away is read anew by whoever shows it next.
        self._unit.session.expire_all()

    def _new_route(self, courier: str) -> Route:
        route = Route(
            id=new_id(),
            plan_id=self._plan.id,
            office_id=self._plan.office_id,
            courier_id=UUID(courier),
            day=self._plan.day,
            vehicle=self._day.office_day.vehicle_of(courier),
            metres=0,
            seconds=0,
        )
        self._unit.session.add(route)
        self._routes[route.id] = route
        return route

    def _stop(self, visit: routed.Visit, route: Route, position: int) -> Stop:
        """The stop's row, moved to its place; a new one for a stop that has none or other items now."""
        known = self._day.stops.get(visit.stop)
        row = self._unused.pop(known) if known is not None else self._new_stop(visit.stop)
        row.route_id, row.position = route.id, position
        row.arrives, row.starts, row.leaves = visit.arrival, visit.start, visit.departure
        self._unit.session.add(row)
        self.written[visit.stop] = row.id
        return row

    def _new_stop(self, key: str) -> Stop:
        call = self._day.calls[key]
        row = Stop(
            id=new_id(),
            kind=call.kind,
            handover_point_id=call.point_id,
            window=next((item.half_day for item in call.items if item.half_day), None),
            pinned_at=self._day.pinned.get(key),
            items=[StopItem(item_id=item.id) for item in call.items],
        )
        if call.located is not None:
            ids = [item.id for item in call.items]
            items: Sequence[Item] = self._unit.session.scalars(select(Item).where(Item.id.in_(ids))).all()
            put_spot(self._unit, row, items, call.located)
        return row

    def _measure(self, row: Route, courier: str, planned: routed.Route | None) -> None:
        """What is driven already, by the legs of what is settled, and what is to be driven."""
        settled: Mapping[UUID, Stop] = {each: self._rows[each] for each in self._day.settled.get(courier, ())}
        driven = sum(stop.leg_metres or 0 for stop in settled.values() if stop.done_at is not None)
        row.metres = driven + (planned.metres if planned is not None else 0)
        if planned is None:
            return
        leaves = planned.leaves_at
        if row.taken_at is not None:
            leaves = int((row.taken_at - vietnam_instant(row.day, time())).total_seconds())
        row.seconds = max(0, planned.returns_at - leaves)


def _leg(matrix: Matrix, start: int, end: int) -> tuple[int, int]:
    return int(matrix.metres[start, end]), int(matrix.seconds[start, end])
