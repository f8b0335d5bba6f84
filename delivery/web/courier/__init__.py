"""Couriers: today's route on a phone."""

from flask import Flask

from delivery.web.courier import routes, stops, transfer
from delivery.web.courier.blueprint import courier
from delivery.wiring import Wiring

# Each module puts its views onto the one blueprint.
SUBJECTS = (routes, stops, transfer)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprint."""
    app.register_blueprint(courier)
