"""The ledger for people: what each account means and holds, who owes, what moved today, and whether it ties out."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from delivery.money.standings import postings_of, standing, uncollected
from delivery.money.tying import check, movement
from delivery.store.queries.citizens import item_numbered
from delivery.store.queries.items import unknown_item
from delivery.store.queries.money import quote_of
from delivery.web.showing import language
from delivery.web.treasury.blueprint import treasury, work

_UNCOLLECTED_SHOWN = 20


@treasury.get("/")
def ledger() -> str:
    """Both books side by side; `?check=yes` recounts everything and shows what does not tie out.

    The check only reads, so an auditor may ask for it, and it is made anew each time: a proof of this morning says
    nothing about this afternoon.
    """
    with work() as unit:
        return render_template(
            "treasury/ledger.html",
            books=movement(unit),
            moved=movement(unit, day=unit.today),
            today=unit.today,
            parties=standing(unit),
            uncollected=uncollected(unit, limit=_UNCOLLECTED_SHOWN),
            tied=check(unit) if request.args.get("check") == "yes" else None,
            checked_at=unit.now,
        )


@treasury.get("/items")
def ledger_search() -> Response:
    """From the search field to the item's own page."""
    number = "".join(request.args.get("number", "").upper().split()).replace(".", "")
    return redirect(url_for("treasury.ledger_item", number=number) if number else url_for("treasury.ledger"), 303)


@treasury.get("/items/<number>")
def ledger_item(number: str) -> str:
    """Every posting about one item, beside its price and what was paid."""
    with work() as unit:
        item = item_numbered(unit, number)
        if item is None:
            raise unknown_item(number)
        return render_template(
            "treasury/ledger_item.html",
            item=item,
            price=quote_of(unit, item.id),
            entries=postings_of(unit, item),
            english=language() == "en",
        )
