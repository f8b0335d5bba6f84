"""The cash in the courier's own hand, item by item."""

from flask import g, render_template

from delivery.money.shifts import in_hand
from delivery.web.courier.blueprint import courier, work


@courier.get("/cash")
def cash() -> str:
    """What was taken since the last close, and for which items: to be handed in at the office."""
    with work() as unit:
        return render_template("courier/cash.html", carried=in_hand(unit, courier_id=g.courier.id))
