"""Reading the loaded communes without the application."""

from datetime import date

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from delivery.cli.loaded import address, gazetteer_in
from delivery.store.communes import read_gazetteer
from delivery.wiring import Wiring
from demo.postgres import APPLICATION, Server

DAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://app@/delivery?host=/run/a folder&port=5433",
        "postgresql+psycopg://app:b/c#d?e%40 '\\@host.vn:5433/delivery",
        "postgresql://app@[::1]:5432/delivery",
        "postgresql+psycopg://host/delivery?sslmode=require\n",
    ],
)
def test_an_address_leads_where_the_application_goes(url: str) -> None:
    """Both read one DATABASE_URL: a password that only one of them understands would tell old answers."""
    meant = make_url(url.strip())
    there = conninfo_to_dict(address(url))
    parts = meant.translate_connect_args(username="user", database="dbname") | dict(meant.query)
    assert there == {name: str(part) for name, part in parts.items()}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "delivery",
        "mysql://host/delivery",
        "postgresql://host",
        "postgresql://host:x/d",
        "postgresql://h/d?no=1",
        "postgresql://h/d?host=a&host=b",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before a connection is tried, and without repeating the password in it."""
    with pytest.raises(ValueError, match=r"not an address|invalid|twice"):
        address(url)


def test_it_is_the_gazetteer_of_the_application(server: Server, database: str, wiring: Wiring) -> None:
    """The command and the desk must not differ about one address."""
    with wiring.work("job:test") as unit:
        expected = read_gazetteer(unit.session, DAY)
    assert gazetteer_in(server.url(APPLICATION, database), DAY) == expected


def test_tables_without_communes_are_named(server: Server, bare_template: str) -> None:
    """The next sentence of the command says what is used instead."""
    assert gazetteer_in(server.url(APPLICATION, bare_template), None) == "The communes are not loaded"
