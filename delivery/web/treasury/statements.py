"""Statements of postage: drawn by the month, shown line by line, printed, exported."""

from datetime import date, timedelta
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid, NotFound
from delivery.money import billing
from delivery.paper.statements import statement as statement_pdf
from delivery.store.agencies import Agency
from delivery.store.queries.billing import (
    agencies_to_bill,
    invoice_of,
    statement_numbered,
    statements_of_month,
)
from delivery.store.work import Work
from delivery.web import money_papers as papers
from delivery.web.desk.acceptance import pdf
from delivery.web.forms import act_once
from delivery.web.treasury.blueprint import treasury, work
from delivery.web.wired import wiring

_SHOWN_LINES = 200


@treasury.get("/statements")
def statements() -> str:
    """A month's statements, and the agencies that still want one."""
    return _month(request.args.get("month", ""))


@treasury.get("/statements/draw")
def statements_draw() -> str:
    """What a statement would hold, before it is drawn."""
    return _preview(request.args.get("agency", ""), request.args.get("month", ""))


@treasury.post("/statements")
def statements_drawn() -> Response:
    """Draw one agency's statement of a month."""
    agency, month = request.form.get("agency", ""), request.form.get("month", "")

    def act(unit: Work) -> str:
        drawn = billing.draw(unit, agency_id=_agency(unit, agency).id, month=_read(month))
        flash(_("Đã lập bảng kê %(number)s.", number=drawn.number))
        return url_for("treasury.statements_one", number=drawn.number)

    return act_once(act, again=lambda: _month(month))


@treasury.get("/statements/<number>")
def statements_one(number: str) -> str:
    """One statement with its lines; the first of them where there are very many."""
    with work() as unit:
        found = statement_numbered(unit, number)
        return render_template(
            "treasury/statement.html",
            statement=found,
            invoice=invoice_of(unit, found),
            lines=billing.lines_of(unit, found),
            shown=_SHOWN_LINES,
            what=papers.what,
        )


@treasury.get("/statements/<number>.pdf")
def statements_pdf(number: str) -> Response:
    """The statement as PDF."""
    with work() as unit:
        found = statement_numbered(unit, number)
        return pdf(statement_pdf(papers.statement_of(unit, found, wiring().books)), number)


@treasury.get("/statements/<number>.csv")
def statements_csv(number: str) -> Response:
    """The statement's lines as CSV."""
    with work() as unit:
        lines = billing.lines_of(unit, statement_numbered(unit, number))
        return papers.downloaded(papers.statement_csv(lines), number)


def _month(given: str) -> str:
    with work() as unit:
        last = (unit.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        month = _read(given) if given else last
        return render_template(
            "treasury/statements.html",
            month=month,
            months=_months_back(last),
            over=month <= last,
            statements=statements_of_month(unit, month),
            waiting=agencies_to_bill(unit, month) if month <= last else [],
        )


def _preview(agency: str, month: str) -> str:
    with work() as unit:
        found = _agency(unit, agency)
        draft = billing.preview(unit, agency=found, month=_read(month))
        return render_template("treasury/statement_draft.html", agency=found, draft=draft)


def _months_back(last: date) -> list[date]:
    months = [last]
    while len(months) < 12:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _read(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid("month-unreadable", vi="Hãy chọn tháng.", en="Choose the month.", pointer="/month") from None


def _agency(unit: Work, given: str) -> Agency:
    try:
        found = unit.session.get(Agency, UUID(given))
    except ValueError:
        found = None
    if found is None:
        raise NotFound("agency-not-found", vi="Không có cơ quan này.", en="There is no such agency.")
    return found
