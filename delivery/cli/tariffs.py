"""Tariff books at the command line: checked, compared, published by two people, seeded, listed."""

import sys
from itertools import groupby
from pathlib import Path

import click
from flask.cli import AppGroup

from delivery import signing_in
from delivery.cli.ending import end
from delivery.cli.speaking import speaking, wiring_here
from delivery.errors import Trouble
from delivery.money import publishing
from delivery.store.queries.tariffs import all_books
from delivery.store.staff import Role
from delivery.wiring import Wiring
from tariffs import sheet, shelf
from tariffs.book import Book, TariffRefusal, Zone, in_force
from tariffs.compare import Cell, Differences, differences
from tariffs.money import written

_tariffs = AppGroup("tariffs", help="Tariff books: what every price rests on.")
_FILE = click.Path(path_type=Path, dir_okay=False)
_LARGEST = sheet.LARGEST_FILE


@_tariffs.command("check")
@click.argument("file", type=_FILE, required=False)
@speaking
def _check(file: Path | None) -> None:
    """Read FILE (TOML or .xlsx; none: the shipped books) as the shelf does; exit 1 with the place of a mistake."""
    books = [publishing.check(_text(file), place=file.name)] if file else list(shelf.shipped())
    for book in books:
        click.echo(
            f"{book.code} is whole: {book.label}, in force from {book.in_force_from}, digest {book.digest[:12]}."
        )


@_tariffs.command("diff")
@click.argument("file", type=_FILE)
@speaking
def _diff(file: Path) -> None:
    """Tell what FILE changes, against the published book that would be in force on its day."""
    after = publishing.check(_text(file), place=file.name)
    for line in _told(differences(_before(wiring_here(), after), after)):
        click.echo(line)


@_tariffs.command("publish")
@click.argument("file", type=_FILE)
@click.option("--propose-only", is_flag=True, help="Leave the approval to another person at the desk.")
@speaking
def _publish(file: Path, propose_only: bool) -> None:
    """Propose FILE as one administrator and approve it as another; both sign in here.

    Logins and passwords are asked for, or read from a pipe, each on a line of its own.
    """
    wiring = wiring_here()
    text = _text(file)
    publishing.check(text, place=file.name)
    proposer = _person(wiring, "Proposer")
    approver = None if propose_only else _person(wiring, "Approver")
    if approver == proposer:
        end("One person cannot both propose and approve: a second administrator must sign in.")
    with wiring.work(proposer) as unit:
        row = publishing.propose(unit, text, came_from=file.name)
    if approver is None:
        click.echo(f"{row.code} is proposed: another administrator approves it at the desk.")
        return
    try:
        with wiring.work(approver) as unit:
            publishing.approve(unit, row.id)
    except Trouble as trouble:
        end(f"{row.code} is proposed, but not approved: {trouble.en}")
    click.echo(f"{row.code} is published and in force from {row.in_force_from}.")


@_tariffs.command("seed")
@speaking
def _seed() -> None:
    """Publish the books of this release where none was ever published."""
    with wiring_here().work("job:tariffs") as unit:
        seeded = publishing.seed(unit)
    click.echo(f"{seeded} tariff books were published." if seeded else "Tariff books are there already.")


@_tariffs.command("list")
@speaking
def _list() -> None:
    """Every book, by its day: code, label, state, day."""
    with wiring_here().work("job:tariffs") as unit:
        rows = all_books(unit)
    if not rows:
        end("There are no tariff books: run flask tariffs seed.")
    width = max(len(row.code) for row in rows)
    for row in rows:
        click.echo(f"{row.in_force_from}  {row.code:<{width}}  {row.label:<12}  {row.state}")


def _text(file: Path) -> str:
    """A book's text, out of a TOML file or a workbook."""
    try:
        with file.open("rb") as opened:
            packed = opened.read(_LARGEST + 1)
    except OSError as trouble:
        end(f"{file} cannot be read: {trouble.strerror}.")
    if len(packed) > _LARGEST:
        end(f"{file} is larger than 1 MB: that is no tariff book.")
    try:
        return sheet.read(packed, place=file.name) if file.suffix.lower() == ".xlsx" else packed.decode("utf-8-sig")
    except UnicodeDecodeError:
        end(f"{file} is not in UTF-8: save it as UTF-8.")
    except shelf.BookRefused as wrong:
        raise publishing.refused_book(wrong) from wrong


def _before(wiring: Wiring, after: Book) -> Book:
    others = [book for book in wiring.books if book.code != after.code]
    try:
        return in_force(others, after.in_force_from)
    except TariffRefusal as none:
        end(f"{none.en} There is nothing to compare {after.code} with: run flask tariffs seed.")


def _told(found: Differences) -> list[str]:
    """The differences as lines: sentences first, then a table for each service that changes."""
    before, after = found.before, found.after
    lines = [f"{before.code} → {after.code}, in force from {after.in_force_from}"]
    if found.same:
        return [*lines, "Nothing else changes."]
    lines += [f"- {change.words.en}" for change in found.changes]
    dearer, cheaper, same = found.counted()
    lines.append(f"{dearer} prices rise, {cheaper} fall, {same} stay (before VAT).")
    for service, cells in groupby(found.cells, key=lambda cell: cell.service):
        rows = [list(row) for _, row in groupby(cells, key=lambda cell: (cell.over_g, cell.to_g))]
        if any(cell.before != cell.after for row in rows for cell in row):
            lines += ["", after.services[service].words.en, *_table(rows)]
    return lines


def _table(rows: list[list[Cell]]) -> list[str]:
    head = ["", *(zone.value.replace("_", " ") for zone in Zone)]
    body = [[row[0].row.en, *(_cell(cell) for cell in row)] for row in rows]
    widths = [max(len(line[at]) for line in [head, *body]) for at in range(len(head))]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(word.rjust(width) for word, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in [head, *body]
    ]


def _cell(cell: Cell) -> str:
    if cell.before == cell.after:
        return "–" if cell.after is None else written(cell.after)
    was = "–" if cell.before is None else written(cell.before)
    now = "–" if cell.after is None else written(cell.after)
    sign = f" ({cell.delta:+,})".replace(",", ".") if cell.delta is not None else ""
    return f"{was} → {now}{sign}"


def _person(wiring: Wiring, role: str) -> str:
    """Who signs in, as an actor; the session that the check opens is closed again."""
    login, password = _asked(f"{role}, login", hidden=False), _asked(f"{role}, password", hidden=True)
    with wiring.work("job:sign-in") as unit:
        entered = signing_in.sign_in(unit, login=login, password=password)
        if entered is not None:
            unit.session.flush()
            signing_in.sign_out(unit, token=entered.token)
    if entered is None:
        end(f"{role}: login or password is wrong, or the account is locked.")
    if entered.staff.role is not Role.ADMINISTRATOR:
        end(f"{role}: {login} is no administrator; only administrators publish tariff books.")
    return f"staff:{entered.staff.id}"


def _asked(words: str, *, hidden: bool) -> str:
    """An answer from the terminal, or the next line of a pipe."""
    if sys.stdin.isatty():
        answer: str = click.prompt(words, hide_input=hidden)
        return answer
    line = sys.stdin.readline()
    if not line:
        end(f"{words} is missing: give it at the prompt, or as a line of its own in the pipe.")
    return line.rstrip("\r\n")


COMMANDS = (_tariffs,)
