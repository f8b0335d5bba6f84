"""Plans and routes as the desk shows them, and what lies around an office on its map."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from delivery.errors import NotFound
from delivery.store.agencies import HandoverPoint
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.offices import Office
from delivery.store.routes import Plan, Route, Stop, StopItem
from delivery.store.staff import Courier
from delivery.store.work import Work

_AROUND = 0.06
"""Half the side of the map's base layer, in degrees: about 6.6 km."""


def plan_at(unit: Work, office_id: UUID, plan_id: UUID) -> Plan:
    """An office's plan with its routes and couriers; another office's reads as unknown."""
    plan = unit.session.scalars(
        select(Plan)
        .where(Plan.id == plan_id, Plan.office_id == office_id)
        .options(
            selectinload(Plan.routes).joinedload(Route.courier).joinedload(Courier.staff),
            selectinload(Plan.routes).selectinload(Route.stops),
        )
    ).one_or_none()
    if plan is None:
        raise NotFound(
            "plan-not-found", vi="Bưu cục này không có kế hoạch phát đó.", en="This office has no such delivery plan."
        )
    return plan


def route_at(unit: Work, office_id: UUID, route_id: UUID) -> Route:
    """An office's route with everything on it; another office's reads as unknown."""
    route = unit.session.scalars(
        select(Route)
        .where(Route.id == route_id, Route.office_id == office_id)
        .options(
            joinedload(Route.courier).joinedload(Courier.staff),
            joinedload(Route.plan),
            selectinload(Route.stops)
            .selectinload(Stop.items)
            .joinedload(StopItem.item)
            .options(joinedload(Item.addressee), joinedload(Item.commune)),
        )
    ).one_or_none()
    if route is None:
        raise NotFound("route-not-found", vi="Bưu cục này không có tuyến phát đó.", en="This office has no such route.")
    return route


def points_named(unit: Work, stops: Sequence[Stop]) -> dict[UUID, HandoverPoint]:
    """The hand-over points at which these stops are made, by id."""
    wanted = {stop.handover_point_id for stop in stops if stop.handover_point_id is not None}
    query = select(HandoverPoint).where(HandoverPoint.id.in_(wanted)).options(joinedload(HandoverPoint.agency))
    return {point.id: point for point in unit.session.scalars(query)}


def communes_around(unit: Work, office: Office) -> Sequence[Commune]:
    """The communes of the office's province whose points lie near it."""
    province = select(Commune.province_code).where(Commune.id == office.commune_id).scalar_subquery()
    return unit.session.scalars(
        select(Commune).where(
            Commune.province_code == province,
            Commune.lat.between(office.lat - _AROUND, office.lat + _AROUND),
            Commune.lon.between(office.lon - _AROUND, office.lon + _AROUND),
        )
    ).all()
