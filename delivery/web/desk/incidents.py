"""Incidents: an envelope lost, stolen, damaged or its seal broken."""

from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import incidents as inquiries
from delivery.errors import Invalid
from delivery.rules.reasons import IncidentKind
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, numbers_in, work
from delivery.web.forms import act_once


@desk.get("/incidents")
def incidents() -> str:
    """The open inquiries, and the form to open one."""
    with work() as unit:
        found = inquiries.open_incidents(unit, office_id=g.office.id)
        return render_template("desk/incidents.html", incidents=found, kinds=IncidentKind)


@desk.post("/incidents")
def open_incident() -> Response:
    """Put an item under inquiry."""

    def act(unit: Work) -> str:
        number = _number(request.form.get("number", ""))
        kind = _kind(request.form.get("kind", ""))
        inquiries.open_incident(unit, number=number, office_id=g.office.id, kind=kind)
        flash(_("Đã mở xác minh sự cố cho bưu gửi %(number)s.", number=number))
        return url_for("desk.incidents")

    return act_once(act, again=incidents)


@desk.post("/incidents/<uuid:incident_id>/close")
def close_incident(incident_id: UUID) -> Response:
    """End an inquiry: the item goes on, goes back or is lost."""

    def act(unit: Work) -> str:
        outcome = _outcome(request.form.get("outcome", ""))
        inquiries.close_incident(unit, incident_id=incident_id, outcome=outcome, office_id=g.office.id)
        flash(_("Đã kết thúc xác minh."))
        return url_for("desk.incidents")

    return act_once(act, again=incidents)


def _number(text: str) -> str:
    numbers = numbers_in(text)
    if len(numbers) != 1:
        raise Invalid(
            "one-number",
            vi="Hãy ghi số của một bưu gửi, ví dụ RV000000014VN.",
            en="Write the number of one item, such as RV000000014VN.",
            pointer="/number",
        )
    return numbers[0]


def _kind(text: str) -> IncidentKind:
    try:
        return IncidentKind(text)
    except ValueError:
        raise Invalid(
            "incident-kind", vi="Hãy chọn loại sự cố.", en="Choose the kind of incident.", pointer="/kind"
        ) from None


def _outcome(text: str) -> inquiries.Outcome:
    try:
        return inquiries.Outcome(text)
    except ValueError:
        raise Invalid(
            "incident-outcome",
            vi="Hãy chọn kết quả xác minh.",
            en="Choose how the inquiry ended.",
            pointer="/outcome",
        ) from None
