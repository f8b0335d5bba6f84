"""The gateway speaks to the stand-in over loopback: every answer a provider can give, and none at all."""

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict

from delivery.outbound.sms import (
    Accepted,
    ProviderSilent,
    Rejected,
    SmsGateway,
    Status,
    Unknown,
    Verdict,
    Verdicts,
    advance,
    signature_is_valid,
    verdict,
    words_for,
)
from demo.twilio_standin import TwilioStandin

ACCOUNT = "AC" + "0" * 32
TOKEN = "standin-token"
SENDER = "HANHCHINH"
PHONE = "+84901234567"
NOBODY = "http://127.0.0.1:9/hooks/sms"
DEADLINE = 20.0


@pytest.fixture
def standin() -> Iterator[TwilioStandin]:
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN) as standin:
        yield standin


@pytest.fixture
def gateway(standin: TwilioStandin) -> SmsGateway:
    return SmsGateway(ACCOUNT, TOKEN, SENDER, standin.url)


def test_an_accepted_message_comes_back_with_its_first_status(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """The first status comes from the create reply (contracts C22); the price is not known yet."""
    outcome = gateway.send(PHONE, "Xin chao", NOBODY)
    assert isinstance(outcome, Accepted)
    assert (outcome.status, outcome.segments, outcome.price) == (Status.QUEUED, 1, None)
    (message,) = standin.messages()
    assert (message["sid"], message["to"], message["body"]) == (outcome.sid, PHONE, "Xin chao")


def test_the_price_is_known_once_it_is_sent(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """Every message keeps its cost (contracts C27), and no callback carries it."""
    sent = gateway.send(PHONE, "ế" * 71, NOBODY)
    assert isinstance(sent, Accepted)
    assert standin.wait_until_idle(DEADLINE)
    seen = gateway.look_up(sent.sid)
    assert seen == Accepted(sid=sent.sid, status=Status.DELIVERED, segments=2, price=Decimal("0.10000"), currency="USD")
    assert gateway.look_up("SM" + "0" * 32) is None


@pytest.mark.parametrize(
    ("ending", "code", "permanent", "needs_person"),
    [
        ("021211", 21211, True, False),
        ("021610", 21610, True, False),
        ("021614", 21614, True, False),
        ("021612", 21612, False, True),
        ("020429", 20429, False, False),
        ("020500", 20500, False, False),
    ],
)
def test_a_refusal_says_what_it_asks_for(
    gateway: SmsGateway, ending: str, code: int, permanent: bool, needs_person: bool
) -> None:
    """The next step of an item hangs on it (contracts C23)."""
    phone = f"+84901{ending}"
    outcome = gateway.send(phone, "Xin chao", NOBODY)
    assert outcome == Rejected(code=code, permanent=permanent, needs_person=needs_person, words=words_for(code))
    assert phone not in outcome.words


@pytest.mark.parametrize("ending", ["000500", "000429"])
def test_a_passing_trouble_passes(standin: TwilioStandin, gateway: SmsGateway, ending: str) -> None:
    """Temporary means: the next try may succeed, and the gateway leaves that try to the outbox."""
    first = gateway.send(f"+84901{ending}", "Xin chao", NOBODY)
    assert isinstance(first, Rejected)
    assert (first.permanent, first.needs_person) == (False, False)
    assert standin.messages() == []
    assert isinstance(gateway.send(f"+84901{ending}", "Xin chao", NOBODY), Accepted)


def test_a_lost_reply_is_unknown_and_the_list_finds_the_message(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """Sending again without asking would be a second SMS (contracts C21)."""
    since = datetime.now(UTC)
    phone = "+84901000408"
    assert gateway.send(phone, "Xin chao", NOBODY) == Unknown(why="connection-lost")
    assert standin.wait_until_idle(DEADLINE)
    assert len(standin.messages()) == 1

    found = gateway.find(phone, since, "Xin chao")

    assert found is not None
    assert (found.sid, found.status) == (standin.messages()[0]["sid"], Status.DELIVERED)


def test_a_reply_that_never_comes_is_unknown(standin: TwilioStandin) -> None:
    """The same, when the provider only hangs."""
    impatient = SmsGateway(ACCOUNT, TOKEN, SENDER, standin.url, timeout=0.2)
    assert impatient.send("+84901000504", "Xin chao", NOBODY) == Unknown(why="timeout")
    assert standin.wait_until_idle(DEADLINE)
    assert len(standin.messages()) == 1


def test_a_provider_that_refuses_the_connection_has_taken_nothing() -> None:
    """It never read the message, so there is nothing to reconcile: simply later."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gateway = SmsGateway(ACCOUNT, TOKEN, SENDER, f"http://127.0.0.1:{closed.getsockname()[1]}")
        outcome = gateway.send(PHONE, "Xin chao", NOBODY)
        assert outcome == Rejected(code=None, permanent=False, needs_person=False, words=words_for(None))


def test_a_list_that_cannot_be_read_is_not_an_empty_list(standin: TwilioStandin) -> None:
    """None would let the outbox send again. And the error must not carry the phone into a log."""
    stranger = SmsGateway(ACCOUNT, "wrong", SENDER, standin.url)
    with pytest.raises(ProviderSilent) as refused:
        stranger.find(PHONE, datetime.now(UTC), "Xin chao")
    with pytest.raises(ProviderSilent) as unreachable:
        SmsGateway(ACCOUNT, TOKEN, SENDER, "http://127.0.0.1:9").find(PHONE, datetime.now(UTC), "Xin chao")
    for told in (refused, unreachable):
        assert PHONE[1:] not in str(told.value)
        assert told.value.__suppress_context__


def test_what_was_never_sent_is_not_found(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """Another phone's, another text's and an older message are not this one."""
    gateway.send(PHONE, "Xin chao", NOBODY)
    gateway.send("+84907654321", "Tam biet", NOBODY)
    assert standin.wait_until_idle(DEADLINE)
    now = datetime.now(UTC)
    assert gateway.find(PHONE, now, "Tam biet") is None
    assert gateway.find(PHONE, now + timedelta(hours=1), "Xin chao") is None
    assert gateway.find(PHONE, now, "Xin chao") is not None


def test_an_instant_of_any_zone_is_understood(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """The provider's library writes Z behind a local time: seven hours of messages would be missed in Viet Nam."""
    gateway.send(PHONE, "Xin chao", NOBODY)
    assert standin.wait_until_idle(DEADLINE)
    assert gateway.find(PHONE, datetime.now(timezone(timedelta(hours=7))), "Xin chao") is not None
    with pytest.raises(ValueError, match="time zone"):
        gateway.find(PHONE, datetime(2026, 11, 22), "Xin chao")  # noqa: DTZ001 - the refusal is the claim


def test_a_long_list_is_read_to_its_end(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """One phone may get many messages in a load test; the one looked for may be on the last page."""
    since = datetime.now(UTC)
    wanted = gateway.send(PHONE, "tin dau", NOBODY)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: gateway.send(PHONE, f"tin {n}", NOBODY), range(230), timeout=DEADLINE))
    assert standin.wait_until_idle(DEADLINE)
    found = gateway.find(PHONE, since, "tin dau")
    assert isinstance(wanted, Accepted)
    assert found is not None
    assert found.sid == wanted.sid


def test_threads_get_their_own_replies(standin: TwilioStandin, gateway: SmsGateway) -> None:
    """The library's own client shares one attribute for replies: a message could carry a stranger's statuses."""
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda n: gateway.send(PHONE, f"tin {n}", NOBODY), range(200), timeout=DEADLINE))
    text_of = {message["sid"]: message["body"] for message in standin.messages()}
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, Accepted)
        assert text_of[outcome.sid] == f"tin {number}"


def test_a_messaging_service_may_be_the_sender(standin: TwilioStandin) -> None:
    """It starts with MG, as the provider names it; its first reply knows no segments yet."""
    service = "MG" + "1" * 32
    outcome = SmsGateway(ACCOUNT, TOKEN, service, standin.url).send(PHONE, "Xin chao", NOBODY)
    assert isinstance(outcome, Accepted)
    assert (outcome.status, outcome.segments) == (Status.ACCEPTED, 0)
    assert standin.messages()[0]["messaging_service_sid"] == service


def test_nothing_of_a_phone_or_a_text_is_logged(
    standin: TwilioStandin, gateway: SmsGateway, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs carry no personal data (contracts C39), even when every library may speak."""
    caplog.set_level(logging.DEBUG)
    gateway.send(PHONE, "Xin chao", NOBODY)
    gateway.send("+84901021211", "Xin chao", NOBODY)
    gateway.find(PHONE, datetime.now(UTC), "Xin chao")
    assert "8490" not in caplog.text
    assert "Xin" not in caplog.text


@pytest.mark.parametrize(
    ("account", "token", "sender", "url", "culprit"),
    [
        ("", TOKEN, SENDER, None, "account sid"),
        (ACCOUNT, " ", SENDER, None, "auth token"),
        (ACCOUNT, TOKEN, "", None, "sender"),
        (ACCOUNT, TOKEN, SENDER, "127.0.0.1:8010", "base URL"),
        (ACCOUNT, TOKEN, SENDER, "http://127.0.0.1/twilio", "base URL"),
    ],
)
def test_a_wrong_setting_is_named(account: str, token: str, sender: str, url: str | None, culprit: str) -> None:
    """Whoever starts the service must know which setting to mend."""
    with pytest.raises(ValueError, match=culprit):
        SmsGateway(account, token, sender, url)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, Verdict.PERMANENT) for code in (21211, 21610, 21614, 30005, 30006)),
        *((code, Verdict.TEMPORARY) for code in (30001, 30003, 30008, 20429, 12345, None)),
        *((code, Verdict.PERSON) for code in (30007, 21612)),
    ],
)
def test_each_error_has_the_verdict_of_the_contract(code: int | None, expected: Verdict) -> None:
    """Contracts C23, line by line; what nobody foresaw is temporary."""
    assert verdict(code) is expected


def test_the_table_of_verdicts_is_configuration(standin: TwilioStandin) -> None:
    """An operator who learns better changes a table, not code; a code in two columns is refused."""
    table = Verdicts(permanent=frozenset({21612}), person=frozenset({21211}))
    gateway = SmsGateway(ACCOUNT, TOKEN, SENDER, standin.url, verdicts=table)
    outcome = gateway.send("+84901021612", "Xin chao", NOBODY)
    assert isinstance(outcome, Rejected)
    assert outcome.permanent
    with pytest.raises(ValueError, match=r"\[30007\] stand in two columns"):
        Verdicts(permanent=frozenset({30007}))


@given(
    walk=st.sampled_from(
        [
            [Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED],
            [Status.ACCEPTED, Status.QUEUED, Status.SENT, Status.UNDELIVERED],
            [Status.QUEUED, Status.FAILED],
            [Status.QUEUED, Status.SENDING, Status.SENT],
        ]
    ),
    data=st.data(),
)
def test_reports_in_any_order_and_number_lead_to_the_same_status(walk: list[Status], data: st.DataObject) -> None:
    """Callbacks come twice and out of order (contracts C22)."""
    again = data.draw(st.lists(st.sampled_from(walk)))
    status = walk[0]
    for reported in data.draw(st.permutations(walk + again)):
        status = advance(status, reported)
    assert status is walk[-1]


@given(current=st.sampled_from(Status), reports=st.lists(st.sampled_from(Status)))
def test_a_final_status_never_moves_and_no_status_goes_back(current: Status, reports: list[Status]) -> None:
    """A delivered message must not become "sent" again because a report was slow."""
    order = list(Status)
    for reported in reports:
        following = advance(current, reported)
        assert order.index(following) >= order.index(current)
        if current.is_final:
            assert following is current
        current = following


def test_a_status_that_we_do_not_know_is_no_status() -> None:
    """The provider adds words without notice; the hook ignores them."""
    assert Status.reported("teleported") is None
    assert Status.reported("delivered") is Status.DELIVERED


EXAMPLE = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


@pytest.mark.parametrize(
    ("url", "signature", "token", "valid"),
    [
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "12345", True),
        ("https://mycompany.com/myapp.php?foo=1", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "12345", False),
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "12346", False),
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "", "12345", False),
    ],
)
def test_a_signature_holds_for_one_address_one_form_and_one_token(
    url: str, signature: str, token: str, valid: bool
) -> None:
    """Anyone can post to the hook; only the provider may be believed (vector of contracts C22)."""
    assert signature_is_valid(url, EXAMPLE, signature, token) is valid
    assert signature_is_valid(url, ImmutableMultiDict(EXAMPLE), signature, token) is valid


def test_words_are_in_two_languages_and_unknown_errors_have_some() -> None:
    """A clerk reads them, in either language."""
    assert words_for(21614) == "Đây không phải số di động. (21614)"
    assert words_for(21614, "en") == "This is not a mobile number. (21614)"
    assert words_for(99999, "en") == "The provider reported an error. (99999)"
