"""The courier's bundle: taken from the shelf in the morning, scanned back onto it in the evening."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select

from delivery import attempts
from delivery.errors import NotFound, Refused
from delivery.rules.calendar import HalfDay
from delivery.rules.states import Happening, State
from delivery.store.items import Holder, HolderKind, NextStep
from delivery.store.queries.items import locked_by_number
from delivery.store.routes import Plan, PlanState, Route
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, COURIER, Post
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def test_taking_the_bundle_puts_each_item_into_the_couriers_hands_and_tells_the_hours(post: Post) -> None:
    """A plan moves nothing: the envelope changes hands when the courier takes it, and only then is a visit promised."""
    numbers = post.shelved(3)
    taken = post.take(post.planned(numbers, hour=9))
    assert sorted(taken.numbers) == sorted(numbers)
    assert taken.skipped == ()
    for number in numbers:
        item = post.item(number)
        assert item.state is State.OUT_FOR_DELIVERY
        assert item.holder == Holder(HolderKind.COURIER, post.courier)
        assert post.texts(number)[-1] == "out_for_delivery"


def test_taking_twice_takes_what_was_missing_and_writes_no_second_message(post: Post) -> None:
    """A phone that lost its answer sends again."""
    numbers = post.shelved(2)
    route = post.planned(numbers)
    post.take(route)
    before = post.texts(numbers[0])
    assert post.take(route) == attempts.Taken(numbers=(), skipped=())
    assert post.texts(numbers[0]) == before


def test_what_was_recalled_or_decided_otherwise_since_the_planning_stays_behind_by_name(post: Post) -> None:
    """A recalled result must not leave the office, nor one whose addressee chose the counter or another day."""
    recalled, chosen, later, afternoon, good = post.shelved(5)
    route = post.planned([recalled, chosen, later, afternoon, good], hour=9)
    post.recall(recalled)
    with post.wiring.work("citizen:1") as unit:
        for number, change in (
            (chosen, {"next_step": NextStep.COUNTER}),
            (later, {"not_before": unit.now + timedelta(days=2)}),
            (afternoon, {"half_day": HalfDay.AFTERNOON}),
        ):
            item = locked_by_number(unit, number)
            for name, value in change.items():
                setattr(item, name, value)
    taken = post.take(route)
    assert taken.numbers == (good,)
    assert {each.number for each in taken.skipped} == {recalled, chosen, later, afternoon}
    assert all(each.vi and each.en for each in taken.skipped)


def test_a_bundle_is_taken_with_one_query_for_each_text_and_not_five(post: Post) -> None:
    """A morning's 60 envelopes are taken on a phone, on a poor line, while the row locks are held."""
    few, many = (_statements(post, post.planned(post.shelved(count))) for count in (2, 12))
    assert many - few <= 10


def _statements(post: Post, route: UUID) -> int:
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    event.listen(post.wiring.engine, "before_cursor_execute", count)
    try:
        post.take(route)
    finally:
        event.remove(post.wiring.engine, "before_cursor_execute", count)
    return counted


@pytest.mark.parametrize("case", ["other day", "replaced", "other courier"])
def test_a_route_that_is_not_the_couriers_for_today_cannot_be_taken(post: Post, case: str) -> None:
    """The hours promised would be wrong, or two couriers would carry one list."""
    route = post.planned(post.shelved(1))
    courier = post.courier
    if case == "other day":
        post.clock.forward(days=1)
    elif case == "replaced":
        with post.wiring.work(CLERK) as unit:
            unit.session.scalars(select(Plan)).one().state = PlanState.REPLACED
    else:
        courier = post.town.couriers["courier.sg.2"]
    expected = NotFound if case == "other courier" else Refused
    with pytest.raises(expected), post.wiring.work(COURIER) as unit:
        attempts.take(unit, route_id=route, courier_id=courier)


def test_the_evening_scan_names_what_the_courier_still_has_and_closes_the_route_when_nothing_is_out(
    post: Post,
) -> None:
    """No envelope may stay out without a name beside it."""
    failed, forgotten, delivered = post.out(3)
    stranger = post.one()
    post.fail(failed)
    post.hand_over(delivered)
    back = post.back([failed, delivered, stranger])
    assert back == attempts.BroughtBack(
        shelved=(failed,),
        held=(),
        with_courier=(forgotten,),
        unexpected=tuple(sorted([delivered, stranger])),
        closed=False,
    )
    again = post.back([forgotten])
    assert (again.shelved, again.with_courier, again.closed) == ((forgotten,), (), True)
    assert [event.kind for event in post.events(forgotten)].count(Happening.ATTEMPT_FAILED) == 0
    with post.wiring.work(CLERK) as unit:
        assert unit.session.get_one(Route, post.routes[failed]).closed_at == unit.now


def test_the_hours_told_are_two_and_lie_within_the_day(post: Post) -> None:
    """An arrival at 23:30 is promised from 22 to 24, not to the 25th hour."""
    number = post.one()
    post.take(post.planned([number], hour=23))
    assert post.texts(number)[-1] == "out_for_delivery"
