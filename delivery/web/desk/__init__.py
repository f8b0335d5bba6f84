"""Post-office staff: the dispatch desk."""

from flask import Flask

from delivery.web.desk import (
    acceptance,
    bags,
    cash,
    changes,
    claims,
    contacts,
    count,
    counter,
    doubtful,
    incidents,
    item,
    learning,
    letters,
    overview,
    plans,
    receipts,
    replans,
    repricing,
    returns,
    review,
    routes,
    vendor,
    vietqr,
)
from delivery.web.desk.blueprint import desk
from delivery.wiring import Wiring

# Each module puts its views onto the one blueprint.
SUBJECTS = (
    acceptance,
    bags,
    cash,
    changes,
    claims,
    contacts,
    count,
    counter,
    doubtful,
    incidents,
    item,
    learning,
    letters,
    overview,
    plans,
    receipts,
    replans,
    repricing,
    returns,
    review,
    routes,
    vietqr,
)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Register the blueprints."""
    app.register_blueprint(desk)
    app.register_blueprint(vendor.vendor)
