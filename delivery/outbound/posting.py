"""Sends the texts that the outbox owes (contracts C21): claim, commit, call the provider, record.

No transaction is open during a call. A claim is a lease in real time; whoever dies
with it leaves a message that is asked after at the provider before it is sent again.
Any number of processes may post at once.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, sessionmaker

from delivery.clock import Clock
from delivery.errors import Refused, Trouble
from delivery.outbound.outbox import settle, take_report
from delivery.outbound.sandbox import SANDBOX, Gateway
from delivery.outbound.sms import Accepted, ProviderSilent, Rejected, SmsGateway, Unknown
from delivery.outbound.writing import Writer
from delivery.settings import Settings
from delivery.store.agencies import LIVE
from delivery.store.items import Item
from delivery.store.messages import Channel, Message, MessageState
from delivery.store.people import Addressee
from delivery.store.work import Work, open_work

LEASE = timedelta(seconds=120)
"""Real time that a claim lasts; no call begins in its last `CALL` of it."""
CALL = timedelta(seconds=30)
SETTLING = timedelta(seconds=60)
"""Real time after which the provider's list shows what it took; doubled with each further try."""
REFUSED_WAITS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200))
"""Real time between tries that the provider refused for the moment; after the last the message has failed."""
GIVEN_UP_AFTER = timedelta(hours=72)
UNREACHED_WAIT = timedelta(seconds=60)
LOOK_UP_AGAIN = timedelta(hours=1)
ACTOR = "job:send_messages"

_log = logging.getLogger(__name__)

OnSettled = Callable[[Work, Message], None]
"""Told in the same transaction that a message is delivered, undelivered or failed."""


class Parts(Protocol):
    """What posting needs of the process's wiring."""

    @property
    def settings(self) -> Settings: ...
    @property
    def sessions(self) -> sessionmaker[Session]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def sms(self) -> SmsGateway: ...


class Task(StrEnum):
    """What a claimed message needs of the provider."""

    SEND = "send"
    FIND = "find"
    LOOK_UP = "look_up"


class Nothing(StrEnum):
    """Why a task brought neither a message nor a refusal."""

    NOT_THERE = "not_there"
    SILENT = "silent"
    TOO_LATE = "too_late"


_TASKS = {
    MessageState.SENDING: Task.FIND,
    MessageState.UNKNOWN: Task.FIND,
    MessageState.SENT: Task.LOOK_UP,
}

Answer = Accepted | Rejected | Unknown | Nothing


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One call to make, in the clear and in memory only. `first_tried_at` and `until` are real time."""

    task: Task
    message_id: UUID
    tries: int
    phone: str = field(repr=False)
    text: str = field(repr=False)
    sid: str
    first_tried_at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One round: how many messages were claimed, and the ids of those that are now delivered or failed for good."""

    claimed: int
    settled: tuple[UUID, ...]


def post_due(parts: Parts, *, limit: int = 100, on_settled: OnSettled | None = None) -> Posted:
    """Send up to `limit` due texts of each world, and ask after those whose fate is unknown. Opens its own units.

    Call it again at once while `claimed` is not 0.
    """
    claimed = 0
    settled: list[UUID] = []
    for world_id in _worlds_waiting(parts):
        claim = _claim(parts, world_id, limit, on_settled)
        claimed += claim.messages
        settled += claim.settled
        if claim.errands:
            answers = _run_all(parts, parts.sms if world_id == LIVE else SANDBOX, claim.errands)
            settled += _record(parts, world_id, list(zip(claim.errands, answers, strict=True)), on_settled)
    return Posted(claimed=claimed, settled=tuple(settled))


def _work(parts: Parts, world_id: UUID) -> AbstractContextManager[Work]:
    return open_work(parts.sessions, clock=parts.clock, keys=parts.settings.keys, actor=ACTOR, world_id=world_id)


def _worlds_waiting(parts: Parts) -> Sequence[UUID]:
    with _work(parts, LIVE) as unit:
        return unit.session.scalars(
            select(Message.world_id)
            .where(Message.channel == Channel.SMS, Message.state.in_([MessageState.OWED, *_TASKS]))
            .distinct()
            .order_by(Message.world_id)
        ).all()


@dataclass(frozen=True, kw_only=True)
class _Claim:
    messages: int
    errands: Sequence[Errand]
    settled: Sequence[UUID]


def _claim(parts: Parts, world_id: UUID, limit: int, on_settled: OnSettled | None) -> _Claim:
    real = parts.clock.real()
    with _work(parts, world_id) as unit:
        messages = unit.session.scalars(
            select(Message)
            .join(Message.item)
            .where(
                Message.channel == Channel.SMS,
                Message.world_id == world_id,
                or_(
                    and_(Message.state == MessageState.OWED, Message.not_before <= unit.now),
                    Message.state.in_(_TASKS),
                ),
                or_(Message.lease_until.is_(None), Message.lease_until <= real),
                or_(Message.next_try_at.is_(None), Message.next_try_at <= real),
            )
            .order_by(Message.not_before, Message.id)
            .limit(limit)
            .options(contains_eager(Message.item).options(joinedload(Item.addressee).joinedload(Addressee.subject)))
            .with_for_update(of=Message, skip_locked=True)
        ).all()
        if not messages:
            return _Claim(messages=0, errands=(), settled=())
        writer = Writer(unit, messages, parts.settings.public_url)
        errands = [errand for message in messages if (errand := _errand(unit, message, writer, real))]
        ended = [m for m in messages if m.state in (MessageState.FAILED, MessageState.UNDELIVERED)]
        _tell(unit, ended, on_settled)
        return _Claim(messages=len(messages), errands=errands, settled=[message.id for message in ended])


def _errand(unit: Work, message: Message, writer: Writer, real: datetime) -> Errand | None:
    """What to ask of the provider, or None when the message has just been settled here."""
    if message.first_tried_at is not None and real - message.first_tried_at >= GIVEN_UP_AFTER:
        settle(unit, message, MessageState.FAILED, error_code=message.error_code)
        return None
    task = _TASKS.get(message.state, Task.SEND)
    phone: str | None = None
    text = ""
    try:
        if task is Task.SEND and writer.is_overtaken(message):
            settle(unit, message, MessageState.DROPPED)
            return None
        if task is not Task.LOOK_UP:
            phone, text = writer.phone(message), writer.text(message)
    except Refused:
        settle(unit, message, MessageState.DROPPED)
        return None
    except ValueError as wrong:
        _log.error("Message %s cannot be written: %s", message.id, wrong)
        settle(unit, message, MessageState.FAILED)
        return None
    addressee = message.item.addressee
    if task is Task.SEND and not (phone and addressee.can_sms and addressee.phone_reachable):
        settle(unit, message, MessageState.FAILED)
        return None
    message.lease_until = real + LEASE
    if task is Task.SEND:
        message.state, message.next_try_at = MessageState.SENDING, None
        message.tries += 1
        message.first_tried_at = message.first_tried_at or real
    elif task is Task.FIND:
        message.state = MessageState.UNKNOWN
    return Errand(
        task=task,
        message_id=message.id,
        tries=message.tries,
        phone=phone or "",
        text=text,
        sid=message.provider_id or "",
        first_tried_at=message.first_tried_at or real,
        until=real + LEASE - CALL,
    )


def _run_all(parts: Parts, gateway: Gateway, errands: Sequence[Errand]) -> list[Answer]:
    with ThreadPoolExecutor(max_workers=parts.settings.sender_threads) as pool:
        return list(pool.map(lambda errand: _run(parts, gateway, errand), errands))


def _run(parts: Parts, gateway: Gateway, errand: Errand) -> Answer:
    if parts.clock.real() >= errand.until:
        return Nothing.TOO_LATE
    try:
        match errand.task:
            case Task.SEND:
                callback = f"{parts.settings.public_url}/hooks/sms/{errand.message_id}"
                return gateway.send(errand.phone, errand.text, callback)
            case Task.FIND:
                found = gateway.find(errand.phone, errand.first_tried_at, errand.text)
            case Task.LOOK_UP:
                found = gateway.look_up(errand.sid)
    except ProviderSilent:
        return Nothing.SILENT
    return found or Nothing.NOT_THERE


def _record(
    parts: Parts, world_id: UUID, done: Sequence[tuple[Errand, Answer]], on_settled: OnSettled | None
) -> list[UUID]:
    with _work(parts, world_id) as unit:
        rows = unit.session.scalars(
            select(Message)
            .where(Message.id.in_([errand.message_id for errand, _ in done]))
            .order_by(Message.id)
            .with_for_update(of=Message)
        )
        messages = {message.id: message for message in rows}
        taken = _sids_of_others(unit, done)
        ended = [
            messages[errand.message_id]
            for errand, answer in done
            if _note(unit, messages[errand.message_id], errand, _unless_taken(answer, errand, taken))
        ]
        _tell(unit, ended, on_settled)
        return [message.id for message in ended]


def _sids_of_others(unit: Work, done: Sequence[tuple[Errand, Answer]]) -> dict[str, UUID]:
    """Who has the provider ids that were found in its list: the same text to the same phone may be owed twice."""
    found = [a.sid for e, a in done if e.task is Task.FIND and isinstance(a, Accepted)]
    if not found:
        return {}
    rows = unit.session.execute(select(Message.provider_id, Message.id).where(Message.provider_id.in_(found)))
    return {sid: message_id for sid, message_id in rows if sid is not None}


def _unless_taken(answer: Answer, errand: Errand, taken: dict[str, UUID]) -> Answer:
    """NOT_THERE for a message in the list that is another's, or this one's earlier try, which has its report."""
    if errand.task is not Task.FIND or not isinstance(answer, Accepted):
        return answer
    foreign = taken.setdefault(answer.sid, errand.message_id) != errand.message_id
    return Nothing.NOT_THERE if foreign or answer.sid == errand.sid else answer


def _note(unit: Work, message: Message, errand: Errand, answer: Answer) -> bool:
    """Write down what a call brought; True when that settled the message."""
    if isinstance(answer, Accepted):
        message.segments = max(message.segments, answer.segments)
        if answer.price is not None:
            message.cost = f"{answer.price} {answer.currency or ''}".strip()
        if take_report(unit, message, answer.sid, answer.status, answer.error_code):
            return True
        if errand.task is Task.LOOK_UP and message.state is MessageState.SENT:
            message.lease_until, message.next_try_at = None, unit.clock.real() + LOOK_UP_AGAIN
        return False
    expected = {
        Task.SEND: MessageState.SENDING,
        Task.FIND: MessageState.UNKNOWN,
        Task.LOOK_UP: MessageState.SENT,
    }[errand.task]
    if message.state is not expected or message.tries != errand.tries:
        # A callback, or another worker after this lease, knew better.
        return False
    message.lease_until = None
    real = unit.clock.real()
    match answer:
        case Rejected():
            return _refused(unit, message, answer, real)
        case Unknown():
            message.state = MessageState.UNKNOWN
            message.next_try_at = real + SETTLING * 2 ** (message.tries - 1)
        case Nothing.TOO_LATE:
            message.tries -= errand.task is Task.SEND
            message.state = MessageState.OWED if errand.task is Task.SEND else expected
        case Nothing.SILENT:
            message.next_try_at = real + UNREACHED_WAIT
        case Nothing.NOT_THERE if errand.task is Task.LOOK_UP:
            message.next_try_at = real + LOOK_UP_AGAIN
        case Nothing.NOT_THERE if message.tries > len(REFUSED_WAITS):
            settle(unit, message, MessageState.FAILED)
            return True
        case Nothing.NOT_THERE:
            message.state, message.next_try_at = MessageState.OWED, None
    return False


def _refused(unit: Work, message: Message, answer: Rejected, real: datetime) -> bool:
    again = not (answer.permanent or answer.needs_person)
    if again and (answer.code is None or message.tries <= len(REFUSED_WAITS)):
        # Without a code nobody was reached at all: that ends only with the 72 hours.
        message.state, message.error_code = MessageState.OWED, answer.code
        message.next_try_at = real + REFUSED_WAITS[min(message.tries, len(REFUSED_WAITS)) - 1]
        return False
    if answer.permanent:
        message.item.addressee.phone_reachable = False
    settle(unit, message, MessageState.FAILED, error_code=answer.code)
    return True


def _tell(unit: Work, ended: Sequence[Message], on_settled: OnSettled | None) -> None:
    if on_settled is None:
        return
    # By item: whoever locks several items does so in the order of their ids.
    for message in sorted(ended, key=lambda settled: settled.item_id):
        try:
            with unit.session.begin_nested():
                on_settled(unit, message)
        except Trouble as trouble:
            _log.warning("Message %s is settled, but its item does not follow: %s", message.id, trouble.code)
