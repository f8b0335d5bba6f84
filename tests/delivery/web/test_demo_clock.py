"""The demo's clock goes forward, over HTTP, and exists in the demo only."""

from dataclasses import replace

from flask.testing import FlaskClient

from delivery.app import create_app
from delivery.settings import Settings


def test_the_live_world_follows_the_clock(client: FlaskClient) -> None:
    """Server and workers read one row, so that they agree."""
    assert client.get("/demo/clock").json == {"now": "2026-11-30T01:00:00+00:00"}
    assert client.post("/demo/clock", json={"to": "2026-12-01T18:00:00+07:00"}).status_code == 200
    assert client.get("/demo/clock").json == {"now": "2026-12-01T11:00:00+00:00"}


def test_it_never_goes_back_and_takes_instants_only(client: FlaskClient) -> None:
    """Events are recorded in order; a day without a zone would be a guess."""
    assert client.post("/demo/clock", json={"to": "2026-11-29T18:00:00+07:00"}).status_code == 409
    out_of_reach = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+00:00"]
    everything: list[object] = [{"to": "2026-12-01T18:00:00"}, {"to": 5}, {}, [], *({"to": to} for to in out_of_reach)]
    for nonsense in everything:
        assert client.post("/demo/clock", json=nonsense).status_code in (400, 422)
    assert client.get("/demo/clock").json == {"now": "2026-11-30T01:00:00+00:00"}


def test_a_real_installation_has_no_such_clock(settings: Settings) -> None:
    """Nobody may move the time of real deliveries."""
    app = create_app(replace(settings, demo=False))
    assert app.test_client().get("/demo/clock").status_code == 404
    app.extensions["wiring"].engine.dispose()
