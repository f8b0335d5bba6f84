"""The solver's answer becomes routes, as far as the shelf still looks as it did."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from delivery.dispatch.day import Call, OfficeDay
from delivery.errors import NotFound, Refused
from delivery.steps.points import put_spot
from delivery.store.base import Json, new_id
from delivery.store.items import Item
from delivery.store.queries.due import is_still_due, points_to_call_at
from delivery.store.queries.in_force import courier_names
from delivery.store.queries.items import locked_many
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem
from delivery.store.work import Work
from routing import plan as routed
from routing.faults import faults
from routing.insertion import clock_time, fitting
from routing.plan import Reason, Why
from routing.problem import Problem
from routing.whatif import named

TOO_LATE = Reason(
    why=Why.NOT_TRIED,
    vi="Không còn vừa tuyến sau khi một điểm khác rút khỏi đó: lập lại để xếp.",
    en="It fits its route no more since another stop dropped out: plan again to place it.",
)


def accept_plan(unit: Work, *, plan_id: UUID, office_day: OfficeDay, plan: routed.Plan) -> None:
    """Store the routes. What changed since the day was read drops out, and what fits no more then; no state changes.

    Raises NotFound for an unknown plan, Refused when it is not being solved any more (another worker was faster, or it
    was replaced). A plan with a fault is a programming error and is never stored.
    """
    row = unit.session.get(Plan, plan_id, with_for_update=True)
    if row is None:
        raise NotFound("plan-not-found", vi="Không có kế hoạch này.", en="There is no such plan.")
    if row.state is not PlanState.SOLVING:
        raise Refused(
            "plan-settled",
            vi="Kế hoạch này đã được lập xong hoặc đã được thay thế.",
            en="This plan is finished or has been replaced.",
        )
    _assert_faultless(office_day.problem, plan)
    kept = _still_due(unit, office_day)
    reasons = {left.stop: left.reason for left in plan.unplanned}
    orders = {courier: [key for key in keys if key in kept] for courier, keys in plan.orders.items()}
    # Without a stop the way can be longer: times by road, and by the straight line where there is none, keep no
    # triangle rule.
    fit = {courier: [stop.key for stop in stops] for courier, stops in fitting(office_day.problem, orders).items()}
    late = {key: TOO_LATE for courier, keys in orders.items() for key in keys if key not in fit[courier]}
    final = routed.timed(office_day.problem, fit, reasons=reasons | late)
    _assert_faultless(office_day.problem, final)
    for route in final.routes:
        unit.session.add(_route(unit, row, office_day, route, kept))
    names = courier_names(unit, office_day.office_id)
    row.cost = asdict(routed.cost(office_day.problem, final))
    row.roads = list(office_day.roads)
    row.unplanned = [
        left_in_words(office_day.calls[left.stop], left, names) for left in final.unplanned if left.stop in kept
    ]
    row.state, row.progress, row.lease_until, row.finished_at = PlanState.READY, 100, None, unit.now
    unit.session.flush()


def _assert_faultless(problem: Problem, plan: routed.Plan) -> None:
    wrong = faults(problem, plan)
    assert wrong == [], f"A plan with a fault: {wrong[0].words}"


def _still_due(unit: Work, office_day: OfficeDay) -> dict[str, list[Item]]:
    """The calls that still stand, with the items that have not changed since the day was read."""
    ids = [item.id for call in office_day.calls.values() for item in call.items]
    now = {item.id: item for item in locked_many(unit, ids)}
    waiting = {point.id for point, _ in points_to_call_at(unit, office_day.office_id)}
    kept: dict[str, list[Item]] = {}
    for call in office_day.calls.values():
        same = [
            now[was.id]
            for was in call.items
            if is_still_due(now[was.id], office_day.office_id)
            and (now[was.id].not_before, now[was.id].half_day) == (was.not_before, was.half_day)
        ]
        if same or call.point_id in waiting:
            kept[call.key] = same
    return kept


def _route(
    unit: Work, plan: Plan, office_day: OfficeDay, route: routed.Route, kept: Mapping[str, Sequence[Item]]
) -> Route:
    problem = office_day.problem
    courier = problem.courier_named[route.courier]
    matrix = problem.matrix_of(courier)
    place, before = courier.start, None
    stops = []
    for position, visit in enumerate(route.visits, start=1):
        call, planned = office_day.calls[visit.stop], problem.stop_named[visit.stop]
        stops.append(
            Stop(
                id=new_id(),
                position=position,
                kind=call.kind,
                handover_point_id=call.point_id,
                arrives=visit.arrival,
                starts=visit.start,
                leaves=visit.departure,
                window=next((item.half_day for item in call.items if item.half_day), None),
                came_from=before,
                leg_metres=matrix.metres.item(place, planned.place),
                leg_seconds=matrix.seconds.item(place, planned.place),
                service_seconds=planned.service_seconds,
                items=[StopItem(item_id=item.id) for item in kept[visit.stop]],
            )
        )
        if call.located is not None:
            put_spot(unit, stops[-1], kept[visit.stop], call.located)
        place, before = planned.place, stops[-1].id
    return Route(
        plan_id=plan.id,
        office_id=office_day.office_id,
        courier_id=UUID(route.courier),
        day=office_day.day,
        vehicle=office_day.vehicle_of(route.courier),
        metres=route.metres,
        seconds=route.returns_at - route.leaves_at,
        stops=stops,
    )


def left_in_words(call: Call, left: routed.Unplanned, names: Mapping[str, str]) -> Json:
    """A stop that stays behind, and why, with the courier's name in place of the key."""
    return {
        "stop": left.stop,
        "items": [item.number for item in call.items],
        "why_vi": in_words(call, left.reason.vi, names),
        "why_en": in_words(call, left.reason.en, names),
    }


def in_words(call: Call, text: str, names: Mapping[str, str]) -> str:
    """A planner's sentence about a stop for people: with couriers' names, and the hours that the addressee knows.

    The planner's window ends where a visit must have begun; people are told when it must be over.
    """
    opens, closes = call.hours
    begun_by = f"{clock_time(opens)}–{clock_time(closes - call.service_seconds)}"
    return named(text, names).replace(begun_by, f"{clock_time(opens)}–{clock_time(closes)}")
