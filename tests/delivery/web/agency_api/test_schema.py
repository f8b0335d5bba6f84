"""The served OpenAPI document is valid, and the service does what it says: judged by tools that are not ours."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from delivery.wiring import Wiring
from tests.delivery.web.agency_api.program import Program, Reply, result
from tests.factories import Town

# A schema cannot tell a day that does not exist or a phone that nobody can have: well-formed data may be refused.
TOO_STRICT = ["positive_data_acceptance"]
EXAMPLES = 8


@schemathesis.serializer("application/jsonl", "application/x-ndjson", "application/json-lines")
def as_it_is(context: Any, value: Any) -> bytes:
    """JSON Lines are text to the document: sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


def test_the_document_is_valid_openapi(client: FlaskClient) -> None:
    """Generators of clients refuse what is not."""
    document = Reply(client.get("/api/v1/openapi.json")).json
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_the_service_answers_any_request_as_its_document_says(
    app: Flask, wiring: Wiring, town: Town, mode: GenerationMode
) -> None:
    """Thousands of odd requests: no 500, no undocumented status, header or shape, no bad data taken."""
    program = Program(app.test_client(), town.clients["H29"])
    program.post("/items", result())
    wiring.matcher  # noqa: B018 - built before the examples are timed
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    checks = [check for check in CHECKS.get_all() if check.__name__ not in TOO_STRICT]
    headers = {"Authorization": f"Bearer {program.token}"}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.path == "/api/v1/items:batch":
            # Lines are text: a file of bad ones is taken, and each is named in the answer.
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=checks)

        # Where a request has no member of its own, it cannot be made wrong.
        with suppress(Unsatisfiable):
            holds()
