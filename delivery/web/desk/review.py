"""Addresses that lead nowhere: a person reads them and says where."""

from dataclasses import dataclass, field

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import handoff
from delivery.errors import Invalid
from delivery.rules.states import State
from delivery.store.items import Item
from delivery.store.queries import desk as read
from delivery.store.queries.places import commune_of
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once
from delivery.web.wired import wiring

_AT_ONCE = 20
"""Addresses opened on one page: no more than a clerk reads at a sitting."""
_CORRECTED_IN = frozenset({State.REGISTERED, State.ACCEPTED, State.AT_OFFICE})


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """An item in review: its address as written, and the communes it may mean, likeliest first."""

    item: Item
    address: str = field(repr=False)
    communes: tuple[tuple[int, str], ...]


@desk.get("/review")
def review() -> str:
    """The addresses to decide, oldest first, with what the matcher makes of each; or the one that is asked for."""
    with work() as unit:
        one = _asked_for(unit)
        doubts = [_doubt(unit, item) for item in ([one] if one else read.review(unit, g.office.id, _AT_ONCE))]
        total = len(doubts) if one else read.review_count(unit, g.office.id)
        return render_template("desk/review.html", doubts=doubts, total=total, wrong=request.view_args, one=one)


@desk.post("/review/<number>")
def decide(number: str) -> Response:
    """Write the address anew, or say which commune it means."""

    def act(unit: Work) -> str:
        item = handoff.correct_address(
            unit,
            wiring().matcher,
            wiring().books,
            agency_id=None,
            number=read.item_for(unit, g.office.id, number).number,
            address=_address(request.form.get("address", "")),
            commune_id=_commune(request.form.get("commune", "")),
        )
        place = item.delivery_office.name if item.delivery_office else ""
        flash(_("Bưu gửi %(number)s sẽ do %(office)s phát.", number=number, office=place))
        return url_for("desk.review")

    return act_once(act, again=review)


def _asked_for(unit: Work) -> Item | None:
    """The item that the page's address names, unless it has left the stages at which an address is corrected."""
    number = request.args.get("item")
    item = read.item_for(unit, g.office.id, number) if number else None
    return item if item is not None and item.state in _CORRECTED_IN else None


def _doubt(unit: Work, item: Item) -> Doubt:
    address = Vault.of(unit).open_person(item.addressee, reason=Reason.REVIEW).address
    found = [commune_of(unit, each.commune_id) for each in wiring().matcher.match(address).candidates[:5]]
    named = tuple((commune.id, f"{commune.name}, {commune.province.name}") for commune in found)
    return Doubt(item=item, address=address, communes=named)


def _address(text: str) -> str:
    if not text.strip():
        raise Invalid(
            "address-missing",
            vi="Hãy ghi địa chỉ: số nhà, đường, xã hoặc phường, tỉnh hoặc thành phố.",
            en="Write the address: house, street, commune or ward, province or city.",
            pointer="/address",
        )
    return text.strip()


def _commune(text: str) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise Invalid(
            "commune-unknown", vi="Hãy chọn lại xã, phường.", en="Choose the commune again.", pointer="/commune"
        ) from None
