"""An agency's program, as small as one can be: it gets a token and speaks JSON."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.delivery.submitted import TAN_DINH
from tests.factories import CLIENT_SECRET


class Reply:
    """An answer whose JSON is what the test says it is: a wrong guess fails the test, not the types."""

    def __init__(self, answer: TestResponse) -> None:
        self.status_code = answer.status_code
        self.headers = answer.headers
        self.content_type = answer.content_type
        self.mimetype = answer.mimetype
        self.data = answer.data
        self.text = answer.text
        self.json: Any = answer.get_json(silent=True) if self.data else None


class Program:
    """Speaks for one API client."""

    def __init__(self, browser: FlaskClient, client_id: str, *, scope: str = "") -> None:
        self.browser = browser
        answer = Reply(
            browser.post(
                "/oauth/token",
                data={"grant_type": "client_credentials", "scope": scope},
                auth=(client_id, CLIENT_SECRET),
            )
        )
        assert answer.status_code == 200, answer.text
        self.token = answer.json["access_token"]

    def get(self, path: str, **headers: str) -> Reply:
        """GET below /api/v1."""
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: object = None, *, key: str | None = None, **headers: str) -> Reply:
        """POST JSON with an Idempotency-Key of its own unless one is given."""
        text = None if body is None else json.dumps(body)
        return self.call("POST", path, text, {"Idempotency-Key": key or uuid4().hex, **headers})

    def put(self, path: str, body: object, **headers: str) -> Reply:
        """PUT JSON."""
        return self.call("PUT", path, json.dumps(body), headers)

    def batch(self, rows: list[object], *, dry_run: bool = False, key: str | None = None) -> Reply:
        """POST rows as JSON Lines; a row that is text is sent as it is."""
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        headers = {"Idempotency-Key": key or uuid4().hex, "Content-Type": "application/jsonl"}
        path = "/items:batch" + ("?dry_run=true" if dry_run else "")
        return self.call("POST", path, "\n".join(lines), headers)

    def call(self, method: str, path: str, text: str | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Any call; names of headers may be written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        sent.setdefault("Authorization", f"Bearer {self.token}")
        if text is not None:
            sent.setdefault("Content-Type", "application/json")
        where = path if path.startswith("/api/") else f"/api/v1{path}"
        return Reply(self.browser.open(where, method=method, data=text, headers=sent))


def result(reference: str = "A-1", **changes: Any) -> dict[str, Any]:
    """A good submission as JSON; `address`, `name` and `phone` change the addressee."""
    addressee = {
        "name": changes.pop("name", "Trần Thị Thử"),
        "phone": changes.pop("phone", "0912 345 678"),
        "address": {"text": changes.pop("address", TAN_DINH)},
    }
    return {
        "agency_reference": reference,
        "dossier_code": "000.00.01.H29-261130-0420",
        "handover_point": "P1",
        "weight_g": 100,
        "documents": [{"kind": "land_use_certificate", "original": True, "sheets": 2}],
        "addressee": addressee,
        **changes,
    }
