"""The page of one item. Other modules that act on it show it again with what went wrong."""

from flask import g, render_template

from delivery.store.items import NextStep
from delivery.store.queries import desk as read
from delivery.store.queries.address_book import last_planned
from delivery.store.queries.attempts import attempts_of
from delivery.store.queries.billing import receipts_of
from delivery.store.queries.claims import claims_of
from delivery.store.queries.foresight import foreseen
from delivery.store.queries.held import invitations_of
from delivery.web.desk.blueprint import desk, work
from delivery.web.desk.doubtful import outlooks
from delivery.web.desk.pricing import priced


@desk.get("/items/<number>")
def item(number: str) -> str:
    """One item's page."""
    return page(number)


def page(number: str) -> str:
    """One item: where it is, what comes next, what happened. Opens nothing personal."""
    with work() as unit:
        found = read.item_for(unit, g.office.id, number)
        forecast = foreseen(unit, found.id)
        return render_template(
            "desk/item.html",
            item=found,
            price=priced(unit, found),
            planned=last_planned(unit, found.id),
            outlook=outlooks(unit, [forecast])[0] if forecast and found.next_step is NextStep.DELIVER else None,
            events=read.history(unit, found.id),
            attempts=attempts_of(unit, found.id),
            invitations=invitations_of(unit, found.id),
            offices=read.office_names(unit, found.id),
            claims=claims_of(unit, found.id),
            receipts=receipts_of(unit, found.id),
        )
