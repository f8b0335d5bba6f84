"""The citizens' window onto the trunk."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the citizens' pages."""
