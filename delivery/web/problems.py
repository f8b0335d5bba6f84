"""Every error as an answer: RFC 9457 for programs, a page for people."""

from flask import Flask

from delivery.wiring import Wiring


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application."""
