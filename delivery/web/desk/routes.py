"""One route: as a list, as a map, on paper, and back in the evening."""

from uuid import UUID

from flask import flash, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import attempts
from delivery.paper.lists import delivery_list
from delivery.store.queries.attempts import still_out
from delivery.store.queries.desk_routes import communes_around, route_at
from delivery.store.queries.in_force import courier_names
from delivery.store.routes import PlanState, Route
from delivery.store.work import Work
from delivery.vault import Reason
from delivery.web.desk.acceptance import pdf
from delivery.web.desk.blueprint import desk, numbers_in, work
from delivery.web.desk.papers import delivery_list_of
from delivery.web.desk.stops import stops_of
from delivery.web.forms import act_once


@desk.get("/routes/<uuid:route_id>")
def route(route_id: UUID) -> str:
    """A courier's stops in order, what is still out, and the evening scan."""
    with work() as unit:
        found = route_at(unit, g.office.id, route_id)
        return render_template(
            "desk/route.html",
            route=found,
            stops=stops_of(unit, found, reason=Reason.DELIVERY),
            out=still_out(unit, found),
            rows={stop.position: stop for stop in found.stops},
            couriers=courier_names(unit, g.office.id) if _may_change(found) else {},
        )


def _may_change(found: Route) -> bool:
    return found.plan.state is PlanState.READY and found.closed_at is None


@desk.get("/routes/<uuid:route_id>.json")
def route_points(route_id: UUID) -> Response:
    """The points of the map: office, stops in order, communes around. Names nobody."""
    with work() as unit:
        found = route_at(unit, g.office.id, route_id)
        stops = stops_of(unit, found, reason=Reason.PLAN)
        communes = communes_around(unit, g.office)
        return jsonify(
            office={"name": g.office.name, "lat": g.office.lat, "lon": g.office.lon},
            stops=[
                {
                    "position": s.position,
                    "kind": s.kind,
                    "lat": s.lat,
                    "lon": s.lon,
                    "items": len(s.lines),
                    "source": s.source,
                    "accuracy": s.accuracy_m,
                }
                for s in stops
            ],
            communes=[{"name": c.name, "lat": c.lat, "lon": c.lon} for c in communes],
        )


@desk.get("/routes/<uuid:route_id>/bd13.pdf")
def route_paper(route_id: UUID) -> Response:
    """The delivery list as PDF."""
    with work() as unit:
        found = route_at(unit, g.office.id, route_id)
        return pdf(delivery_list(delivery_list_of(unit, found, g.office)), f"bd13-{found.day}")


@desk.post("/routes/<uuid:route_id>/back")
def back(route_id: UUID) -> Response:
    """The evening scan of what the courier brings back."""

    def act(unit: Work) -> str:
        numbers = numbers_in(request.form.get("numbers", ""))
        brought = attempts.bring_back(unit, route_id=route_id, office_id=g.office.id, numbers=numbers)
        for note in _told(brought):
            flash(note)
        return url_for("desk.route", route_id=route_id)

    return act_once(act, again=lambda: route(route_id))


def _told(brought: attempts.BroughtBack) -> list[str]:
    notes = [_("Đã nhận lại: %(shelf)s lên kệ, %(held)s ra quầy.", shelf=len(brought.shelved), held=len(brought.held))]
    if brought.unexpected:
        shown = ", ".join(brought.unexpected)
        notes.append(_("Không phải của bưu tá này, xem lại từng bưu gửi: %(numbers)s.", numbers=shown))
    if brought.with_courier:
        notes.append(_("Bưu tá còn giữ %(n)s bưu gửi chưa quét.", n=len(brought.with_courier)))
    if brought.closed:
        notes.append(_("Tuyến đã đóng: không còn bưu gửi nào ở ngoài."))
    return notes
