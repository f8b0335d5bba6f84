"""Re-planning while couriers are under way: ask for a proposal, see it beside the plan in force, agree or leave it."""

from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import dispatch
from delivery.store.queries.desk_routes import plan_at
from delivery.store.routes import PlanState
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, work
from delivery.web.desk.drawing import drawn
from delivery.web.desk.plans import BUSY, plan
from delivery.web.forms import act_once
from delivery.web.showing import VIETNAMESE, language
from routing import whatif


@desk.app_template_filter()
def signed_minutes(seconds: int) -> str:
    """Seconds as minutes with a sign: +6, −3, +0,4."""
    told = whatif.signed_minutes(seconds)
    return told.replace(".", ",") if language() == VIETNAMESE else told


@desk.post("/plans/<uuid:plan_id>/replan")
def replan(plan_id: UUID) -> Response:
    """Owe a proposal to the plan in force; a worker makes it."""

    def act(unit: Work) -> str:
        found = plan_at(unit, g.office.id, plan_id)
        insert_only = request.form.get("how") != "all"
        proposed = dispatch.request_replan(unit, office_id=g.office.id, day=found.day, insert_only=insert_only)
        return url_for("desk.proposal", plan_id=proposed.id)

    return act_once(act, again=lambda: plan(plan_id))


@desk.get("/proposals/<uuid:plan_id>")
def proposal(plan_id: UUID) -> str:
    """A proposal: how far it is, or what it would change now."""
    with work() as unit:
        found = dispatch.proposal_at(unit, g.office.id, plan_id)
        if found.state is not PlanState.READY:
            return render_template("desk/proposal.html", plan=found, busy=found.state in BUSY, offer=None)
        offer = dispatch.offered(unit, found)
        return render_template(
            "desk/proposal.html",
            plan=found,
            busy=False,
            offer=offer,
            before=drawn(offer.day, offer.day.plan),
            after=drawn(offer.day, offer.after),
        )


@desk.post("/proposals/<uuid:plan_id>/accept")
def accept_proposal(plan_id: UUID) -> Response:
    """Drive by the proposal from now on."""

    def act(unit: Work) -> str:
        changed = dispatch.accept_proposal(unit, office_id=g.office.id, proposal_id=plan_id)
        flash(_("Đã đổi tuyến. Bưu tá đang đi phát thấy thứ tự mới khi mở lại trang tuyến."))
        return url_for("desk.plan", plan_id=changed.id)

    return act_once(act, again=lambda: proposal(plan_id))


@desk.post("/proposals/<uuid:plan_id>/discard")
def discard_proposal(plan_id: UUID) -> Response:
    """Leave everything as it is."""

    def act(unit: Work) -> str:
        left = dispatch.discard_proposal(unit, office_id=g.office.id, proposal_id=plan_id)
        flash(_("Đã bỏ đề xuất. Các tuyến giữ nguyên."))
        return url_for("desk.plan", plan_id=left.replans)

    return act_once(act, again=lambda: proposal(plan_id))
