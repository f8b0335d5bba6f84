"""One post at work for each journey."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

import tracking
from delivery.app import create_app
from delivery.settings import Settings
from demo.twilio_standin import TwilioStandin
from tests.conftest import HandClock
from tests.factories import make_town
from tests.journeys.post import Post


@pytest.fixture
def post(settings: Settings, clock: HandClock) -> Iterator[Post]:
    """The application on a real port with a phone network beside it, on Monday at eight."""
    with TwilioStandin(account_sid=settings.sms.account_sid, auth_token=settings.sms.auth_token) as network:
        server = make_server("127.0.0.1", 0, _unready, threaded=True)
        url = f"http://127.0.0.1:{server.server_port}"
        sms = replace(settings.sms, base_url=network.url)
        app = create_app(replace(settings, public_url=url, sms=sms), guests=[tracking.init_app], clock=clock)
        server.app = app
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        wiring = app.extensions["wiring"]
        try:
            yield Post(wiring, clock, make_town(wiring), server.server_port, network)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            wiring.engine.dispose()


def _unready(_environ: object, _start: object) -> list[bytes]:
    raise RuntimeError("The port is taken before the application exists, and nobody asks it until then.")
