"""Webhooks: the standard's signature, the promised retries, and no way into a private network."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from delivery.errors import Invalid
from delivery.outbound import calling, outbox, webhooks
from delivery.outbound.webhooks import RETRY_WAITS, checked, new_secret, signature
from delivery.store.agencies import LIVE, WebhookEndpoint
from delivery.store.base import new_id
from delivery.store.events import FeedPosition
from delivery.store.messages import Message, MessageState
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town


class Agency:
    """An agency's receiver: remembers what it got, answers what the test wants."""

    def __init__(self) -> None:
        self.status = 204
        self.headers: dict[str, str] = {}
        self.got: list[tuple[dict[str, str], bytes]] = []
        agency = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                agency.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(agency.status)
                for name, value in agency.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def agency() -> Iterator[Agency]:
    agency = Agency()
    thread = threading.Thread(target=agency.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield agency
    agency.server.shutdown()
    thread.join()
    agency.server.server_close()


def subscribe(wiring: Wiring, town: Town, url: str, secrets: list[str]) -> None:
    """One endpoint, one event in its feed, one delivery owed."""
    with wiring.work("job:test") as unit:
        (item,) = made_items(unit, town, 1)
        unit.session.add(FeedPosition(position=7, item_id=item.id, seq=1, agency_id=item.agency_id, world_id=LIVE))
        endpoint = WebhookEndpoint(id=new_id(), agency_id=item.agency_id, world_id=LIVE, url=url, secret=b"")
        endpoint.secret = calling.seal_secrets(unit, endpoint.id, secrets)
        unit.session.add(endpoint)
    with wiring.work("job:test") as unit:
        assert outbox.put_webhooks(unit, 100) == 1


def only_message(wiring: Wiring) -> Message:
    with wiring.work("job:test") as unit:
        return unit.session.scalars(select(Message)).one()


def test_the_standards_own_vector_holds() -> None:
    """The published example of Standard Webhooks (contracts C17)."""
    at = datetime.fromtimestamp(1614265330, UTC)
    secret, name = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert signature(secret, name, at, b'{"test": 2432232314}') == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "whsec_***", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    """24 to 64 bytes, or a signature would promise more than it holds."""
    with pytest.raises(ValueError, match="whsec_"):
        signature(secret, "msg_1", datetime.now(UTC), b"")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/x",
        "https://[fe80::1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[2002:a00:1::]/x",
        "https://0.0.0.0/x",
        "https://224.0.0.1/x",
        "https://100.64.0.1/x",
        "https://2130706433/x",
        "https://localhost/x",
        "http://8.8.8.8/x",
        "ftp://8.8.8.8/x",
        "https://user:pw@8.8.8.8/x",
        "https://8.8.8.8:99999/x",
        "https:///x",
    ],
)
def test_no_address_of_ours_is_called(url: str) -> None:
    """An agency must not make us knock at doors inside our own network (contracts C19)."""
    with pytest.raises(Invalid) as refused:
        checked(url, loopback_allowed=False)
    assert refused.value.code == "webhook-url"


def test_a_public_address_is_taken_and_loopback_only_where_allowed() -> None:
    """Tests and the demo listen on this machine; nothing else private is opened by that."""
    assert checked("https://8.8.8.8/x", loopback_allowed=False).address == "8.8.8.8"
    assert checked("http://127.0.0.1:81/x", loopback_allowed=True).port == 81
    with pytest.raises(Invalid):
        checked("http://10.0.0.1/x", loopback_allowed=True)


def test_a_delivery_is_thin_and_verifies_with_either_key(
    wiring: Wiring, town: Town, agency: Agency, clock: HandClock
) -> None:
    """The standard's own library accepts it, with the old secret and the new one; it names no person (C20)."""
    clock.at = datetime.now(UTC)
    keys = [new_secret(), new_secret()]
    subscribe(wiring, town, agency.url, keys)
    assert calling.call_due(wiring).taken == 1
    ((headers, body),) = agency.got
    for key in keys:
        Webhook(key).verify(body, headers)
    told = json.loads(body)
    assert told["type"] == "item.registered"
    assert told["data"] == {"code": told["data"]["code"], "position": 7, "sequence": 1, "state": "registered"}
    assert only_message(wiring).state is MessageState.DELIVERED


def test_retries_come_when_promised_and_then_the_endpoint_is_disabled(
    wiring: Wiring, town: Town, agency: Agency, clock: HandClock
) -> None:
    """5 s to 24 h, the same webhook-id each time (contracts C18)."""
    agency.status = 500
    subscribe(wiring, town, agency.url, [new_secret()])
    for wait in RETRY_WAITS:
        assert calling.call_due(wiring).made == 1
        clock.at += wait - timedelta(seconds=1)
        assert calling.call_due(wiring).made == 0
        clock.at += wait * webhooks.JITTER + timedelta(seconds=1)
    assert len(calling.call_due(wiring).disabled) == 1
    assert len(agency.got) == 10
    assert len({headers["webhook-id"] for headers, _ in agency.got}) == 1
    assert only_message(wiring).state is MessageState.FAILED
    with wiring.work("job:test") as unit:
        assert not unit.session.scalars(select(WebhookEndpoint)).one().active


def test_an_endpoint_that_is_gone_is_disabled_at_once(wiring: Wiring, town: Town, agency: Agency) -> None:
    """410 says: never again."""
    agency.status = 410
    subscribe(wiring, town, agency.url, [new_secret()])
    assert len(calling.call_due(wiring).disabled) == 1


def test_retry_after_is_honoured_and_redirects_are_not_followed(
    wiring: Wiring, town: Town, agency: Agency, clock: HandClock
) -> None:
    """A redirect could lead into our network; it counts as a failure."""
    agency.status, agency.headers = 307, {"Retry-After": "120", "Location": agency.url}
    subscribe(wiring, town, agency.url, [new_secret()])
    calling.call_due(wiring)
    clock.forward(seconds=119)
    assert calling.call_due(wiring).made == 0
    clock.forward(seconds=1)
    assert calling.call_due(wiring).made == 1
    assert len(agency.got) == 2


def test_a_failed_delivery_can_be_replayed(wiring: Wiring, town: Town, agency: Agency, clock: HandClock) -> None:
    """By its own agency only, with the same webhook-id."""
    subscribe(wiring, town, agency.url, [new_secret()])
    calling.call_due(wiring)
    message = only_message(wiring)
    with wiring.work("job:test") as unit:
        foreign = calling.replay(unit, agency_id=town.agencies["H30"], message_id=message.id, now=clock.at)
        assert foreign is None
        assert calling.replay(unit, agency_id=town.agencies["H29"], message_id=message.id, now=clock.at)
    assert calling.call_due(wiring).taken == 1
    first, second = agency.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
