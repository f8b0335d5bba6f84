"""What planning saves: worked by hand, and never in favour of whoever is measured."""

from collections import Counter
from itertools import chain
from math import pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.savings import Comparison, Spot, Stop, Way, compare, first_come, way

OFFICE = (0.0, 106.0)
STEP_M = 1.3 * 6_371_008.8 * pi / 180 / 100
"""One hundredth of a degree along the equator as it is ridden, about 1,446 m."""


def east(steps: int, *numbers: str) -> Stop:
    """A stop so many hundredths of a degree east of the office."""
    return Stop(spot=(0.0, 106 + steps / 100), numbers=numbers)


def test_a_way_leads_from_the_office_and_back() -> None:
    """Out three hundredths of a degree in two legs, back in one: 8.7 km at 20 km/h, and 20 s for each of three legs."""
    found = way(OFFICE, [east(1), east(3)])
    assert found.metres == pytest.approx(6 * STEP_M)
    assert found.seconds == pytest.approx(6 * STEP_M * 3.6 / 20 + 60)


def test_first_come_cuts_the_pile_in_equal_stacks_and_keeps_a_point_together() -> None:
    """Two couriers, four stops: the third stop in the pile is at the first one's door, so it is done with it."""
    planned = [[east(1, "RD4"), east(2, "RD3", "RD1")], [east(-2, "RD2"), east(2, "RD5")]]
    assert first_come(planned) == [
        [east(2, "RD3", "RD1"), east(2, "RD5")],
        [east(-2, "RD2"), east(1, "RD4")],
    ]


def test_both_orders_of_a_day_by_hand() -> None:
    """One courier out and back on one road: planned twice its length, first come to and fro."""
    found = compare(OFFICE, [[east(1, "RD2"), east(2, "RD4"), east(3, "RD1"), east(4, "RD3")]])
    assert found.planned.metres == pytest.approx(8 * STEP_M)
    # 3 out, back to 1, out to 4, back to 2, and home.
    assert found.first_come.metres == pytest.approx((3 + 2 + 3 + 2 + 2) * STEP_M)
    assert found.first_come.seconds - found.planned.seconds == pytest.approx(4 * STEP_M * 3.6 / 20)
    assert found.numbers == {"RD1", "RD2", "RD3", "RD4"}


def test_an_item_that_went_out_twice_is_one_item() -> None:
    """What it cost to bring it there is what all its ways cost."""
    day = compare(OFFICE, [[east(1, "RD1")]])
    both = day + day
    assert both.numbers == {"RD1"}
    assert both.planned.metres == pytest.approx(4 * STEP_M)


@pytest.mark.parametrize("routes", [[], [[]], [[], []]])
def test_an_empty_day_costs_nothing(routes: list[list[Stop]]) -> None:
    """Nobody leaves the office for nothing."""
    assert compare(OFFICE, routes) == Comparison()
    assert way(OFFICE, []) == Way()


def test_a_courier_who_gets_no_stack_stays_in_the_office() -> None:
    """All that there is lies at one point."""
    assert first_come([[east(1, "RD1")], [east(1, "RD2")]]) == [[east(1, "RD1"), east(1, "RD2")], []]


@st.composite
def days(draw: st.DrawFn) -> list[list[Stop]]:
    """Routes over a few points, some shared; each number is given once, and some stops have none."""
    spots: list[Spot] = [(0.0, 106 + step / 100) for step in range(-2, 3)]
    numbers = iter(draw(st.permutations([f"RD{serial:02d}" for serial in range(20)])))
    return [
        [
            Stop(
                spot=draw(st.sampled_from(spots)), numbers=tuple(next(numbers) for _ in range(draw(st.integers(0, 2))))
            )
            for _ in range(draw(st.integers(0, 3)))
        ]
        for _ in range(draw(st.integers(0, 3)))
    ]


@settings(max_examples=60)
@given(days())
def test_first_come_visits_the_same_stops_and_never_beats_itself(routes: list[list[Stop]]) -> None:
    """Who already rides in that order has nothing to gain or to lose by the comparison."""
    dealt = first_come(routes)
    assert len(dealt) == len(routes)
    assert Counter(chain.from_iterable(dealt)) == Counter(chain.from_iterable(routes))
    again = compare(OFFICE, dealt)
    assert again.first_come == again.planned
