"""A citizen asks for a VietQR code and pays before the visit; nobody has to."""

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid, NotFound, Refused
from delivery.money import asking
from delivery.store.queries.items import locked
from delivery.store.queries.reports import once, report_named
from delivery.store.work import Work
from tracking import sessions
from tracking.blueprint import window
from tracking.showing import page_of, paying_shown


@window.post("/theo-doi/<name>/vietqr")
def ask_code(name: str) -> Response:
    """Ask for the code of what is due; the item's page then shows it."""
    reached = sessions.reach(name)

    def act(unit: Work) -> str:
        asking.ask(unit, locked(unit, reached.item_id))
        return ""

    try:
        report = report_named(request.form.get("report_id", ""))
        with sessions.wiring().work(reached.actor, reached.world_id) as unit:
            once(unit, report, lambda: act(unit))
    except (Refused, Invalid) as trouble:
        g.trouble = trouble
        status = 409 if isinstance(trouble, Refused) else 422
        return Response(page_of(name, reached), status, mimetype="text/html")
    return redirect(url_for("tracking.item", name=name, _anchor="tra-truoc"), 303)


@window.get("/theo-doi/<name>/vietqr")
def back_from_code(name: str) -> Response:
    """Whoever asks for a form's answer again is led to the item."""
    return redirect(url_for("tracking.item", name=name), 303)


@window.get("/theo-doi/<name>/vietqr.svg")
def code(name: str) -> Response:
    """The code that this session asked for, as a picture; it shows what is due and to whom, and never to others."""
    found = paying_shown(sessions.reach(name)).code
    if found is None:
        raise NotFound(
            "no-code",
            vi="Không có mã chuyển khoản nào đang chờ cho bưu gửi này. Hãy mở lại trang của bưu gửi.",
            en="No transfer is waited for with this item. Please open the item's page again.",
        )
    return Response(found.picture(_("Mã VietQR của bưu gửi %(number)s", number=found.number)), mimetype="image/svg+xml")
