"""What the citizens' pages show of an item, and forms that act once."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from delivery.errors import Refused
from delivery.store.communes import Commune
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item
from delivery.store.messages import Channel, Message, MessageState
from delivery.store.offices import Office
from delivery.store.routes import Route, Stop, StopItem
from delivery.store.staff import ReportId
from delivery.store.work import Work

HOURS_TOLD = 2
"""The stretch of hours that an addressee is told: an arrival cannot be promised to the hour."""
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


def hours_today(unit: Work, item: Item) -> tuple[int, int] | None:
    """Between which whole Vietnamese hours the courier who has the item comes today; None when none has it."""
    if item.holder_kind is not HolderKind.COURIER:
        return None
    starts = unit.session.scalar(
        select(Stop.starts)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .where(
            StopItem.item_id == item.id,
            StopItem.outcome == "",
            Route.courier_id == item.holder_id,
            Route.day == unit.today,
        )
        .order_by(Route.id.desc())
        .limit(1)
    )
    if starts is None:
        return None
    first = min(starts // 3600, 24 - HOURS_TOLD)
    return first, first + HOURS_TOLD


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


def once(unit: Work, report: UUID, act: Callable[[], str]) -> str:
    """Run `act` and keep its answer; the same report sent again gets that answer, and nothing happens twice.

    Two copies sent at the same instant wait for each other on the insert, so that one of them acts.
    """
    fresh = unit.session.scalar(
        insert(ReportId)
        .values(id=report, actor=unit.actor, outcome="", used_at=unit.clock.real())
        .on_conflict_do_nothing()
        .returning(ReportId.id)
    )
    row = unit.session.get_one(ReportId, report)
    if fresh is not None:
        row.outcome = act()
    elif row.actor != unit.actor:
        raise Refused(
            "report-id-taken",
            vi="Mã gửi của biểu mẫu đã được người khác dùng. Hãy tải lại trang rồi gửi lại.",
            en="Somebody else has used this form's report id. Reload the page and send it again.",
        )
    return row.outcome
