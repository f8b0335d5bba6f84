"""Ask for an office's plan, watch it being made, see its routes."""

from datetime import date, timedelta
from uuid import UUID

from flask import g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from delivery import dispatch
from delivery.errors import Invalid
from delivery.rules.calendar import ONE_DAY
from delivery.store.queries import desk as read
from delivery.store.queries.desk_routes import plan_at
from delivery.store.queries.in_force import proposals_for
from delivery.store.queries.policies import working_calendar
from delivery.store.routes import PlanState
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once

_SHOWN = timedelta(days=7)
BUSY = (PlanState.REQUESTED, PlanState.SOLVING)


@desk.get("/plan")
def planning() -> str:
    """The form that asks for a plan, and the plans of the last days."""
    with work() as unit:
        plans = read.plans(unit, g.office.id, since=unit.today - _SHOWN)
        following = working_calendar(unit).on_or_after(unit.today + ONE_DAY)
        return render_template("desk/planning.html", plans=plans, today=unit.today, following=following)


@desk.post("/plan")
def request_plan() -> Response:
    """Owe the office a plan for a day; a worker makes it."""

    def act(unit: Work) -> str:
        plan = dispatch.request_plan(unit, office_id=g.office.id, day=_day(request.form.get("day", "")))
        return url_for("desk.plan", plan_id=plan.id)

    return act_once(act, again=planning)


@desk.get("/plans/<uuid:plan_id>")
def plan(plan_id: UUID) -> str | Response:
    """A plan: how far it is, or its routes. A proposal has a page of its own."""
    with work() as unit:
        found = plan_at(unit, g.office.id, plan_id)
        if found.replans is not None:
            return redirect(url_for("desk.proposal", plan_id=found.id))
        return render_template(
            "desk/plan.html",
            plan=found,
            busy=found.state in BUSY,
            today=unit.today,
            proposals=proposals_for(unit, found.id),
        )


@desk.get("/plans/<uuid:plan_id>.json")
def plan_progress(plan_id: UUID) -> Response:
    """The same for programs and for the page that waits."""
    with work() as unit:
        found = plan_at(unit, g.office.id, plan_id)
        routes = [
            {
                "id": str(route.id),
                "courier": route.courier.staff.display_name,
                "stops": len(route.stops),
                "metres": route.metres,
            }
            for route in found.routes
        ]
        return jsonify(
            state=found.state,
            progress=found.progress,
            trouble=found.trouble,
            routes=routes,
            unplanned=found.unplanned,
            roads=found.roads,
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "day-unreadable", vi="Hãy chọn một ngày.", en="Choose a day (YYYY-MM-DD).", pointer="/day"
        ) from None
