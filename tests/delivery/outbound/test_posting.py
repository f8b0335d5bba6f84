"""Sending through a real provider's HTTP over loopback: crashes, lost replies, refusals and callbacks in any order."""

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from delivery.outbound import outbox, posting
from delivery.outbound.posting import GIVEN_UP_AFTER, LEASE, SETTLING, Posted, post_due
from delivery.rules.codes import S10
from delivery.rules.states import Happening, State
from delivery.rules.texts import Fields, Template, write
from delivery.store.agencies import World, WorldKind
from delivery.store.base import new_id
from delivery.store.items import Holder, HolderKind, Item
from delivery.store.messages import Link, Message, MessageState
from delivery.store.people import Opening
from delivery.store.work import Work
from delivery.wiring import Wiring
from demo.twilio_standin import TwilioStandin
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town

DEADLINE = 20.0


def owe(office: Wiring, town: Town, count: int = 1, *, first: int = 1, world: UUID | None = None) -> Sequence[UUID]:
    """`count` accepted items that are on their way, each owed the text that says so."""
    with office.work("job:test") if world is None else office.work("job:test", world) as unit:
        items = made_items(unit, town, count, first=first)
        return [accept(unit, item, town).id for item in items]


def accept(unit: Work, item: Item, town: Town) -> Message:
    occasion = unit.occasion(town.sai_gon)
    event = item.move(Happening.ACCEPTED, occasion, holder=Holder(HolderKind.OFFICE, town.sai_gon))
    message = outbox.put_sms(unit, item, Template.ON_ITS_WAY, seq=event.seq, office="Bưu cục Sài Gòn")
    assert message is not None
    return message


def states(office: Wiring) -> dict[MessageState, int]:
    with office.work("job:test") as unit:
        return dict(unit.session.execute(select(Message.state, func.count()).group_by(Message.state)).all())


def kept(office: Wiring, message_id: UUID) -> Message:
    with office.work("job:test") as unit:
        message = unit.session.get_one(Message, message_id)
        assert message.item.addressee
        return message


def test_what_is_owed_is_sent_and_reported(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """The way of every text: owed, sent once, confirmed by callbacks over HTTP, its text cleared."""
    owe(office, town, 25)
    assert post_due(office, limit=100).claimed == 25
    assert provider.wait_until_idle(DEADLINE)
    assert post_due(office).claimed == 0
    assert len(provider.messages()) == 25
    assert states(office) == {MessageState.DELIVERED: 25}
    with office.work("job:test") as unit:
        assert unit.session.scalars(select(Message.body).where(Message.body.is_not(None))).all() == []
        assert unit.session.scalar(select(func.min(Message.segments))) == 1


def test_the_text_names_the_item_and_carries_its_link(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """One segment, the item's one link in every message, and each opening of the phone on record."""
    (message_id,) = owe(office, town)
    post_due(office)
    (sent,) = provider.messages()
    with office.work("job:test") as unit:
        item = unit.session.get_one(Message, message_id).item
        (link,) = unit.session.scalars(select(Link))
        reasons = unit.session.scalars(select(Opening.fields).where(Opening.reason == "message")).all()
        body = str(sent["body"])
        url = body.rpartition(" ")[2]
        fields = Fields(code=S10(item.number), link=url, office="Bưu cục Sài Gòn")
        assert body == write(Template.ON_ITS_WAY, fields)
        assert url.startswith("https://bd.example.vn/t/")
        assert link.item_id == item.id
        assert "addressees.phone" in reasons


def test_many_workers_send_each_text_once(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """Any number of workers may run (house rule): a lease has one holder."""
    owe(office, town, 60)
    rounds: list[Posted] = []

    def work() -> None:
        while (done := post_due(office, limit=7)).claimed:
            rounds.append(done)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert provider.wait_until_idle(DEADLINE)
    assert len(provider.messages()) == 60
    assert states(office) == {MessageState.DELIVERED: 60}


def test_a_sender_that_dies_after_the_call_sends_no_duplicate(
    office: Wiring, town: Town, provider: TwilioStandin, clock: HandClock
) -> None:
    """kill -9 between the provider's answer and our record: the provider's list shows the text (C21, C41)."""
    (message_id,) = owe(office, town)
    claim = posting._claim(office, kept(office, message_id).world_id, 10, None)
    (errand,) = claim.errands
    # Without a callback address, as if the reports were lost with the reply.
    office.sms.send(errand.phone, errand.text, "http://127.0.0.1:9/nobody")
    assert provider.wait_until_idle(DEADLINE)
    assert post_due(office).claimed == 0, "the lease still runs"
    clock.at += LEASE
    assert post_due(office).settled == (message_id,)
    assert kept(office, message_id).state is MessageState.DELIVERED
    assert len(provider.messages()) == 1


def test_a_sender_that_dies_before_the_call_loses_no_message(
    office: Wiring, town: Town, provider: TwilioStandin, clock: HandClock
) -> None:
    """The provider's list does not show it, so it is sent after all."""
    (message_id,) = owe(office, town)
    posting._claim(office, kept(office, message_id).world_id, 10, None)
    clock.at += LEASE
    assert post_due(office).claimed == 1, "asks the list"
    assert post_due(office).claimed == 1, "sends"
    assert provider.wait_until_idle(DEADLINE)
    assert len(provider.messages()) == 1
    assert kept(office, message_id).state is MessageState.DELIVERED


def test_a_lost_reply_is_found_in_the_list(
    office: Wiring, town: Town, provider: TwilioStandin, clock: HandClock
) -> None:
    """The connection broke after the text was taken: unknown, then found, never sent again."""
    (message_id,) = owe(office, town, first=408)
    office_without_reports(office)
    post_due(office)
    assert provider.wait_until_idle(DEADLINE)
    assert kept(office, message_id).state is MessageState.UNKNOWN
    assert post_due(office).claimed == 0, "the list needs its settling time"
    clock.at += SETTLING
    assert post_due(office).settled == (message_id,)
    assert len(provider.messages()) == 1
    assert kept(office, message_id).state is MessageState.DELIVERED


def office_without_reports(office: Wiring) -> None:
    """Let the reports go astray: their signatures no longer fit."""
    object.__setattr__(office.settings.sms, "auth_token", "another")


def test_a_callback_settles_what_a_lost_reply_left_unknown(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """A report by message id wins over what the sender then records."""
    (message_id,) = owe(office, town, first=408)
    post_due(office)
    assert provider.wait_until_idle(DEADLINE)
    assert kept(office, message_id).state is MessageState.DELIVERED


@pytest.mark.parametrize(
    ("first", "state", "code", "reachable"),
    [
        (21211, MessageState.FAILED, 21211, False),
        (21614, MessageState.FAILED, 21614, False),
        (21612, MessageState.FAILED, 21612, True),
        (30006, MessageState.UNDELIVERED, 30006, False),
        (30007, MessageState.FAILED, 30007, True),
    ],
)
def test_a_final_refusal_settles_the_message(
    office: Wiring, town: Town, provider: TwilioStandin, first: int, state: MessageState, code: int, reachable: bool
) -> None:
    """The code decides whether the phone is flagged or a person looks (contracts C23)."""
    (message_id,) = owe(office, town, first=first)
    post_due(office)
    assert provider.wait_until_idle(DEADLINE)
    message = kept(office, message_id)
    assert (message.state, message.error_code, message.item.addressee.phone_reachable) == (state, code, reachable)


@pytest.mark.parametrize("first", [429, 500])
def test_a_refusal_for_the_moment_is_tried_again(
    office: Wiring, town: Town, provider: TwilioStandin, clock: HandClock, first: int
) -> None:
    """An overloaded provider costs seconds, not the message."""
    (message_id,) = owe(office, town, first=first)
    post_due(office)
    assert kept(office, message_id).state is MessageState.OWED
    assert post_due(office).claimed == 0
    clock.forward(seconds=5)
    post_due(office)
    assert provider.wait_until_idle(DEADLINE)
    assert kept(office, message_id).state is MessageState.DELIVERED


def test_retries_are_bounded(office: Wiring, town: Town, clock: HandClock) -> None:
    """A provider that always says "too many" does not hold a message for ever."""
    (message_id,) = owe(office, town, first=20429)
    rounds = 0
    while kept(office, message_id).state is MessageState.OWED:
        rounds += post_due(office).claimed
        clock.forward(hours=2)
    assert (rounds, kept(office, message_id).state) == (8, MessageState.FAILED)


def test_an_unreachable_provider_loses_nothing_for_three_days(
    office: Wiring, town: Town, provider: TwilioStandin, clock: HandClock
) -> None:
    """Nobody could be reached: that says nothing about the message; after 72 hours it has failed (C27)."""
    (message_id,) = owe(office, town)
    provider._server.server_close()
    provider._server.shutdown()
    tries = 0
    while clock.at < kept(office, message_id).created_at + GIVEN_UP_AFTER:
        tries += post_due(office).claimed
        assert kept(office, message_id).state is not MessageState.FAILED
        clock.forward(hours=3)
    assert tries > 8
    clock.forward(hours=3)
    assert post_due(office).settled == (message_id,)
    assert kept(office, message_id).state is MessageState.FAILED


def test_a_text_that_its_item_has_overtaken_is_dropped(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """ "On its way" after "delivered" would only confuse (contracts C25)."""
    (message_id,) = owe(office, town)
    with office.work("job:test") as unit:
        item = unit.session.get_one(Message, message_id).item
        holder = Holder(HolderKind.OFFICE, town.sai_gon)
        item.move(Happening.RETURN_STARTED, unit.occasion(town.sai_gon), holder=holder)
        assert item.state is State.RETURNING
    assert post_due(office).claimed == 1
    message = kept(office, message_id)
    assert (message.state, message.body) == (MessageState.DROPPED, None)
    assert provider.messages() == []


def test_a_failed_visit_overtakes_the_announcement_of_it(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """The item is still out for delivery, but the courier has been there."""
    with office.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        place = unit.occasion(town.sai_gon)
        item.move(Happening.ACCEPTED, place, holder=Holder(HolderKind.OFFICE, town.sai_gon))
        item.move(Happening.AT_DELIVERY_OFFICE, place)
        carried = Holder(HolderKind.COURIER, town.couriers["courier.sg.1"])
        out = item.move(Happening.OUT_FOR_DELIVERY, place, holder=carried)
        outbox.put_sms(unit, item, Template.OUT_FOR_DELIVERY, seq=out.seq, day=unit.today, hours=(8, 10))
        failed = item.move(Happening.ATTEMPT_FAILED, place, data={"reason": "NOT_HOME"})
        outbox.put_sms(unit, item, Template.ATTEMPT_FAILED, seq=failed.seq, day=unit.today)
    post_due(office)
    (sent,) = provider.messages()
    assert "chua phat duoc" in str(sent["body"])
    assert states(office)[MessageState.DROPPED] == 1


def test_a_flagged_phone_gets_nothing_more(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """Who answered SAI must not get what was owed before; the caller learns it and takes the next channel."""
    (message_id,) = owe(office, town)
    with office.work("job:test") as unit:
        unit.session.get_one(Message, message_id).item.addressee.phone_reachable = False
    assert post_due(office).settled == (message_id,)
    assert provider.messages() == []


def test_a_silent_provider_is_asked_again(
    office: Wiring, town: Town, provider: TwilioStandin, clock: HandClock
) -> None:
    """Sent and never reported on: the provider's own record settles it, and brings the price."""
    (message_id,) = owe(office, town)
    office_without_reports(office)
    post_due(office)
    assert provider.wait_until_idle(DEADLINE)
    assert kept(office, message_id).state is MessageState.SENT
    clock.forward(minutes=15)
    assert post_due(office).settled == (message_id,)
    message = kept(office, message_id)
    assert (message.state, message.cost) == (MessageState.DELIVERED, "0.05000 USD")


def test_whoever_follows_a_message_is_told_in_the_same_transaction(office: Wiring, town: Town) -> None:
    """An invitation that cannot be proved must become a letter, also when the process dies right after."""
    (message_id,) = owe(office, town, first=21211)
    told: list[tuple[UUID, MessageState]] = []

    def follow(unit: Work, message: Message) -> None:
        assert unit.session.in_transaction()
        told.append((message.id, message.state))

    posted = post_due(office, on_settled=follow)
    assert told == [(message_id, MessageState.FAILED)]
    assert posted.settled == (message_id,)


def test_the_sandbox_sends_to_nobody(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """A test client's items must never ring a real phone; magic phones fix the outcome (contracts C15)."""
    with office.work("job:test") as unit:
        world = World(id=new_id(), kind=WorldKind.TEST, name="sandbox", clock_offset=timedelta(days=1))
        unit.session.add(world)
    (fine,) = owe(office, town, world=world.id)
    (off,) = owe(office, town, first=30006, world=world.id)
    post_due(office)
    assert provider.messages() == []
    assert kept(office, fine).state is MessageState.DELIVERED
    assert kept(office, off).state is MessageState.UNDELIVERED


def test_a_text_that_cannot_be_written_does_not_stop_the_others(
    office: Wiring, town: Town, provider: TwilioStandin
) -> None:
    """One bad row must not keep 6,000 people waiting."""
    with office.work("job:test") as unit:
        (item,) = made_items(unit, town, 1, first=900)
        place = unit.occasion(town.sai_gon)
        item.move(Happening.ACCEPTED, place, holder=Holder(HolderKind.OFFICE, town.sai_gon))
        bad = outbox.put_sms(unit, item, Template.ON_ITS_WAY, seq=2)
        assert bad is not None
    owe(office, town, 3)
    post_due(office)
    assert len(provider.messages()) == 3
    assert kept(office, bad.id).state is MessageState.FAILED


def test_a_day_that_has_passed_is_not_announced(office: Wiring, town: Town, provider: TwilioStandin) -> None:
    """A hold that is over needs no reminder."""
    with office.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        place = unit.occasion(town.sai_gon)
        item.move(Happening.ACCEPTED, place, holder=Holder(HolderKind.OFFICE, town.sai_gon))
        item.move(Happening.AT_DELIVERY_OFFICE, place)
        item.move(Happening.READY_FOR_COLLECTION, place)
        outbox.put_sms(unit, item, Template.REMINDER, seq=4, office="Bưu cục", until=date(2026, 11, 29))
    post_due(office)
    assert states(office) == {MessageState.DROPPED: 1}
    assert provider.messages() == []
