"""What was tried for an item: visits and contacts, and which of them count."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager

from delivery.errors import NotFound
from delivery.rules.calendar import vietnam_day
from delivery.rules.reasons import Reason
from delivery.rules.returns import Failure
from delivery.rules.states import State
from delivery.store.attempts import Attempt, AttemptKind, Choice
from delivery.store.items import HolderKind, Item
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem, StopKind
from delivery.store.staff import Courier
from delivery.store.work import Work

ANOTHER_DAY = "later"
REDELIVERY = "redelivery"
AUTHORISED_PERSON = "person"
"""A visit that the addressee asked for though the policy's visits were used up: it allows one more."""


def attempts_of(unit: Work, item_id: UUID) -> Sequence[Attempt]:
    """Everything tried for the item, in the order of recording, reversed ones included."""
    return unit.session.scalars(select(Attempt).where(Attempt.item_id == item_id).order_by(Attempt.seq)).all()


def counted_visits(unit: Work, item_id: UUID) -> int:
    """How many failed visits count; a reversed one gives its visit back."""
    return (
        unit.session.scalar(
            select(func.count())
            .select_from(Attempt)
            .where(
                Attempt.item_id == item_id,
                Attempt.kind == AttemptKind.VISIT,
                Attempt.counts,
                Attempt.reversed_at.is_(None),
            )
        )
        or 0
    )


def fruitless_contacts(unit: Work, item_id: UUID) -> tuple[int, bool]:
    """How many contacts that count led nowhere since the last visit, and whether there was a visit at all."""
    contacts, visited = 0, False
    for attempt in attempts_of(unit, item_id):
        if attempt.reversed_at is not None:
            continue
        if attempt.kind is AttemptKind.VISIT:
            contacts, visited = 0, True
        else:
            contacts += attempt.counts
    return contacts, visited


def failures_of(unit: Work, item_id: UUID) -> list[Failure]:
    """The failed visits as the rules of return read them."""
    return [
        Failure(day=vietnam_day(attempt.occurred_at), reason=Reason(attempt.reason), counts=attempt.counts)
        for attempt in attempts_of(unit, item_id)
        if attempt.kind is AttemptKind.VISIT and attempt.reversed_at is None
    ]


def redeliveries_asked(unit: Work, item_id: UUID) -> int:
    """How many visits beyond the policy's the addressee asked for."""
    return (
        unit.session.scalar(
            select(func.count()).select_from(Choice).where(Choice.item_id == item_id, Choice.kind == REDELIVERY)
        )
        or 0
    )


def stop_of_courier(unit: Work, stop_id: UUID, courier_id: UUID, *, lock: bool = False) -> Stop:
    """A stop on one of the courier's routes, with its route; another courier's reads as unknown.

    Only a call at an agency is open to the whole office that day: it may go to a colleague's route after its first
    courier was there. Lock it after its items.
    """
    office = select(Courier.office_id).where(Courier.id == courier_id).scalar_subquery()
    colleagues = and_(
        Stop.kind == StopKind.PICKUP,
        Route.office_id == office,
        Route.day == unit.today,
        Plan.state == PlanState.READY,
    )
    query = (
        select(Stop)
        .join(Stop.route)
        .join(Route.plan)
        .where(Stop.id == stop_id, or_(Route.courier_id == courier_id, colleagues))
        .options(contains_eager(Stop.route))
    )
    if lock:
        query = query.with_for_update(of=Stop).execution_options(populate_existing=True)
    stop = unit.session.scalars(query).one_or_none()
    if stop is None:
        raise NotFound(
            "stop-not-found",
            vi="Điểm phát này không có trên tuyến của bạn. Mở lại danh sách hôm nay.",
            en="This stop is not on your route. Open today's list again.",
        )
    return stop


def route_locked(unit: Work, route_id: UUID, *, courier_id: UUID | None = None, office_id: UUID | None = None) -> Route:
    """The route, locked, if it is this courier's or this office's; else it reads as unknown."""
    query = select(Route).where(Route.id == route_id)
    if courier_id is not None:
        query = query.where(Route.courier_id == courier_id)
    if office_id is not None:
        query = query.where(Route.office_id == office_id)
    route = unit.session.scalars(query.with_for_update(of=Route)).one_or_none()
    if route is None:
        raise NotFound(
            "route-not-found",
            vi="Không có tuyến phát này. Mở lại danh sách hôm nay.",
            en="There is no such route. Open today's list again.",
        )
    return route


def delivery_stops(unit: Work, route: Route) -> dict[UUID, Stop]:
    """The stop of each item that is to be delivered on the route."""
    rows = unit.session.execute(
        select(StopItem.item_id, Stop)
        .join(Stop, Stop.id == StopItem.stop_id)
        .where(Stop.route_id == route.id, Stop.kind == StopKind.DELIVERY)
    )
    return dict(rows.all())


def line_of(unit: Work, stop_id: UUID, item_id: UUID) -> StopItem | None:
    """That the item is planned at the stop, with what came of it there."""
    return unit.session.get(StopItem, (stop_id, item_id))


def still_out(unit: Work, route: Route) -> Sequence[Item]:
    """The route's items that its courier still has to deliver or bring back, in the order of numbers."""
    return unit.session.scalars(
        select(Item)
        .join(StopItem, StopItem.item_id == Item.id)
        .join(Stop, Stop.id == StopItem.stop_id)
        .where(
            Stop.route_id == route.id,
            Item.state == State.OUT_FOR_DELIVERY,
            Item.holder_kind == HolderKind.COURIER,
            Item.holder_id == route.courier_id,
        )
        .order_by(Item.number)
    ).all()
