"""The forms of people who are signed in: each acts once, and a refusal shows its page again."""

from collections.abc import Callable

from flask import g, redirect, request, session
from werkzeug.wrappers import Response

from delivery.errors import Invalid, Refused, Trouble
from delivery.store.queries.reports import once, report_named
from delivery.store.work import Work
from delivery.web.problems import as_problem
from delivery.web.wired import wiring

_MOST_DIGITS = 12


def act_once(act: Callable[[Work], str], *, again: Callable[[], str | Response] | None = None) -> Response:
    """Act for the signed-in person in one unit of work, then send the browser to the address that `act` gives.

    When `act` is refused, everything is rolled back and `again` shows the page anew with `g.trouble` in its place;
    without `again` the error becomes a page of its own.
    """
    try:
        report = report_named(request.form.get("report_id", ""))
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


def whole_typed(name: str) -> int | None:
    """The whole number in the form's field `name`, dots between thousands allowed; None when it was left empty.

    Raises Invalid that points to the field.
    """
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    digits = typed.replace(".", "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise Invalid(
            "number-unreadable",
            vi=f"“{typed}” không phải là một số nguyên.",
            en=f"“{typed}” is not a whole number.",
            pointer=f"/{name}",
        )
    return int(digits)
