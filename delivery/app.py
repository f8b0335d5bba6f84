"""Builds the Flask application of the trunk and lets its guests in."""

from collections.abc import Callable, Sequence

from flask import Flask

from delivery.cli import commands
from delivery.clock import Clock
from delivery.settings import Settings
from delivery.web import agency_api, auth, courier, desk, health, hooks, hooks_bank, problems, security, treasury
from delivery.wiring import Wiring, wire

Guest = Callable[[Flask, Wiring], None]
# A batch of 10,000 rows at 2 kB each; nothing that people send comes near.
LARGEST_BODY = 24 * 1024 * 1024


def create_app(settings: Settings, *, guests: Sequence[Guest] = (), clock: Clock | None = None) -> Flask:
    """The application. Guests (tracking) register themselves after the trunk; `clock` is for tests."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-form",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
    )
    wiring = wire(settings, clock=clock)
    app.extensions["wiring"] = wiring
    for part in (problems, security, auth, health, hooks, hooks_bank, agency_api, desk, treasury, courier, commands):
        part.init_app(app, wiring)
    for guest in guests:
        guest(app, wiring)
    return app
