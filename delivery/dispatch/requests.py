"""Plans as rows: asked for at a page or by the evening job, claimed by a worker, given up in words.

Whoever makes a plan holds it under a lease, which is known by its end: a worker that was thought dead and comes back
finds another end there, and neither keeps nor gives up what is no longer its own.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from delivery.errors import Invalid, Refused
from delivery.store.base import new_id
from delivery.store.offices import Office
from delivery.store.queries.in_force import open_proposal
from delivery.store.queries.shelves import office_named
from delivery.store.routes import Plan, PlanState
from delivery.store.work import Work

DAYS_AHEAD: Final = 31


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A plan that is its holder's to make until `lease_until`, in real time."""

    plan_id: UUID
    office_id: UUID
    day: date
    lease_until: datetime


def check_day(unit: Work, day: date) -> None:
    """Raises Invalid for a day that is over or too far ahead to plan."""
    if not unit.today <= day <= unit.today + timedelta(days=DAYS_AHEAD):
        raise Invalid(
            "day-not-planned",
            vi=f"Chỉ lập tuyến từ hôm nay đến {DAYS_AHEAD} ngày tới; {day:%d/%m/%Y} nằm ngoài khoảng đó.",
            en=f"Plans are made from today to {DAYS_AHEAD} days ahead; {day:%Y-%m-%d} is not within.",
            pointer="/day",
        )


def request_plan(unit: Work, *, office_id: UUID, day: date) -> Plan:
    """Ask for a plan; a worker makes it. While one is being made that one is the answer.

    A plan that is ready gives way to the new one, unless a courier has taken a route of it. Raises NotFound for an
    unknown office, Invalid for a day that is over or too far ahead, Refused once a courier is under way.
    """
    _wait_for_turn(unit, office_id)
    check_day(unit, day)
    live = _live_plan(unit, office_id, day)
    if live is not None and live.state is not PlanState.READY:
        return live
    if live is not None:
        if any(route.taken_at is not None for route in live.routes):
            raise Refused(
                "routes-taken",
                vi=f"Bưu tá đã nhận tuyến ngày {day:%d/%m/%Y}: mở kế hoạch đó và lập lại phần còn lại.",
                en=f"A courier has taken a route of {day:%Y-%m-%d}: open that plan and re-plan what is left of it.",
            )
        live.state = PlanState.REPLACED
        unit.session.flush()
        waiting = open_proposal(unit, live.id)
        if waiting is not None:
            waiting.state, waiting.lease_until = PlanState.DISCARDED, None
    return _asked_for(unit, office_id, day)


def claim_missing(
    unit: Work, *, office_id: UUID, day: date, lease: timedelta, since: datetime
) -> tuple[Plan, Claim | None]:
    """The plan of an office's day, and the claim to make it if that is to be done now.

    It is asked for where there is none or only one that failed before `since`, in the world's time. One that waits is
    taken, and one whose worker died. There is no claim to a plan that is ready, that somebody is making, or that was
    given up after `since`. Raises like `request_plan`.
    """
    _wait_for_turn(unit, office_id)
    check_day(unit, day)
    plan = _live_plan(unit, office_id, day) or _given_up(unit, office_id, day, since)
    if plan is None:
        plan = _asked_for(unit, office_id, day)
    real = unit.clock.real()
    dead = plan.state is PlanState.SOLVING and plan.lease_until is not None and plan.lease_until < real
    if plan.state is PlanState.REQUESTED or dead:
        return plan, _claimed(plan, real + lease)
    return plan, None


def claim_plan(unit: Work, *, lease: timedelta) -> Claim | None:
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
    return None if plan is None else _claimed(plan, real + lease)


def keep_claim(unit: Work, claim: Claim, *, lease: timedelta, percent: int) -> Claim:
    """Hold on to a plan for another `lease` and show how far it is; one that is lost stays lost."""
    until = unit.clock.real() + lease
    kept = unit.session.scalar(
        update(Plan)
        .where(*_held(claim))
        .values(lease_until=until, progress=func.greatest(Plan.progress, min(percent, 99)))
        .returning(Plan.id)
    )
    return claim if kept is None else replace(claim, lease_until=until)


def give_back(unit: Work, claim: Claim) -> None:
    """Let another worker make the plan, at once."""
    unit.session.execute(
        update(Plan).where(*_held(claim)).values(state=PlanState.REQUESTED, lease_until=None, progress=0)
    )


def fail_plan(unit: Work, claim: Claim, *, trouble: str) -> None:
    """Give a plan up, with a sentence for the dispatcher, who may ask again. One that is lost is left alone."""
    unit.session.execute(
        update(Plan)
        .where(*_held(claim))
        .values(state=PlanState.FAILED, trouble=trouble, finished_at=unit.now, lease_until=None)
    )


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return Plan.id == claim.plan_id, Plan.state == PlanState.SOLVING, Plan.lease_until == claim.lease_until


def _claimed(plan: Plan, until: datetime) -> Claim:
    plan.state, plan.lease_until, plan.progress = PlanState.SOLVING, until, 0
    return Claim(plan_id=plan.id, office_id=plan.office_id, day=plan.day, lease_until=until)


def _wait_for_turn(unit: Work, office_id: UUID) -> None:
    office_named(unit, office_id)
    # The office's row orders two requests: the second finds the first one's plan. Rows that only refer to the
    # office (items, events) are not held up by a lock without the key.
    unit.session.scalars(select(Office.id).where(Office.id == office_id).with_for_update(key_share=True)).one()


def _asked_for(unit: Work, office_id: UUID, day: date) -> Plan:
    plan = Plan(id=new_id(), office_id=office_id, day=day, requested_by=unit.actor, requested_at=unit.now)
    unit.session.add(plan)
    unit.session.flush()
    return plan


def _given_up(unit: Work, office_id: UUID, day: date, since: datetime) -> Plan | None:
    return unit.session.scalars(
        select(Plan)
        .where(
            Plan.office_id == office_id,
            Plan.day == day,
            Plan.replans.is_(None),
            Plan.state == PlanState.FAILED,
            Plan.finished_at >= since,
        )
        .order_by(Plan.id.desc())
        .limit(1)
    ).one_or_none()


def _live_plan(unit: Work, office_id: UUID, day: date) -> Plan | None:
    live = (PlanState.REQUESTED, PlanState.SOLVING, PlanState.READY)
    return unit.session.scalars(
        select(Plan)
        .where(Plan.office_id == office_id, Plan.day == day, Plan.replans.is_(None), Plan.state.in_(live))
        .with_for_update(of=Plan)
        .execution_options(populate_existing=True)
    ).one_or_none()
