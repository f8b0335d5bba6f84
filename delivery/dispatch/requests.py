"""Plans as rows: asked for at a page or by the evening job, claimed by a worker, given up in words."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select

from delivery.errors import Invalid, Refused
from delivery.store.base import new_id
from delivery.store.offices import Office
from delivery.store.queries.shelves import office_named
from delivery.store.routes import Plan, PlanState
from delivery.store.work import Work

DAYS_AHEAD: Final = 31


def request_plan(unit: Work, *, office_id: UUID, day: date) -> Plan:
    """Ask for a plan; a worker makes it. While one is being made that one is the answer.

    A plan that is ready gives way to the new one, unless a courier has taken a route of it. Raises NotFound for an
    unknown office, Invalid for a day that is over or too far ahead, Refused once a courier is under way.
    """
    office_named(unit, office_id)
    # The office's row orders two requests: the second finds the first one's plan. Rows that only refer to the
    # office (items, events) are not held up by a lock without the key.
    unit.session.scalars(select(Office.id).where(Office.id == office_id).with_for_update(key_share=True)).one()
    if not unit.today <= day <= unit.today + timedelta(days=DAYS_AHEAD):
        raise Invalid(
            "day-not-planned",
            vi=f"Chỉ lập tuyến từ hôm nay đến {DAYS_AHEAD} ngày tới; {day:%d/%m/%Y} nằm ngoài khoảng đó.",
            en=f"Plans are made from today to {DAYS_AHEAD} days ahead; {day:%Y-%m-%d} is not within.",
            pointer="/day",
        )
    live = _live_plan(unit, office_id, day)
    if live is not None and live.state is not PlanState.READY:
        return live
    if live is not None:
        if any(route.taken_at is not None for route in live.routes):
            raise Refused(
                "routes-taken",
                vi=f"Bưu tá đã nhận tuyến ngày {day:%d/%m/%Y}: không lập lại được nữa.",
                en=f"A courier has taken a route of {day:%Y-%m-%d}: it cannot be planned anew.",
            )
        live.state = PlanState.REPLACED
        unit.session.flush()
    plan = Plan(id=new_id(), office_id=office_id, day=day, requested_by=unit.actor, requested_at=unit.now)
    unit.session.add(plan)
    unit.session.flush()
    return plan


def claim_plan(unit: Work, *, lease: timedelta) -> Plan | None:
    """Take the oldest plan that nobody works on, for `lease` of real time; None when there is none.

    One whose worker died is taken again when its lease is over.
    """
    real = unit.clock.real()
    waiting = or_(
        Plan.state == PlanState.REQUESTED,
        and_(Plan.state == PlanState.SOLVING, Plan.lease_until < real),
    )
    plan = unit.session.scalars(
        select(Plan).where(waiting).order_by(Plan.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if plan is not None:
        plan.state, plan.lease_until, plan.progress = PlanState.SOLVING, real + lease, 0
    return plan


def note_progress(unit: Work, *, plan_id: UUID, percent: int) -> None:
    """Show how far the solver is; a plan that is settled already is left alone."""
    plan = unit.session.get_one(Plan, plan_id, with_for_update=True)
    if plan.state is PlanState.SOLVING:
        plan.progress = max(plan.progress, min(percent, 99))


def fail_plan(unit: Work, *, plan_id: UUID, trouble: str) -> None:
    """Give a plan up, with a sentence for the dispatcher, who may ask again."""
    plan = unit.session.get_one(Plan, plan_id, with_for_update=True)
    if plan.state is PlanState.SOLVING:
        plan.state, plan.trouble, plan.finished_at, plan.lease_until = PlanState.FAILED, trouble, unit.now, None


def _live_plan(unit: Work, office_id: UUID, day: date) -> Plan | None:
    live = (PlanState.REQUESTED, PlanState.SOLVING, PlanState.READY)
    return unit.session.scalars(
        select(Plan)
        .where(Plan.office_id == office_id, Plan.day == day, Plan.state.in_(live))
        .with_for_update(of=Plan)
        .execution_options(populate_existing=True)
    ).one_or_none()
