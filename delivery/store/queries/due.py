"""What is due at an office: items to deliver, agencies to call at, couriers to send, offices to plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from delivery.rules.states import State
from delivery.store.agencies import HandoverPoint
from delivery.store.attempts import Attempt, AttemptKind, Choice
from delivery.store.items import HolderKind, Item, NextStep, Placed
from delivery.store.offices import Office
from delivery.store.routes import Plan, PlanState
from delivery.store.staff import Courier
from delivery.store.work import Work


def deliverable(before: datetime) -> ColumnElement[bool]:
    """On the shelf of its delivery office, placed, to be delivered, and allowed out before the instant `before`."""
    return and_(
        Item.state == State.AT_OFFICE,
        Item.holder_kind == HolderKind.OFFICE,
        Item.holder_id == Item.delivery_office_id,
        Item.placed == Placed.PLACED,
        Item.next_step == NextStep.DELIVER,
        Item.recalled_at.is_(None),
        or_(Item.not_before.is_(None), Item.not_before < before),
    )


def due_items(unit: Work, office_id: UUID, before: datetime) -> Sequence[Item]:
    """The office's items that may go out before `before`, with addressee and commune, oldest first. Not locked."""
    return unit.session.scalars(
        select(Item)
        .where(Item.world_id == unit.world_id, Item.delivery_office_id == office_id, deliverable(before))
        .order_by(Item.id)
        .options(joinedload(Item.addressee), joinedload(Item.commune))
    ).all()


def is_still_due(item: Item, office_id: UUID) -> bool:
    """Whether an item that was read as due still is: the same conditions, on a row that is locked now."""
    return (
        item.state is State.AT_OFFICE
        and item.holder_kind is HolderKind.OFFICE
        and item.holder_id == item.delivery_office_id == office_id
        and item.placed is Placed.PLACED
        and item.next_step is NextStep.DELIVER
        and item.recalled_at is None
    )


def points_to_call_at(unit: Work, office_id: UUID) -> list[tuple[HandoverPoint, int]]:
    """The office's hand-over points where announced items wait, with their number."""
    query = (
        select(HandoverPoint, func.count())
        .join(Item, Item.origin_point_id == HandoverPoint.id)
        .where(
            HandoverPoint.office_id == office_id,
            Item.world_id == unit.world_id,
            Item.state == State.REGISTERED,
        )
        .options(joinedload(HandoverPoint.agency))
        .group_by(HandoverPoint.id)
        .order_by(HandoverPoint.id)
    )
    return [(point, count) for point, count in unit.session.execute(query).unique()]


def couriers_on_duty(unit: Work, office_id: UUID) -> Sequence[Courier]:
    """The office's active couriers, in a fixed order."""
    return unit.session.scalars(
        select(Courier).where(Courier.office_id == office_id, Courier.active).order_by(Courier.id)
    ).all()


def last_failures(unit: Work, ids: Iterable[UUID]) -> Mapping[UUID, Attempt]:
    """The latest visit of each item that failed and was not reversed."""
    query = (
        select(Attempt)
        .ext(distinct_on(Attempt.item_id))
        .where(Attempt.item_id.in_(list(ids)), Attempt.kind == AttemptKind.VISIT, Attempt.reversed_at.is_(None))
        .order_by(Attempt.item_id, Attempt.seq.desc())
    )
    return {attempt.item_id: attempt for attempt in unit.session.scalars(query)}


def chosen_days(unit: Work, ids: Iterable[UUID]) -> Mapping[UUID, tuple[date, datetime]]:
    """The day of each item's latest choice that names one, and when it was chosen."""
    query = (
        select(Choice)
        .ext(distinct_on(Choice.item_id))
        .where(Choice.item_id.in_(list(ids)), Choice.day.is_not(None))
        .order_by(Choice.item_id, Choice.chosen_at.desc(), Choice.id.desc())
    )
    return {row.item_id: (row.day, row.chosen_at) for row in unit.session.scalars(query) if row.day is not None}


def offices_without_plan(unit: Work, day: date, before: datetime) -> Sequence[UUID]:
    """Offices with something due before the instant `before` and no plan for `day`, not even a failed one."""
    delivering = select(Item.delivery_office_id).where(Item.world_id == unit.world_id, deliverable(before))
    collecting = (
        select(HandoverPoint.office_id)
        .join(Item, Item.origin_point_id == HandoverPoint.id)
        .where(Item.world_id == unit.world_id, Item.state == State.REGISTERED)
    )
    planned = select(Plan.office_id).where(Plan.day == day)
    offices = delivering.union(collecting).subquery()
    office = offices.c[0]
    return unit.session.scalars(select(office).where(office.not_in(planned)).order_by(office)).all()


@dataclass(frozen=True, kw_only=True)
class DueOffice:
    """An office with something due: items to deliver, hand-over points to call at, and its live plan's state."""

    id: UUID
    code: str
    name: str
    items: int
    points: int
    plan: PlanState | None


def due_offices(unit: Work, day: date, before: datetime) -> list[DueOffice]:
    """Every office with something due before the instant `before`, by code; with the state of its plan for `day`."""
    items = (
        select(Item.delivery_office_id.label("office"), func.count().label("found"))
        .where(Item.world_id == unit.world_id, deliverable(before))
        .group_by(Item.delivery_office_id)
        .subquery()
    )
    points = (
        select(HandoverPoint.office_id.label("office"), func.count(HandoverPoint.id.distinct()).label("found"))
        .join(Item, Item.origin_point_id == HandoverPoint.id)
        .where(Item.world_id == unit.world_id, Item.state == State.REGISTERED)
        .group_by(HandoverPoint.office_id)
        .subquery()
    )
    live = (PlanState.REQUESTED, PlanState.SOLVING, PlanState.READY)
    query = (
        select(
            Office.id,
            Office.code,
            Office.name,
            func.coalesce(items.c.found, 0),
            func.coalesce(points.c.found, 0),
            Plan.state,
        )
        .join(items, items.c.office == Office.id, isouter=True)
        .join(points, points.c.office == Office.id, isouter=True)
        .join(
            Plan,
            # At most one is live; a proposal to it is no second plan.
            and_(Plan.office_id == Office.id, Plan.day == day, Plan.replans.is_(None), Plan.state.in_(live)),
            isouter=True,
        )
        .where(or_(items.c.office.is_not(None), points.c.office.is_not(None)))
        .order_by(Office.code)
    )
    return [
        DueOffice(id=found, code=code, name=name, items=to_deliver, points=to_call_at, plan=plan)
        for found, code, name, to_deliver, to_call_at, plan in unit.session.execute(query)
    ]
