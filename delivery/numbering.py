"""The sequencer of the feed: gives committed events their positions, one after the other (contracts C13).

A number taken while a transaction is open is read past when another commits first. So events are only
noted (`events_unnumbered`) by the transaction that writes them, and numbered here, after their commit,
by whoever holds the lock: what is visible to the sequencer is committed, and what commits later gets a
later number, whatever its age.
"""

from sqlalchemy import delete, func, insert, select

from delivery.store.events import FeedPosition, Unnumbered
from delivery.store.items import Item
from delivery.store.work import Work, try_lock

LOCK = "feed"


def number_events(unit: Work, limit: int = 5_000) -> int:
    """Number up to `limit` events, of all worlds; 0 when there are none or another sequencer is at work.

    Positions are whole numbers without gaps, and an item's events keep their order: the second one is
    noted under the item's lock, after the first.
    """
    session = unit.session
    if not try_lock(session, LOCK):
        return 0
    last = session.scalar(select(func.coalesce(func.max(FeedPosition.position), 0))) or 0
    oldest = select(Unnumbered.id).order_by(Unnumbered.id).limit(limit).scalar_subquery()
    taken = (
        delete(Unnumbered)
        .where(Unnumbered.id.in_(oldest))
        .returning(Unnumbered.id, Unnumbered.item_id, Unnumbered.seq)
        .cte("taken")
    )
    numbered = select(
        last + func.row_number().over(order_by=taken.c.id), taken.c.item_id, taken.c.seq, Item.agency_id, Item.world_id
    ).join(Item, Item.id == taken.c.item_id)
    given = insert(FeedPosition).from_select(["position", "item_id", "seq", "agency_id", "world_id"], numbered)
    return len(session.scalars(given.returning(FeedPosition.position)).all())
