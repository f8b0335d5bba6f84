"""What waits at counters: since when, who was invited, who was reminded."""

from collections.abc import Iterator, Sequence
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
from delivery.store.queries.items import locked
from delivery.store.work import Work

_PAGE = 500


def ready_event(unit: Work, item_id: UUID) -> Event:
    """The event with which the item's present hold began."""
    return unit.session.scalars(
        select(Event)
        .where(Event.item_id == item_id, Event.kind == Happening.READY_FOR_COLLECTION)
        .order_by(Event.seq.desc())
        .limit(1)
    ).one()


def held_since(unit: Work, item_id: UUID) -> date:
    """The Vietnamese day on which the present hold began."""
    return vietnam_day(ready_event(unit, item_id).recorded_at)


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


def reminders_of(unit: Work, item_id: UUID, *, since: date) -> list[date]:
    """The days on which reminders of the present hold were owed."""
    owed = unit.session.scalars(
        select(Message.created_at).where(Message.item_id == item_id, Message.template == Template.REMINDER)
    )
    return [day for at in owed if (day := vietnam_day(at)) >= since]


def letters_to_post(unit: Work, office_id: UUID) -> Sequence[Invitation]:
    """The letters that the office owes, the oldest first."""
    return unit.session.scalars(
        select(Invitation)
        .join(Item)
        .where(
            _at_counter(unit),
            Item.holder_id == office_id,
            Invitation.channel == Channel.LETTER,
            Invitation.proved_at.is_(None),
        )
        .order_by(Invitation.sent_at, Invitation.id)
    ).all()


def at_counter_locked(unit: Work) -> Iterator[Item]:
    """Every item held at a counter in this world, one by one under its lock, in the order of ids."""
    yield from _each(unit, _at_counter(unit))


def over_due_locked(unit: Work) -> Iterator[Item]:
    """Those whose hold ended before today and has not been closed, under their locks."""
    over = and_(_at_counter(unit), Item.held_until < unit.today, Item.next_step != NextStep.RETURN)
    yield from _each(unit, over)


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
    yield from _each(unit, bound)


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


def _each(unit: Work, condition: ColumnElement[bool]) -> Iterator[Item]:
    """Items for which `condition` still holds under the lock, a page of ids at a time."""
    after: UUID | None = None
    while True:
        page = select(Item.id).where(condition).order_by(Item.id).limit(_PAGE)
        ids = unit.session.scalars(page if after is None else page.where(Item.id > after)).all()
        for item_id in ids:
            if unit.session.scalar(select(Item.id).where(Item.id == item_id, condition).with_for_update(of=Item)):
                yield locked(unit, item_id)
        if len(ids) < _PAGE:
            return
        after = ids[-1]
