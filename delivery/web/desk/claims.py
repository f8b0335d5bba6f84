"""Complaints that people bring to the counter: an item lost, damaged or late, or priced wrongly."""

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.money import claims as money
from delivery.rules.compensation_terms import CLAIMED, ClaimKind
from delivery.store.queries import desk as read
from delivery.store.queries.items import locked
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk
from delivery.web.desk.item import page
from delivery.web.forms import act_once, whole_typed


@desk.post("/items/<number>/claims")
def open_claim(number: str) -> Response:
    """Take a complaint in, with what was seen."""

    def act(unit: Work) -> str:
        item = locked(unit, read.item_for(unit, g.office.id, number).id)
        kind = _kind(request.form.get("kind", ""))
        claim = money.open_claim(
            unit,
            item,
            kind,
            damage_percent=whole_typed("damage_percent") if kind is ClaimKind.DAMAGED else None,
            right_price=whole_typed("right_price") if kind is ClaimKind.PRICE_ERROR else None,
        )
        flash(_("Đã mở hồ sơ khiếu nại; trả lời chậm nhất ngày %(day)s.", day=f"{claim.answer_by:%d/%m/%Y}"))
        return url_for("desk.item", number=number)

    return act_once(act, again=lambda: page(number))


def _kind(text: str) -> ClaimKind:
    if text not in CLAIMED:
        raise Invalid("claim-kind", vi="Hãy chọn khiếu nại về việc gì.", en="Choose what it is about.", pointer="/kind")
    return ClaimKind(text)
