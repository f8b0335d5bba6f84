"""How often a client may call, told on each answer (contracts C10; IETF draft-ietf-httpapi-ratelimit-headers)."""

import time

from flask import Flask, Response, current_app, g
from flask_limiter import Limiter
from limits import RateLimitItemPerMinute

from delivery.settings import Settings
from delivery.web.problem_words import HTTP_WORDS
from delivery.web.problems import Problem

WINDOW_SECONDS = 60


def init_app(app: Flask, settings: Settings) -> None:
    """Install the limiter. Without a shared storage each process counts by itself and allows its share."""
    limiter = Limiter(_nobody, storage_uri=settings.rate_limit_storage)
    limiter.init_app(app)
    app.extensions["api_rates"] = limiter, RateLimitItemPerMinute(settings.requests_per_minute)
    app.after_request(_tell)


def count(key: str) -> None:
    """Count one call of `key`, a client or an address. Raises Problem 429 when it was one too many."""
    limiter, limit = current_app.extensions["api_rates"]
    allowed = limiter.limiter.hit(limit, "api", key)
    window = limiter.limiter.get_window_stats(limit, "api", key)
    seconds = max(1, round(window.reset_time - time.time()))
    g.rate_limit = (limit.amount, window.remaining, seconds)
    if not allowed:
        vi, en = HTTP_WORDS[429]
        raise Problem(429, "too-many-requests", vi=vi, en=en, headers={"Retry-After": str(seconds)})


def _nobody() -> str:
    return ""


def _tell(response: Response) -> Response:
    told = g.get("rate_limit")
    if told is not None:
        quota, remaining, seconds = told
        response.headers["RateLimit-Policy"] = f'"client";q={quota};w={WINDOW_SECONDS}'
        response.headers["RateLimit"] = f'"client";r={remaining};t={seconds}'
    return response
