"""Asking for a transfer: exactly what is due, once an occasion, and never of who has paid."""

import pytest
from sqlalchemy import func, select

from delivery import handoff
from delivery.errors import Refused
from delivery.money import asking
from delivery.money.asking import TransferCode, ask, codes_of
from delivery.money.charging import due_at_door
from delivery.store.agencies import World, WorldKind
from delivery.store.base import new_id
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.transfers import owed_back, received_of
from delivery.store.treasury import PaymentRequest
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import COURIER, Post
from tests.delivery.made_transfers import transferred
from tests.delivery.submitted import submission
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """The office at work."""
    return Post(wiring, town, clock)


def asked(post: Post, number: str, by: str = COURIER) -> TransferCode | None:
    """Ask, then read the code as a page does."""
    with post.work(by) as unit:
        ask(unit, locked_by_number(unit, number))
    return code(post, number, by)


def code(post: Post, number: str, by: str = COURIER) -> TransferCode | None:
    """The code that `by` would be shown now."""
    with post.work(by) as unit:
        item = locked_by_number(unit, number)
        return codes_of(unit, [item], asking.account_of(post.wiring.settings.bank)).get(item.id)


def rows(post: Post) -> int:
    """How many requests there are."""
    with post.work(COURIER) as unit:
        return unit.session.scalar(select(func.count()).select_from(PaymentRequest)) or 0


def fee(post: Post, number: str, amount: int) -> None:
    """The agency wants its fee collected."""
    with post.work("job:test") as unit:
        locked_by_number(unit, number).agency_fee = amount


def test_a_code_asks_for_both_moneys_named_apart_under_the_items_number(post: Post) -> None:
    """One transfer pays the post and the agency; the payer sees which is whose."""
    (number,) = post.out()
    fee(post, number, 30_000)
    found = asked(post, number)
    assert found is not None
    with post.work(COURIER) as unit:
        assert found.due == due_at_door(unit, locked_by_number(unit, number))
    assert found.due.agency_fee == 30_000
    assert found.due.postage > 0
    assert found.number == number
    assert f"54{len(str(found.due.total)):02d}{found.due.total}" in found.payload
    assert f"0813{number}" in found.payload
    assert "<svg" in found.picture("Mã")


def test_asked_twice_the_minutes_go_on(post: Post) -> None:
    """A second press must not make the person at the door wait five minutes more."""
    (number,) = post.out()
    first = asked(post, number)
    post.clock.forward(minutes=2)
    again = asked(post, number)
    assert first == again
    assert first is not None
    assert rows(post) == 1
    assert first.seconds_left(first.asked_at) == 5 * 60
    assert first.seconds_left(post.clock.at) == 3 * 60
    post.clock.forward(minutes=10)
    assert first.seconds_left(post.clock.at) == 0


def test_another_sum_another_person_and_another_visit_are_asked_anew(post: Post) -> None:
    """An old code would pay too little; minutes that a citizen let pass are not the courier's."""
    (number,) = post.out()
    asked(post, number, by="citizen:one")
    post.clock.forward(hours=1)
    first = asked(post, number)
    assert first is not None
    assert first.asked_at == post.clock.at
    fee(post, number, 10_000)
    assert code(post, number) is None
    dearer = asked(post, number)
    assert dearer is not None
    assert dearer.due.total == first.due.total + 10_000
    post.clock.forward(minutes=1)
    post.fail(number)
    assert code(post, number) is None
    post.clock.forward(minutes=1)
    later = asked(post, number)
    assert later is not None
    assert later.asked_at == post.clock.at


def test_nobody_is_asked_once_the_bank_has_told(post: Post) -> None:
    """A citizen is never asked twice; the papers say what was paid."""
    (number,) = post.out()
    fee(post, number, 30_000)
    shown = asked(post, number)
    assert shown is not None
    transferred(post.wiring, number)
    assert asked(post, number) is None
    assert code(post, number) is None
    assert rows(post) == 1
    with post.work(COURIER) as unit:
        item = locked_by_number(unit, number)
        received = received_of(unit, [item.id])[item.id]
        assert received.amount == shown.due.total
        assert sorted(paper[:2] for paper in received.papers) == ["BL", "HD"]
        assert owed_back(unit, item.id) == 0


def test_a_second_transfer_is_owed_back(post: Post) -> None:
    """Two of a household scan the same code: the post keeps what is its own."""
    (number,) = post.out()
    shown = asked(post, number)
    assert shown is not None
    transferred(post.wiring, number)
    transferred(post.wiring, number, shown.due.total)
    with post.work(COURIER) as unit:
        assert owed_back(unit, locked_by_number(unit, number).id) == shown.due.total


def test_an_estimate_is_not_asked_for(wiring: Wiring, town: Town) -> None:
    """The weight and the book of the day of acceptance decide: a transfer before them could be wrong."""
    with wiring.work("client:test") as unit:
        made = handoff.register(
            unit, wiring.matcher, wiring.books, agency_id=town.agencies["H29"], submission=submission()
        )
        number = made.item.number
    with wiring.work(COURIER) as unit, pytest.raises(Refused) as refused:
        ask(unit, locked_by_number(unit, number))
    assert refused.value.code == "price-not-frozen"
    assert number in refused.value.vi


def test_who_will_not_get_the_item_is_asked_for_nothing(post: Post) -> None:
    """A recalled item goes back to its agency: its addressee owes nothing for it at the door."""
    (number,) = post.out()
    with post.work("client:test") as unit:
        item = locked_by_number(unit, number)
        item.recalled_at = unit.now
        assert ask(unit, item) is None


def test_a_sandbox_asks_nobody_for_real_money(post: Post, town: Town) -> None:
    """Its items are an agency's experiments, and the account is the post's own."""
    with post.wiring.work("job:test") as unit:
        sandbox = World(id=new_id(), name="thử", kind=WorldKind.TEST)
        unit.session.add(sandbox)
    there = Post(post.wiring, town, post.clock, world=sandbox.id, serial=50)
    (number,) = there.out()
    assert asked(there, number) is None
    assert rows(there) == 0


def test_without_an_account_there_is_no_code(post: Post) -> None:
    """An installation that has none takes cash."""
    (number,) = post.out()
    asked(post, number)
    assert asking.account_of(None) is None
    with post.work(COURIER) as unit:
        assert codes_of(unit, [locked_by_number(unit, number)], None) == {}
