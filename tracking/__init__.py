"""The citizens' window onto the trunk: what happens to my item, what must I do, what may I choose."""

from flask import Flask

from delivery.wiring import Wiring
from tracking.choosing import choosing
from tracking.pages import pages
from tracking.showing import in_language


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the citizens' pages."""
    app.jinja_env.filters["in_language"] = in_language
    app.register_blueprint(pages)
    app.register_blueprint(choosing)
