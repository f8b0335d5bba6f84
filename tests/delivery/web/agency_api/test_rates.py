"""Who calls too often is told how long to wait, and others are not slowed (contracts C10)."""

from dataclasses import replace

from delivery.app import create_app
from delivery.settings import Settings
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.web.agency_api.program import Program
from tests.factories import make_town


def test_one_call_too_many_is_a_429_with_the_seconds_to_wait(settings: Settings, clock: HandClock) -> None:
    """One agency's loop must not take the service from the others."""
    app = create_app(replace(settings, requests_per_minute=5), clock=clock)
    wiring: Wiring = app.extensions["wiring"]
    town = make_town(wiring)
    hasty, other = (Program(app.test_client(), town.clients[name]) for name in ("H29", "H30"))
    answers = [hasty.get("/items") for _ in range(6)]
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert answers[0].headers["RateLimit-Policy"] == '"client";q=5;w=60'
    assert answers[0].headers["RateLimit"].startswith('"client";r=4;t=')
    last = answers[5]
    assert (last.status_code, last.json["code"]) == (429, "too-many-requests")
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert other.get("/items").status_code == 200
    wiring.engine.dispose()
