"""What waits at counters: since when, who was invited, who was reminded."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from delivery.rules import returns as rules
from delivery.rules.calendar import vietnam_day
from delivery.rules.policy import Channel
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template
from delivery.store.attempts import Invitation
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item, NextStep
from delivery.store.messages import Message
from delivery.store.queries.items import each_locked, locked
from delivery.store.work import Work

_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An item at the counter, with what decides about its invitations and reminders.

    `since` is the Vietnamese day on which the present hold began, with the event `ready_seq`; `reminded` are the
    days of this hold's reminders.
    """

    item: Item
    ready_seq: int
    since: date
    invitations: Sequence[Invitation]
    reminded: Sequence[date]


def at_counters(unit: Work) -> Iterator[Waiting]:
    """Everything held at a counter in this world, in the order of ids, without locks: a few queries a page."""
    after: UUID | None = None
    while True:
        page = select(Item).where(_at_counter(unit)).order_by(Item.id).limit(_PAGE)
        items = unit.session.scalars(page if after is None else page.where(Item.id > after)).all()
        yield from _waiting(unit, items)
        if len(items) < _PAGE:
            return
        after = items[-1].id


def at_counter_locked(unit: Work, item_id: UUID) -> Waiting | None:
    """The same of one item under its lock; None when it waits at the counter no more."""
    held = select(Item.id).where(Item.id == item_id, _at_counter(unit)).with_for_update(of=Item, key_share=True)
    if unit.session.scalar(held) is None:
        return None
    return next(iter(_waiting(unit, [locked(unit, item_id)])), None)


def _waiting(unit: Work, items: Sequence[Item]) -> Iterator[Waiting]:
    ids = [item.id for item in items]
    began = {
        row.item_id: row
        for row in unit.session.scalars(
            select(Event)
            .where(Event.item_id.in_(ids), Event.kind == Happening.READY_FOR_COLLECTION)
            .order_by(Event.item_id, Event.seq)
        )
    }
    invited: dict[UUID, list[Invitation]] = defaultdict(list)
    for invitation in unit.session.scalars(
        select(Invitation)
        .where(Invitation.item_id.in_(ids))
        .order_by(Invitation.number)
        .execution_options(populate_existing=True)
    ):
        invited[invitation.item_id].append(invitation)
    reminded: dict[UUID, list[date]] = defaultdict(list)
    for item_id, at in unit.session.execute(
        select(Message.item_id, Message.created_at).where(
            Message.item_id.in_(ids), Message.template == Template.REMINDER
        )
    ):
        reminded[item_id].append(vietnam_day(at))
    for item in items:
        # What was put right into HELD by a correction has no hold to go by: its clerk puts it at the counter.
        if item.id in began:
            since = vietnam_day(began[item.id].recorded_at)
            yield Waiting(
                item=item,
                ready_seq=began[item.id].seq,
                since=since,
                invitations=invited[item.id],
                reminded=[day for day in reminded[item.id] if day >= since],
            )


def invitations_of(unit: Work, item_id: UUID) -> Sequence[Invitation]:
    """All invitations to collect the item, the first first."""
    return unit.session.scalars(
        select(Invitation).where(Invitation.item_id == item_id).order_by(Invitation.number)
    ).all()


def as_rules_read(invitations: Sequence[Invitation]) -> list[rules.Invitation]:
    """Those that left: a letter that nobody has posted invites nobody."""
    return [
        rules.Invitation(day=row.day, channel=Channel(row.channel), proof=row.proof or "")
        for row in invitations
        if not waits_for_post(row)
    ]


def waits_for_post(invitation: Invitation) -> bool:
    """Whether it is a letter that a clerk has still to post."""
    return invitation.channel == Channel.LETTER and invitation.proved_at is None


def over_due_locked(unit: Work) -> Iterator[Item]:
    """Those whose hold ended before today and has not been closed, under their locks."""
    over = and_(_at_counter(unit), Item.held_until < unit.today, Item.next_step != NextStep.RETURN)
    yield from each_locked(unit, over)


def bound_for_counter_locked(unit: Work) -> Iterator[Item]:
    """Items on their delivery office's shelf that are to wait at its counter, under their locks."""
    bound = and_(
        Item.world_id == unit.world_id,
        Item.state == State.AT_OFFICE,
        Item.holder_kind == HolderKind.OFFICE,
        Item.holder_id == Item.delivery_office_id,
        Item.next_step == NextStep.COUNTER,
        Item.recalled_at.is_(None),
    )
    yield from each_locked(unit, bound)


def next_number(unit: Work, item_id: UUID) -> int:
    """The number of the item's next invitation."""
    last = unit.session.scalar(select(func.max(Invitation.number)).where(Invitation.item_id == item_id))
    return (last or 0) + 1


def _at_counter(unit: Work) -> ColumnElement[bool]:
    return and_(
        Item.world_id == unit.world_id,
        Item.state == State.HELD,
        Item.holder_kind == HolderKind.OFFICE,
        Item.recalled_at.is_(None),
    )
