"""Plans in force and what is proposed for them, under lock where they are about to change."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from delivery.errors import NotFound, Refused
from delivery.store.items import Item
from delivery.store.people import Addressee
from delivery.store.queries.items import locked_many
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem
from delivery.store.staff import Courier, Staff
from delivery.store.work import Work


def routes_in_force(unit: Work, plan_id: UUID) -> Sequence[Route]:
    """The plan's routes with couriers, stops in order, items and addressees. Not locked."""
    lines = selectinload(Route.stops).selectinload(Stop.items).joinedload(StopItem.item)
    return unit.session.scalars(
        select(Route)
        .where(Route.plan_id == plan_id)
        .order_by(Route.id)
        .options(
            joinedload(Route.courier).joinedload(Courier.staff),
            lines.joinedload(Item.addressee).joinedload(Addressee.subject),
            lines.joinedload(Item.commune),
        )
    ).all()


def plan_in_force(unit: Work, office_id: UUID, day: date) -> Plan | None:
    """The plan that the office's couriers drive by on `day`, locked; None when there is none."""
    return unit.session.scalars(
        select(Plan)
        .where(Plan.office_id == office_id, Plan.day == day, Plan.replans.is_(None), Plan.state == PlanState.READY)
        .with_for_update(of=Plan)
        .execution_options(populate_existing=True)
    ).one_or_none()


def open_proposal(unit: Work, plan_id: UUID) -> Plan | None:
    """The proposal for a plan that is being made or waits for an answer, locked."""
    live = (PlanState.REQUESTED, PlanState.SOLVING, PlanState.READY)
    return unit.session.scalars(
        select(Plan)
        .where(Plan.replans == plan_id, Plan.state.in_(live))
        .with_for_update(of=Plan)
        .execution_options(populate_existing=True)
    ).one_or_none()


def proposals_for(unit: Work, plan_id: UUID) -> Sequence[Plan]:
    """All that was ever proposed for a plan, the latest first."""
    return unit.session.scalars(select(Plan).where(Plan.replans == plan_id).order_by(Plan.id.desc())).all()


def lock_to_change(unit: Work, plan_id: UUID, also: Sequence[UUID]) -> Plan:
    """Lock a plan in force with its routes, its items and `also`, and its stops, in the order that couriers' reports
    lock theirs; what was read before is read anew.

    Raises NotFound for an unknown plan, Refused when it is not in force any more.
    """
    plan = unit.session.scalars(
        select(Plan).where(Plan.id == plan_id).with_for_update(of=Plan).execution_options(populate_existing=True)
    ).one_or_none()
    if plan is None or plan.replans is not None:
        raise NotFound("plan-not-found", vi="Không có kế hoạch này.", en="There is no such plan.")
    if plan.state is not PlanState.READY:
        raise Refused(
            "plan-not-in-force",
            vi="Kế hoạch này không còn hiệu lực. Mở lại kế hoạch trong ngày.",
            en="This plan is not in force any more. Open the day's plan again.",
        )
    anew = {"populate_existing": True}
    routes = select(Route).where(Route.plan_id == plan_id).order_by(Route.id)
    unit.session.scalars(routes.with_for_update(of=Route).execution_options(**anew)).all()
    planned = select(StopItem.item_id).join(Stop).join(Route).where(Route.plan_id == plan_id)
    locked_many(unit, {*unit.session.scalars(planned), *also})
    stops = select(Stop).join(Route).where(Route.plan_id == plan_id).order_by(Stop.id)
    unit.session.scalars(stops.with_for_update(of=Stop).execution_options(**anew)).all()
    lines = select(StopItem).join(Stop).join(Route).where(Route.plan_id == plan_id)
    unit.session.scalars(lines.execution_options(**anew)).all()
    return plan


def stop_at(unit: Work, office_id: UUID, stop_id: UUID, *, lock: bool = False) -> Stop:
    """A stop of one of the office's routes, with route and plan; another office's reads as unknown."""
    query = (
        select(Stop)
        .join(Route, Route.id == Stop.route_id)
        .where(Stop.id == stop_id, Route.office_id == office_id)
        .options(joinedload(Stop.route).joinedload(Route.plan))
    )
    if lock:
        query = query.with_for_update(of=Stop).execution_options(populate_existing=True)
    stop = unit.session.scalars(query).one_or_none()
    if stop is None:
        raise NotFound("stop-not-found", vi="Bưu cục này không có điểm dừng đó.", en="This office has no such stop.")
    return stop


def courier_names(unit: Work, office_id: UUID) -> dict[str, str]:
    """The display names of the office's couriers, by the key that planners know them by."""
    rows = unit.session.execute(
        select(Courier.id, Staff.display_name)
        .join(Staff, Staff.id == Courier.staff_id)
        .where(Courier.office_id == office_id)
    )
    return {str(courier_id): name for courier_id, name in rows}
