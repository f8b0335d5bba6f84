"""The event log is append-only in the database itself, whoever writes, and holds no free text."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from delivery.rules.evidence import ChainedEvent, verify_chain
from delivery.rules.states import Happening, State
from delivery.store.base import new_id
from delivery.store.events import Event, Occasion
from demo.postgres import APPLICATION, OWNER, Server

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
ROWS = {
    "openings": "INSERT INTO openings (id, at, actor, reason, subject_id, fields) "
    "VALUES (gen_random_uuid(), now(), 'job:x', 'label', gen_random_uuid(), 'f')",
}


def _connect(server: Server, role: str, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(server.url(role, database).replace("+psycopg", ""), autocommit=True)


@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(("table", "change"), [("events", "seq = 9"), ("openings", "actor = 'x'"), ("feed", "seq = 9")])
def test_the_application_may_not_change_what_was_recorded(
    server: Server, database: str, table: str, change: str, statement: str
) -> None:
    """Its role has SELECT and INSERT only: a stolen application password rewrites nothing (contracts C38)."""
    with _connect(server, APPLICATION, database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.format(table, change))


@pytest.mark.parametrize("statement", ["UPDATE openings SET actor = 'x'", "DELETE FROM openings", "TRUNCATE openings"])
def test_not_even_the_owner_changes_a_recorded_row(server: Server, database: str, statement: str) -> None:
    """Triggers refuse it, so that a slip in a migration or a console cannot rewrite proof."""
    with _connect(server, OWNER, database) as connection:
        connection.execute(ROWS["openings"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute(statement)


def test_no_partition_of_the_events_can_be_truncated(server: Server, database: str) -> None:
    """A partition has a name of its own, and statement triggers are not inherited."""
    with _connect(server, OWNER, database) as connection:
        rows = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events'::regclass"
        )
        names = [str(row[0]) for row in rows]
        assert len(names) > 12
        for name in names:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                connection.execute(f"TRUNCATE {name}")


def test_ids_made_now_fall_into_a_month_of_their_own(server: Server, database: str) -> None:
    """Old months detach only if ids are ordered by time and each month has its range."""
    item = new_id()
    moment = datetime.fromtimestamp((item.int >> 80) / 1000, UTC)
    with _connect(server, OWNER, database) as connection:
        bounds = connection.execute(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", (f"events_{moment:%Y_%m}",)
        ).fetchone()
        assert bounds is not None
        low, high = str(bounds[0]).split("'")[1::2]
    assert low <= str(item) < high


def test_ids_rise_within_a_process() -> None:
    """Rows that are made together lie together, in the order they were made."""
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 5000
    assert all(one.version == 7 for one in ids)


def _event(previous: bytes, seq: int, data: dict[str, str | int | bool | None]) -> Event:
    occasion = Occasion(recorded_at=NOW, occurred_at=NOW - timedelta(minutes=1), actor="job:test")
    return Event.following(new_id(), seq, previous, Happening.REGISTERED, State.REGISTERED, occasion, data)


@pytest.mark.parametrize("text", ["Nguyễn Văn A", "12 Lê Lợi", "a b", "x" * 81])
def test_data_that_could_name_a_person_is_refused(text: str) -> None:
    """Events outlive erasure, so that nothing personal may get in."""
    with pytest.raises(ValueError, match="never text"):
        _event(bytes(32), 1, {"note": text})


def test_a_chain_of_events_verifies_and_a_change_shows() -> None:
    """The hash covers everything that an event says."""
    first = _event(bytes(32), 1, {"document": "id-card"})
    second = Event.following(
        first.item_id,
        2,
        first.hash,
        Happening.CANCELLED,
        State.CANCELLED,
        Occasion(recorded_at=NOW, occurred_at=NOW, actor="client:live_x"),
        {},
    )
    chain = [ChainedEvent(seq=event.seq, body=event.content(), hash=event.hash) for event in (first, second)]
    assert verify_chain(chain) == []
    second.actor = "staff:someone-else"
    assert verify_chain([chain[0], ChainedEvent(seq=2, body=second.content(), hash=second.hash)]) != []


def test_nothing_is_recorded_before_it_occurs() -> None:
    """A device's clock that runs ahead must not put an event into the future."""
    with pytest.raises(ValueError, match="before it occurs"):
        Occasion(recorded_at=NOW, occurred_at=NOW + timedelta(seconds=1), actor="job:test")


def test_an_instant_without_a_zone_is_refused() -> None:
    """Instants are UTC; a naive one is seven hours wrong for somebody."""
    with pytest.raises(ValueError, match="no time zone"):
        Occasion(recorded_at=NOW, occurred_at=NOW.replace(tzinfo=None), actor="job:test")
