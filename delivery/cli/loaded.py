"""The communes that are loaded in a database, for a command that runs without the application and its settings."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

import psycopg
from psycopg.conninfo import make_conninfo

from delivery.cli.ending import end
from delivery.clock import SystemClock
from delivery.errors import NotFound
from delivery.store.gazetteers import gazetteer_as_of
from routing.communes import Gazetteer

# As SQLAlchemy reads one, which libpq does not: a password may hold any sign but @.
_URL = re.compile(
    r"(?:postgresql\+psycopg|postgresql|postgres)://"
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:\[(?P<ipv6>[^/?]+)\]|(?P<host>[^/:?]*))(?::(?P<port>[0-9]+))?"
    r"/(?P<dbname>[^?]+)(?:\?(?P<query>.*))?"
)
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def gazetteer_in(url: str, day: date | None) -> Gazetteer | str:
    """The gazetteer of `day`, of today (Vietnam's) when it is None, or the words that say why it cannot be had.

    `url` is written as in DATABASE_URL; one that makes no sense ends the command with a sentence.
    """
    try:
        there = address(url)
    except ValueError:
        end("Settings: DATABASE_URL cannot be read: give postgresql+psycopg://user:password@host:port/database.")
    try:
        with psycopg.connect(there) as connection:

            def ask(query: str) -> Iterator[tuple[Any, ...]]:
                yield from connection.execute(query.encode())

            return gazetteer_as_of(ask, day or SystemClock().real().astimezone(_VIETNAM).date())
    except NotFound:
        return "The communes are not loaded"
    except psycopg.Error:
        return "The database cannot be read"


def address(url: str) -> str:
    """What libpq connects to for a DATABASE_URL. Raises ValueError when it is none."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        raise ValueError("not an address of a PostgreSQL database")
    parts = {name: unquote(part) for name, part in found.groupdict().items() if part and name != "query"}
    if "ipv6" in parts:
        parts["host"] = parts.pop("ipv6")
    options = parse_qsl(found["query"] or "")
    if len(dict(options)) < len(options):
        raise ValueError("an option is given twice, which only SQLAlchemy understands")
    try:
        return make_conninfo("", **parts | dict(options))
    except psycopg.ProgrammingError as wrong:
        raise ValueError(str(wrong)) from None
