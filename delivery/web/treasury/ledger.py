"""The ledger's balances, book by book."""

from flask import render_template

from delivery.money.ledger import OF_PARTIES, balances
from delivery.web.treasury.blueprint import treasury, work


@treasury.get("/")
def ledger() -> str:
    """What each account of both books holds now."""
    with work() as unit:
        return render_template("treasury/ledger.html", balances=balances(unit), of_parties=OF_PARTIES)
