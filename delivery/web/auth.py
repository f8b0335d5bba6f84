"""Who is signed in: staff sessions and roles."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application."""
