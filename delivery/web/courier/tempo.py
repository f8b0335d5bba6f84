"""The courier's own times: the one place where somebody sees them, and only about themselves."""

from datetime import timedelta

from flask import g, render_template

from delivery.learning import LEAST_DAYS
from delivery.store.offices import Office
from delivery.store.queries.learned import driven_days, newest_of
from delivery.web.courier.blueprint import courier, work
from delivery.web.driven import drawn

_SHOWN = timedelta(days=28)


@courier.get("/tempo")
def tempo() -> str:
    """The courier's last four weeks against the plan, and what plans take from them."""
    with work() as unit:
        days = driven_days(unit, since=unit.today - _SHOWN, courier_id=g.courier.id)
        return render_template(
            "courier/tempo.html",
            days=days[::-1],
            chart=drawn(days),
            own=newest_of(unit, courier_id=g.courier.id),
            place=newest_of(unit, commune_id=unit.session.get_one(Office, g.courier.office_id).commune_id),
            least=LEAST_DAYS,
        )
