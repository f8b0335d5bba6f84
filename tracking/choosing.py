"""What a citizen chooses on the page of an item: plain forms, each acting once."""

from datetime import date
from re import compile as pattern
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import choices
from delivery.errors import Invalid, Refused
from delivery.rules.calendar import HalfDay
from delivery.store.queries.reports import once, report_named
from delivery.store.work import Work
from tracking import sessions
from tracking.blueprint import window
from tracking.showing import in_language, page_of
from tracking.words import of_half, plain_day

VIA = "page"
_IDENTITY = pattern(r"[0-9]{9}|[0-9]{12}")


@window.post("/theo-doi/<name>/chon")
def choose(name: str) -> Response:
    """Make the choice, say so on the item's page; what cannot be is said there too, and what was typed stays."""
    reached = sessions.reach(name)
    try:
        report = report_named(request.form.get("report_id", ""))
        with sessions.wiring().work(reached.actor, reached.world_id) as unit:
            confirmed = once(unit, report, lambda: _make(unit, reached.item_id))
    except (Refused, Invalid) as trouble:
        g.trouble = trouble
        status = 409 if isinstance(trouble, Refused) else 422
        return Response(page_of(name, reached), status, mimetype="text/html")
    flash(confirmed)
    return redirect(url_for("tracking.item", name=name), 303)


@window.get("/theo-doi/<name>/chon")
def back(name: str) -> Response:
    """Whoever asks for a form's answer again is led to the item."""
    return redirect(url_for("tracking.item", name=name), 303)


def _make(unit: Work, item_id: UUID) -> str:
    """Do what the form asks for; the sentence that confirms it."""
    match request.form.get("choice"):
        case "later" | "half_day":
            day, half = _day(), _half()
            choices.choose_later(unit, item_id, sessions.wiring().books, day=day, half_day=half, via=VIA)
            when = in_language(plain_day(day)) + in_language(of_half(half))
            return str(_("Đã ghi nhận: bưu tá sẽ đến %(when)s. Muốn đổi, hãy chọn lại bên dưới.", when=when))
        case "confirm":
            choices.confirm(unit, item_id, via=VIA)
            return str(_("Cảm ơn bạn đã xác nhận. Đổi ý, hãy chọn cách nhận khác bên dưới."))
        case "counter":
            choices.choose_counter(unit, item_id, via=VIA)
            return str(_("Đã ghi nhận: bạn nhận tại quầy. Đổi ý, hãy chọn một ngày phát bên dưới."))
        case "person":
            name, number = request.form.get("name", ""), _identity()
            choices.choose_person(unit, item_id, name=name, identity_number=number, via=VIA)
            return str(
                _("Đã ghi nhận người nhận thay. Người đó cần mang giấy tờ tùy thân. Muốn đổi, hãy nhập tên khác.")
            )
        case "address":
            choices.choose_address(unit, item_id, address=request.form.get("address", ""), via=VIA)
            return str(_("Đã ghi nhận địa chỉ mới. Bưu cục sẽ xem và nhắn tin cho bạn."))
        case _:
            raise Invalid(
                "choice-unknown",
                vi="Hãy chọn một trong các cách nhận bên dưới.",
                en="Please choose one of the ways to receive it below.",
                pointer="/choice",
            )


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise Invalid("day-missing", vi="Hãy chọn ngày phát.", en="Please choose a day.", pointer="/day") from None


def _half() -> HalfDay | None:
    given = request.form.get("half_day", "")
    return HalfDay(given) if given in tuple(HalfDay) else None


def _identity() -> str | None:
    given = "".join(request.form.get("identity_number", "").split())
    if given and not _IDENTITY.fullmatch(given):
        raise Invalid(
            "identity-number",
            vi="Số giấy tờ tùy thân có 9 hoặc 12 chữ số; có thể để trống.",
            en="An identity number has 9 or 12 digits; it may be left empty.",
            pointer="/identity_number",
        )
    return given or None
