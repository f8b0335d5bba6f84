"""The flask commands, and the scheduler process."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install the commands."""
