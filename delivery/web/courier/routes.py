"""The courier's day: today's routes, one route in order, the bundle taken."""

from uuid import UUID

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from delivery import attempts
from delivery.money.shifts import in_hand
from delivery.store.queries.courier import left_open, routes_on
from delivery.store.work import Work
from delivery.web.courier import telling
from delivery.web.courier.blueprint import courier, work
from delivery.web.courier.reading import sheet_of, whole_route
from delivery.web.forms import act_once


@courier.get("/")
def today() -> str:
    """Today's one route, or the list when there are several or none."""
    with work() as unit:
        sheets = [sheet_of(unit, route) for route in routes_on(unit, g.courier.id, unit.today)]
        earlier = left_open(unit, g.courier.id, unit.today)
        carried = in_hand(unit, courier_id=g.courier.id)
        if len(sheets) == 1:
            return render_template("courier/route.html", sheet=sheets[0], earlier=earlier, carried=carried)
        return render_template("courier/today.html", sheets=sheets, earlier=earlier, day=unit.today, carried=carried)


@courier.get("/routes/<uuid:route_id>")
def route(route_id: UUID) -> str:
    """A route: the next stop, then those that follow, then those that are done."""
    with work() as unit:
        return render_template("courier/route.html", sheet=whole_route(unit, route_id, g.courier.id), earlier=())


@courier.post("/routes/<uuid:route_id>/take")
def take(route_id: UUID) -> Response:
    """The courier has the bundle in hand: its items go out."""

    def act(unit: Work) -> str:
        taken = attempts.take(unit, route_id=route_id, courier_id=g.courier.id)
        flash(telling.of_taking(taken))
        return url_for("courier.route", route_id=route_id)

    return act_once(act, again=lambda: route(route_id))
