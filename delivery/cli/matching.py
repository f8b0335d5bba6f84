"""`flask communes match`: addresses to communes without the application, its settings and its memory."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from pkgutil import resolve_name
from time import monotonic
from typing import IO

import click

from delivery.cli.ending import end
from delivery.errors import NotFound
from delivery.store.communes_data import read_gazetteer
from routing.addresses import Match, Matcher, Verdict
from routing.communes import REFORM, Gazetteer

LONGEST_LINE = 65_536
# Named, not imported: without a database its driver is not needed either.
IN_TABLES = "delivery.cli.loaded:gazetteer_in"


@click.command("match")
@click.argument("file", type=click.File("rb"))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="As of this day; today when left out.")
@click.option(
    "--database",
    metavar="URL",
    envvar="DATABASE_URL",
    show_envvar=True,
    help="Where the communes are loaded; without one, the installed data is used, which knows no later mergers.",
)
def match(file: IO[bytes], day: datetime | None, database: str | None) -> None:
    """Read one address a line from FILE (- reads from the pipe); print one JSON object a line, in the same order.

    Each holds line, verdict (sure, ask or unknown), parts, candidates (commune_id, name, province, confidence, why),
    and note where the line itself could not be read. Needs no settings and, without later mergers, no database.
    """
    gazetteer = _gazetteer(database, day.date() if day else None)
    matcher = Matcher(gazetteer)
    verdicts: Counter[Verdict] = Counter()
    unread = 0
    began = told = monotonic()
    for number, raw in enumerate(_lines(file), 1):
        text, note = _text(raw, first=number == 1)
        found = matcher.match(text)
        verdicts[found.verdict] += 1
        unread += bool(note)
        click.echo(json.dumps(_answer(gazetteer, number, found, note), ensure_ascii=False))
        if sys.stderr.isatty() and monotonic() - told > 0.5:
            told = monotonic()
            click.echo(f"\r{number:,} addresses, {number / (told - began):,.0f} a second", err=True, nl=False)
    if told > began:
        click.echo(err=True)  # ends the line of the progress
    total = sum(verdicts.values())
    counts = ", ".join(f"{verdicts[verdict]} {verdict.value}" for verdict in Verdict)
    click.echo(f"{total} addresses: {counts}; {unread} lines with a note.", err=True)


def _gazetteer(database: str | None, day: date | None) -> Gazetteer:
    """What the tables hold; without a database, or without rows in it, what is installed."""
    why = "DATABASE_URL is not set"
    if database is not None:
        in_tables: Callable[[str, date | None], Gazetteer | str] = resolve_name(IN_TABLES)
        found = in_tables(database, day)
        if isinstance(found, Gazetteer):
            return found
        why = found
    if day is not None and day < REFORM:
        end(f"{why}, and the installed data begins on {REFORM.isoformat()}.")
    click.echo(f"{why}: the installed data is used, without later mergers.", err=True)
    try:
        return read_gazetteer()
    except NotFound as missing:
        end(missing.en)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file of any size; of one that is longer than 64 KiB its beginning, without an end of line."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(LONGEST_LINE)):
            pass


def _text(raw: bytes, *, first: bool) -> tuple[str, str | None]:
    """The address in a line, and what is wrong with the line."""
    if first and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        end("The file is in UTF-16: save it as UTF-8, then match it again.")
    cut = len(raw) >= LONGEST_LINE and not raw.endswith(b"\n")
    bare = raw.removeprefix(b"\xef\xbb\xbf") if first else raw
    try:
        # A cut line may end within a letter; its end is not read anyway.
        text = bare.decode("utf-8", errors="ignore" if cut else "strict").strip()
    except UnicodeDecodeError as wrong:
        return "", f"This line is not in UTF-8: byte 0x{bare[wrong.start]:02X} at position {wrong.start + 1}."
    if cut:
        return text, "This line is too long for an address: only its beginning was read."
    return text, None if text else "This line is empty."


def _answer(gazetteer: Gazetteer, number: int, found: Match, note: str | None) -> dict[str, object]:
    candidates = []
    for candidate in found.candidates:
        commune = gazetteer.commune(candidate.commune_id)
        candidates.append(
            {
                "commune_id": commune.id,
                "name": commune.name,
                "province": commune.province,
                "confidence": candidate.confidence,
                "why": candidate.why,
            }
        )
    answer: dict[str, object] = {
        "line": number,
        "verdict": found.verdict.value,
        "parts": asdict(found.parts),
        "candidates": candidates,
    }
    if note:
        answer["note"] = note
    return answer
