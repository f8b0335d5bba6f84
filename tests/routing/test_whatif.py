"""What a change would cost, told before it is made."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.faults import faults
from routing.insertion import fitting, insert, kept_locks
from routing.plan import Plan, cost, timed
from routing.problem import Courier, Problem, Stop, Window
from routing.replan import replan
from routing.whatif import any_part, compare, cost_of_moving, less, named, reordered
from tests.routing.days import HOUR, office_day, town
from tests.routing.random_days import problems


def _planned(day: Problem) -> Plan:
    plan, _ = insert(day, fitting(day, {}))
    return plan


@st.composite
def moves(draw: st.DrawFn) -> tuple[Problem, Plan, str, str, int]:
    """A random day with its plan, one planned stop, and a place to move it to."""
    day = draw(problems())
    plan = _planned(day)
    stops = [key for keys in plan.orders.values() for key in keys]
    assume(stops)
    stop, courier = draw(st.sampled_from(stops)), draw(st.sampled_from([each.key for each in day.couriers]))
    others = [key for key in plan.orders.get(courier, ()) if key != stop]
    return day, plan, stop, courier, draw(st.integers(0, len(others)))


@settings(max_examples=50, deadline=None)
@given(moves())
def test_a_move_and_its_way_back_restore_the_plan(move: tuple[Problem, Plan, str, str, int]) -> None:
    """That is what undo does."""
    day, plan, stop, courier, position = move
    (home,) = [(key, keys.index(stop)) for key, keys in plan.orders.items() if stop in keys]
    there = cost_of_moving(day, plan, stop, courier, position)
    back = cost_of_moving(day, there.plan, stop, *home)
    assert back.plan == plan
    assert less(cost(day, back.plan), cost(day, there.plan)) == back.difference
    assert back.difference.total == -there.difference.total


@settings(max_examples=50, deadline=None)
@given(moves())
def test_the_price_told_is_the_price_paid_and_a_move_without_a_fault_is_faultless(
    move: tuple[Problem, Plan, str, str, int],
) -> None:
    """The dispatcher decides by these figures."""
    day, plan, stop, courier, position = move
    moved = cost_of_moving(day, plan, stop, courier, position)
    assert moved.difference == less(cost(day, moved.plan), cost(day, plan))
    assert (faults(day, moved.plan) == []) == moved.fits
    assert moved.plan.orders[courier][position] == stop


@settings(max_examples=25, deadline=None)
@given(moves())
def test_the_best_position_is_no_dearer_than_any_other(move: tuple[Problem, Plan, str, str, int]) -> None:
    """A dispatcher who names only the courier must not be told a worse price than by trying."""
    day, plan, stop, courier, position = move
    best, given_one = (cost_of_moving(day, plan, stop, courier, at) for at in (None, position))
    if given_one.fits:
        assert best.fits
        assert best.difference.total <= given_one.difference.total


@settings(max_examples=25, deadline=None)
@given(problems())
def test_a_plan_compared_with_itself_is_empty(day: Problem) -> None:
    """No news is shown as no news."""
    plan = _planned(day)
    same = compare(day, plan, plan)
    assert same.is_empty
    assert same.words == ()


@settings(max_examples=25, deadline=None)
@given(problems(), st.booleans())
def test_a_replan_keeps_every_lock(day: Problem, insert_only: bool) -> None:
    """What was driven or pinned stays where it is, whatever the search finds."""
    before = _planned(replace(day, locks={}))
    after = replan(day, before, seconds=0.02, insert_only=insert_only)
    assert faults(day, after) == []
    for courier, stops in kept_locks(day).items():
        assert after.orders.get(courier, ())[: len(stops)] == tuple(stop.key for stop in stops)
    told = compare(day, before, after)
    assert less(told.after, told.before) == told.difference


def test_two_plans_are_compared_stop_by_stop() -> None:
    """What was moved, delayed, added and dropped, each by name."""
    day = office_day(8, 2)
    stops = [stop.key for stop in day.stops]
    before = timed(day, {"c0": stops[:4], "c1": stops[4:7]})
    after = timed(day, {"c0": stops[1:4], "c1": [stops[7], *stops[4:6], stops[0]]})
    told = compare(day, before, after)
    assert [(each.stop, each.before, each.after) for each in told.switched] == [(stops[0], "c0", "c1")]
    assert told.planned == (stops[7],)
    assert [left.stop for left in told.left] == [stops[6]]
    assert stops[0] in {each.stop for each in told.retimed}
    assert all(abs(each.after - each.before) > 900 for each in told.retimed)
    words = [each.en for each in told.words]
    assert "1 stop newly planned" in words
    assert "1 stop with another courier" in words
    assert any_part(told.difference)


def test_a_refusal_names_window_courier_and_minutes() -> None:
    """“It does not fit” sends a dispatcher guessing."""
    stops = (
        Stop(key="early", place=1, service_seconds=2 * HOUR),
        Stop(key="late", place=2, windows=(Window(opens=8 * HOUR, closes=9 * HOUR),)),
    )
    couriers = tuple(Courier(key=key, start=0, end=0, shift_start=8 * HOUR, shift_end=12 * HOUR) for key in ("a", "b"))
    day = Problem(matrix=town(3), stops=stops, couriers=couriers)
    plan = timed(day, {"a": ["early"], "b": ["late"]})
    refused = cost_of_moving(day, plan, "late", "a", 1, names={"a": "Lan"})
    (words,) = refused.faults
    assert words.vi.startswith("Khung giờ 08:00–09:00 không vừa tuyến của Lan: trễ ")
    assert words.en.startswith("Its window 08:00–09:00 does not fit Lan's route: ")
    assert cost_of_moving(day, plan, "late", "a").position == 0
    pinned = replace(day, locks={"b": ("late",)})
    assert "pinned to b" in cost_of_moving(pinned, plan, "late", "a").faults[0].en
    before_the_pin = cost_of_moving(pinned, plan, "early", "b", 0)
    assert "first 1 stops of b's route are pinned" in before_the_pin.faults[0].en


def test_the_phone_counts_the_fewest_stops_that_explain_a_new_order() -> None:
    """One stop put to the end is one change, though every number after it is another."""

    def fewest(before: Sequence[str], after: Sequence[str]) -> int:
        return min(
            len(after) - size
            for size in range(len(after) + 1)
            for kept in combinations(after, size)
            if [key for key in before if key in kept] == list(kept)
        )

    assert reordered("abcdef", "acdefb") == 1
    assert reordered("abc", "abxc") == 1
    assert reordered("abc", "ac") == 0
    for after in permutations("abcd"):
        assert reordered("abcd", after) == fewest("abcd", after)


def test_couriers_are_called_by_name() -> None:
    """A key is for machines."""
    assert named("Tuyến của 0192-a đã kín", {"0192-a": "Lan"}) == "Tuyến của Lan đã kín"


def test_a_pinned_stop_stays_where_it_is_pinned() -> None:
    """Asked for the best place of a stop that may not move, the answer is its own, not a refusal."""
    day = office_day(stops=6, couriers=2, seed=1)
    keys = [stop.key for stop in day.stops]
    pinned = replace(day, locks={"c0": (keys[0], keys[1])})
    assert [stop.key for stop in kept_locks(pinned)["c0"]] == keys[:2], "The pins of this day can be driven."
    plan = timed(pinned, {"c0": keys[:4], "c1": keys[4:]})
    for position, stop in enumerate(keys[:2]):
        stays = cost_of_moving(pinned, plan, stop, "c0")
        assert (stays.position, stays.plan, stays.fits) == (position, plan, True)
