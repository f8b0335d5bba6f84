"""What lies where: an office, its couriers, its shelf."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from delivery.errors import NotFound
from delivery.rules.states import State
from delivery.store.agencies import HandoverPoint
from delivery.store.communes import Commune
from delivery.store.items import HolderKind, Item, NextStep
from delivery.store.offices import Office
from delivery.store.staff import Courier
from delivery.store.work import Work


def office_named(unit: Work, office_id: UUID) -> Office:
    """The office, or NotFound in words."""
    office = unit.session.get(Office, office_id)
    if office is None:
        raise NotFound("office-not-found", vi="Không có bưu cục này.", en="There is no such post office.")
    return office


def couriers_of(unit: Work, office_id: UUID) -> set[UUID]:
    """The ids of the office's couriers, those off duty included: they may still hold envelopes."""
    return set(unit.session.scalars(select(Courier.id).where(Courier.office_id == office_id)))


def on_shelf(office_id: UUID) -> ColumnElement[bool]:
    """The condition that an item lies on the office's shelf."""
    return and_(Item.holder_kind == HolderKind.OFFICE, Item.holder_id == office_id)


def delivered_from_here(unit: Work, office_id: UUID) -> Sequence[UUID]:
    """Accepted items on the shelf of the office that delivers them: their address was found after they came."""
    query = select(Item.id).where(
        on_shelf(office_id),
        Item.world_id == unit.world_id,
        Item.state == State.ACCEPTED,
        Item.delivery_office_id == office_id,
        Item.recalled_at.is_(None),
    )
    return unit.session.scalars(query).all()


def leaving(unit: Work, office_id: UUID, *, to: UUID | None = None) -> list[tuple[UUID, UUID]]:
    """Items on the shelf that another office is to have, as (item, office), in the order of offices.

    Those to be delivered elsewhere and not recalled, and those that return to a point that another office serves.
    """
    forward = and_(
        Item.state.in_((State.ACCEPTED, State.AT_OFFICE)),
        Item.delivery_office_id.is_not(None),
        Item.delivery_office_id != office_id,
        Item.recalled_at.is_(None),
        Item.next_step.in_((NextStep.DELIVER, NextStep.COUNTER)),
    )
    back = and_(Item.state == State.RETURNING, HandoverPoint.office_id != office_id)
    query = (
        select(Item.id, Item.state, Item.delivery_office_id, HandoverPoint.office_id)
        .join(HandoverPoint, HandoverPoint.id == Item.return_point_id)
        .where(on_shelf(office_id), Item.world_id == unit.world_id, or_(forward, back))
        .order_by(Item.id)
    )
    found = []
    for item_id, state, delivery_office, return_office in unit.session.execute(query):
        target = delivery_office if state is not State.RETURNING and delivery_office else return_office
        if to is None or target == to:
            found.append((item_id, target))
    return sorted(found, key=lambda pair: pair[1])


def read_places(unit: Work, items: Iterable[Item]) -> list[Commune | Office]:
    """The communes and delivery offices of the items, in two queries; while the list is kept, no item asks again."""
    communes = {item.commune_id for item in items} | {item.origin_point.commune_id for item in items}
    offices = {item.delivery_office_id for item in items}
    return [
        *unit.session.scalars(select(Commune).where(Commune.id.in_(communes - {None}))),
        *unit.session.scalars(select(Office).where(Office.id.in_(offices - {None}))),
    ]
