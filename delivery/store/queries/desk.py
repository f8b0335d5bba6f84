"""What the desk's overview and lists read. All of it is of one office and of the unit's world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from delivery.rules.states import State
from delivery.store.agencies import HandoverPoint
from delivery.store.attempts import Attempt, AttemptKind, Incident, Invitation
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item, NextStep, Placed
from delivery.store.offices import Office
from delivery.store.people import Addressee
from delivery.store.queries.counted import count_of_day
from delivery.store.queries.foresight import doubtful_count
from delivery.store.queries.items import unknown_item
from delivery.store.queries.shelves import couriers_of, leaving, on_shelf
from delivery.store.routes import Bag, Manifest, ManifestItem, ManifestKind, Plan, PlanState
from delivery.store.work import Work

PAGE = 50
"""Items on one page of a list."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What an office's first page counts; `plans` are those of today and later, newest day first."""

    states: Mapping[State, int]
    announced: int
    collected: int
    bags_coming: int
    to_forward: int
    review: int
    doubtful: int
    letters: int
    contacts: int
    returns: int
    incidents: int
    plans: Sequence[Plan]
    day_closed: bool


def overview(unit: Work, office: Office) -> Overview:
    """Count what an office has and what it must do."""
    office_id = office.id
    return Overview(
        states=states(unit, office_id),
        announced=sum(count for _, count in announced(unit, office_id)),
        collected=_count(unit, _collected(unit, office_id)),
        bags_coming=len(bags_coming(unit, office_id)),
        to_forward=len(leaving(unit, office_id)),
        review=_count(unit, _review(unit, office_id)),
        doubtful=doubtful_count(unit, office_id),
        letters=_count(unit, _letters(unit, office_id)),
        contacts=_count(unit, _contacts(unit, office_id)),
        returns=sum(count for _, count in returning(unit, office_id)),
        incidents=_count(unit, _incidents(office)),
        plans=plans(unit, office_id, since=unit.today),
        day_closed=count_of_day(unit, office_id, unit.today) is not None,
    )


def of_office(office_id: UUID) -> ColumnElement[bool]:
    """The condition that an office delivers an item or has it on its shelf."""
    return or_(Item.delivery_office_id == office_id, on_shelf(office_id))


def states(unit: Work, office_id: UUID) -> Mapping[State, int]:
    """How many items of the office stand in each state; states without items are left out."""
    query = select(Item.state, func.count()).where(of_office(office_id), Item.world_id == unit.world_id)
    return dict(unit.session.execute(query.group_by(Item.state)).all())


def items_in(unit: Work, office_id: UUID, state: State | None, page: int) -> tuple[Sequence[Item], bool]:
    """A page (from 1) of the office's items, oldest first, and whether another follows."""
    query = select(Item).where(of_office(office_id), Item.world_id == unit.world_id)
    if state is not None:
        query = query.where(Item.state == state)
    query = query.options(joinedload(Item.agency), joinedload(Item.commune), joinedload(Item.delivery_office))
    found = unit.session.scalars(query.order_by(Item.id).offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return found[:PAGE], len(found) > PAGE


def item_for(unit: Work, office_id: UUID, number: str) -> Item:
    """One item as its office may see it; what has nothing to do with the office reads as unknown."""
    item = unit.session.scalars(
        select(Item)
        .where(Item.number == number, Item.world_id == unit.world_id)
        .options(
            joinedload(Item.agency), joinedload(Item.origin_point), joinedload(Item.return_point),
            joinedload(Item.commune), joinedload(Item.delivery_office), joinedload(Item.addressee),
        )
    ).one_or_none()  # fmt: skip
    if item is None or not concerns(item, office_id):
        raise unknown_item(number)
    return item


def concerns(item: Item, office_id: UUID) -> bool:
    """Whether an office accepts, carries, delivers or gives back the item."""
    return office_id in {
        item.delivery_office_id,
        item.accepting_office_id,
        item.origin_point.office_id,
        item.return_point.office_id,
        item.holder_id if item.holder_kind is HolderKind.OFFICE else None,
    }


def history(unit: Work, item_id: UUID) -> Sequence[Event]:
    """The item's events in the order of happening."""
    return unit.session.scalars(
        select(Event).where(Event.item_id == item_id).order_by(Event.occurred_at, Event.seq)
    ).all()


def office_names(unit: Work, item_id: UUID) -> Mapping[UUID, str]:
    """The names of the offices where the item's events happened."""
    places = select(Event.place).where(Event.item_id == item_id, Event.place.is_not(None))
    query = select(Office.id, Office.name).where(Office.id.in_(places))
    return dict(unit.session.execute(query).all())


def announced(unit: Work, office_id: UUID) -> list[tuple[HandoverPoint, int]]:
    """The hand-over points that the office serves, each with how many items wait there to be accepted."""
    points = select(HandoverPoint.id).where(HandoverPoint.office_id == office_id)
    waiting = (
        select(Item.origin_point_id, func.count().label("n"))
        .where(Item.origin_point_id.in_(points), Item.state == State.REGISTERED, Item.world_id == unit.world_id)
        .group_by(Item.origin_point_id)
        .subquery()
    )
    query = (
        select(HandoverPoint, func.coalesce(waiting.c.n, 0))
        .outerjoin(waiting, waiting.c.origin_point_id == HandoverPoint.id)
        .where(HandoverPoint.office_id == office_id)
        .options(joinedload(HandoverPoint.agency))
        .order_by(HandoverPoint.agency_id, HandoverPoint.code)
    )
    return list(unit.session.execute(query))


def registered_at(unit: Work, point_id: UUID, most: int = 500) -> Sequence[Item]:
    """What a hand-over point has announced and not handed over yet, oldest first."""
    query = select(Item).where(
        Item.origin_point_id == point_id, Item.state == State.REGISTERED, Item.world_id == unit.world_id
    )
    return unit.session.scalars(query.order_by(Item.id).limit(most)).all()


def collected(unit: Work, office_id: UUID) -> Sequence[Item]:
    """What the office's couriers collected at agencies and have not brought to the shelf yet."""
    return unit.session.scalars(_collected(unit, office_id).order_by(Item.id)).all()


def bags_coming(unit: Work, office_id: UUID) -> Sequence[tuple[Bag, Office]]:
    """Bags on their way here, each with the office it left, oldest first."""
    query = (
        select(Bag, Office)
        .join(Office, Office.id == Bag.from_office_id)
        .where(Bag.to_office_id == office_id, Bag.arrived_at.is_(None))
        .order_by(Bag.id)
    )
    return unit.session.execute(query).all()


def bags_gone(unit: Work, office_id: UUID, most: int = 20) -> Sequence[tuple[Bag, Office]]:
    """The latest bags that left here, each with the office it is for."""
    query = (
        select(Bag, Office)
        .join(Office, Office.id == Bag.to_office_id)
        .where(Bag.from_office_id == office_id)
        .order_by(Bag.id.desc())
        .limit(most)
    )
    return unit.session.execute(query).all()


def forwarding(unit: Work, office_id: UUID) -> list[tuple[Office, int]]:
    """The offices that items on the shelf must go to, each with how many."""
    counts: dict[UUID, int] = {}
    for _, target in leaving(unit, office_id):
        counts[target] = counts.get(target, 0) + 1
    offices = unit.session.scalars(select(Office).where(Office.id.in_(counts)).order_by(Office.name))
    return [(office, counts[office.id]) for office in offices]


def review(unit: Work, office_id: UUID, most: int = 100) -> Sequence[Item]:
    """Items whose address leads nowhere, on the shelf or announced at a point served here, oldest first."""
    query = _review(unit, office_id).options(joinedload(Item.addressee), joinedload(Item.agency))
    return unit.session.scalars(query.order_by(Item.id).limit(most)).all()


def review_count(unit: Work, office_id: UUID) -> int:
    """How many items `review` would list without a limit."""
    return _count(unit, _review(unit, office_id))


def letters(unit: Work, office_id: UUID, most: int = 200) -> Sequence[Invitation]:
    """Invitations that must go out as letters and have no proof of posting yet, the oldest first."""
    query = _letters(unit, office_id).options(joinedload(Invitation.item).joinedload(Item.addressee))
    return unit.session.scalars(query.order_by(Invitation.id).limit(most)).all()


def contacts(unit: Work, office_id: UUID, most: int = 100) -> Sequence[Item]:
    """Items whose addressee no text message reaches and whom nobody has called today."""
    query = _contacts(unit, office_id).options(joinedload(Item.addressee))
    return unit.session.scalars(query.order_by(Item.id).limit(most)).all()


def returning(unit: Work, office_id: UUID) -> list[tuple[HandoverPoint, int]]:
    """The hand-over points served here with how many items on the shelf go back to each and are on no open manifest."""
    listed = (
        select(ManifestItem.item_id)
        .join(Manifest)
        .where(Manifest.office_id == office_id, Manifest.kind == ManifestKind.RETURN, Manifest.signed_at.is_(None))
    )
    query = (
        select(HandoverPoint, func.count())
        .join(Item, Item.return_point_id == HandoverPoint.id)
        .where(
            on_shelf(office_id),
            Item.world_id == unit.world_id,
            Item.state == State.RETURNING,
            HandoverPoint.office_id == office_id,
            Item.id.not_in(listed),
        )
        .group_by(HandoverPoint.id)
        .options(selectinload(HandoverPoint.agency))
        .order_by(HandoverPoint.agency_id, HandoverPoint.code)
    )
    return list(unit.session.execute(query))


def return_manifests(unit: Work, office_id: UUID, most: int = 30) -> Sequence[Manifest]:
    """The latest return manifests of the office, unsigned ones included."""
    query = select(Manifest).where(
        Manifest.office_id == office_id, Manifest.kind == ManifestKind.RETURN, Manifest.world_id == unit.world_id
    )
    return unit.session.scalars(query.order_by(Manifest.id.desc()).limit(most)).all()


def held(unit: Work, office_id: UUID, most: int = 200) -> Sequence[Item]:
    """What waits at the counter, the first to expire first."""
    query = select(Item).where(on_shelf(office_id), Item.state == State.HELD, Item.world_id == unit.world_id)
    return unit.session.scalars(query.order_by(Item.held_until, Item.id).limit(most)).all()


def held_by_last4(unit: Work, office_id: UUID, index: bytes) -> Sequence[Item]:
    """What waits at the counter for a phone with these last four digits, given as the office's blind index."""
    query = (
        select(Item)
        .join(Addressee, Addressee.id == Item.addressee_id)
        .where(
            Addressee.phone_last4_index == index,
            on_shelf(office_id),
            Item.state == State.HELD,
            Item.world_id == unit.world_id,
        )
    )
    return unit.session.scalars(query.order_by(Item.held_until, Item.id)).all()


def plans(unit: Work, office_id: UUID, *, since: date) -> Sequence[Plan]:
    """The office's plans from a day on that were not replaced, the latest first."""
    query = select(Plan).where(
        Plan.office_id == office_id, Plan.day >= since, Plan.replans.is_(None), Plan.state != PlanState.REPLACED
    )
    return unit.session.scalars(query.order_by(Plan.day.desc(), Plan.id.desc())).all()


def _count(unit: Work, query: Select[Item] | Select[Invitation] | Select[Incident]) -> int:
    return unit.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _collected(unit: Work, office_id: UUID) -> Select[Item]:
    return select(Item).where(
        Item.holder_kind == HolderKind.COURIER,
        Item.holder_id.in_(couriers_of(unit, office_id)),
        Item.state == State.ACCEPTED,
        Item.world_id == unit.world_id,
    )


def _review(unit: Work, office_id: UUID) -> Select[Item]:
    points = select(HandoverPoint.id).where(HandoverPoint.office_id == office_id)
    unplaced = and_(
        Item.placed == Placed.REVIEW,
        or_(on_shelf(office_id), and_(Item.origin_point_id.in_(points), Item.state == State.REGISTERED)),
        Item.state.in_((State.REGISTERED, State.ACCEPTED, State.AT_OFFICE)),
    )
    awaited = and_(on_shelf(office_id), Item.state == State.AT_OFFICE, Item.next_step == NextStep.ADDRESS)
    return select(Item).where(or_(unplaced, awaited), Item.world_id == unit.world_id, Item.recalled_at.is_(None))


def _letters(unit: Work, office_id: UUID) -> Select[Invitation]:
    return (
        select(Invitation)
        .join(Item, Item.id == Invitation.item_id)
        .where(
            on_shelf(office_id),
            Item.state == State.HELD,
            Item.world_id == unit.world_id,
            Invitation.channel == "letter",
            Invitation.proved_at.is_(None),
        )
    )


def _contacts(unit: Work, office_id: UUID) -> Select[Item]:
    called_today = (
        select(Attempt.item_id)
        .where(
            Attempt.item_id == Item.id,
            Attempt.kind == AttemptKind.CONTACT,
            func.date(func.timezone("Asia/Ho_Chi_Minh", Attempt.occurred_at)) == unit.today,
        )
        .exists()
    )
    return (
        select(Item)
        .join(Addressee, Addressee.id == Item.addressee_id)
        .where(
            on_shelf(office_id),
            Item.world_id == unit.world_id,
            Item.state == State.AT_OFFICE,
            Item.next_step == NextStep.DELIVER,
            Item.recalled_at.is_(None),
            Addressee.phone.is_not(None),
            or_(Addressee.can_sms.is_(False), Addressee.phone_reachable.is_(False)),
            ~called_today,
        )
    )


def _incidents(office: Office) -> Select[Incident]:
    return select(Incident).where(Incident.owner == f"office:{office.code}", Incident.closed_at.is_(None))
