"""What an agency may see of its items, and the numbers that new ones are given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from delivery.errors import Invalid, Refused
from delivery.rules.codes import LAST_SERIAL, S10, make_s10
from delivery.rules.submissions import Submission
from delivery.store.agencies import HandoverPoint
from delivery.store.events import Event, FeedPosition
from delivery.store.items import Item, Serial
from delivery.store.offices import Office
from delivery.store.queries.items import unknown_item
from delivery.store.queries.policies import version_in_force
from delivery.store.work import Work


def reserve_numbers(unit: Work, service: str, count: int) -> list[S10]:
    """Take `count` S10 numbers of a service indicator at one stroke; the row lock gives each number once.

    A unit that fails afterwards leaves a gap, never a number given twice.
    """
    statement = insert(Serial).values(service=service, following=1 + count)
    taken = unit.session.scalar(
        statement.on_conflict_do_update(
            index_elements=[Serial.service], set_={"following": Serial.following + count}
        ).returning(Serial.following)
    )
    assert taken is not None
    if taken - 1 > LAST_SERIAL:
        raise Refused(
            "numbers-used-up",
            vi=f"Dãy số bưu gửi {service} đã hết: người quản trị cần mở dãy mới.",
            en=f"The item numbers {service} are used up: the administrator has to open a new range.",
        )
    return [make_s10(service, serial) for serial in range(taken - count, taken)]


def points_of(unit: Work, agency_id: UUID) -> dict[str, HandoverPoint]:
    """The agency's hand-over points by code, read once per unit."""
    known: dict[UUID, dict[str, HandoverPoint]] = unit.session.info.setdefault("points", {})
    if agency_id not in known:
        query = (
            select(HandoverPoint)
            .where(HandoverPoint.agency_id == agency_id)
            .options(joinedload(HandoverPoint.agency), joinedload(HandoverPoint.office))
        )
        known[agency_id] = {point.code: point for point in unit.session.scalars(query)}
    return known[agency_id]


def policy_for(unit: Work, given: Submission, office: Office | None) -> str:
    """The policy in force, looked up once per unit for each service, area and kind of paper."""
    area = f"{office.commune.province_code}.{office.commune_id}" if office else ""
    asked = (given.service, area, given.documents[0].kind)
    known: dict[tuple[str, str, str], str] = unit.session.info.setdefault("policy_versions", {})
    if asked not in known:
        known[asked] = version_in_force(
            unit, service=given.service, area=area, document_class=given.documents[0].kind, day=unit.today
        )
    return known[asked]


def named_point(points: Mapping[str, HandoverPoint], code: str, pointer: str) -> HandoverPoint:
    """The point of that code. Raises Invalid at `pointer`, naming those that there are."""
    point = points.get(code)
    if point is None:
        known = ", ".join(sorted(points))
        raise Invalid(
            "handover-point-unknown",
            vi=f"Cơ quan không có điểm bàn giao “{code}”; chỉ có: {known}.",
            en=f"The agency has no hand-over point “{code}”; it has {known}.",
            pointer=pointer,
        )
    return point


def by_reference(unit: Work, agency_id: UUID, references: Iterable[str]) -> dict[str, Item]:
    """The agency's items, first dispatches only, that already bear one of these references."""
    query = select(Item).where(
        Item.world_id == unit.world_id,
        Item.agency_id == agency_id,
        Item.agency_reference.in_(set(references)),
        Item.dispatch_number == 1,
    )
    return {item.agency_reference: item for item in unit.session.scalars(query)}


def redispatched(unit: Work, old: Item) -> Item | None:
    """The item as which `old` was sent out again."""
    return unit.session.scalars(select(Item).where(Item.redispatch_of == old.id)).one_or_none()


def seen_by(unit: Work, agency_id: UUID, number: str) -> Item:
    """The agency's item of that number, not locked; another agency's or world's reads as unknown."""
    query = select(Item).where(Item.number == number, Item.agency_id == agency_id, Item.world_id == unit.world_id)
    item = unit.session.scalars(query).one_or_none()
    if item is None:
        raise unknown_item(number)
    return item


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event at its place in the feed."""

    position: int
    number: str
    agency_reference: str
    event: Event


def feed_after(unit: Work, agency_id: UUID, after: int, limit: int) -> Sequence[Told]:
    """The agency's events beyond a position, in order of position: complete, since positions are given after commit."""
    query = (
        select(FeedPosition.position, Item.number, Item.agency_reference, Event)
        .join(Event, (Event.item_id == FeedPosition.item_id) & (Event.seq == FeedPosition.seq))
        .join(Item, Item.id == FeedPosition.item_id)
        .where(
            FeedPosition.agency_id == agency_id,
            FeedPosition.world_id == unit.world_id,
            FeedPosition.position > after,
        )
        .order_by(FeedPosition.position)
        .limit(limit)
    )
    return [
        Told(position=position, number=number, agency_reference=reference, event=event)
        for position, number, reference, event in unit.session.execute(query)
    ]


def items_after(unit: Work, agency_id: UUID, after: int, limit: int) -> Sequence[tuple[int, Item]]:
    """The agency's items in the order in which the feed numbered their registration.

    Ids are given before commit, so a page ordered by them could skip one that commits late; feed positions cannot.
    """
    query = (
        select(FeedPosition.position, Item)
        .join(Item, Item.id == FeedPosition.item_id)
        .where(
            FeedPosition.agency_id == agency_id,
            FeedPosition.world_id == unit.world_id,
            FeedPosition.seq == 1,
            FeedPosition.position > after,
        )
        .order_by(FeedPosition.position)
        .limit(limit)
    )
    return [(position, item) for position, item in unit.session.execute(query)]
