"""The head office's money desk: tariffs, the bank, statements, remittances, claims and the ledger."""

from flask import Flask

from delivery.web.treasury import bank, claims, ledger, remittances, statements, tariffs
from delivery.web.treasury.blueprint import treasury
from delivery.wiring import Wiring

# Each module puts its views onto the one blueprint.
SUBJECTS = (bank, claims, ledger, remittances, statements, tariffs)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprint."""
    app.register_blueprint(treasury)
