"""A route changed by hand: a stop pinned to its place, or moved after its price was shown, and moved back."""

from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import dispatch
from delivery.errors import Invalid
from delivery.store.queries.in_force import stop_at
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, work
from delivery.web.desk.routes import route
from delivery.web.forms import act_once

_MOST_DIGITS = 4


@desk.post("/stops/<uuid:stop_id>/pin")
def pin(stop_id: UUID) -> Response:
    """Keep a stop where it is in every change to come, or let it go."""

    def act(unit: Work) -> str:
        pinned = request.form.get("pinned") == "1"
        stop = dispatch.pin(unit, office_id=g.office.id, stop_id=stop_id, pinned=pinned)
        flash(_("Đã ghim: điểm này và các điểm trước nó giữ nguyên thứ tự.") if pinned else _("Đã bỏ ghim."))
        return url_for("desk.route", route_id=stop.route_id, _anchor=f"stop-{stop.id}")

    return act_once(act)


@desk.get("/stops/<uuid:stop_id>/move")
def moving(stop_id: UUID) -> str:
    """What moving the stop would cost, before it is done."""
    with work() as unit:
        told = dispatch.what_if(
            unit,
            office_id=g.office.id,
            stop_id=stop_id,
            courier=request.values.get("courier", ""),
            position=_position(),
        )
        return render_template("desk/move.html", told=told, stop_id=stop_id, route_id=told.day.routes[told.home[0]])


@desk.post("/stops/<uuid:stop_id>/move")
def move(stop_id: UUID) -> Response:
    """Move it, and offer to put it back."""

    def act(unit: Work) -> str:
        courier, position = request.form.get("courier", ""), _position()
        done = dispatch.move(unit, office_id=g.office.id, stop_id=stop_id, courier=courier, position=position)
        flash(_("Đã chuyển điểm."))
        if request.form.get("undoing"):
            return url_for("desk.route", route_id=done.route_id)
        to, at = done.home
        return url_for("desk.route", route_id=done.route_id, undo=done.stop_id, to=to, at=at)

    return act_once(act, again=lambda: _shown_after_all(stop_id))


def _shown_after_all(stop_id: UUID) -> str:
    """The price once more when the stop can still be found on a route; it may be an undo that came too late."""
    if request.form.get("undoing"):
        with work() as unit:
            route_id = stop_at(unit, g.office.id, stop_id).route_id
        return route(route_id)
    return moving(stop_id)


def _position() -> int | None:
    typed = request.values.get("position", "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS):
        raise Invalid(
            "position-unreadable",
            vi=f"“{typed}” không phải là một thứ tự trong tuyến.",
            en=f"“{typed}” is not a place in a route.",
            pointer="/position",
        )
    return int(typed)
