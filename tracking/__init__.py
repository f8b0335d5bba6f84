"""The citizens' window onto the trunk: where is my item, what must I do, what may I choose."""

from flask import Flask

from delivery.wiring import Wiring
from tracking import calculator, choosing, codes, open_data, pages
from tracking.blueprint import window
from tracking.showing import in_language

__all__ = ["calculator", "choosing", "codes", "init_app", "open_data", "pages"]


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the citizens' pages."""
    app.jinja_env.filters["in_language"] = in_language
    app.register_blueprint(window)
