"""Couriers: today's route on a phone."""

from flask import Flask

from delivery.web.courier import cash, routes, stops, tempo, transfer
from delivery.web.courier.blueprint import courier
from delivery.wiring import Wiring

# Each module puts its views onto the one blueprint.
SUBJECTS = (cash, routes, stops, tempo, transfer)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprint."""
    app.register_blueprint(courier)
