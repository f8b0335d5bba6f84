"""What the post owes to addressees and agencies: put in the transaction of the change, sent by `outbound.posting`.

Nothing here sends. A message's key makes a repeated put harmless, and its text is
written only when it is sent, so that nothing readable waits in the table.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Self
from uuid import UUID

from sqlalchemy import case, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from delivery.outbound.sms import Status, Verdict, advance, verdict
from delivery.rules.calendar import ONE_DAY, vietnam_instant, vietnam_time
from delivery.rules.policy import DeliveryPolicy
from delivery.rules.texts import Template
from delivery.store.agencies import WebhookEndpoint, World, WorldKind
from delivery.store.base import new_id
from delivery.store.events import Event, FeedPosition
from delivery.store.items import Item
from delivery.store.messages import FINAL_MESSAGES, Channel, Message, MessageState
from delivery.store.queries.policies import policy_of
from delivery.store.work import Work
from delivery.vault import Reason, Vault

_COLUMN = "messages.body"

PHONE_OFF_WAITS = (timedelta(hours=2), timedelta(hours=12))
"""How long after each undelivered try to a phone that may answer later; in the item's world, outside quiet hours."""
ASK_AFTER = timedelta(minutes=15)
"""Real time without a report after which the provider is asked."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """The fields of a text that are decided when it is owed; number and link are added when it is sent."""

    office: str = ""
    day: date | None = None
    until: date | None = None
    hours: tuple[int, int] | None = None

    def as_json(self) -> str:
        """The form that is sealed into the outbox."""
        return json.dumps(
            {
                "office": self.office,
                "day": self.day.isoformat() if self.day else None,
                "until": self.until.isoformat() if self.until else None,
                "hours": list(self.hours) if self.hours else None,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `as_json` wrote."""
        read = json.loads(text)
        return cls(
            office=read["office"],
            day=date.fromisoformat(read["day"]) if read["day"] else None,
            until=date.fromisoformat(read["until"]) if read["until"] else None,
            hours=(read["hours"][0], read["hours"][1]) if read["hours"] else None,
        )


def put_sms(
    unit: Work,
    item: Item,
    template: Template,
    *,
    seq: int,
    office: str = "",
    day: date | None = None,
    until: date | None = None,
    hours: tuple[int, int] | None = None,
    at_door: bool = False,
    nth: int = 1,
) -> Message | None:
    """Owe the addressee one text about the item's event `seq`; the caller holds the item's row lock.

    Putting it again gives the message that is there; `nth` tells later reminders of one event apart. It leaves
    outside the policy's quiet hours unless the courier is `at_door`. None, and nothing is owed, when the addressee
    cannot get SMS: call, or write a letter.
    """
    addressee = item.addressee
    if addressee.phone is None or not addressee.can_sms or not addressee.phone_reachable:
        return None
    key = f"sms:{item.id}:{seq}:{template}" + (f":{nth}" if nth > 1 else "")
    there = unit.session.scalars(select(Message).where(Message.key == key)).one_or_none()
    if there is not None:
        return there
    message = Message(
        id=new_id(),
        key=key,
        world_id=item.world_id,
        channel=Channel.SMS,
        item_id=item.id,
        item=item,
        seq=seq,
        template=template,
        created_at=unit.now,
        not_before=unit.now if at_door else after_quiet_hours(policy_of(unit, item), unit.now),
    )
    told = Told(office=office, day=day, until=until, hours=hours)
    message.body = Vault.of(unit).seal(addressee.subject, _COLUMN, message.id, told.as_json())
    unit.session.add(message)
    return message


def told_by(unit: Work, message: Message) -> Told:
    """The fields that `put_sms` sealed; `message` is not final yet."""
    if message.body is None:
        raise ValueError(f"Message {message.id} is {message.state}: its text is cleared.")
    subject = message.item.addressee.subject
    return Told.from_json(Vault.of(unit).open(subject, _COLUMN, message.id, message.body, reason=Reason.MESSAGE))


def after_quiet_hours(policy: DeliveryPolicy, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours it lies in."""
    local = vietnam_time(now)
    if not policy.is_quiet(local.time()):
        return now
    ends: time_of_day = policy.quiet_until
    day = local.date() if local.time() < ends else local.date() + ONE_DAY
    return vietnam_instant(day, ends)


def settle(unit: Work, message: Message, state: MessageState, *, error_code: int | None = None) -> None:
    """Give a message its final state and clear its text."""
    message.state, message.error_code, message.settled_at = state, error_code, unit.now
    message.body = message.lease_until = message.next_try_at = None


def report_status(unit: Work, message_id: UUID, *, sid: str, status: Status, error_code: int | None) -> Message | None:
    """Take a provider's report about a message; returns the message when that settled it, else None.

    Duplicates and any order are harmless; the report may come before the create reply was recorded.
    """
    message = unit.session.scalars(
        select(Message).where(Message.id == message_id, Message.channel == Channel.SMS).with_for_update(of=Message)
    ).one_or_none()
    if message is None:
        return None
    return message if take_report(unit, message, sid, status, error_code) else None


def take_report(unit: Work, message: Message, sid: str, status: Status, error_code: int | None) -> bool:
    """Bring a message, locked by the caller, to what the provider says of its try `sid`. True when that settled it."""
    if message.state in FINAL_MESSAGES:
        return False
    if sid == message.provider_id and message.provider_status is not None:
        current = Status(message.provider_status)
        if advance(current, status) is current:
            return False
    elif message.state is MessageState.SENT and status is not Status.DELIVERED:
        # An earlier try of the same text: that it failed says nothing about the present one.
        return False
    message.provider_id, message.provider_status = sid, status
    if status in (Status.DELIVERED, Status.READ):
        settle(unit, message, MessageState.DELIVERED)
        return True
    if status.is_final:
        return _not_delivered(unit, message, error_code)
    message.state, message.lease_until = MessageState.SENT, None
    message.next_try_at = unit.clock.real() + ASK_AFTER
    return False


def _not_delivered(unit: Work, message: Message, error_code: int | None) -> bool:
    decided = verdict(error_code)
    tries_left = message.tries <= len(PHONE_OFF_WAITS)
    if decided is Verdict.TEMPORARY and tries_left:
        wait = PHONE_OFF_WAITS[max(message.tries, 1) - 1]
        message.state, message.error_code = MessageState.OWED, error_code
        message.not_before = after_quiet_hours(policy_of(unit, message.item), unit.now + wait)
        message.first_tried_at = message.lease_until = message.next_try_at = None
        return False
    if decided is Verdict.PERMANENT:
        message.item.addressee.phone_reachable = False
    ended = MessageState.FAILED if decided is Verdict.PERSON else MessageState.UNDELIVERED
    settle(unit, message, ended, error_code=error_code)
    return True


def put_webhooks(unit: Work, limit: int) -> int:
    """Owe each active endpoint its agency's events after the position it has, up to `limit` each; returns how many.

    The position moves under the endpoint's row lock, in the same transaction, so that nothing is missed or doubled.
    """
    endpoints = unit.session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.active)
        .order_by(WebhookEndpoint.id)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_put_feed(unit, endpoint, limit) for endpoint in endpoints)


def _put_feed(unit: Work, endpoint: WebhookEndpoint, limit: int) -> int:
    news = unit.session.execute(
        select(FeedPosition.position, Event.item_id, Event.seq, Event.kind, Event.recorded_at)
        .join(Event, (Event.item_id == FeedPosition.item_id) & (Event.seq == FeedPosition.seq))
        .where(
            FeedPosition.agency_id == endpoint.agency_id,
            FeedPosition.world_id == endpoint.world_id,
            FeedPosition.position > endpoint.position,
        )
        .order_by(FeedPosition.position)
        .limit(limit)
    ).all()
    if not news:
        return 0
    rows = [
        {
            "id": new_id(),
            "key": f"hook:{endpoint.id}:{position}",
            "world_id": endpoint.world_id,
            "channel": Channel.WEBHOOK,
            "item_id": item_id,
            "seq": seq,
            "template": kind,
            "endpoint_id": endpoint.id,
            "state": MessageState.OWED,
            "created_at": recorded_at,
            "not_before": recorded_at,
        }
        for position, item_id, seq, kind, recorded_at in news
    ]
    unit.session.execute(insert(Message).on_conflict_do_nothing(index_elements=["key"]), rows)
    endpoint.position = news[-1].position
    return len(news)


def due_count(unit: Work) -> int:
    """How many messages of all worlds could be sent or asked after now, those on their way included."""
    clock = unit.clock
    real = clock.real()
    moves = true() if clock.live_moves else World.kind != WorldKind.LIVE
    world_now = case((moves, real + World.clock_offset), else_=real)
    query = (
        select(func.count())
        .select_from(Message)
        .join(World, World.id == Message.world_id)
        .where(
            Message.state.in_([MessageState.OWED, MessageState.SENDING, MessageState.UNKNOWN]),
            Message.not_before <= world_now,
            or_(Message.next_try_at.is_(None), Message.next_try_at <= real),
        )
    )
    return unit.session.scalar(query) or 0
