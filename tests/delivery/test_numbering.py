"""The feed's positions: a reader who remembers one number misses nothing (contracts C13)."""

from sqlalchemy import func, select

from delivery.numbering import number_events
from delivery.rules.states import Happening
from delivery.store.events import FeedPosition, Unnumbered
from delivery.store.items import Item
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import Town

JOB = "job:number_events"


def _feed(wiring: Wiring) -> list[tuple[int, str, int]]:
    with wiring.work(JOB) as unit:
        query = (
            select(FeedPosition.position, Item.number, FeedPosition.seq)
            .join(Item, Item.id == FeedPosition.item_id)
            .order_by(FeedPosition.position)
        )
        return [(position, number, seq) for position, number, seq in unit.session.execute(query)]


def _number(wiring: Wiring, limit: int = 5_000) -> int:
    with wiring.work(JOB) as unit:
        return number_events(unit, limit)


def test_a_transaction_that_commits_late_is_not_lost_behind_the_cursor(wiring: Wiring, town: Town) -> None:
    """The older event commits last: a number taken while it was open would lie before what was read already."""
    with wiring.work("staff:early") as early:
        (first,) = made_items(early, town, 1)
        with wiring.work("staff:late") as late:
            (second,) = made_items(late, town, 1, first=2)
        assert _number(wiring) == 1
        read_up_to = _feed(wiring)[-1][0]
    assert _number(wiring) == 1
    missed = [row for row in _feed(wiring) if row[0] > read_up_to]
    assert missed == [(2, first.number, 1)]
    assert _feed(wiring)[0] == (1, second.number, 1)


def test_positions_have_no_gap_and_an_items_events_keep_their_order(wiring: Wiring, town: Town) -> None:
    """Also when the batch ends in the middle of an item."""
    with wiring.work("staff:clerk") as unit:
        for item in made_items(unit, town, 5):
            for _ in range(3):
                item.move(Happening.ADDRESS_UNRESOLVED, unit.occasion())
    assert [_number(wiring, limit=7) for _ in range(4)] == [7, 7, 6, 0]
    feed = _feed(wiring)
    assert [position for position, _, _ in feed] == list(range(1, 21))
    for number in {number for _, number, _ in feed}:
        assert [seq for _, other, seq in feed if other == number] == [1, 2, 3, 4]


def test_numbered_events_are_no_longer_waiting(wiring: Wiring, town: Town) -> None:
    """The note is gone in the transaction that gives the number: never both, never neither."""
    with wiring.work("staff:clerk") as unit:
        made_items(unit, town, 2)
    _number(wiring)
    with wiring.work(JOB) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Unnumbered)) == 0


def test_a_second_sequencer_gives_way(wiring: Wiring, town: Town) -> None:
    """Any number of workers may run: two that number at once would give one position twice."""
    with wiring.work("staff:clerk") as unit:
        made_items(unit, town, 2)
    with wiring.work(JOB) as one:
        assert number_events(one) == 2
        assert _number(wiring) == 0
    assert len(_feed(wiring)) == 2
