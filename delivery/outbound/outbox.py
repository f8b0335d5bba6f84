"""What the post owes to addressees and agencies: put in the transaction of the change, sent by `outbound.posting`.

Nothing here sends. A message's key makes a repeated put harmless, and its text is
written only when it is sent, so that nothing readable waits in the table.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Self
from uuid import UUID

from sqlalchemy import select

from delivery.rules.calendar import ONE_DAY, vietnam_instant, vietnam_time
from delivery.rules.policy import DeliveryPolicy
from delivery.rules.texts import Template
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.messages import Channel, Message
from delivery.store.queries.policies import policy_of
from delivery.store.work import Work
from delivery.vault import Reason, Vault

_COLUMN = "messages.body"


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
) -> Message | None:
    """Owe the addressee one text about the item's event `seq`; the caller holds the item's row lock.

    Putting it again gives the message that is there. It leaves outside the policy's
    quiet hours unless the courier is `at_door`. None, and nothing is owed, when the
    addressee cannot get SMS: call, or write a letter.
    """
    addressee = item.addressee
    if addressee.phone is None or not addressee.can_sms or not addressee.phone_reachable:
        return None
    key = f"sms:{item.id}:{seq}:{template}"
    there = unit.session.scalars(select(Message).where(Message.key == key)).one_or_none()
    if there is not None:
        return there
    message = Message(
        id=new_id(),
        key=key,
        world_id=item.world_id,
        channel=Channel.SMS,
        item_id=item.id,
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


def message_by_id(unit: Work, message_id: UUID) -> Message | None:
    """The message, its row locked until the unit ends."""
    return unit.session.scalars(
        select(Message).where(Message.id == message_id).with_for_update(of=Message)
    ).one_or_none()
