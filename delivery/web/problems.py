"""Every error as an answer: RFC 9457 for programs, a page for people. The only place that knows HTTP statuses."""

import re
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, json, make_response, render_template, request
from flask_babel import get_locale
from pydantic import ValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from delivery.errors import Fact, Forbidden, Invalid, NotFound, Refused, Trouble
from delivery.web.problem_words import HTTP_WORDS, NOT_STORABLE, TITLES, Words, words_of_validation
from delivery.web.wired import wiring
from delivery.wiring import Wiring

PROGRAMS = ("/api/", "/oauth/", "/.well-known/", "/hooks/", "/demo/")
"""Below these paths programs ask; everywhere else people do."""

_STATUS: Mapping[type[Trouble], int] = {NotFound: 404, Refused: 409, Forbidden: 403, Invalid: 422}
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
log = structlog.stdlib.get_logger("delivery.problems")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One wrong member of a request: its JSON pointer, a stable code, and a sentence."""

    pointer: str
    code: str
    words: Words


class Problem(Trouble):
    """A trouble of HTTP itself, with its status and the headers that go with it."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        vi: str,
        en: str,
        headers: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        super().__init__(code, vi=vi, en=en, facts=facts)
        self.status = status
        self.headers = dict(headers or {})
        self.faults = tuple(faults)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application."""
    app.register_error_handler(Exception, answer)
    app.add_url_rule("/problems/<code>", "problem", _explain)


def answer(error: Exception) -> AnyResponse:
    """The answer to anything that was raised while a request was served."""
    if isinstance(error, HTTPException) and (error.code is None or error.code < 400):
        return make_response(error.get_response())
    problem = as_problem(error)
    if problem.status >= 500 or isinstance(error, DataError):
        _log(error, problem)
    response = _document(problem) if for_programs() else _page(problem)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def as_problem(error: Exception) -> Problem:
    """What is told of an error; of an unexpected one, only that it happened."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Trouble):
        return _of_trouble(error)
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, DataError):
        # A NUL or a number beyond all range somewhere in what was sent: nothing of it can be stored.
        return Problem(400, "value-not-storable", vi=NOT_STORABLE.vi, en=NOT_STORABLE.en)
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        vi, en = HTTP_WORDS[503]
        return Problem(503, "database-unreachable", vi=vi, en=en, headers={"Retry-After": "5"})
    vi, en = HTTP_WORDS[500]
    return Problem(500, "unexpected", vi=vi, en=en)


def invalid(error: ValidationError, *, prefix: str = "") -> Problem:
    """A pydantic refusal: every wrong member with its pointer. Values are not repeated, since they may name people."""
    faults = [
        Fault(
            pointer=prefix + "".join(f"/{_escaped(part)}" for part in one["loc"]),
            code=one["type"].replace("_", "-"),
            words=words_of_validation(one["type"], one.get("ctx", {})),
        )
        for one in error.errors(include_url=False, include_input=False)
    ]
    count = len(faults)
    return Problem(
        422,
        "invalid-request",
        vi=f"Yêu cầu có {count} chỗ sai: xem errors để sửa từng chỗ rồi gửi lại.",
        en=f"The request has {count} wrong member{'s' if count != 1 else ''}: mend what errors names and send again.",
        faults=faults,
    )


def document(problem: Problem, language: str) -> dict[str, object]:
    """The problem as RFC 9457's members, with `code`, the facts and the `errors` beside them."""
    title = TITLES.get(problem.status, TITLES[400])
    told: dict[str, object] = {
        "type": f"{wiring().settings.public_url}/problems/{problem.code}",
        "title": title.in_language(language),
        "status": problem.status,
        "detail": problem.words(language),
        "code": problem.code,
    }
    told.update({name: value for name, value in problem.facts.items() if name not in told})
    if problem.faults:
        told["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.words.in_language(language)}
            for fault in problem.faults
        ]
    return told


def language() -> str:
    """The language of this answer: a program's Accept-Language, or what the person chose."""
    if for_programs():
        wished = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
        return next((one for one in wished if one in ("vi", "en")), "vi")
    return "en" if str(get_locale() or "vi") == "en" else "vi"


def for_programs() -> bool:
    """Whether a program asks: it gets a problem document, not a page."""
    return f"{request.path}/".startswith(PROGRAMS) or request.path.endswith(".json")


def _of_trouble(trouble: Trouble) -> Problem:
    status = next((status for kind, status in _STATUS.items() if isinstance(trouble, kind)), 400)
    faults: tuple[Fault, ...] = ()
    if isinstance(trouble, Invalid) and trouble.pointer:
        words = Words(vi=trouble.vi, en=trouble.en)
        faults = (Fault(pointer=trouble.pointer, code=trouble.code, words=words),)
    return Problem(status, trouble.code, vi=trouble.vi, en=trouble.en, facts=trouble.facts, faults=faults)


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    vi, en = HTTP_WORDS.get(status, HTTP_WORDS[400])
    kept = ("Allow", "Retry-After", "WWW-Authenticate")
    headers = {name: value for name, value in error.get_headers() if name in kept}
    code = error.name.lower().replace(" ", "-").replace("'", "")
    return Problem(status, code if _CODE.fullmatch(code) else "bad-request", vi=vi, en=en, headers=headers)


def _document(problem: Problem) -> AnyResponse:
    spoken = language()
    response = Response(json.dumps(document(problem, spoken)), problem.status, content_type="application/problem+json")
    response.headers["Content-Language"] = spoken
    response.headers["Vary"] = "Accept-Language"
    return response


def _page(problem: Problem) -> AnyResponse:
    title = TITLES.get(problem.status, TITLES[400])
    page = render_template(
        "message.html",
        heading=title.in_language(language()),
        sentence=problem.words(language()),
        # Browsers send us no referrer (contracts C31): who knows the visitor says where they begin.
        back=_way_back() or g.get("way_back"),
        reference=g.get("request_id"),
    )
    return Response(page, problem.status)


def _way_back() -> str | None:
    """The path of the page that led here, when it is ours."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return None
    return before.path if before.netloc == request.host and before.path.startswith("/") else None


def _explain(code: str) -> AnyResponse:
    if not _CODE.fullmatch(code) or len(code) > 80:
        raise NotFound("problem-unknown", vi="Không có mã lỗi này.", en="There is no such problem code.")
    words = Words(
        vi="Đây là mã của một yêu cầu chưa thực hiện được. Mục detail trong trả lời cho biết điều gì đã xảy ra và cần "
        "làm gì; mục errors, nếu có, chỉ ra từng chỗ cần sửa. Mã này không bao giờ đổi nghĩa.",
        en="This is the code of a request that could not be carried out. The answer's detail says what happened and "
        "what to do; its errors, where there are any, name each place to mend. The code never changes its meaning.",
    )
    return make_response(
        render_template("message.html", heading=code, sentence=words.in_language(language()), back="/")
    )


def _escaped(part: int | str) -> str:
    """A member's name inside a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _log(error: Exception, problem: Problem) -> None:
    # Kinds and places only: messages of errors may repeat parameters, and parameters name people.
    frames = [f"{Path(f.filename).name}:{f.lineno}:{f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
    cause = error.__cause__ or error.__context__
    log.error(
        "request.failed",
        code=problem.code,
        status=problem.status,
        kind=type(error).__name__,
        cause=type(cause).__name__ if cause else None,
        method=request.method,
        rule=str(request.url_rule) if request.url_rule else None,
        request_id=g.get("request_id"),
        frames=frames,
    )
