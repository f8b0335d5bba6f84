"""The OpenAPI 3.1 document, made from the declarations that serve the requests."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from delivery import accounts
from delivery.web.agency_api.calls import JSON, Endpoint, Nothing
from delivery.web.agency_api.keys import KEPT_FOR
from delivery.web.agency_api.replies import ProblemOut, TokenOut
from delivery.web.problem_words import TITLES

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_PATH_PART = re.compile(r"<(\w+)>")
# What any endpoint may answer, whoever asks for what; and what one that needs a token may.
_ALWAYS = (429, 500, 503)
_TO_CLIENTS = (401, 403)
_TITLE = "Trả kết quả qua bưu điện: giao diện cho cơ quan · Result delivery: the agencies' API"
_ABOUT = f"""An agency hands results over, follows them, calls them back and signs for what returns.

- Get a token at `POST /oauth/token` (client credentials); it holds {int(accounts.TOKEN_LASTS.total_seconds() // 60)}
  minutes.
- Each creation needs an `Idempotency-Key`. The reply is kept {int(KEPT_FOR.total_seconds() // 3600)} hours, told in
  `Idempotency-Key-Expires`.
- Every error is a problem document (RFC 9457): `detail` in Vietnamese or English by `Accept-Language`, `errors` with
  a JSON pointer for each wrong member.
- `RateLimit` tells how many calls are left. After a 429 wait for the seconds in `Retry-After`.
- Another agency's item is unknown to you: 404.
- Tariffs and quotes are public: no token, and calls are counted by network address.
"""


def describe(endpoints: Sequence[Endpoint], *, server: str) -> Json:
    """The document. `server` is the service's public address."""
    models = {model for one in endpoints for model in (one.body, one.query, one.reply) if model not in (None, Nothing)}
    models |= {ProblemOut, TokenOut}
    ordered = sorted((model for model in models if model is not None), key=lambda model: model.__name__)
    inputs = {model for one in endpoints for model in (one.body, one.query)}
    _, definitions = models_json_schema(
        [(model, "validation" if model in inputs else "serialization") for model in ordered], ref_template=_REF
    )
    schemas: Json = definitions["$defs"]
    paths: Json = {}
    for one in endpoints:
        path = "/api/v1" + _PATH_PART.sub(r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, schemas)
    paths["/oauth/token"] = {"post": _token()}
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": server}],
        "security": [{"oauth": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": f"{server}/oauth/token",
                            "scopes": {scope: scope for scope in accounts.SCOPES},
                        }
                    },
                },
                "client": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _operation(one: Endpoint, schemas: Json) -> Json:
    told: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "security": [] if one.scope is None else [{"oauth": [one.scope]}],
        "parameters": _parameters(one, schemas),
        "responses": {str(status): _reply(one, status) for status in one.statuses},
    }
    if one.description:
        told["description"] = one.description
    if one.body is not None:
        told["requestBody"] = _request_body(one)
    refusals = {*one.refusals, *_ALWAYS, *(() if one.scope is None else _TO_CLIENTS)}
    refusals |= {413, 415} if one.body is not None else set()
    told["responses"].update({str(status): _problem(status) for status in sorted(refusals)})
    if one.method == "GET":
        told["responses"]["304"] = {"description": "Not changed since the ETag in If-None-Match"}
    return told


def _parameters(one: Endpoint, schemas: Json) -> list[Json]:
    told: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PATH_PART.findall(one.path)
    ]
    if one.query is not Nothing:
        schema = schemas[one.query.__name__]
        told += [
            {"name": name, "in": "query", "required": False, "schema": member}
            for name, member in schema["properties"].items()
        ]
    if one.keyed:
        told.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "A value of its own for each creation, and the same one on a retry; bare or quoted.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,80}$"},
            }
        )
    if one.matched:
        told.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of what was read, or `*`.",
                "schema": {"type": "string"},
            }
        )
    return told


def _request_body(one: Endpoint) -> Json:
    assert one.body is not None
    if one.media == JSON:
        content: Json = {"application/json": {"schema": _ref(one.body)}}
    else:
        about = f"One JSON object a line, each a {one.body.__name__}."
        content = {media: {"schema": {"type": "string", "description": about}} for media in one.media}
    return {"required": one.body_needed, "content": content}


def _reply(one: Endpoint, status: int) -> Json:
    headers: Json = {
        "RateLimit": _header('The calls left and the seconds until more: `"client";r=…;t=…`.'),
        "RateLimit-Policy": _header('The quota and its window in seconds: `"client";q=…;w=…`.'),
    }
    if one.keyed:
        headers["Idempotency-Key-Expires"] = _header("Until when a retry gives this very reply.")
        headers["Idempotent-Replayed"] = _header("`true` when this is the reply to an earlier request.")
    if one.method == "GET":
        headers["ETag"] = _header("Names what was read.")
    words = {200: "Done", 201: "Registered", 207: "A result for each line"}[status]
    schema: Json = {"type": "string"} if one.reply is None else _ref(one.reply)
    return {"description": words, "headers": headers, "content": {one.answers: {"schema": schema}}}


def _problem(status: int) -> Json:
    told: Json = {
        "description": TITLES[status].en,
        "content": {"application/problem+json": {"schema": _ref(ProblemOut)}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": _header("Seconds to wait.")}
    if status == 401:
        told["headers"] = {"WWW-Authenticate": _header("How to authenticate.")}
    return told


def _token() -> Json:
    form: Json = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": {"type": "string", "description": "Scopes separated by spaces; all of the client's if absent."},
            "client_id": {"type": "string", "description": "Unless sent by HTTP Basic."},
            "client_secret": {"type": "string", "description": "Unless sent by HTTP Basic."},
        },
    }
    success: Json = {"description": "A token", "content": {"application/json": {"schema": _ref(TokenOut)}}}
    return {
        "operationId": "issue_token",
        "summary": "Get a bearer token (RFC 6749 section 4.4)",
        "security": [{"client": []}, {}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {
            "200": success,
            **{str(status): _problem(status) for status in (400, 401, 413, 415, 429, 500, 503)},
        },
    }


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}


def _header(description: str) -> Json:
    return {"description": description, "schema": {"type": "string"}}
