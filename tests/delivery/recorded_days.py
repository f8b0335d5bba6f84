"""Days that the couriers of Sài Gòn's office drove: slower than planned, longer at doors, with slips."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import numpy as np

from delivery.rules.calendar import WorkingCalendar, vietnam_instant
from delivery.store.base import new_id
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem, StopKind
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import Town

CLERK = "staff:clerk"
STOPS = 14
AFTER_NOON = 9
LEGS_A_ROUTE = STOPS - 6
"""One leg is from the office, three are lost around two stops visited in each other's turn, one has the planned rest
at noon; and one stop comes back unvisited."""


def recorded_days(
    wiring: Wiring, town: Town, days: int, *, until: date, door: float = 260, slower: float = 1.5, first: int = 9_000
) -> None:
    """`days` working days before `until` with a route of each of the office's two couriers, closed in the evening."""
    random = np.random.default_rng(7)
    calendar = WorkingCalendar()
    with wiring.work(CLERK) as unit:
        items = [item.id for item in made_items(unit, town, STOPS, first=first)]
        for back in range(days, 0, -1):
            day = calendar.before(until, back)
            plan = Plan(
                id=new_id(),
                office_id=town.sai_gon,
                day=day,
                state=PlanState.REPLACED,
                requested_by=CLERK,
                requested_at=vietnam_instant(day, time(6)),
            )
            unit.session.add(plan)
            for login in ("courier.sg.1", "courier.sg.2"):
                route = Route(
                    id=new_id(),
                    office_id=town.sai_gon,
                    courier_id=town.couriers[login],
                    day=day,
                    vehicle="motorbike",
                    metres=1,
                    seconds=1,
                    taken_at=vietnam_instant(day, time(7, 40)),
                    closed_at=vietnam_instant(day, time(17)),
                )
                route.plan = plan
                route.stops = _stops(random, day, items, door=door, slower=slower)
                unit.session.add(route)


def _stops(random: np.random.Generator, day: date, items: list[UUID], *, door: float, slower: float) -> list[Stop]:
    planned, clock = 8 * 3_600, vietnam_instant(day, time(8))
    stops: list[Stop] = []
    for position, item in enumerate(items, start=1):
        metres = int(random.exponential(700))
        leg = round(metres / (20 / 3.6)) + 20
        if position == AFTER_NOON:
            planned, clock = 13 * 3_600 + 1_800, vietnam_instant(day, time(13, 30))
        planned += leg
        clock += timedelta(seconds=float((metres / (20 / 3.6) * slower + 20 + door) * random.uniform(0.85, 1.15)))
        stops.append(
            Stop(
                id=new_id(),
                position=position,
                kind=StopKind.DELIVERY,
                arrives=planned,
                starts=planned,
                leaves=planned + 150,
                came_from=stops[-1].id if stops else None,
                leg_metres=metres,
                leg_seconds=leg,
                service_seconds=150,
                done_at=clock,
                items=[StopItem(item_id=item, outcome="delivered")],
            )
        )
        planned += 150
    _slips(stops, vietnam_instant(day, time(17)))
    return stops


def _slips(stops: list[Stop], evening: datetime) -> None:
    # The fifth is visited after the sixth, and the last comes back without a visit.
    stops[4].done_at, stops[5].done_at = stops[5].done_at, stops[4].done_at
    stops[-1].done_at = evening
    stops[-1].items[0].outcome = "brought_back"
