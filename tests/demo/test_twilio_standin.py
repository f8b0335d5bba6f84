"""The stand-in must behave like the provider, or what the tests and the demo show is worth nothing."""

import base64
import http.client
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from delivery.outbound.sms import Accepted, SmsGateway, signature_is_valid
from demo.twilio_outcomes import FAILURES, Fate, Outcomes, segments_of, signature_of
from demo.twilio_standin import TwilioStandin

ACCOUNT = "AC" + "0" * 32
TOKEN = "standin-token"
SENDER = "HANHCHINH"
DEADLINE = 20.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    path: str
    host: str
    signature: str
    form: dict[str, str]


class CallbackPage:
    """The product's callback page: answers 204 and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        callbacks = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body))
                # Closing after each reply also shows that the stand-in opens a new connection when it must.
                self.close_connection = form.get("MessageStatus") == "sent"
                self.send_response(204)
                self.end_headers()
                callbacks.heard.put(
                    Heard(
                        path=self.path,
                        host=self.headers["Host"],
                        signature=self.headers["X-Twilio-Signature"],
                        form=form,
                    )
                )

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/sms?world=live"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, count: int) -> list[Heard]:
        return [self.heard.get(timeout=DEADLINE) for _ in range(count)]


@pytest.fixture
def callbacks() -> Iterator[CallbackPage]:
    callbacks = CallbackPage()
    yield callbacks
    callbacks.close()


@pytest.fixture
def standin(callbacks: CallbackPage) -> Iterator[TwilioStandin]:
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN, inbound_url=callbacks.url) as standin:
        yield standin


def call(
    url: str, method: str, path: str, form: dict[str, str] | None = None, *, token: str = TOKEN
) -> tuple[int, Any]:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=DEADLINE)
    headers = {"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{token}".encode()).decode()}
    line.request(method, path, urlencode(form) if form is not None else None, headers)
    reply = line.getresponse()
    status, content = reply.status, json.loads(reply.read())
    line.close()
    return status, content


MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def create(standin: TwilioStandin, to: str, body: str = "Xin chao", **more: str) -> tuple[int, dict[str, Any]]:
    return call(standin.url, "POST", MESSAGES, {"To": to, "From": SENDER, "Body": body} | more)


def test_a_message_is_queued_then_sent_then_delivered_and_each_step_is_announced(
    standin: TwilioStandin, callbacks: CallbackPage
) -> None:
    """The product learns everything after the create reply from these two posts."""
    status, message = create(standin, "+84901234567", StatusCallback=callbacks.url)
    assert (status, message["status"], message["price"], message["date_sent"]) == (201, "queued", None, None)

    first, second = callbacks.take(2)

    assert [first.form["MessageStatus"], second.form["MessageStatus"]] == ["sent", "delivered"]
    assert first.form["MessageSid"] == first.form["SmsSid"] == message["sid"]
    assert (first.form["To"], first.form["From"]) == ("+84901234567", SENDER)
    assert (first.form["AccountSid"], first.form["ApiVersion"]) == (ACCOUNT, "2010-04-01")
    assert "ErrorCode" not in second.form
    assert "RawDlrDoneDate" in second.form
    assert standin.wait_until_idle(DEADLINE)
    assert call(standin.url, "GET", "/_standin/idle") == (200, {"outstanding": 0, "failed": 0})
    _, settled = call(standin.url, "GET", MESSAGES.replace(".json", f"/{message['sid']}.json"))
    assert (settled["status"], settled["price"], settled["price_unit"]) == ("delivered", "-0.05000", "USD")


def test_each_callback_is_signed_as_the_provider_signs(standin: TwilioStandin, callbacks: CallbackPage) -> None:
    """The hook refuses anything else, with the provider's own validator."""
    create(standin, "+84901234567", StatusCallback=callbacks.url)
    for heard in callbacks.take(2):
        assert signature_is_valid(callbacks.url, heard.form, heard.signature, TOKEN)
        assert not signature_is_valid(callbacks.url, heard.form | {"MessageStatus": "failed"}, heard.signature, TOKEN)
        assert not signature_is_valid(callbacks.url, heard.form, heard.signature, "another-token")


def test_the_signature_is_over_the_public_address_even_when_posts_go_elsewhere(callbacks: CallbackPage) -> None:
    """In the demo the public host name does not exist; the product still checks against it."""
    public = "https://ketqua.example/hooks/sms?world=live"
    near = "http://" + urlsplit(callbacks.url).netloc
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN, deliver_to=near) as standin:
        create(standin, "+84901234567", StatusCallback=public)
        heard = callbacks.take(2)[0]
    assert (heard.host, heard.path) == ("ketqua.example", "/hooks/sms?world=live")
    assert signature_is_valid(public, heard.form, heard.signature, TOKEN)


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_a_phone_that_ends_in_a_delivery_error_gets_that_error(
    standin: TwilioStandin, callbacks: CallbackPage, code: int
) -> None:
    """Each error takes another way in the product, so each must be reachable."""
    create(standin, f"+84901{code:06}", StatusCallback=callbacks.url)
    last = callbacks.take(1 if code == 30001 else 2)[-1]
    assert last.form["MessageStatus"] == ("failed" if code == 30001 else "undelivered")
    assert last.form["ErrorCode"] == str(code)
    assert standin.messages()[0]["error_code"] == code


@pytest.mark.parametrize(("code", "status"), [(21211, 400), (21610, 400), (21612, 400), (21614, 400), (20429, 429)])
def test_a_phone_that_ends_in_a_refusal_is_refused_in_the_providers_shape(
    standin: TwilioStandin, code: int, status: int
) -> None:
    """A refused message must not exist: nothing is listed and nothing billed."""
    answered, error = create(standin, f"+84901{code:06}")
    assert (answered, error["code"], error["status"]) == (status, code, status)
    assert set(error) == {"code", "message", "more_info", "status"}
    assert standin.messages() == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": SENDER, "Body": "a"}, 21604),
        ({"To": "+84901234567", "Body": "a"}, 21603),
        ({"To": "+84901234567", "From": SENDER}, 21602),
        ({"To": "+84901234567", "From": SENDER, "Body": "a" * 1601}, 21617),
        ({"To": "0901234567", "From": SENDER, "Body": "a"}, 21211),
        ({"To": "+84901234567", "From": SENDER, "Body": "a", "StatusCallback": "ftp://x"}, 21609),
    ],
)
def test_a_form_with_a_fault_is_refused_for_it(standin: TwilioStandin, form: dict[str, str], code: int) -> None:
    """The real provider would: better to learn it here."""
    status, error = call(standin.url, "POST", MESSAGES, form)
    assert (status, error["code"]) == (400, code)


def test_wrong_credentials_and_unknown_things_are_turned_away(standin: TwilioStandin) -> None:
    """A wrong setting shows up in the demo as it would in life."""
    assert call(standin.url, "GET", MESSAGES, token="wrong")[1]["code"] == 20003
    assert call(standin.url, "GET", MESSAGES.replace(".json", "/SM0.json"))[1]["code"] == 20404
    assert call(standin.url, "GET", "/2010-04-01/Accounts/AC1/Messages.json")[1]["code"] == 20404
    assert call(standin.url, "GET", MESSAGES + "?DateSent=yesterday")[1]["code"] == 20001


def test_the_list_is_complete_and_free_of_duplicates_while_messages_arrive(standin: TwilioStandin) -> None:
    """Reconciliation reads this list: a hole in it would be a second SMS."""
    wanted = [create(standin, "+84901234567", f"tin {number}")[1]["sid"] for number in range(7)]
    seen: list[str] = []
    path: str | None = f"{MESSAGES}?{urlencode({'To': '+84901234567', 'PageSize': '3'})}"
    while path is not None:
        _, listed = call(standin.url, "GET", path)
        assert len(listed["messages"]) <= 3
        seen += [message["sid"] for message in listed["messages"]]
        create(standin, "+84901234567", "came meanwhile")
        create(standin, "+84909999999", "of somebody else")
        path = listed["next_page_uri"]
    assert seen == wanted[::-1]


def test_the_list_filters_by_sender_and_by_day_and_hides_what_is_not_sent_yet() -> None:
    """A message without a sending date is in no dated list: that is the settling time of contracts C21."""
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN, lag=3600) as slow:
        create(slow, "+84901234567")
        assert len(call(slow.url, "GET", MESSAGES)[1]["messages"]) == 1
        assert call(slow.url, "GET", MESSAGES + "?DateSent%3E=2020-01-01")[1]["messages"] == []
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN) as prompt:
        create(prompt, "+84901234567")
        assert prompt.wait_until_idle(DEADLINE)
        for query, count in {
            "DateSent%3E=2020-01-01": 1,
            "DateSent%3E=2020-01-01T10:00:00Z": 1,
            "DateSent%3C=2020-01-01": 0,
            "DateSent=2020-01-01": 0,
            f"From={SENDER}": 1,
            "From=OTHER": 0,
        }.items():
            assert len(call(prompt.url, "GET", f"{MESSAGES}?{query}")[1]["messages"]) == count, query


def test_a_messaging_service_names_its_sender_only_once_it_has_chosen(standin: TwilioStandin) -> None:
    """The real reply says 0 segments then, and a product that stored it as the cost would be wrong."""
    service = "MG" + "1" * 32
    form = {"To": "+84901234567", "MessagingServiceSid": service, "Body": "Xin chao"}
    _, taken = call(standin.url, "POST", MESSAGES, form)
    assert (taken["status"], taken["num_segments"], taken["from"]) == ("accepted", "0", None)
    assert standin.wait_until_idle(DEADLINE)
    settled = standin.messages()[0]
    assert (settled["num_segments"], settled["from"]) == ("1", SENDER)
    assert settled["messaging_service_sid"] == service


def test_callbacks_may_come_twice_and_in_the_wrong_order(callbacks: CallbackPage) -> None:
    """The provider promises neither; a test of the product can ask for it."""
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN, disorder=True) as standin:
        create(standin, "+84901234567", StatusCallback=callbacks.url)
        said = [heard.form["MessageStatus"] for heard in callbacks.take(3)]
        assert said == ["delivered", "sent", "delivered"]
        assert standin.messages()[0]["status"] == "delivered"


def test_a_phone_answers_through_the_inbound_page(standin: TwilioStandin, callbacks: CallbackPage) -> None:
    """The demo's citizens answer 1 to 5; the answer is signed like a callback."""
    status, told = call(standin.url, "POST", "/_standin/inbound", {"From": "+84901234567", "Body": "SAI"})
    (heard,) = callbacks.take(1)
    assert (status, told) == (200, {"status": 204})
    assert (heard.form["From"], heard.form["Body"], heard.form["SmsStatus"]) == ("+84901234567", "SAI", "received")
    assert signature_is_valid(callbacks.url, heard.form, heard.signature, TOKEN)


def test_the_demo_reads_a_text_like_a_phone(standin: TwilioStandin) -> None:
    """The citizen's link stands only in the SMS."""
    create(standin, "+84901234567", "mot")
    create(standin, "+84907654321", "hai: https://ketqua.example/t/abc")
    _, told = call(standin.url, "GET", "/_standin/messages?to=%2B84907654321&after=1")
    assert [message["body"] for message in told] == ["hai: https://ketqua.example/t/abc"]


def test_a_callback_that_nobody_takes_is_counted_and_holds_nothing_up(standin: TwilioStandin) -> None:
    """A product that is down must not stop the provider."""
    create(standin, "+84901234567", StatusCallback="http://127.0.0.1:9/nobody")
    assert standin.wait_until_idle(DEADLINE)
    assert standin.account.idle() == {"outstanding": 0, "failed": 2}
    assert standin.messages()[0]["status"] == "delivered"


def test_three_hundred_messages_and_all_their_callbacks_pass_quickly(
    standin: TwilioStandin, callbacks: CallbackPage
) -> None:
    """The demo's day must not wait for its stand-in."""
    gateway = SmsGateway(ACCOUNT, TOKEN, SENDER, standin.url)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(
            pool.map(
                lambda n: gateway.send(f"+8490{1_000_000 + n}", f"tin {n}", callbacks.url), range(300), timeout=DEADLINE
            )
        )
    heard = callbacks.take(600)
    assert standin.wait_until_idle(DEADLINE)

    sids = {outcome.sid for outcome in outcomes if isinstance(outcome, Accepted)}
    assert len(sids) == 300
    for status in ("sent", "delivered"):
        assert {one.form["MessageSid"] for one in heard if one.form["MessageStatus"] == status} == sids
    assert standin.account.idle() == {"outstanding": 0, "failed": 0}


def test_a_named_phone_comes_before_a_suffix_and_the_longest_suffix_wins() -> None:
    """A scenario can single out one citizen."""
    refused, failed = Fate(refused=21610), Fate(failed=30003)
    outcomes = Outcomes(by_phone={"+84901234567": refused}, by_suffix={"67": failed, "567": Fate(), "7": refused})
    assert outcomes.of("+84901234567") == refused
    assert outcomes.of("+84909994567") == Fate()
    assert outcomes.of("+84909994467") == failed
    assert outcomes.of("+84909994400") == Fate()


def test_a_fate_that_the_provider_does_not_know_is_refused() -> None:
    """A typing error in a scenario must not become a delivered message."""
    with pytest.raises(ValueError, match="99999 is not an error that refuses"):
        Fate(refused=99999)
    with pytest.raises(ValueError, match="21211 is not an error of delivery"):
        Fate(failed=21211)


@pytest.mark.parametrize(
    ("text", "segments"),
    [("a" * 160, 1), ("a" * 161, 2), ("{" * 80, 1), ("{" * 81, 2), ("ế" * 70, 1), ("ế" * 71, 2), ("a" * 307, 3)],
)
def test_segments_are_counted_as_they_are_billed(text: str, segments: int) -> None:
    """Diacritics cost three times as much: the bill must show it (contracts C24)."""
    assert segments_of(text) == segments


def test_the_signature_is_the_published_example() -> None:
    """Contracts C22 quotes it."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    signed = signature_of("https://mycompany.com/myapp.php?foo=1&bar=2", form, "12345")
    assert signed == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_as_a_command_it_prints_its_address_and_stops_when_told() -> None:
    """The demo starts it as a process of its own."""
    command = [sys.executable, "-m", "demo.twilio_standin", "--account", ACCOUNT, "--token", TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        taken = subprocess.run(
            [*command, "--port", str(urlsplit(url).port)], capture_output=True, text=True, timeout=DEADLINE
        )
        assert call(url, "GET", "/_standin/idle")[0] == 200
        process.terminate()
        assert process.wait(DEADLINE) == 0
    assert taken.returncode == 1
    assert "cannot listen on port" in taken.stderr
    assert "Traceback" not in taken.stderr
