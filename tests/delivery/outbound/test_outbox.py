"""What is owed: once per event, sealed, outside quiet hours; and reports that may come twice and in any order."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from delivery.outbound import outbox
from delivery.outbound.outbox import Told
from delivery.outbound.sms import Status
from delivery.rules.calendar import vietnam_time
from delivery.rules.texts import Template
from delivery.store.agencies import LIVE, WebhookEndpoint
from delivery.store.base import new_id
from delivery.store.events import FeedPosition
from delivery.store.items import Item
from delivery.store.messages import Channel, Message, MessageState
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town


def owed(unit: Work, item: Item, *, at_door: bool = False) -> Message:
    message = outbox.put_sms(
        unit, item, Template.OUT_FOR_DELIVERY, seq=1, day=date(2026, 12, 1), hours=(8, 10), at_door=at_door
    )
    assert message is not None
    return message


def test_a_repeated_put_owes_nothing_more(wiring: Wiring, town: Town) -> None:
    """A repeated event must not ring the same phone twice (contracts C25)."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        first = owed(unit, item)
        unit.session.flush()
        assert owed(unit, item) is first
        assert unit.session.scalar(select(func.count()).select_from(Message)) == 1


def test_nothing_readable_waits_in_the_outbox(wiring: Wiring, town: Town) -> None:
    """The fields are sealed under the addressee's key, and come back as they were given."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        message = outbox.put_sms(
            unit, item, Template.INVITATION, seq=2, office="Bưu cục Sài Gòn", until=date(2026, 12, 14)
        )
        assert message is not None
        assert message.body is not None
        assert "Sài".encode() not in message.body
        assert outbox.told_by(unit, message) == Told(office="Bưu cục Sài Gòn", until=date(2026, 12, 14))
        message.id = new_id()
        with pytest.raises(ValueError, match=r"messages\.body"):
            outbox.told_by(unit, message)


@pytest.mark.parametrize("why", ["landline", "unreachable", "no phone"])
def test_an_addressee_without_sms_is_owed_none(wiring: Wiring, town: Town, why: str) -> None:
    """None tells the caller to call or to write a letter instead."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        if why == "landline":
            item.addressee.can_sms = False
        elif why == "unreachable":
            item.addressee.phone_reachable = False
        else:
            item.addressee.phone = None
        assert outbox.put_sms(unit, item, Template.RETURNED, seq=1, day=unit.today) is None


@pytest.mark.parametrize(
    ("hour", "minute", "leaves"),
    [
        (20, 59, "30 20:59"),
        (21, 0, "01 07:00"),
        (23, 30, "01 07:00"),
        (0, 0, "30 07:00"),
        (6, 59, "30 07:00"),
        (7, 0, "30 07:00"),
    ],
)
def test_texts_wait_for_the_end_of_the_quiet_hours(
    wiring: Wiring, town: Town, clock: HandClock, hour: int, minute: int, leaves: str
) -> None:
    """Nobody is woken by a text, unless the courier is at the door (contracts C25)."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
    clock.set(hour, minute)
    with wiring.work("job:test") as unit:
        item = unit.session.get_one(Item, item.id)
        message = owed(unit, item)
        assert f"{vietnam_time(message.not_before):%d %H:%M}" == leaves
        at_door = outbox.put_sms(unit, item, Template.DELIVERED, seq=2, day=unit.today, at_door=True)
        assert at_door is not None
        assert at_door.not_before == clock.at


REPORTS = [Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=st.lists(st.sampled_from(REPORTS), min_size=1, max_size=8))
def test_reports_may_come_twice_and_in_any_order(wiring: Wiring, town: Town, reports: list[Status]) -> None:
    """Whatever the order, the message ends where the furthest report says, and settles exactly once (C22)."""
    settled = 0
    with wiring.work("job:test") as unit:
        message_id = sent_message(unit, town)
        for status in reports:
            settled += outbox.report_status(unit, message_id, sid="SM1", status=status, error_code=None) is not None
        message = unit.session.get_one(Message, message_id)
        delivered = Status.DELIVERED in reports
        assert message.state is (MessageState.DELIVERED if delivered else MessageState.SENT)
        assert message.provider_status == max(reports, key=REPORTS.index)
        assert settled == delivered
        assert (message.body is None) == delivered
        unit.session.rollback()


def sent_message(unit: Work, town: Town) -> UUID:
    """A text that is with the provider, whose create reply is not recorded yet."""
    (item,) = made_items(unit, town, 1)
    message = owed(unit, item)
    message.state, message.tries, message.first_tried_at = MessageState.SENDING, 1, unit.now
    unit.session.flush()
    return message.id


def test_a_delivered_message_stays_delivered(wiring: Wiring, town: Town) -> None:
    """A late "undelivered" for a text that arrived must not flag the phone."""
    with wiring.work("job:test") as unit:
        message_id = sent_message(unit, town)
        outbox.report_status(unit, message_id, sid="SM1", status=Status.DELIVERED, error_code=None)
        late = outbox.report_status(unit, message_id, sid="SM1", status=Status.UNDELIVERED, error_code=30005)
        message = unit.session.get_one(Message, message_id)
        assert late is None
        assert message.state is MessageState.DELIVERED
        assert message.item.addressee.phone_reachable


@pytest.mark.parametrize("code", [30005, 30006, 21610])
def test_a_phone_that_cannot_be_reached_is_flagged(wiring: Wiring, town: Town, code: int) -> None:
    """The next channel is taken: the call list, then a letter (contracts C23)."""
    with wiring.work("job:test") as unit:
        message_id = sent_message(unit, town)
        settled = outbox.report_status(unit, message_id, sid="SM1", status=Status.UNDELIVERED, error_code=code)
        assert settled is not None
        assert (settled.state, settled.error_code, settled.body) == (MessageState.UNDELIVERED, code, None)
        assert not settled.item.addressee.phone_reachable


def test_a_filtered_message_waits_for_a_person(wiring: Wiring, town: Town) -> None:
    """30007 says nothing about the phone: the text or the sender is the trouble."""
    with wiring.work("job:test") as unit:
        message_id = sent_message(unit, town)
        settled = outbox.report_status(unit, message_id, sid="SM1", status=Status.UNDELIVERED, error_code=30007)
        assert settled is not None
        assert (settled.state, settled.error_code) == (MessageState.FAILED, 30007)
        assert settled.item.addressee.phone_reachable


def test_a_phone_that_is_off_is_tried_three_times(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Temporary errors are retried, a bounded number of times, and never by night; duplicates do not count."""
    with wiring.work("job:test") as unit:
        message_id = sent_message(unit, town)
    for sid, tries, next_at in (("SM1", 1, "30 10:00"), ("SM2", 2, "01 07:00")):
        for _duplicate in range(2):
            with wiring.work("job:test") as unit:
                outbox.report_status(unit, message_id, sid=sid, status=Status.UNDELIVERED, error_code=30003)
        with wiring.work("job:test") as unit:
            message = unit.session.get_one(Message, message_id)
            assert message.state is MessageState.OWED
            assert f"{vietnam_time(message.not_before):%d %H:%M}" == next_at
            clock.at = message.not_before + timedelta(minutes=1)
            message.state, message.tries = MessageState.SENDING, tries + 1
    with wiring.work("job:test") as unit:
        settled = outbox.report_status(unit, message_id, sid="SM3", status=Status.UNDELIVERED, error_code=30003)
        assert settled is not None
        assert settled.state is MessageState.UNDELIVERED


def test_the_failure_of_an_earlier_try_says_nothing_about_the_present_one(wiring: Wiring, town: Town) -> None:
    """After a resend both tries report; only news about the present one, or success, counts."""
    with wiring.work("job:test") as unit:
        message_id = sent_message(unit, town)
        outbox.report_status(unit, message_id, sid="SM2", status=Status.SENT, error_code=None)
        assert outbox.report_status(unit, message_id, sid="SM1", status=Status.FAILED, error_code=30005) is None
        settled = outbox.report_status(unit, message_id, sid="SM1", status=Status.DELIVERED, error_code=None)
        assert settled is not None
        assert settled.state is MessageState.DELIVERED


def test_a_report_on_an_unknown_message_changes_nothing(wiring: Wiring) -> None:
    """A provider may report on what another installation sent."""
    with wiring.work("job:test") as unit:
        assert outbox.report_status(unit, new_id(), sid="SM1", status=Status.SENT, error_code=None) is None


def test_each_endpoint_is_owed_its_agencys_feed_once(wiring: Wiring, town: Town) -> None:
    """Nothing missed, nothing doubled, nothing of another agency (contracts C13)."""
    with wiring.work("job:test") as unit:
        ours = made_items(unit, town, 5)
        theirs = made_items(unit, town, 2, first=100, point=("H30", "P1"))
        for position, item in enumerate([*ours, *theirs], 1):
            unit.session.add(
                FeedPosition(position=position, item_id=item.id, seq=1, agency_id=item.agency_id, world_id=LIVE)
            )
        endpoint = WebhookEndpoint(
            agency_id=town.agencies["H29"], world_id=LIVE, url="https://a.example.vn", secret=b"", position=1
        )
        off = WebhookEndpoint(
            agency_id=town.agencies["H29"], world_id=LIVE, url="https://b.example.vn", secret=b"", active=False
        )
        unit.session.add_all([endpoint, off])
    counts = []
    for _round in range(4):
        with wiring.work("job:test") as unit:
            counts.append(outbox.put_webhooks(unit, 3))
    with wiring.work("job:test") as unit:
        keys = unit.session.scalars(select(Message.key).where(Message.channel == Channel.WEBHOOK)).all()
    assert counts == [3, 1, 0, 0]
    assert sorted(keys) == [f"hook:{endpoint.id}:{position}" for position in (2, 3, 4, 5)]


def test_only_what_can_be_sent_now_counts_as_due(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """The gauge that an operator alerts on must be 0 at night when everything waits for the morning."""
    clock.set(22)
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        owed(unit, item)
        unit.session.flush()
        assert outbox.due_count(unit) == 0
    clock.set(7, days=1)
    with wiring.work("job:test") as unit:
        assert outbox.due_count(unit) == 1
