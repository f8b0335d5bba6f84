"""The tax system's file: written once for each document, and again by its name."""

import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from delivery.cli.ending import end
from delivery.cli.speaking import speaking, wiring_here
from delivery.money import tax as exports

_tax = AppGroup("tax", help="What the tax system is given.")


@_tax.command("export")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Up to this day of Viet Nam, which must be over.")
@click.option("--again", metavar="NAME", help="Write an earlier file again instead.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to; standard output if absent.")
@speaking
def _export(day: datetime | None, again: str | None, out: Path | None) -> None:
    """Write every receipt and invoice that is in no file yet, and mark it with this one's name."""
    if (day is None) == (again is None):
        end("Give either --day or --again.")
    if out is not None and out.exists():
        end(f"{out} is there already: name another file, so that no earlier export is lost.")
    # Marked only once it is written: what cannot be written is exported by the next attempt.
    with wiring_here().work("job:tax") as unit:
        made = exports.exported(unit, name=again or "") if day is None else exports.export(unit, day=day.date())
        try:
            if out is None:
                sys.stdout.buffer.write(made.content)
                sys.stdout.flush()
            else:
                out.write_bytes(made.content)
        except OSError as trouble:
            end(f"{out} cannot be written: {trouble.strerror}.")
    click.echo(f"{made.name}: {made.documents} documents, SHA-256 {made.digest}.", err=True)


COMMANDS = (_tax,)
