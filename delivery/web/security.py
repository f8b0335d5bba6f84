"""Headers, forgery protection, request ids and logs for every page."""

import logging
import re
import time
import traceback
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from delivery.errors import Invalid
from delivery.web import logs
from delivery.wiring import Wiring

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}
WITHOUT_FORMS = ("/api/", "/oauth/", "/hooks/", "/demo/")
"""Programs, not browsers: they authenticate each request by itself, so no page can forge one."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_log = structlog.stdlib.get_logger("delivery.requests")


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application, before any blueprint's own checks."""
    logs.to_stderr()
    # A page that sends no Referer cannot be checked by it, and a courier's form may stay open all day.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf = CSRFProtect(app)

    def begin() -> None:
        g.began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def check_form() -> None:
        if not app.config["WTF_CSRF_ENABLED"] or request.endpoint is None or request.path.startswith(WITHOUT_FORMS):
            return
        try:
            csrf.protect()
        except CSRFError:
            raise Invalid(
                "form-expired",
                vi="Biểu mẫu này đã hết hạn hoặc không do trang này mở. Tải lại trang rồi gửi lại.",
                en="This form has expired or was not opened by this page. Reload the page and send it again.",
            ) from None

    app.before_request(begin)
    app.before_request(check_form)
    app.after_request(_finish)
    # Flask's own line would quote the path, and with it a citizen's token.
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-ID"] = g.get("request_id", "")
    took = time.perf_counter() - g.get("began", time.perf_counter())
    _log.info("request", method=request.method, route=_route(), status=response.status_code, ms=round(took * 1000, 1))
    return response


def _route() -> str:
    """The rule and never the path: a path may hold a token, a query a phone."""
    return request.url_rule.rule if request.url_rule else "-"


def _log_exception(exc_info: object) -> None:
    """Where it broke and what kind of error, without its words: those may quote somebody's data."""
    if not isinstance(exc_info, tuple) or exc_info[1] is None:
        return
    frames = traceback.extract_tb(exc_info[2])[-12:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    logging.getLogger("delivery.errors").error(
        "unexpected %s in %s %s", type(exc_info[1]).__name__, request.method, _route(), extra={"where": where}
    )
