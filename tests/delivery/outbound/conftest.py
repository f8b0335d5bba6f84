"""A provider over loopback that reports to the application, as in life: nothing here is a mock."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from delivery.settings import Settings, SmsSettings
from delivery.wiring import Wiring
from demo.postgres import APPLICATION, Server
from demo.twilio_standin import TwilioStandin
from tests.conftest import HandClock, settings_for

ACCOUNT = "AC" + "0" * 32
TOKEN = "token-of-the-tests"


class Front:
    """A port that is open before the application exists, which needs to know the provider, which needs the port."""

    def __init__(self) -> None:
        self.app: Flask | None = None
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self, threaded=True)

    def __call__(self, environ: dict[str, object], start: object) -> Iterable[bytes]:
        if self.app is None:
            raise RuntimeError("A report came before the application stood.")
        return self.app(environ, start)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def front() -> Iterator[Front]:
    """The application's door for the provider's reports."""
    front = Front()
    thread = threading.Thread(target=front.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield front
    front.server.shutdown()
    thread.join()
    front.server.server_close()


@pytest.fixture
def provider(front: Front, clock: HandClock) -> Iterator[TwilioStandin]:
    """The stand-in for the SMS provider; it lives by the test's clock."""
    with TwilioStandin(account_sid=ACCOUNT, auth_token=TOKEN, deliver_to=front.url, now=clock.real) as standin:
        yield standin


@pytest.fixture
def settings(server: Server, database: str, provider: TwilioStandin) -> Settings:
    """The application's configuration, with the stand-in as its provider."""
    sms = SmsSettings(account_sid=ACCOUNT, auth_token=TOKEN, sender="BUUDIEN", base_url=provider.url)
    return replace(settings_for(server.url(APPLICATION, database)), sms=sms, public_url="https://bd.example.vn")


@pytest.fixture
def office(wiring: Wiring, front: Front, app: Flask, provider: TwilioStandin) -> Iterator[Wiring]:
    """The application's collaborators, with the door for reports open until the last one is in."""
    front.app = app
    yield wiring
    assert provider.wait_until_idle(20)
