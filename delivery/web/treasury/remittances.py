"""Remittances: agencies' fees listed, transferred by one person and recorded by another, printed, exported."""

from datetime import date
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.money import remitting
from delivery.paper.remittances import remittance as remittance_pdf
from delivery.store.queries.fees import latest_remittances, ready_fees, remittance_numbered
from delivery.store.work import Work
from delivery.web import money_papers as papers
from delivery.web.desk.acceptance import pdf
from delivery.web.forms import act_once
from delivery.web.treasury.blueprint import treasury, work

_SHOWN = 100
_SHOWN_LINES = 200


@treasury.get("/remittances")
def remittances() -> str:
    """Where each agency's fees are, and the latest lists, open ones first."""
    with work() as unit:
        return render_template(
            "treasury/remittances.html",
            owed=remitting.owed(unit),
            remittances=latest_remittances(unit, agency_id=None, limit=_SHOWN),
            state_of=remitting.state_of,
            today=unit.today,
        )


@treasury.get("/remittances/draw")
def remittances_draw() -> str:
    """What a list up to a day would hold, before it is drawn."""
    return _preview(request.args.get("agency", ""), request.args.get("through", ""))


@treasury.post("/remittances")
def remittances_drawn() -> Response:
    """List an agency's fees up to a day."""
    agency, through = request.form.get("agency", ""), request.form.get("through", "")

    def act(unit: Work) -> str:
        drawn = remitting.draw(unit, agency_id=_id(agency), through=_day(through, unit.today))
        flash(_("Đã lập bảng kê %(number)s.", number=drawn.number))
        return url_for("treasury.remittances_one", number=drawn.number)

    return act_once(act, again=remittances)


@treasury.get("/remittances/<number>")
def remittances_one(number: str) -> str:
    """One list with its lines, and what can be done with it."""
    with work() as unit:
        found = remittance_numbered(unit, number)
        return render_template(
            "treasury/remittance.html",
            remittance=found,
            state=remitting.state_of(found),
            lines=remitting.lines_of(unit, found),
            shown=_SHOWN_LINES,
            own=found.made_by == f"staff:{g.staff.id}",
        )


@treasury.post("/remittances/<number>/paid")
def remittances_paid(number: str) -> Response:
    """Record the bank's transfer."""

    def act(unit: Work) -> str:
        remitting.record_paid(unit, number=number, bank_reference=request.form.get("bank_reference", ""))
        flash(_("Đã ghi nhận chuyển trả bảng kê %(number)s.", number=number))
        return url_for("treasury.remittances_one", number=number)

    return act_once(act, again=lambda: remittances_one(number))


@treasury.post("/remittances/<number>/cancel")
def remittances_cancel(number: str) -> Response:
    """Give the list up."""

    def act(unit: Work) -> str:
        remitting.cancel(unit, number=number)
        flash(_("Đã hủy bảng kê %(number)s: các khoản lệ phí chờ bảng kê khác.", number=number))
        return url_for("treasury.remittances_one", number=number)

    return act_once(act, again=lambda: remittances_one(number))


@treasury.get("/remittances/<number>.pdf")
def remittances_pdf(number: str) -> Response:
    """The list as PDF."""
    with work() as unit:
        return pdf(remittance_pdf(papers.remittance_of(unit, remittance_numbered(unit, number))), number)


@treasury.get("/remittances/<number>.csv")
def remittances_csv(number: str) -> Response:
    """The list's lines as CSV."""
    with work() as unit:
        lines = remitting.lines_of(unit, remittance_numbered(unit, number))
        return papers.downloaded(papers.remittance_csv(lines), number)


def _preview(agency: str, given: str) -> str:
    with work() as unit:
        through, agency_id = _day(given, unit.today), _id(agency)
        return render_template(
            "treasury/remittance_draft.html",
            owed=next((one for one in remitting.owed(unit) if one.agency.id == agency_id), None),
            through=through,
            today=unit.today,
            fees=ready_fees(unit, agency_id, through),
        )


def _day(given: str, today: date) -> date:
    try:
        return date.fromisoformat(given) if given else today
    except ValueError:
        raise Invalid("day-unreadable", vi="Hãy chọn ngày.", en="Choose the day.", pointer="/through") from None


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Invalid("agency-unreadable", vi="Hãy chọn cơ quan.", en="Choose the agency.", pointer="/agency") from None
