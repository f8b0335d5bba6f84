"""The custody log verifies, and a change behind the application's back is found."""

from datetime import UTC, date, datetime

import psycopg
import pytest
from sqlalchemy import create_engine, text

from delivery.custody import make_partitions, verify
from delivery.numbering import number_events
from delivery.rules.states import Happening
from delivery.wiring import Wiring
from demo.postgres import OWNER, Server
from tests.delivery.made_items import made_items
from tests.factories import Town


def _made(wiring: Wiring, town: Town) -> str:
    """Three items with two events each; the number of the first."""
    with wiring.work("staff:clerk") as unit:
        items = made_items(unit, town, 3)
        for item in items:
            item.move(Happening.ADDRESS_UNRESOLVED, unit.occasion())
        return items[0].number


def _behind_the_back(server: Server, database: str, *statements: str) -> None:
    """What a thief with the server's own password could do: no trigger and no role stops that."""
    address = server.url(OWNER, database).replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
        for statement in statements:
            connection.execute(statement)


def test_an_honest_log_verifies(wiring: Wiring, town: Town) -> None:
    """Before and after the feed has numbered it."""
    _made(wiring, town)
    with wiring.work("job:verify") as unit:
        before = verify(unit)
    with wiring.work("job:number_events") as unit:
        number_events(unit, limit=4)
    with wiring.work("job:verify") as unit:
        # In chunks that end within an item, as they do in a log of millions.
        after = verify(unit, chunk=2)
    assert (before.items, before.events, before.faults) == (3, 6, ())
    assert (after.items, after.events, after.faults) == (3, 6, ())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE events SET actor = 'staff:somebody-else' WHERE seq = 1 AND item_id = {item}", "its hash differs"),
        ("DELETE FROM events WHERE seq = 2 AND item_id = {item}", "does not end with its last event"),
        ("DELETE FROM events WHERE item_id = {item}", "no event at all"),
        ("UPDATE items SET state = 'accepted' WHERE id = {item}", "its last event says registered"),
        ("DELETE FROM events_unnumbered WHERE item_id = {item}", "wait for it"),
    ],
)
def test_a_change_behind_the_applications_back_is_named(
    wiring: Wiring, town: Town, server: Server, database: str, statement: str, words: str
) -> None:
    """Who moved or removed an envelope's history must not be able to hide it by a row or two."""
    number = _made(wiring, town)
    item = f"(SELECT id FROM items WHERE number = '{number}')"
    _behind_the_back(server, database, statement.format(item=item))
    with wiring.work("job:verify") as unit:
        faults = verify(unit).faults
    assert any(words in fault for fault in faults), faults


def test_partitions_are_made_for_the_months_to_come_once(server: Server, database: str) -> None:
    """Without them events would all land in one default table that can never be detached by month."""
    engine = create_engine(server.url(OWNER, database))
    today = date(2027, 12, 5)
    with engine.begin() as owner:
        made = make_partitions(owner, today=today, months=14)
        assert (made[0], made[-1]) == ("events_2028_02", "events_2029_02")
    with engine.begin() as owner:
        assert make_partitions(owner, today=today, months=14) == []
        bound = owner.scalar(
            text("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'events_2028_02'")
        )
    engine.dispose()
    assert datetime(2028, 2, 1, tzinfo=UTC).timestamp() * 1000 == int(
        str(bound).split("'")[1].replace("-", "")[:12], 16
    )
