"""One call of the API from its headers to its answer. An endpoint is declared once: what is declared is what runs
and what the OpenAPI document shows."""

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Generic, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from delivery import accounts
from delivery.accounts import Caller
from delivery.errors import NotFound
from delivery.store.agencies import LIVE
from delivery.store.work import Work
from delivery.web import problems
from delivery.web.agency_api import keys, rates
from delivery.web.problems import Problem
from delivery.web.wired import wiring

B = TypeVar("B")


class Nothing(BaseModel):
    """No body, or no query."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a view gives: its status, its body (text where the endpoint answers another type than JSON), its headers."""

    body: BaseModel | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Call(Generic[B]):
    """A call whose caller is known and whose body and query are read. `unit` is the one unit of work around it."""

    unit: Work
    known: Caller | None
    body: B
    query: BaseModel

    @property
    def caller(self) -> Caller:
        """The client that calls; a public endpoint has none and may not ask."""
        assert self.known is not None
        return self.known


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What is declared of an endpoint. `media` is the body's type; `keyed`: it needs an Idempotency-Key.

    Without a `scope` it is public: no token, and calls are counted by network address. `reply` is None where the
    answer is text of the type `answers`.
    """

    method: str
    path: str
    name: str
    summary: str
    description: str
    scope: str | None
    body: type[BaseModel] | None
    media: tuple[str, ...]
    body_needed: bool
    query: type[BaseModel]
    reply: type[BaseModel] | None
    answers: str
    statuses: tuple[int, ...]
    refusals: tuple[int, ...]
    keyed: bool
    matched: bool


JSON = ("application/json",)
# Numbers of items, manifests and books; what is not made like one names nothing, and need not reach the database.
_NUMBER = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_ANYBODY = "job:public"
View = Callable[..., Answer]


class Api:
    """The endpoints below one blueprint, in the order of their declaration."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.endpoints: list[Endpoint] = []

    def endpoint(
        self,
        method: str,
        path: str,
        *,
        scope: str | None,
        reply: type[BaseModel] | None,
        answers: str = "application/json",
        body: type[BaseModel] | None = None,
        media: tuple[str, ...] = JSON,
        body_needed: bool = True,
        query: type[BaseModel] = Nothing,
        statuses: tuple[int, ...] = (200,),
        refusals: tuple[int, ...] = (),
        keyed: bool = False,
        matched: bool = False,
    ) -> Callable[[View], View]:
        """Declare a view. Its docstring's first line is the summary, the rest the description."""

        def declare(view: View) -> View:
            summary, _, rest = (view.__doc__ or "").partition("\n")
            declared = Endpoint(
                method=method,
                path=path,
                name=view.__name__,
                summary=summary.strip().rstrip("."),
                description="\n".join(line.strip() for line in rest.strip().splitlines()),
                scope=scope,
                body=body,
                media=media,
                body_needed=body_needed,
                query=query,
                reply=reply,
                answers=answers,
                statuses=statuses,
                refusals=refusals,
                keyed=keyed,
                matched=matched,
            )
            self.endpoints.append(declared)

            @wraps(view)
            def served(**named: str) -> AnyResponse:
                return _serve(declared, view, named)

            self.blueprint.add_url_rule(path, view.__name__, served, methods=[method])
            return view

        return declare


def _serve(endpoint: Endpoint, view: View, named: dict[str, str]) -> AnyResponse:
    caller = None if endpoint.scope is None else _caller(endpoint.scope)
    rates.count(caller.client_id if caller else f"public:{request.remote_addr}")
    if not all(_NUMBER.fullmatch(value) for value in named.values()):
        raise NotFound("not-found", vi="Không có số nào như vậy.", en="There is no such number.")
    query = _query(endpoint.query)
    body = _body(endpoint)
    key = keys.read(request.headers.get("Idempotency-Key")) if endpoint.keyed and caller else None
    with wiring().work(*(caller.actor, caller.world_id) if caller else (_ANYBODY, LIVE)) as unit:
        if key is not None and caller:
            kept = keys.kept_reply(unit, caller.client_id, key, _digest())
            if kept is not None:
                return _response(kept.status, kept.body, {**kept.headers, "Idempotent-Replayed": "true"})
        answer = view(Call(unit=unit, known=caller, body=body, query=query), **named)
        text = answer.body if isinstance(answer.body, str) else answer.body.model_dump_json()
        headers = dict(answer.headers)
        if key is not None and caller:
            headers |= keys.keep(unit, caller.client_id, key, _digest(), keys.Reply(answer.status, text, headers))
    return _response(answer.status, text, headers, endpoint.answers)


def _caller(scope: str) -> Caller:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    caller = None
    if kind.lower() == "bearer" and token.strip():
        with wiring().work("job:authentication") as unit:
            caller = accounts.bearer(unit, token.strip())
    if caller is None:
        raise Problem(
            401,
            "token-needed",
            vi="Cần mã truy cập còn hạn: lấy ở POST /oauth/token rồi gửi trong tiêu đề Authorization: Bearer.",
            en="A bearer token in force is needed: get one at POST /oauth/token and send it as Authorization: Bearer.",
            headers={"WWW-Authenticate": _challenge(token)},
        )
    if scope not in caller.scopes:
        raise Problem(
            403,
            "scope-missing",
            vi=f"Mã truy cập này không có quyền {scope}.",
            en=f"This token does not have the scope {scope}.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
            facts={"scope": scope},
        )
    return caller


def _challenge(token: str) -> str:
    # RFC 6750 section 3.1: no error code for a request that brought no token at all.
    return 'Bearer realm="api", error="invalid_token"' if token else 'Bearer realm="api"'


def _query(model: type[BaseModel]) -> BaseModel:
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as wrong:
        raise problems.invalid(wrong) from None


def _body(endpoint: Endpoint) -> object:
    """The body as its model, or as the bytes sent where the media type is not JSON."""
    if endpoint.body is None:
        return None
    sent = request.get_data(cache=True)
    if not sent.strip() and not endpoint.body_needed:
        return endpoint.body()
    if request.mimetype not in endpoint.media:
        wanted = ", ".join(endpoint.media)
        raise Problem(
            415,
            "unsupported-media-type",
            vi=f"Gửi nội dung với Content-Type: {wanted}.",
            en=f"Send the content as Content-Type: {wanted}.",
            headers={"Accept-Post": wanted} if endpoint.method == "POST" else {},
        )
    if endpoint.media != JSON:
        return sent
    return read_json(endpoint.body, sent)


def read_json(model: type[BaseModel], sent: bytes) -> BaseModel:
    """Read JSON into a model. Raises Problem: 400 for what is no JSON, 422 for what is wrong in it."""
    try:
        # RFC 8259 section 8.1: Windows' editors begin a file with a mark that is no part of the JSON.
        return model.model_validate_json(sent.removeprefix(BOM_UTF8))
    except ValidationError as wrong:
        if any(one["type"] == "json_invalid" for one in wrong.errors(include_url=False, include_input=False)):
            raise Problem(
                400,
                "json-malformed",
                vi="Nội dung gửi lên không phải JSON đúng dạng (UTF-8). Hãy kiểm tra dấu ngoặc, dấu phẩy rồi gửi lại.",
                en="What was sent is not well-formed JSON in UTF-8. Check brackets and commas, then send it again.",
            ) from None
        raise problems.invalid(wrong) from None


def _digest() -> bytes:
    """What makes two requests the same."""
    head = f"{request.method} {request.full_path}\0{request.mimetype}\0".encode()
    return hashlib.sha256(head + request.get_data(cache=True)).digest()


def _response(status: int, text: str, headers: Mapping[str, str], media: str = "application/json") -> AnyResponse:
    response = Response(text, status, content_type=media)
    response.headers.update(headers)
    response.headers["Cache-Control"] = "no-store"
    if request.method in ("GET", "HEAD"):
        response.headers["ETag"] = etag(text)
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)
    return response


def etag(text: str) -> str:
    """The strong ETag of a representation."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def need_match(present: BaseModel) -> None:
    """Let a change pass only when the caller has seen what is there now (contracts C11)."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        raise Problem(
            428,
            "if-match-missing",
            vi="Gửi kèm tiêu đề If-Match với ETag của bản đã đọc, để không ghi đè thay đổi của người khác.",
            en="Send If-Match with the ETag of what you read, so that nobody's change is overwritten.",
        )
    tag = etag(present.model_dump_json())
    if wanted.strip() != "*" and tag not in [one.strip() for one in wanted.split(",")]:
        raise Problem(
            412,
            "if-match-stale",
            vi="Bưu gửi đã thay đổi từ lần đọc trước. Hãy đọc lại rồi gửi với ETag mới.",
            en="The item has changed since you read it. Read it again and send the new ETag.",
        )
