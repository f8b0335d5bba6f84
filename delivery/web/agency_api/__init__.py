"""The agencies' programs: JSON over OAuth 2."""

from flask import Flask

from delivery.web.agency_api import batch, docs, events, items, money, rates, returns, tariffs, tokens
from delivery.wiring import Wiring

__all__ = ["batch", "events", "init_app", "money", "returns", "tariffs"]


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprints."""
    rates.init_app(app, wiring.settings)
    for blueprint in (tokens.blueprint, items.blueprint, docs.blueprint):
        app.register_blueprint(blueprint)
