"""Puts an item at its office's counter, and invites its addressee there."""

from delivery.outbound.outbox import put_sms
from delivery.rules.policy import Channel
from delivery.rules.states import Happening
from delivery.rules.texts import Template
from delivery.store.attempts import Invitation
from delivery.store.base import new_id
from delivery.store.items import HolderKind, Item, NextStep
from delivery.store.offices import Office
from delivery.store.queries.held import next_number
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.work import Work


def put_at_counter(unit: Work, item: Item) -> None:
    """From the shelf to the counter: held for the policy's days, the addressee invited for the first time.

    The message that it is ready names the office and the last day, so it is the first invitation; who cannot get
    SMS is written a letter. Refused unless the item is AT_OFFICE or just came back to be HELD.
    """
    if item.holder_kind is not HolderKind.OFFICE:
        raise ValueError(f"Item {item.number} is with a {item.holder_kind}: only what lies at an office can be held.")
    item.held_until = working_calendar(unit).after(unit.today, policy_of(unit, item).hold_days)
    item.next_step = NextStep.COUNTER
    item.not_before = item.half_day = item.address_until = None
    ready = item.move(
        Happening.READY_FOR_COLLECTION,
        unit.occasion(item.holder_id),
        data={"held_until": item.held_until.isoformat()},
    )
    invite(unit, item, Template.READY_TO_COLLECT, seq=ready.seq, by_letter=False)


def invite(unit: Work, item: Item, template: Template, *, seq: int, by_letter: bool) -> Invitation:
    """Owe one more invitation, by SMS if the addressee can be reached so, else as a letter for the clerk to post.

    The hold is made to last for the working days that the Postal Law leaves after an invitation.
    """
    policy, calendar = policy_of(unit, item), working_calendar(unit)
    answerable = calendar.after(unit.today, policy.working_days_between_invitations)
    item.held_until = max(item.held_until or answerable, answerable)
    item.next_step = NextStep.COUNTER
    office = unit.session.get_one(Office, item.holder_id)
    message = None
    if not by_letter:
        message = put_sms(unit, item, template, seq=seq, office=office.name, until=item.held_until)
        unit.session.flush()
    invitation = Invitation(
        id=new_id(),
        item_id=item.id,
        number=next_number(unit, item.id),
        day=unit.today,
        channel=Channel.LETTER if message is None else Channel.SMS,
        message_id=None if message is None else message.id,
        sent_at=unit.now,
    )
    unit.session.add(invitation)
    unit.session.flush()
    return invitation
