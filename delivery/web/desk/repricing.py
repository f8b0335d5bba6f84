"""What changes a price at the desk: papers seen that prove a waiver, and scales that were wrong."""

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Forbidden, Invalid
from delivery.money.correcting import see_paper, weigh_again
from delivery.store.queries import desk as read
from delivery.store.queries.items import locked
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk
from delivery.web.desk.item import page
from delivery.web.desk.pricing import MAY_WEIGH
from delivery.web.forms import act_once
from delivery.web.wired import wiring


@desk.post("/items/<number>/waiver")
def waiver_seen(number: str) -> Response:
    """A clerk saw the paper that proves a waiver."""

    def act(unit: Work) -> str:
        item = locked(unit, read.item_for(unit, g.office.id, number).id)
        correction = see_paper(unit, item, wiring().books, kind=request.form.get("kind", ""), login=g.staff.login)
        flash(_("Đã ghi nhận giấy tờ.") if correction is None else _("Đã ghi nhận giấy tờ và tính lại cước."))
        return url_for("desk.item", number=number)

    return act_once(act, again=lambda: page(number))


@desk.post("/items/<number>/weigh")
def weighed_again(number: str) -> Response:
    """A manager corrects the weight that the price rests on."""

    def act(unit: Work) -> str:
        if g.staff.role not in MAY_WEIGH:
            raise Forbidden(
                "manager-weighs",
                vi="Chỉ trưởng bưu cục sửa khối lượng: việc này đổi giá cước.",
                en="Only a manager corrects a weight: it changes the price.",
            )
        item = locked(unit, read.item_for(unit, g.office.id, number).id)
        weigh_again(unit, item, wiring().books, weight_g=_grams(request.form.get("weight_g", "")))
        flash(_("Đã sửa khối lượng và tính lại cước."))
        return url_for("desk.item", number=number)

    return act_once(act, again=lambda: page(number))


def _grams(text: str) -> int:
    grams = text.strip()
    if not grams.isascii() or not grams.isdigit() or not 1 <= int(grams) <= 30_000:
        raise Invalid(
            "weight-unreadable",
            vi="Khối lượng là số gam, từ 1 đến 30000.",
            en="A weight is in grams, from 1 to 30000.",
            pointer="/weight_g",
        )
    return int(grams)
