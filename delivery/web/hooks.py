"""What providers report: message statuses, inbound messages."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application."""
