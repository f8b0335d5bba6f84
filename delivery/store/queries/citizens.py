"""What the citizens' pages show of an item."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from delivery.rules.texts import hours_told
from delivery.store.communes import Commune
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item
from delivery.store.messages import Channel, Message, MessageState
from delivery.store.offices import Office
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem
from delivery.store.work import Work

_LEFT_US = (
    MessageState.SENDING,
    MessageState.UNKNOWN,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
)


def item_shown(unit: Work, item_id: UUID) -> Item:
    """The item with what its page names: agency, return point, documents, delivery office and where that lies."""
    office = joinedload(Item.delivery_office).joinedload(Office.commune).joinedload(Commune.province)
    return (
        unit.session.scalars(
            select(Item)
            .where(Item.id == item_id)
            .options(joinedload(Item.agency), joinedload(Item.return_point), joinedload(Item.documents), office)
        )
        .unique()
        .one()
    )


def item_numbered(unit: Work, number: str) -> Item | None:
    """The item of that number in this unit's world, with its delivery office."""
    return unit.session.scalars(
        select(Item)
        .where(Item.number == number, Item.world_id == unit.world_id)
        .options(joinedload(Item.delivery_office))
    ).one_or_none()


def events_of(unit: Work, item_id: UUID) -> Sequence[Event]:
    """What happened to the item, in the order of recording."""
    return unit.session.scalars(select(Event).where(Event.item_id == item_id).order_by(Event.seq)).all()


def names_of_offices(unit: Work, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of those ids that are offices'."""
    return dict(unit.session.execute(select(Office.id, Office.name).where(Office.id.in_(list(ids)))).all())


@dataclass(frozen=True, kw_only=True)
class PlannedVisit:
    """A stop that is still to come: Vietnam's day, the hours that are told of it, whether the courier has the item."""

    day: date
    hours: tuple[int, int]
    taken: bool


def planned_visit(unit: Work, item: Item) -> PlannedVisit | None:
    """The item's next stop on a plan that holds; None when it is on none.

    On its courier's bundle, or on the shelf for it: a stop that the item was taken off, or was visited at, is over.
    """
    row = unit.session.execute(
        select(Route.day, Stop.starts, Route.courier_id)
        .join(Stop, Stop.route_id == Route.id)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(
            StopItem.item_id == item.id,
            StopItem.outcome == "",
            Plan.state == PlanState.READY,
            Route.day >= unit.today,
            Route.closed_at.is_(None),
        )
        .order_by(Route.day, Route.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    day, starts, courier_id = row
    taken = item.holder_kind is HolderKind.COURIER and item.holder_id == courier_id
    return PlannedVisit(day=day, hours=hours_told(starts), taken=taken)


def was_texted(unit: Work, number: str) -> bool:
    """Whether a text about the item of that number, in this unit's world, left for its addressee's phone."""
    return (
        unit.session.scalar(
            select(Message.id)
            .join(Item, Item.id == Message.item_id)
            .where(
                Item.number == number,
                Item.world_id == unit.world_id,
                Message.channel == Channel.SMS,
                Message.state.in_(_LEFT_US),
            )
            .limit(1)
        )
        is not None
    )
