"""The demo's bank signs as Standard Webhooks asks, and the product hears it."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from standardwebhooks.webhooks import Webhook
from werkzeug.serving import make_server

from delivery.wiring import Wiring
from demo.bank import Bank, Credit
from demo.client import Server, Unexpected
from tests.conftest import BANK_HOOK_SECRET, HandClock
from tests.delivery.money.bank_notices import payable
from tests.factories import Town

BANK = Bank(secret=BANK_HOOK_SECRET)
CREDIT = Credit(reference="FT1", amount=30_000, content="Nguyễn Văn A", paid_at=datetime(2026, 11, 30, 1, tzinfo=UTC))


def test_what_the_bank_signs_is_what_the_standard_says() -> None:
    """Judged by the standard's own library."""
    body = CREDIT.body()
    assert Webhook(BANK_HOOK_SECRET).verify(body, dict(BANK.headers(body)))["content"] == "Nguyễn Văn A"


def test_neither_the_secret_nor_what_was_written_is_shown() -> None:
    """The demo prints what goes wrong."""
    assert not re.search("whsec|Nguyễn", f"{BANK} {CREDIT}")


@pytest.fixture
def post_office(app: Flask) -> Iterator[Server]:
    """The real application on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Server(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_credit_told_over_http_pays_an_item(
    post_office: Server, wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """The demo's payer needs nothing but the number on the envelope."""
    number, due = payable(wiring, town)
    now = int(clock.at.timestamp())
    paid = Credit(reference="FT7", amount=due, content=f"CT tu 0071 {number}", paid_at=clock.at)
    assert [BANK.tell(post_office, paid, at=now) for _repeat in range(2)] == ["matched", "matched"]
    assert BANK.tell(post_office, CREDIT, at=now) == "waiting"
    with pytest.raises(Unexpected, match="403"):
        Bank(secret="whsec_" + "QUJD" * 8).tell(post_office, CREDIT, at=now)
