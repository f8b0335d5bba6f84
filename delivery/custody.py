"""Checks the custody log against itself, and makes room for the months to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy import Connection, func, literal_column, select, text

from delivery.rules.evidence import ChainedEvent, verify_chain
from delivery.store.events import Event, FeedPosition, Unnumbered
from delivery.store.items import Item
from delivery.store.work import Work

MOST_FAULTS = 100


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was looked at, and what is wrong: sentences, at most the first hundred; none is the only good answer."""

    items: int
    events: int
    faults: tuple[str, ...]


def verify(unit: Work, *, chunk: int = 2_000) -> Verified:
    """Recompute every item's chain of hashes from the database, of all worlds, and hold it against item and feed.

    Reads as a stream, `chunk` events at a time: the log may be larger than the memory.
    """
    items = events = 0
    faults: list[str] = []
    query = (
        select(Event, Item.number, Item.state, Item.last_seq, Item.last_hash)
        .join(Item, Item.id == Event.item_id)
        .order_by(Event.item_id, Event.seq)
        .execution_options(yield_per=chunk)
    )
    for _, rows in groupby(unit.session.execute(query), key=lambda row: row.Event.item_id):
        chain = list(rows)
        items, events = items + 1, events + len(chain)
        number, last = chain[0].number, chain[-1]
        links = (ChainedEvent(seq=e.seq, body=e.content(), hash=e.hash) for e in map(attrgetter("Event"), chain))
        faults += [f"{number}: {fault}" for fault in verify_chain(links)]
        if (last.Event.seq, last.Event.hash) != (last.last_seq, last.last_hash):
            faults.append(f"{number}: the item does not end with its last event.")
        if last.Event.state is not last.state:
            faults.append(f"{number}: it is {last.state}, its last event says {last.Event.state}.")
        for row in chain:
            unit.session.expunge(row.Event)
        if len(faults) >= MOST_FAULTS:
            break
    else:
        faults += _unlogged(unit)
        faults += _feed(unit, events)
    return Verified(items=items, events=events, faults=tuple(faults[:MOST_FAULTS]))


def _unlogged(unit: Work) -> list[str]:
    query = select(Item.number).where(~select(Event.seq).where(Event.item_id == Item.id).exists()).limit(MOST_FAULTS)
    return [f"{number}: it has no event at all." for number in unit.session.scalars(query)]


def _feed(unit: Work, events: int) -> Iterator[str]:
    """Each event is numbered once or waits for it, and positions have no gap."""
    session = unit.session
    first, last, count = session.execute(
        select(func.min(FeedPosition.position), func.max(FeedPosition.position), func.count())
    ).one()
    waiting = session.scalar(select(func.count()).select_from(Unnumbered)) or 0
    if count and (first, last) != (1, count):
        yield f"The feed's {count} positions run from {first} to {last}."
    if count + waiting != events:
        yield f"There are {events} events, of which {count} are numbered and {waiting} wait for it."


def make_partitions(owner: Connection, *, today: date, months: int = 24) -> list[str]:
    """Make the event log's partitions for this month and the `months` after it, where they are missing; their names.

    `owner` is a connection of the tables' owner, within a transaction: the application may not do this.
    A month whose events have already gone to the default partition cannot be made any more, and is left out.
    """
    known = set(
        owner.scalars(text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events'::regclass"))
    )
    made = []
    for number in range(months + 1):
        begins, ends = _month(today, number), _month(today, number + 1)
        name = f"events_{begins:%Y_%m}"
        if name in known:
            continue
        low, high = _first_id(begins), _first_id(ends)
        spilled = owner.scalar(
            select(func.count())
            .select_from(text("events_default"))
            .where(literal_column("item_id") >= low, literal_column("item_id") < high)
        )
        if spilled:
            continue
        # Names and bounds are made here, from a day: nothing of them was typed by anyone.
        owner.execute(text(f"CREATE TABLE {name} PARTITION OF events FOR VALUES FROM ('{low}') TO ('{high}')"))
        owner.execute(
            text(
                f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        )
        made.append(name)
    return made


def _month(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _first_id(day: date) -> UUID:
    """The least id (UUID version 7) of a day: it begins with Unix milliseconds."""
    return UUID(int=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) << 80)
