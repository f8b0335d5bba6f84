"""Paying by VietQR at the counter: the code on the clerk's screen, turned to the addressee, and the bank's notice."""

from flask import g, url_for
from werkzeug.wrappers import Response

from delivery.errors import Refused
from delivery.money import asking
from delivery.money.charging import due_at_door
from delivery.money.correcting import rebate_for_collecting
from delivery.store.items import Item
from delivery.store.queries import desk as read
from delivery.store.queries.items import locked
from delivery.store.work import Work
from delivery.web import transfers
from delivery.web.desk.blueprint import desk, work
from delivery.web.desk.counter import page_for, waits_here
from delivery.web.forms import act_once
from delivery.web.transfers import Awaited
from delivery.web.wired import wiring


@desk.post("/counter/<number>/transfer")
def ask_transfer(number: str) -> Response:
    """Whoever came to collect wants to transfer: what the book spares them is taken off what is due, as for cash."""

    def act(unit: Work) -> str:
        transfers.account()
        item = locked(unit, _item(unit, number).id)
        if due_at_door(unit, item).postage:
            rebate_for_collecting(unit, item, wiring().books)
        asking.ask(unit, item)
        return url_for("desk.counter", q=item.number, _anchor="vietqr")

    return act_once(act, again=lambda: page_for(number))


@desk.get("/counter/<number>/transfer.svg")
def transfer_code(number: str) -> Response:
    """The code as a picture."""
    with work() as unit:
        return transfers.drawn(_awaited(unit, number))


@desk.get("/counter/<number>/transfer.json")
def transfer_state(number: str) -> Response:
    """Whether the bank has told of it, for the page that waits."""
    with work() as unit:
        return transfers.told(_awaited(unit, number))


def _awaited(unit: Work, number: str) -> Awaited:
    return transfers.awaited(unit, [_item(unit, number)])[0]


def _item(unit: Work, number: str) -> Item:
    item = read.item_for(unit, g.office.id, number)
    if not waits_here(item):
        raise Refused(
            "not-at-counter",
            vi=f"Bưu gửi {number} không chờ ở quầy này: không thu tiền ở đây.",
            en=f"Item {number} does not wait at this counter: nothing is taken for it here.",
            facts={"number": number},
        )
    return item
