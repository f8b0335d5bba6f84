"""The agencies' programs: JSON over OAuth 2."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprints."""
