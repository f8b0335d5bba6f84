"""Couriers: today's route on a phone."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprints."""
