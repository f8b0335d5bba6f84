"""The bank's statement, where its notices are missing or must be checked."""

import sys
from typing import IO

import click
from flask.cli import AppGroup

from delivery.cli.speaking import speaking, wiring_here
from delivery.money.bank_statements import Imported, foresee_statement, take_statement
from delivery.rules.bank_statements import read_statement
from delivery.store.treasury import TransferState

_bank = AppGroup("bank", help="Money that arrives at the bank.")


@_bank.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Say what would happen and keep nothing.")
@speaking
def _import(file: IO[bytes], dry_run: bool) -> None:
    """Take in the credits of the CSV statement FILE (- reads from the pipe); exit 1 when rows were left aside.

    The same file again makes no new transfer, and what the bank's hook told before is not doubled.
    """
    wiring = wiring_here()
    act = foresee_statement if dry_run else take_statement
    imported = act(lambda: wiring.work("job:bank_import"), read_statement(file.read()))
    for line, sentence in _left_aside(imported):
        click.echo(f"Line {line}: {sentence}")
    click.echo(_summary(imported, dry_run=dry_run))
    if not imported.is_whole:
        sys.exit(1)


def _left_aside(imported: Imported) -> list[tuple[int, str]]:
    faults = [(fault.line, fault.en) for fault in imported.faults]
    return sorted(faults + [(each.line, each.refused.en) for each in imported.outcomes if each.refused is not None])


def _summary(imported: Imported, *, dry_run: bool) -> str:
    fresh = imported.fresh
    return (
        f"{'Would be new' if dry_run else 'New'}: {sum(fresh.values())} transfers "
        f"({fresh[TransferState.MATCHED]} matched, {fresh[TransferState.WAITING]} waiting for a person, "
        f"{fresh[TransferState.REFUND]} to give back). Known before: {imported.known}. "
        f"Left aside: {len(imported.faults) + len(imported.refused)}. No credits: {imported.others}."
    )


COMMANDS = (_bank,)
