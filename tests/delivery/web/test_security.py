"""Every answer carries the headers, forms cannot be forged, and logs name nobody."""

import json

import pytest
from flask.testing import FlaskClient

from delivery.web.security import HEADERS


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/healthz"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    """Errors too: an attacker chooses the page (contracts C31)."""
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    """Another site's page must not act for somebody who is signed in here."""
    answer = client.post("/login", data={"login": "clerk.sg", "password": "x"})
    assert answer.status_code in (400, 422)


def test_programs_need_no_form_token(client: FlaskClient) -> None:
    """They bring their own proof with each request."""
    assert client.post("/demo/clock", json={"to": "2026-12-01T18:00:00+07:00"}).status_code == 200


def test_a_log_line_names_the_route_and_never_the_path_or_query(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    """A citizen's token stands in a path, a phone in a query: neither reaches a log (contracts C29, C39)."""
    answer = client.get("/t/s3cret-token-of-a-citizen?phone=0901234567", headers={"X-Request-ID": "abc-12345"})
    logged = capfd.readouterr().err
    assert "s3cret" not in logged
    assert "0901234567" not in logged
    line = next(json.loads(line) for line in logged.splitlines() if "abc-12345" in line)
    assert line["event"] == "request"
    assert answer.headers["X-Request-ID"] == "abc-12345"


def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: FlaskClient) -> None:
    """Only letters, digits, - and _ are taken over."""
    answer = client.get("/healthz", headers={"X-Request-ID": 'x" "level": "critical'})
    assert len(answer.headers["X-Request-ID"]) == 32
