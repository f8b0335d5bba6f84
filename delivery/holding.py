"""Items at the counter: invited for, reminded of, collected, sent out again, or held until their time is over."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.charging import Method, Taker
from delivery.money.correcting import rebate_for_collecting
from delivery.outbound.outbox import put_sms
from delivery.rules.calendar import HalfDay
from delivery.rules.policy import Channel, Proof, Receiver
from delivery.rules.returns import next_invitation_due, next_reminder_due
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template
from delivery.steps import counter
from delivery.steps.appointment import agree
from delivery.steps.receipt import hand_over
from delivery.store.attempts import Invitation
from delivery.store.events import Event
from delivery.store.items import Holder, HolderKind, Item, NextStep
from delivery.store.messages import Message
from delivery.store.offices import Office
from delivery.store.queries.held import (
    Waiting,
    as_rules_read,
    at_counter_locked,
    at_counters,
    bound_for_counter_locked,
    invitations_of,
    over_due_locked,
    waits_for_post,
)
from delivery.store.queries.items import locked, locked_by_number, unknown_item
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.work import Work
from tariffs.book import Book

# What may stand in an event: the post's own letter numbers, and other carriers'.
_LETTER_NUMBER = re.compile(r"[A-Za-z0-9_.:+\-]{3,80}")


def sweep_invitations(unit: Work, limit: int) -> int:
    """Put at the counter what was decided to wait there, and send the invitations that are owed; at most `limit`.

    Says for how many items something was done: fewer than `limit` means that nothing more is due now. An SMS that
    brought no receipt in a working day is followed by a letter, whose posting needs no one's phone.
    """
    done = 0
    for item in bound_for_counter_locked(unit):
        counter.put_at_counter(unit, item)
        done += 1
        if done == limit:
            return done
    for seen in at_counters(unit):
        if not _invitation_due(unit, seen):
            continue
        waiting = at_counter_locked(unit, seen.item.id)
        if waiting is None or not _invitation_due(unit, waiting):
            continue
        item, sent = waiting.item, waiting.invitations
        in_doubt = any(earlier.proved_at is None for earlier in sent)
        counter.invite(unit, item, Template.INVITATION, seq=item.last_seq, by_letter=in_doubt)
        done += 1
        if done == limit:
            break
    return done


def sweep_reminders(unit: Work, limit: int) -> int:
    """Remind those whose hold is about to end, at most `limit`; says how many were reminded.

    Who cannot get SMS has the letters of invitation and is not reminded.
    """
    done = 0
    for seen in at_counters(unit):
        if not _reminder_due(unit, seen):
            continue
        waiting = at_counter_locked(unit, seen.item.id)
        if waiting is None or not _reminder_due(unit, waiting):
            continue
        item = waiting.item
        office = unit.session.get_one(Office, item.holder_id)
        owed = put_sms(
            unit,
            item,
            Template.REMINDER,
            seq=waiting.ready_seq,
            office=office.name,
            until=item.held_until,
            nth=len(waiting.reminded) + 1,
        )
        if owed is None:
            continue
        unit.session.flush()
        done += 1
        if done == limit:
            break
    return done


def sweep_expired(unit: Work, limit: int) -> int:
    """Close the holds that ended before today, at most `limit`; says how many.

    The item stays at the counter and can still be collected: it goes back only once all conditions of its policy
    hold, which `returning.sweep_due` asks.
    """
    done = 0
    for item in over_due_locked(unit):
        item.move(
            Happening.COLLECTION_EXPIRED,
            unit.occasion(item.holder_id),
            data={"held_until": item.held_until.isoformat() if item.held_until else None},
        )
        item.next_step = NextStep.RETURN
        done += 1
        if done == limit:
            break
    unit.session.flush()
    return done


def prove(unit: Work, message: Message) -> bool:
    """The network confirmed the delivery of `message`; if it was an invitation it counts from today.

    Says whether an invitation was proven; telling it again changes nothing.
    """
    item = locked(unit, message.item_id)
    invitation = _invitation_by(unit, message)
    if invitation is None or invitation.proved_at is not None:
        return False
    _proven(unit, item, invitation, message.provider_id or str(message.id))
    return True


def unprovable(unit: Work, message: Message) -> bool:
    """`message` will never be proven: an invitation becomes a letter. Says whether one is now to be posted.

    One that a later invitation has already followed stays as it is: that one went by letter, and two letters would
    say the same. Whether later ones go to that phone is not decided here: the outbox flags it where the error code
    is permanent (contracts C23).
    """
    item = locked(unit, message.item_id)
    invitation = _invitation_by(unit, message)
    if invitation is None or invitation.proved_at is not None or item.state is not State.HELD:
        return False
    if any(later.number > invitation.number for later in invitations_of(unit, item.id)):
        return False
    invitation.channel, invitation.message_id = Channel.LETTER, None
    unit.session.flush()
    return True


def post_letter(unit: Work, *, invitation_id: UUID, office_id: UUID, proof: str) -> Invitation:
    """A clerk posted an invitation by letter; `proof` is the letter's own number, and it counts from today.

    Raises NotFound for an invitation of another office, Invalid `letter-number` for a number that is none, Refused
    when it was posted before or the item waits at the counter no more.
    """
    invitation = unit.session.get(Invitation, invitation_id)
    item = None if invitation is None else locked(unit, invitation.item_id)
    if invitation is None or item is None or item.delivery_office_id != office_id or item.world_id != unit.world_id:
        raise NotFound(
            "invitation-not-found",
            vi="Bưu cục này không có giấy mời đó. Mở lại danh sách giấy mời.",
            en="This office has no such invitation. Open the list of letters again.",
        )
    number = "".join(proof.split())
    if not _LETTER_NUMBER.fullmatch(number):
        raise Invalid(
            "letter-number",
            vi="Số hiệu thư gồm 3 đến 80 chữ cái không dấu, chữ số và các dấu _ . : + -",
            en="A letter's number has 3 to 80 letters, digits and the signs _ . : + -",
            pointer="/proof",
        )
    unit.session.refresh(invitation)
    if not waits_for_post(invitation) or item.state is not State.HELD:
        raise Refused(
            "letter-not-owed",
            vi=f"Giấy mời lần {invitation.number} của bưu gửi {item.number} không còn chờ gửi.",
            en=f"Invitation {invitation.number} of item {item.number} waits to be posted no more.",
            facts={"number": item.number, "invitation": invitation.number},
        )
    _proven(unit, item, invitation, number)
    return invitation


def collect(
    unit: Work,
    books: Sequence[Book],
    *,
    number: str,
    office_id: UUID,
    receiver: Receiver,
    proofs: Iterable[Proof],
    paid: Method | None = None,
    shown: int | None = None,
    receiver_name: str | None = None,
) -> Event:
    """Hand an item over at the counter, to whom the policy names and always against an identity document.

    Who comes is spared a visit's cost: the book's rebate is taken off before they pay. Raises NotFound for an item that
    is not at this office, Refused in words: not at the counter, recalled, a receiver or proofs that do not do, money
    due, or cash for the `shown` sum, in đồng, where another is due by now.
    """
    item = _at_counter_of(unit, number, office_id)
    seen = set(proofs)
    if Proof.IDENTITY not in seen:
        raise Refused(
            "proof-missing",
            vi=f"Bưu gửi {number} chỉ giao tại quầy khi đã xem giấy tờ tùy thân của người nhận.",
            en=f"Item {number} is handed over at the counter only against an identity document.",
            facts={"number": number, "missing": str(Proof.IDENTITY)},
        )
    rebate_for_collecting(unit, item, books)
    delivered = hand_over(
        unit,
        item,
        receiver=receiver,
        proofs=seen,
        receiver_name=receiver_name,
        paid=paid,
        shown=shown,
        taker=Taker(office_id=office_id),
        place=office_id,
        at_counter=True,
        occurred_at=unit.now,
    )
    unit.session.flush()
    return delivered


def redeliver(
    unit: Work,
    books: Sequence[Book],
    *,
    number: str,
    office_id: UUID,
    day: date,
    half_day: HalfDay | None = None,
) -> Item:
    """The addressee asks the counter for another visit: back to the shelf, to go out on `day`.

    Raises NotFound for an item that is not at this office, Refused in words when no visit is left or it goes back,
    Invalid `day-not-offered` for a day that cannot be had.
    """
    item = _at_counter_of(unit, number, office_id)
    agree(unit, item, books, day=day, half_day=half_day, via="counter")
    unit.session.flush()
    return item


def _invitation_due(unit: Work, waiting: Waiting) -> bool:
    if any(waits_for_post(invitation) for invitation in waiting.invitations):
        return False
    due = next_invitation_due(
        policy=policy_of(unit, waiting.item),
        calendar=working_calendar(unit),
        invitations=as_rules_read(waiting.invitations),
        held_since=waiting.since,
    )
    return due is not None and due <= unit.today


def _reminder_due(unit: Work, waiting: Waiting) -> bool:
    item = waiting.item
    if item.held_until is None or item.held_until < unit.today or item.next_step is NextStep.RETURN:
        return False
    due = next_reminder_due(
        policy=policy_of(unit, item),
        calendar=working_calendar(unit),
        held_since=waiting.since,
        hold_until=item.held_until,
        reminded=waiting.reminded,
    )
    if due is None or due > unit.today:
        return False
    return item.addressee.can_sms and item.addressee.phone_reachable


def _at_counter_of(unit: Work, number: str, office_id: UUID) -> Item:
    item = locked_by_number(unit, number)
    if item.holder != Holder(HolderKind.OFFICE, office_id):
        raise unknown_item(number)
    if item.state is not State.HELD:
        raise Refused(
            "not-at-counter",
            vi=f"Bưu gửi {number} ở bưu cục nhưng chưa được đưa ra quầy: chuyển ra quầy trước.",
            en=f"Item {number} is at this office but not at its counter: put it there first.",
            facts={"number": number, "state": str(item.state)},
        )
    return item


def _invitation_by(unit: Work, message: Message) -> Invitation | None:
    return unit.session.scalars(
        select(Invitation).where(Invitation.message_id == message.id).execution_options(populate_existing=True)
    ).one_or_none()


def _proven(unit: Work, item: Item, invitation: Invitation, proof: str) -> None:
    """An invitation counts from the day on which it reached its addressee, not from the day it was written."""
    invitation.proof, invitation.proved_at, invitation.day = proof, unit.now, unit.today
    if item.state is State.HELD:
        item.move(
            Happening.INVITATION_SENT,
            unit.occasion(item.holder_id if item.holder_kind is HolderKind.OFFICE else None),
            data={"number": invitation.number, "channel": str(invitation.channel), "proof": proof},
        )
    unit.session.flush()
