"""What a courier's phone shows: their own routes and stops, and nobody else's."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from delivery.errors import Forbidden, NotFound
from delivery.rules.states import State
from delivery.store.agencies import HandoverPoint
from delivery.store.items import HolderKind, Item
from delivery.store.people import Addressee
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem, StopKind
from delivery.store.staff import Courier
from delivery.store.work import Work


def courier_of(unit: Work, staff_id: UUID) -> Courier:
    """The courier that a member of staff is. Forbidden when nobody has made them one, or they are off duty."""
    courier = unit.session.scalars(select(Courier).where(Courier.staff_id == staff_id)).one_or_none()
    if courier is None or not courier.active:
        raise Forbidden(
            "no-courier",
            vi="Tài khoản này chưa được phân làm bưu tá của bưu cục nào. Hãy báo điều phối viên.",
            en="This account is no courier of any office. Tell your dispatcher.",
        )
    return courier


def routes_on(unit: Work, courier_id: UUID, day: date) -> Sequence[Route]:
    """The courier's routes of a day with all that their page shows, those of replaced plans left out."""
    query = _whole(Route.courier_id == courier_id).join(Plan).where(Route.day == day, Plan.state == PlanState.READY)
    return unit.session.scalars(query.order_by(Route.id)).all()


def left_open(unit: Work, courier_id: UUID, before: date) -> Sequence[Route]:
    """Routes of earlier days that were taken and never closed: something of them is still with the courier."""
    query = select(Route).where(
        Route.courier_id == courier_id, Route.day < before, Route.taken_at.is_not(None), Route.closed_at.is_(None)
    )
    return unit.session.scalars(query.order_by(Route.day, Route.id)).all()


def route_of(unit: Work, route_id: UUID, courier_id: UUID) -> Route:
    """One of the courier's routes with all that its page shows; another courier's reads as unknown."""
    route = unit.session.scalars(_whole(Route.id == route_id, Route.courier_id == courier_id)).one_or_none()
    if route is None:
        raise NotFound(
            "route-not-found",
            vi="Không có tuyến phát này. Mở lại danh sách hôm nay.",
            en="There is no such route. Open today's list again.",
        )
    return route


def next_open(unit: Work, here: Stop, courier_id: UUID) -> UUID | None:
    """Where to go after a report: `here` while something is open, else the first stop further on, else one left out.

    Open is a household with an envelope that the courier has and has not reported, and a point not yet called at.
    """
    unreported = exists().where(
        StopItem.stop_id == Stop.id,
        StopItem.item_id == Item.id,
        StopItem.outcome == "",
        Item.state == State.OUT_FOR_DELIVERY,
        Item.holder_kind == HolderKind.COURIER,
        Item.holder_id == courier_id,
        Item.recalled_at.is_(None),
    )
    query = select(Stop.id).where(
        Stop.route_id == here.route_id, Stop.done_at.is_(None), or_(Stop.kind == StopKind.PICKUP, unreported)
    )
    return unit.session.scalars(query.order_by(Stop.position < here.position, Stop.position).limit(1)).first()


def points_of(unit: Work, stops: Iterable[Stop]) -> dict[UUID, HandoverPoint]:
    """The hand-over points that the stops call at, by id."""
    ids = {stop.handover_point_id for stop in stops} - {None}
    query = select(HandoverPoint).where(HandoverPoint.id.in_(ids)).options(joinedload(HandoverPoint.agency))
    return {point.id: point for point in unit.session.scalars(query)} if ids else {}


def announced_at(unit: Work, point_id: UUID) -> Sequence[str]:
    """The numbers that a hand-over point has announced and not handed over yet, in their order."""
    query = select(Item.number).where(
        Item.origin_point_id == point_id, Item.state == State.REGISTERED, Item.world_id == unit.world_id
    )
    return unit.session.scalars(query.order_by(Item.number)).all()


def mark_called_at(unit: Work, stop: Stop) -> None:
    """The courier was at an agency's point: its stop is done, whatever was handed over there."""
    if stop.done_at is None:
        stop.done_at = unit.now


def _whole(*conditions: ColumnElement[bool]) -> Select[Route]:
    addressees = selectinload(Route.stops).selectinload(Stop.items).joinedload(StopItem.item).joinedload(Item.addressee)
    return select(Route).where(*conditions).options(joinedload(Route.plan), addressees.joinedload(Addressee.subject))
