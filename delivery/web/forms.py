"""Forms that act once: each carries a one-time report id, kept in the transaction of what it did (contracts C6)."""

from collections.abc import Callable
from uuid import UUID

from flask import g, redirect, request, session
from sqlalchemy.dialects.postgresql import insert
from werkzeug.wrappers import Response

from delivery.errors import Invalid, Refused, Trouble
from delivery.store.staff import ReportId
from delivery.store.work import Work
from delivery.web.problems import as_problem
from delivery.web.wired import wiring


def report_id() -> UUID:
    """The id that the page gave this form."""
    try:
        return UUID(request.form.get("report_id", ""))
    except ValueError:
        raise Invalid(
            "report-id-missing",
            vi="Biểu mẫu thiếu mã gửi. Hãy tải lại trang rồi gửi lại.",
            en="The form lacks its report id. Reload the page and send it again.",
            pointer="/report_id",
        ) from None


def once(unit: Work, report: UUID, act: Callable[[], str]) -> str:
    """Run `act`, which gives the address to go to next; a report sent again gives the same address without acting.

    Two copies sent at the same instant wait for each other on the insert, so that one of them acts.
    """
    fresh = unit.session.scalar(
        insert(ReportId)
        .values(id=report, actor=unit.actor, outcome="", used_at=unit.clock.real())
        .on_conflict_do_nothing()
        .returning(ReportId.id)
    )
    row = unit.session.get_one(ReportId, report)
    if fresh is not None:
        row.outcome = act()
    elif row.actor != unit.actor:
        raise Refused(
            "report-id-taken",
            vi="Mã gửi của biểu mẫu đã được người khác dùng. Hãy tải lại trang rồi gửi lại.",
            en="Somebody else has used this form's report id. Reload the page and send it again.",
        )
    return row.outcome


def act_once(act: Callable[[Work], str], *, again: Callable[[], str | Response] | None = None) -> Response:
    """Act for the signed-in person in one unit of work, then send the browser to the address that `act` gives.

    When `act` is refused, everything is rolled back and `again` shows the page anew with `g.trouble` in its place;
    without `again` the error becomes a page of its own.
    """
    try:
        report = report_id()
        with wiring().work(f"staff:{g.staff.id}") as unit:
            where = once(unit, report, lambda: act(unit))
    except Exception as trouble:
        # What was rolled back must not be announced as done on the next page.
        session.pop("_flashes", None)
        if again is None or not isinstance(trouble, Refused | Invalid):
            raise
        return shown_again(trouble, again)
    return redirect(where, 303)


def shown_again(trouble: Trouble, again: Callable[[], str | Response]) -> Response:
    """The page once more, with what went wrong at its top and what was typed still in its fields."""
    g.trouble = trouble
    shown = again()
    response = shown if isinstance(shown, Response) else Response(shown, mimetype="text/html")
    response.status_code = as_problem(trouble).status
    return response
