"""Who a program is: OAuth 2 client credentials as RFC 6749, 6750 and 8414 say."""

import hashlib

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from delivery.store.agencies import AccessToken, ApiClient
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.web.agency_api.program import Program, Reply
from tests.factories import CLIENT_SECRET, Town

GRANT = {"grant_type": "client_credentials"}


def test_a_client_gets_a_short_lived_token_by_basic_or_by_form(client: FlaskClient, town: Town) -> None:
    """Libraries do either."""
    name = town.clients["H29"]
    by_basic = Reply(client.post("/oauth/token", data=GRANT, auth=(name, CLIENT_SECRET)))
    by_form = Reply(client.post("/oauth/token", data={**GRANT, "client_id": name, "client_secret": CLIENT_SECRET}))
    for answer in (by_basic, by_form):
        assert answer.status_code == 200
        assert answer.json["token_type"] == "Bearer"
        assert answer.json["expires_in"] == 1800
        assert answer.headers["Cache-Control"] == "no-store"
    assert by_basic.json["access_token"] != by_form.json["access_token"]


def test_a_token_ends_after_half_an_hour(client: FlaskClient, town: Town, clock: HandClock) -> None:
    """A token that leaked is worth little for long."""
    program = Program(client, town.clients["H29"])
    clock.forward(minutes=29)
    assert program.get("/items").status_code == 200
    clock.forward(minutes=1)
    answer = program.get("/items")
    assert (answer.status_code, answer.json["code"]) == (401, "token-needed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_neither_secret_nor_token_is_kept_in_the_clear(client: FlaskClient, town: Town, wiring: Wiring) -> None:
    """Who reads the tables must not be able to act as an agency."""
    program = Program(client, town.clients["H29"])
    with wiring.work("job:test") as unit:
        kept = unit.session.scalars(select(AccessToken)).one()
        assert kept.digest == hashlib.sha256(program.token.encode()).digest()


@pytest.mark.parametrize(
    ("name", "secret"), [("live_h29main", "wrong"), ("live_nobody", CLIENT_SECRET), ("", ""), ("live_\x00", "x")]
)
def test_a_wrong_client_or_secret_is_told_alike(client: FlaskClient, town: Town, name: str, secret: str) -> None:
    """The answer must not say which names exist."""
    answer = Reply(client.post("/oauth/token", data={**GRANT, "client_id": name, "client_secret": secret}))
    assert (answer.status_code, answer.json["error"], answer.json["code"]) == (401, "invalid_client", "invalid-client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.content_type == "application/problem+json"


def test_two_secrets_hold_during_a_rotation(client: FlaskClient, town: Town, wiring: Wiring) -> None:
    """Otherwise each rotation would stop an agency's program."""
    name = town.clients["H29"]
    with wiring.work("job:test") as unit:
        row = unit.session.get_one(ApiClient, name)
        row.secret_hashes = [*row.secret_hashes, hashlib.sha256(b"the-new-secret").hexdigest()]
    for secret in (CLIENT_SECRET, "the-new-secret"):
        assert client.post("/oauth/token", data=GRANT, auth=(name, secret)).status_code == 200
    with wiring.work("job:test") as unit:
        assert unit.session.get_one(ApiClient, name).last_used_at is not None


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({**GRANT, "scope": "items:read admin"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_for_a_token_is_named(
    client: FlaskClient, town: Town, form: dict[str, str], error: str
) -> None:
    """RFC 6749's codes are what libraries look for."""
    answer = Reply(client.post("/oauth/token", data=form, auth=(town.clients["H29"], CLIENT_SECRET)))
    assert (answer.status_code, answer.json["error"]) == (400, error)


@pytest.mark.parametrize("sent", ["Basic \xff", "Basic !!!", "Basic gA==", "Basic"])
def test_credentials_that_cannot_be_read_are_wrong_ones(client: FlaskClient, town: Town, sent: str) -> None:
    """A program that encodes badly is told what one with a wrong secret is told."""
    answer = Reply(client.post("/oauth/token", data=GRANT, headers={"Authorization": sent}))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_the_metadata_say_where_tokens_are(client: FlaskClient, town: Town) -> None:
    """RFC 8414: a program needs to know only the issuer."""
    told = Reply(client.get("/.well-known/oauth-authorization-server")).json
    assert told["token_endpoint"] == "http://localhost/oauth/token"
    assert told["grant_types_supported"] == ["client_credentials"]


def test_a_request_without_a_token_is_challenged_without_an_error(client: FlaskClient, town: Town) -> None:
    """RFC 6750 section 3.1."""
    answer = client.get("/api/v1/items")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
