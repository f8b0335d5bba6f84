"""Post-office staff: the dispatch desk."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprints."""
