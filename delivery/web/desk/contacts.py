"""Calls to make: addressees whom no text message reaches."""

from dataclasses import dataclass, field

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import attempts
from delivery.errors import Invalid
from delivery.rules.policy import Channel
from delivery.rules.reasons import OF_CONTACT, TABLE
from delivery.rules.reasons import Reason as Why
from delivery.store.items import Item
from delivery.store.queries import desk as read
from delivery.store.queries.due import is_still_due
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once

_AT_ONCE = 30


@dataclass(frozen=True, kw_only=True)
class Call:
    """Whom to call about which item."""

    item: Item
    name: str = field(repr=False)
    phone: str = field(repr=False)


@desk.get("/contacts")
def contacts() -> str:
    """Whom to call today, with the number to dial; or the one that is asked for."""
    with work() as unit:
        vault = Vault.of(unit)
        calls = []
        one = _asked_for(unit)
        for item in [one] if one else read.contacts(unit, g.office.id, _AT_ONCE):
            person = vault.open_person(item.addressee, reason=Reason.DELIVERY)
            calls.append(Call(item=item, name=person.name, phone=person.phone or ""))
        reasons = [TABLE[reason] for reason in OF_CONTACT]
        return render_template("desk/contacts.html", calls=calls, reasons=reasons, one=one)


@desk.post("/items/<number>/contact")
def contact(number: str) -> Response:
    """Record that somebody tried in vain to reach the addressee."""

    def act(unit: Work) -> str:
        reason, channel = request.form.get("reason", ""), request.form.get("channel", Channel.CALL)
        attempts.contact(unit, number=number, office_id=g.office.id, reason=_reason(reason), channel=_channel(channel))
        flash(_("Đã ghi lần liên hệ cho bưu gửi %(number)s.", number=number))
        return url_for("desk.contacts")

    return act_once(act, again=contacts)


def _asked_for(unit: Work) -> Item | None:
    """The item that the page's address names, as long as it waits at the office for its visit."""
    number = request.args.get("item")
    item = read.item_for(unit, g.office.id, number) if number else None
    return item if item is not None and is_still_due(item, g.office.id) else None


def _reason(text: str) -> Why:
    if text not in [str(reason) for reason in OF_CONTACT]:
        raise Invalid(
            "reason-unknown",
            vi="Hãy chọn lý do không liên hệ được.",
            en="Choose why the addressee was not reached.",
            pointer="/reason",
        )
    return Why(text)


def _channel(text: str) -> Channel:
    if text not in list(Channel):
        raise Invalid(
            "channel-unknown", vi="Hãy chọn cách liên hệ.", en="Choose how they were tried.", pointer="/channel"
        )
    return Channel(text)
