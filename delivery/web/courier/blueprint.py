"""The couriers' blueprint: who may open it, and which courier asks."""

from contextlib import AbstractContextManager

from flask import Blueprint, g

from delivery.rules.phones import masked
from delivery.store.queries.courier import courier_of
from delivery.store.staff import Role
from delivery.store.work import Work
from delivery.web.auth import required
from delivery.web.wired import wiring

courier = Blueprint("courier", __name__, url_prefix="/courier")
courier.before_request(required(Role.COURIER))
courier.add_app_template_filter(masked, "masked_phone")


@courier.before_request
def who_carries() -> None:
    """Put the courier into `g.courier`: everything below is read as theirs or not at all."""
    with work() as unit:
        g.courier = courier_of(unit, g.staff.id)


def work() -> AbstractContextManager[Work]:
    """A unit of work of the courier at the phone."""
    return wiring().work(f"staff:{g.staff.id}")
