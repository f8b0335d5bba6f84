"""The provider's door: only signed reports count, and a text from a phone is understood or said not to be."""

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from delivery.outbound import outbox
from delivery.rules.texts import Template
from delivery.store.messages import Message, MessageState
from delivery.store.people import Addressee
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import Town


def report(
    client: FlaskClient, wiring: Wiring, path: str, form: dict[str, str], *, forged: bool = False
) -> TestResponse:
    settings = wiring.settings
    token = "forged" if forged else settings.sms.auth_token
    signature = RequestValidator(token).compute_signature(settings.public_url + path, form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def message(wiring: Wiring, town: Town) -> Message:
    """A text that is being sent."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        owed = outbox.put_sms(unit, item, Template.ON_ITS_WAY, seq=1, office="Bưu cục")
        assert owed is not None
        owed.state, owed.tries = MessageState.SENDING, 1
        return owed


def state_of(wiring: Wiring, message: Message) -> MessageState:
    with wiring.work("job:test") as unit:
        return unit.session.get_one(Message, message.id).state


def test_a_signed_report_settles_its_message(client: FlaskClient, wiring: Wiring, message: Message) -> None:
    """It counts even before the sender has recorded the create reply; a duplicate is answered alike."""
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    for _duplicate in range(2):
        assert report(client, wiring, f"/hooks/sms/{message.id}", form).status_code == 204
    assert state_of(wiring, message) is MessageState.DELIVERED


def test_an_unsigned_report_changes_nothing(client: FlaskClient, wiring: Wiring, message: Message) -> None:
    """Anybody can post to a public address (contracts C22)."""
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert report(client, wiring, f"/hooks/sms/{message.id}", form, forged=True).status_code == 403
    assert client.post(f"/hooks/sms/{message.id}", data=form).status_code == 403
    assert state_of(wiring, message) is MessageState.SENDING


@pytest.mark.parametrize("code", ["9" * 5000, "99999999999", "-1", "x"])
def test_an_error_code_that_is_none_does_not_lose_the_report(
    client: FlaskClient, wiring: Wiring, message: Message, code: str
) -> None:
    """The status is what counts; a report that is answered with an error comes again and again."""
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorCode": code}
    assert report(client, wiring, f"/hooks/sms/{message.id}", form).status_code == 204
    assert state_of(wiring, message) is MessageState.DELIVERED


def test_a_status_that_is_new_to_us_changes_nothing(client: FlaskClient, wiring: Wiring, message: Message) -> None:
    """A provider may add words; the report is taken so that it does not come again."""
    form = {"MessageSid": "SM1", "MessageStatus": "teleported"}
    assert report(client, wiring, f"/hooks/sms/{message.id}", form).status_code == 204
    assert state_of(wiring, message) is MessageState.SENDING


@pytest.mark.parametrize(
    ("body", "can_sms", "reachable", "answer"),
    [
        ("SAI", True, False, "sai nguoi"),
        ("0", False, True, "khong gui"),
        ("3", True, True, "da nhan"),
        ("alo?", True, True, "chua hieu"),
    ],
)
def test_a_text_from_a_phone_is_answered(
    client: FlaskClient, wiring: Wiring, message: Message, body: str, can_sms: bool, reachable: bool, answer: str
) -> None:
    """SAI and 0 stop texts to that number at once (contracts C26)."""
    got = report(client, wiring, "/hooks/sms/inbound", {"From": "+84900000001", "Body": body})
    assert got.status_code == 200
    assert answer in got.text
    with wiring.work("job:test") as unit:
        addressee = unit.session.get_one(Message, message.id).item.addressee
        assert isinstance(addressee, Addressee)
        assert (addressee.can_sms, addressee.phone_reachable) == (can_sms, reachable)
