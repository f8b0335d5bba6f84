"""The books on a terminal: what each account holds, and whether everything ties out."""

import sys
from collections.abc import Mapping
from datetime import date, datetime

import click
from flask.cli import AppGroup
from sqlalchemy import text

from delivery.cli.speaking import speaking, wiring_here
from delivery.money.standings import standing
from delivery.money.tying import Column, check, movement
from delivery.store.ledger import LedgerBook

_ledger = AppGroup("ledger", help="The two books: the post's postage, and the fees it collects for agencies.")


@_ledger.command("check")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Show the table of this Vietnam day only.")
@speaking
def _check(day: datetime | None) -> None:
    """Recount everything from the deeds; exit 1 and name each place where the books do not tie out.

    The proof is of all that was ever posted, whatever day the table shows.
    """
    with wiring_here().work("job:ledger") as unit:
        # A page must answer; a night job may take its time over a year's postings.
        unit.session.execute(text("SET LOCAL statement_timeout = '30min'"))
        tied = check(unit, day=None if day is None else day.date())
    _print(tied.books, None if day is None else day.date())
    for fault in tied.faults:
        click.echo(fault.words("en"))
    click.echo(f"{tied.entries} postings, {len(tied.faults)} faults.")
    if not tied.holds:
        sys.exit(1)


@_ledger.command("show")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only what was posted on this Vietnam day.")
@speaking
def _show(day: datetime | None) -> None:
    """What each account of both books holds, and each party's part of it."""
    with wiring_here().work("job:ledger") as unit:
        books = movement(unit, day=None if day is None else day.date())
        parties = standing(unit) if day is None else ()
    _print(books, None if day is None else day.date())
    for each in parties:
        click.echo(f"{each.book:<12}{each.account:<14}{each.balance:>18,}  {each.name}")


def _print(books: Mapping[LedgerBook, tuple[Column, ...]], day: date | None) -> None:
    for book, columns in books.items():
        click.echo(f"{book}{'' if day is None else f' on {day}'}")
        click.echo(f"  {'account':<14}{'debits':>18}{'credits':>18}{'balance':>18}")
        for each in columns:
            click.echo(f"  {each.account:<14}{each.debits:>18,}{each.credits:>18,}{each.balance:>18,}")
        debits, credits_ = sum(each.debits for each in columns), sum(each.credits for each in columns)
        click.echo(f"  {'together':<14}{debits:>18,}{credits_:>18,}{debits - credits_:>18,}")


COMMANDS = (_ledger,)
