"""docs/money.md is true: its table is what the proof allows, its example is what the command prints."""

from flask import Flask

from delivery.money.recounting import PROOFS, SHAPES
from delivery.store.ledger import Account
from delivery.wiring import Wiring
from demo.postgres import ROOT
from tests.conftest import HandClock
from tests.delivery.money.full_day import full_day
from tests.factories import Town

DOCUMENT = (ROOT / "docs" / "money.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    lines = DOCUMENT.split(heading, 1)[1].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_every_posting_that_may_be_is_in_the_table_and_no_other() -> None:
    """Who reads the table may rely on it; the check refuses whatever it does not show."""
    shown = set()
    for _, books, kind, debits, credits_ in _rows("## Which deed makes which posting"):
        for book in books.split(", "):
            for debit in debits.split(", "):
                for credit in credits_.split(", "):
                    shown.add((book, kind.removesuffix(" ⇄"), debit, credit))
                    if kind.endswith("⇄"):
                        shown.add((book, kind.removesuffix(" ⇄"), credit, debit))
    assert shown == SHAPES


def test_every_account_and_every_proof_is_explained() -> None:
    """A sentence of the check names its proof; the document says what it compares."""
    accounts = {name.strip("` ") for row in _rows("## Accounts") for name in row[0].split(",")}
    assert accounts == set(Account)
    proofs = {name.strip("` ") for row in _rows("## How a day ties out") for name in row[0].split(",")}
    assert proofs == {proof.code for proof in PROOFS}


def test_the_worked_example_is_what_the_command_prints(
    app: Flask, wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """A reader follows it with a pencil."""
    full_day(wiring, town, clock)
    said = app.test_cli_runner().invoke(args=["ledger", "check"]).output
    assert said.strip() in DOCUMENT
