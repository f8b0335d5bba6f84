"""Calls agencies' endpoints with the events that the outbox owes them (contracts C17 to C20).

Like texts, but simpler: a repeat carries the same webhook-id, so that a call whose
outcome is unknown is made again.
"""

import json
import logging
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from delivery.errors import Invalid
from delivery.outbound import webhooks
from delivery.outbound.outbox import settle
from delivery.outbound.posting import Parts
from delivery.outbound.webhooks import JITTER, RETRY_WAITS, Heard
from delivery.store.agencies import LIVE, WebhookEndpoint
from delivery.store.events import Event
from delivery.store.messages import Channel, Message, MessageState
from delivery.store.work import Work, open_work
from delivery.vault import Vault

LEASE = timedelta(minutes=5)
ACTOR = "job:put_webhooks"
# What an event may tell an agency beside its name: codes only (C20).
_TOLD = ("kind", "reason", "fault", "action", "to", "ground", "what", "outcome", "receipt", "event", "why")
_SECRETS = "webhook_endpoints.secret"

_log = logging.getLogger(__name__)


def seal_secrets(unit: Work, endpoint_id: UUID, keys: Sequence[str]) -> bytes:
    """An endpoint's signing secrets, the newest first; two during a rotation."""
    return Vault.of(unit).seal_apart(_SECRETS, str(endpoint_id), " ".join(keys))


def open_secrets(unit: Work, endpoint: WebhookEndpoint) -> list[str]:
    """What `seal_secrets` sealed."""
    return Vault.of(unit).open_apart(_SECRETS, str(endpoint.id), endpoint.secret).split()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One delivery to make, in memory only."""

    message_id: UUID
    tries: int
    url: str
    keys: Sequence[str] = field(repr=False)
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Called:
    """One round: how many calls were made, how many were taken, and the endpoints that were disabled."""

    made: int
    taken: int
    disabled: Sequence[UUID]


def call_due(parts: Parts, *, limit: int = 50) -> Called:
    """Make up to `limit` due calls of all worlds. Opens its own units; call it again while `made` is not 0."""
    calls = _claim(parts, limit)
    if not calls:
        return Called(made=0, taken=0, disabled=())
    with ThreadPoolExecutor(max_workers=parts.settings.sender_threads) as pool:
        heard = list(pool.map(lambda call: _call(parts, call), calls))
    return _record(parts, list(zip(calls, heard, strict=True)))


def payload(message: Message, event: Event) -> bytes:
    """The thin body of a delivery: what happened to which item, and no person's data.

    `position` is the feed's and never repeats; `sequence` is gapless for one item.
    """
    told = {name: event.data[name] for name in _TOLD if event.data.get(name) is not None}
    return json.dumps(
        {
            "type": event.kind,
            "timestamp": event.occurred_at.isoformat(),
            "data": {
                "code": message.item.number,
                "position": int(message.key.rpartition(":")[2]),
                "sequence": event.seq,
                "state": event.state,
                **told,
            },
        },
        separators=(",", ":"),
    ).encode()


def _claim(parts: Parts, limit: int) -> list[Call]:
    real = parts.clock.real()
    with open_work(parts.sessions, clock=parts.clock, keys=parts.settings.keys, actor=ACTOR) as unit:
        rows = unit.session.execute(
            select(Message, Event, WebhookEndpoint)
            .join(Event, (Event.item_id == Message.item_id) & (Event.seq == Message.seq))
            .join(WebhookEndpoint, WebhookEndpoint.id == Message.endpoint_id)
            .where(
                Message.channel == Channel.WEBHOOK,
                Message.state.in_([MessageState.OWED, MessageState.SENDING]),
                WebhookEndpoint.active,
                or_(Message.lease_until.is_(None), Message.lease_until <= real),
                or_(Message.next_try_at.is_(None), Message.next_try_at <= real),
            )
            .order_by(Message.not_before, Message.id)
            .limit(limit)
            .options(joinedload(Message.item))
            .with_for_update(of=Message, skip_locked=True)
        ).all()
        secrets = {endpoint.id: open_secrets(unit, endpoint) for _, _, endpoint in rows}
        calls = []
        for message, event, endpoint in rows:
            message.state, message.lease_until = MessageState.SENDING, real + LEASE
            message.tries += 1
            message.first_tried_at = message.first_tried_at or real
            calls.append(
                Call(
                    message_id=message.id,
                    tries=message.tries,
                    url=endpoint.url,
                    keys=secrets[endpoint.id],
                    body=payload(message, event),
                )
            )
        return calls


def _call(parts: Parts, call: Call) -> Heard:
    real = parts.clock.real()
    try:
        target = webhooks.checked(call.url, loopback_allowed=parts.settings.webhooks_to_loopback)
    except Invalid:
        return Heard(status=None)
    headers = webhooks.signed_headers(call.keys, f"msg_{call.message_id.hex}", real, call.body)
    return webhooks.post(target, headers, call.body, now=real)


def _record(parts: Parts, done: Sequence[tuple[Call, Heard]]) -> Called:
    real = parts.clock.real()
    with open_work(parts.sessions, clock=parts.clock, keys=parts.settings.keys, actor=ACTOR, world_id=LIVE) as unit:
        rows = unit.session.scalars(
            select(Message)
            .where(Message.id.in_([call.message_id for call, _ in done]), Message.state == MessageState.SENDING)
            .order_by(Message.id)
            .with_for_update(of=Message)
        )
        messages = {message.id: message for message in rows}
        done_with: set[UUID] = set()
        for call, heard in done:
            message = messages.get(call.message_id)
            if message is None or message.tries != call.tries:
                continue
            message.provider_status = str(heard.status or "no answer")
            if heard.is_taken:
                settle(unit, message, MessageState.DELIVERED)
            elif heard.is_gone or call.tries > len(RETRY_WAITS):
                settle(unit, message, MessageState.FAILED, error_code=heard.status)
                assert message.endpoint_id is not None
                done_with.add(message.endpoint_id)
            else:
                message.state, message.error_code = MessageState.OWED, heard.status
                message.lease_until, message.next_try_at = None, real + wait_after(call.tries, heard)
        _disable(unit, done_with)
        taken = sum(heard.is_taken for _, heard in done)
        return Called(made=len(done), taken=taken, disabled=sorted(done_with))


def wait_after(tries: int, heard: Heard) -> timedelta:
    """Real time until the next try: the table's wait with jitter, or longer if the endpoint asked for it."""
    planned = RETRY_WAITS[tries - 1] * (1 + random.random() * JITTER)  # noqa: S311 - spreads load, guards nothing
    return max(planned, heard.retry_after or timedelta())


def _disable(unit: Work, endpoint_ids: set[UUID]) -> None:
    """Owe an endpoint nothing more until its agency enables it: what it missed is in the feed and can be replayed."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.id.in_(endpoint_ids)).order_by(WebhookEndpoint.id)
    for endpoint in unit.session.scalars(query.with_for_update()):
        endpoint.active = False
        _log.error("Webhook endpoint %s of agency %s is disabled", endpoint.id, endpoint.agency_id)


def replay(unit: Work, *, agency_id: UUID, message_id: UUID, now: datetime) -> Message | None:
    """Owe an agency one delivery anew, with the same webhook-id; None when there is no such delivery of that agency."""
    message = unit.session.scalars(
        select(Message)
        .join(WebhookEndpoint, WebhookEndpoint.id == Message.endpoint_id)
        .where(Message.id == message_id, WebhookEndpoint.agency_id == agency_id)
        .with_for_update(of=Message)
    ).one_or_none()
    if message is not None:
        message.state, message.tries, message.next_try_at = MessageState.OWED, 0, now
        message.lease_until = message.first_tried_at = message.settled_at = message.error_code = None
    return message
