"""What a forecast reads, a page of items at a time, and what stands of the forecasts that were made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, joinedload

from delivery.rules.calendar import ONE_DAY, vietnam_instant
from delivery.rules.foresight import IDENTITY_PAPERS, VERSION, Advice
from delivery.rules.reasons import Fault
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template
from delivery.store.attempts import Attempt, AttemptKind, Choice
from delivery.store.communes import CommuneSuccessor
from delivery.store.events import Event
from delivery.store.foresight import Foreseen
from delivery.store.items import Document, Item
from delivery.store.messages import Channel, CitizenSessionItem, Link, Message, MessageState
from delivery.store.people import Addressee, Subject
from delivery.store.queries.due import deliverable
from delivery.store.routes import StopItem
from delivery.store.work import Work

HISTORY: Final = timedelta(days=730)
"""How far back earlier items of an address speak for it."""
CALLS: Final = timedelta(days=180)
"""How far back calls in vain speak against a phone."""
_DELIVERED: Final = "delivered"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the tables tell of a page of items. Keys are ids of items, or blind indexes of a phone or an address.

    `visits`: failed visits that counted, and when the last of any kind was recorded; `heard`: whether the last message
    arrived, and when that was known; `led_to`: the communes that closed ones became part of, by their own ids.
    """

    placed_by_person: frozenset[UUID]
    trips: Mapping[UUID, int]
    visits: Mapping[UUID, tuple[int, datetime]]
    agreed: Mapping[UUID, datetime]
    read: frozenset[UUID]
    identity: frozenset[UUID]
    heard: Mapping[bytes, tuple[bool, datetime]]
    calls_in_vain: Mapping[bytes, int]
    delivered_here: Mapping[bytes, int]
    returned_here: Mapping[bytes, int]
    led_to: Mapping[int, frozenset[int]]


def before_next_plan(unit: Work) -> datetime:
    """The end of tomorrow in Vietnam: what may go out until then is due to be looked at today."""
    return vietnam_instant(unit.today + 2 * ONE_DAY, time())


def stale(unit: Work, limit: int) -> Sequence[tuple[Item, Foreseen | None]]:
    """Items that are due and have no forecast that holds, with the one they have; oldest first, with addressees.

    One made before today, by another scorecard, or before the item's last event or choice holds no more.
    """
    chosen_since = select(Choice.id).where(Choice.item_id == Item.id, Choice.chosen_at > Foreseen.made_at).exists()
    rows = unit.session.execute(
        select(Item, Foreseen)
        .outerjoin(Foreseen, Foreseen.item_id == Item.id)
        .where(
            _due(unit),
            or_(
                Foreseen.item_id.is_(None),
                Foreseen.version != VERSION,
                Foreseen.seq != Item.last_seq,
                Foreseen.made_at < vietnam_instant(unit.today, time()),
                chosen_since,
            ),
        )
        .order_by(Item.id)
        .limit(limit)
        .options(joinedload(Item.addressee))
        .execution_options(populate_existing=True)
    )
    return [(item, foreseen) for item, foreseen in rows]


def known_of(unit: Work, items: Iterable[Item]) -> Known:
    """Everything that the scorecard asks of the tables, in a fixed number of queries."""
    page = list(items)
    ids = [item.id for item in page]
    phones = {item.addressee.phone_index for item in page if item.addressee.phone_index is not None}
    houses = {item.addressee.address_key for item in page}
    by_person, trips = _from_events(unit, ids)
    return Known(
        placed_by_person=by_person,
        trips=trips,
        visits=_visits(unit, ids),
        agreed=_agreed(unit, ids),
        read=links_read(unit, ids),
        identity=frozenset(
            unit.session.scalars(
                select(Document.item_id).where(Document.item_id.in_(ids), Document.kind.in_(IDENTITY_PAPERS))
            )
        ),
        heard=_heard(unit, phones),
        calls_in_vain=_calls_in_vain(unit, phones),
        delivered_here=_counts(
            unit,
            _earlier(unit, State.DELIVERED, houses).join(
                StopItem, and_(StopItem.item_id == Item.id, StopItem.outcome == _DELIVERED)
            ),
        ),
        returned_here=_counts(unit, _earlier(unit, State.RETURNED, houses)),
        led_to=_led_to(unit, {item.commune_id for item in page if item.commune_id is not None}),
    )


def unclaimed(unit: Work, ids: Iterable[UUID]) -> Sequence[UUID]:
    """Those of the items that no other unit holds, now locked by this one, in the order of their ids."""
    return unit.session.scalars(
        select(Item.id)
        .where(Item.id.in_(list(ids)))
        .order_by(Item.id)
        .with_for_update(of=Item, key_share=True, skip_locked=True)
    ).all()


def to_ask(unit: Work, limit: int, *, no_text_since: datetime) -> Sequence[UUID]:
    """Items that are due for the first time, about whose addressee there are doubts that a message may settle.

    Not those who were asked, let go or erased, who get no texts, or to whom another text is on its way or went out
    after `no_text_since`.
    """
    just_told = (
        select(Message.id)
        .where(
            Message.item_id == Item.id,
            Message.channel == Channel.SMS,
            or_(
                Message.created_at > no_text_since,
                Message.state.in_((MessageState.OWED, MessageState.SENDING, MessageState.UNKNOWN)),
            ),
        )
        .exists()
    )
    return unit.session.scalars(
        select(Item.id)
        .join(Foreseen, Foreseen.item_id == Item.id)
        .join(Addressee, Addressee.id == Item.addressee_id)
        .join(Subject, Subject.id == Addressee.subject_id)
        .where(
            _due(unit),
            Subject.wrapped_key.is_not(None),
            Foreseen.advice == Advice.ASK,
            Foreseen.asked_at.is_(None),
            Foreseen.let_go_at.is_(None),
            Foreseen.trips == 0,
            Addressee.phone.is_not(None),
            Addressee.can_sms,
            Addressee.phone_reachable,
            ~just_told,
        )
        .order_by(Item.id)
        .limit(limit)
    ).all()


def arrival(unit: Work, item_id: UUID) -> int:
    """The event by which the item came to its delivery office last."""
    return unit.session.scalars(
        select(func.max(Event.seq)).where(Event.item_id == item_id, Event.kind == Happening.AT_DELIVERY_OFFICE)
    ).one()


def doubtful(unit: Work, office_id: UUID, most: int, *, let_go: bool = False) -> Sequence[Foreseen]:
    """The office's forecasts of due items that advise a look before the trip, the least likely first.

    `let_go`: those that somebody let go anyway, instead of the others.
    """
    return unit.session.scalars(
        _doubtful(unit, office_id, let_go=let_go)
        .order_by(Foreseen.likelihood, Foreseen.item_id)
        .limit(most)
        .options(contains_eager(Foreseen.item).joinedload(Item.addressee))
    ).all()


def doubtful_count(unit: Work, office_id: UUID) -> int:
    """How many items `doubtful` would list without a limit."""
    query = _doubtful(unit, office_id, let_go=False).with_only_columns(func.count())
    return unit.session.scalars(query).one()


def foreseen(unit: Work, item_id: UUID) -> Foreseen | None:
    """The item's forecast, if one was made."""
    return unit.session.get(Foreseen, item_id)


def questions(unit: Work, ids: Iterable[UUID]) -> Mapping[UUID, Message]:
    """The message before the visit of each item that was asked."""
    query = select(Message).where(Message.item_id.in_(list(ids)), Message.template == Template.BEFORE_VISIT)
    return {message.item_id: message for message in unit.session.scalars(query.order_by(Message.id))}


def chosen(unit: Work, ids: Iterable[UUID]) -> frozenset[UUID]:
    """The items of which somebody has confirmed or chosen how to receive them."""
    return frozenset(unit.session.scalars(select(Choice.item_id).where(Choice.item_id.in_(list(ids)))))


def links_read(unit: Work, ids: Iterable[UUID]) -> frozenset[UUID]:
    """The items whose link somebody has open."""
    query = (
        select(Link.item_id)
        .join(CitizenSessionItem, CitizenSessionItem.link_id == Link.id)
        .where(Link.item_id.in_(list(ids)))
    )
    return frozenset(unit.session.scalars(query))


def first_visits(unit: Work, *, since: date | None = None) -> Sequence[tuple[float, bool]]:
    """Of each item of this world that was visited: the likelihood said before its first trip, and whether the first
    visit that was not the carrier's own failure delivered it. Only items accepted from `since` on."""
    failed = (
        select(Attempt.id)
        .where(
            Attempt.item_id == Item.id,
            Attempt.kind == AttemptKind.VISIT,
            Attempt.fault.in_((Fault.ADDRESSEE, Fault.AGENCY)),
            Attempt.reversed_at.is_(None),
        )
        .exists()
    )
    delivered = select(StopItem.item_id).where(StopItem.item_id == Item.id, StopItem.outcome == _DELIVERED).exists()
    said = case((Foreseen.trips == 0, Foreseen.likelihood), else_=Foreseen.first_likelihood)
    query = (
        select(said, ~failed)
        .select_from(Item)
        .join(Foreseen, Foreseen.item_id == Item.id)
        .where(Item.world_id == unit.world_id, said.is_not(None), or_(failed, delivered))
    )
    if since is not None:
        query = query.where(Item.accepted_at >= vietnam_instant(since, time()))
    return [(likelihood, handed_over) for likelihood, handed_over in unit.session.execute(query)]


def _due(unit: Work) -> ColumnElement[bool]:
    return and_(Item.world_id == unit.world_id, deliverable(before_next_plan(unit)))


def _doubtful(unit: Work, office_id: UUID, *, let_go: bool) -> Select[Foreseen]:
    return (
        select(Foreseen)
        .join(Item, Item.id == Foreseen.item_id)
        .where(
            _due(unit),
            Item.delivery_office_id == office_id,
            Foreseen.advice != Advice.GO,
            Foreseen.let_go_at.is_not(None) if let_go else Foreseen.let_go_at.is_(None),
        )
    )


def _from_events(unit: Work, ids: Sequence[UUID]) -> tuple[frozenset[UUID], Mapping[UUID, int]]:
    """Whose commune a person of the post chose, and how often each item went out."""
    corrected = and_(
        Event.kind == Happening.RESCHEDULED, Event.data.has_key("commune"), Event.actor.startswith("staff:")
    )
    out = Event.kind == Happening.OUT_FOR_DELIVERY
    query = (
        select(
            Event.item_id,
            func.count().filter(corrected).label("corrected"),
            func.count().filter(out).label("out"),
        )
        .where(Event.item_id.in_(ids), or_(corrected, out))
        .group_by(Event.item_id)
    )
    rows = unit.session.execute(query).all()
    return (
        frozenset(row.item_id for row in rows if row.corrected),
        {row.item_id: row.out for row in rows if row.out},
    )


def _visits(unit: Work, ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, datetime]]:
    query = (
        select(Attempt.item_id, func.count().filter(Attempt.counts), func.max(Attempt.recorded_at))
        .where(Attempt.item_id.in_(ids), Attempt.kind == AttemptKind.VISIT, Attempt.reversed_at.is_(None))
        .group_by(Attempt.item_id)
    )
    return {item_id: (count, last) for item_id, count, last in unit.session.execute(query)}


def _agreed(unit: Work, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    query = select(Choice.item_id, func.max(Choice.chosen_at)).where(Choice.item_id.in_(ids)).group_by(Choice.item_id)
    return dict(unit.session.execute(query).all())


def _heard(unit: Work, phones: set[bytes]) -> Mapping[bytes, tuple[bool, datetime]]:
    query = (
        select(Addressee.phone_index, Message.state, Message.settled_at)
        .ext(distinct_on(Addressee.phone_index))
        .join(Item, Item.addressee_id == Addressee.id)
        .join(Message, Message.item_id == Item.id)
        .where(
            Addressee.phone_index.in_(phones),
            Item.world_id == unit.world_id,
            Message.channel == Channel.SMS,
            # What the provider refuses for its text says nothing of the phone.
            Message.state.in_((MessageState.DELIVERED, MessageState.UNDELIVERED)),
        )
        .order_by(Addressee.phone_index, Message.settled_at.desc())
    )
    rows = unit.session.execute(query)
    return {phone: (state is MessageState.DELIVERED, at) for phone, state, at in rows if phone and at is not None}


def _calls_in_vain(unit: Work, phones: set[bytes]) -> Mapping[bytes, int]:
    query = (
        select(Addressee.phone_index, func.count())
        .join(Item, Item.addressee_id == Addressee.id)
        .join(Attempt, Attempt.item_id == Item.id)
        .where(
            Addressee.phone_index.in_(phones),
            Item.world_id == unit.world_id,
            Attempt.kind == AttemptKind.CONTACT,
            Attempt.reversed_at.is_(None),
            Attempt.recorded_at > unit.now - CALLS,
        )
        .group_by(Addressee.phone_index)
    )
    return {phone: count for phone, count in unit.session.execute(query) if phone}


def _earlier(unit: Work, ended: State, houses: set[bytes]) -> Select[bytes, int]:
    return (
        select(Addressee.address_key, func.count(Item.id.distinct()))
        .join(Item, Item.addressee_id == Addressee.id)
        .where(
            Addressee.address_key.in_(houses),
            Item.world_id == unit.world_id,
            Item.state == ended,
            Item.final_at > unit.now - HISTORY,
        )
        .group_by(Addressee.address_key)
    )


def _led_to(unit: Work, communes: set[int]) -> Mapping[int, frozenset[int]]:
    step = CommuneSuccessor
    chain = select(step.commune_id.label("first"), step.successor_id.label("then")).where(step.commune_id.in_(communes))
    begun = chain.cte(recursive=True)
    followed = begun.union(select(begun.c.first, step.successor_id).where(step.commune_id == begun.c.then))
    found: dict[int, set[int]] = {}
    for first, then in unit.session.execute(select(followed.c.first, followed.c.then)):
        found.setdefault(first, set()).add(then)
    return {first: frozenset(reached) for first, reached in found.items()}


def _counts(unit: Work, query: Select[bytes, int]) -> Mapping[bytes, int]:
    return dict(unit.session.execute(query).all())
