"""The worked example of docs/routing.md: its numbers are asserted here."""

import numpy as np
import pytest

from routing.faults import faults
from routing.matrix import Matrix
from routing.plan import Why, cost, timed
from routing.problem import Break, Courier, Problem, Stop, Weights, Window

NINE = 9 * 3600
# The office is place 0; A is 10 min north, B 10 min further, C 15 min south of the office.
LEGS = np.array([[0, 600, 1200, 900], [600, 0, 600, 1500], [1200, 600, 0, 2100], [900, 1500, 2100, 0]], dtype=np.int32)


def example(courier: Courier | None = None, second: Courier | None = None) -> Problem:
    """A and B by nine o'clock and ten past, C optional."""
    first = courier or Courier(key="An", start=0, end=0, shift_start=NINE, shift_end=NINE + 3600, most_overtime=1800)
    return Problem(
        matrix=Matrix(seconds=LEGS.copy(), metres=LEGS * 5),
        stops=(
            Stop(key="A", place=1, service_seconds=120, windows=(Window(opens=NINE + 900, closes=NINE + 3600),)),
            Stop(key="B", place=2, service_seconds=180, promised_by=NINE + 1200),
            Stop(key="C", place=3, service_seconds=120, mandatory=False, cost_of_leaving=1000),
        ),
        couriers=(first,) if second is None else (first, second),
        weights=Weights(imbalance=0) if second is None else Weights(),
    )


def test_times_follow_the_order_as_early_as_possible() -> None:
    """A opens at 9:15, so An leaves at 9:05 instead of waiting at the door."""
    route = timed(example(), {"An": ["A", "B"]}).routes[0]
    a, b = route.visits
    assert (route.leaves_at - NINE, a.arrival - NINE, a.start - NINE, a.departure - NINE) == (300, 900, 900, 1020)
    assert (b.arrival - NINE, b.departure - NINE, route.returns_at - NINE) == (1620, 1800, 3000)
    assert (route.seconds, route.metres, a.waiting) == (2400, 12_000, 0)


def test_the_cost_of_the_example_is_the_sum_of_its_parts() -> None:
    """2,400 s of travel, B 420 s late, C left for 1,000 s: 3,820."""
    day = example()
    price = cost(day, timed(day, {"An": ["A", "B"]}))
    assert (price.travel, price.late, price.left, price.overtime, price.away) == (2400, 420, 1000, 0, 0)
    assert price.total == 3820


def test_serving_c_as_well_costs_overtime() -> None:
    """4,200 s of travel, B 420 s late, 1,320 s of overtime at double: 7,260, so C is better left for tomorrow."""
    day = example()
    plan = timed(day, {"An": ["A", "B", "C"]})
    price = cost(day, plan)
    assert (price.travel, price.late, price.overtime, price.total) == (4200, 420, 2 * 1320, 7260)
    assert faults(day, plan) == []


def test_a_second_courier_shares_the_work() -> None:
    """Balance costs the square of the work above the fair share: one rides till six, one is home at ten."""
    two = [Courier(key=key, start=0, end=0, shift_start=NINE, shift_end=NINE + 7200) for key in ("An", "Ba")]
    day = example(*two)
    alone = cost(day, timed(day, {"An": ["A", "B", "C"]}))
    shared = cost(day, timed(day, {"An": ["A", "B"], "Ba": ["C"]}))
    assert alone.imbalance > shared.imbalance > 0
    above = 4200 + 420 - day.fair_shares["An"]
    assert alone.imbalance == above * above // 3600


@pytest.mark.parametrize(
    ("rest", "at", "returns"),
    [
        # After B, which is late already.
        (Break(earliest=NINE + 1020, latest=NINE + 2900, seconds=600), 1800, 3600),
        # On the way to B.
        (Break(earliest=NINE + 1200, latest=NINE + 1300, seconds=600), 1200, 3600),
        # The waiting for A's window is as good a moment.
        (Break(earliest=NINE, latest=NINE + 300, seconds=600), 0, 3300),
        # Back before the break must begin: it is taken after work.
        (Break(earliest=NINE + 3100, latest=NINE + 3200, seconds=600), None, 3000),
    ],
)
def test_the_break_lies_where_it_costs_least(rest: Break, at: int | None, returns: int) -> None:
    """A break is not taken out of the service, and never forgotten."""
    an = Courier(key="An", start=0, end=0, shift_start=NINE, shift_end=NINE + 3600, rest=rest)
    day = example(an)
    plan = timed(day, {"An": ["A", "B"]})
    route = plan.routes[0]
    assert (None if route.rest_at is None else route.rest_at - NINE, route.returns_at - NINE) == (at, returns)
    assert faults(day, plan) == []


def test_what_is_in_no_order_is_left_with_words() -> None:
    """The dispatcher reads why."""
    left = timed(example(), {}).unplanned
    assert [one.stop for one in left] == ["A", "B", "C"]
    assert {one.reason.why for one in left} == {Why.NOT_TRIED}
    assert all(one.reason.vi and one.reason.en for one in left)


@pytest.mark.parametrize("orders", [{"Nobody": ["A"]}, {"An": ["Z"]}])
def test_a_strange_name_is_refused(orders: dict[str, list[str]]) -> None:
    """A stale page must not plan yesterday's courier."""
    with pytest.raises(ValueError, match="not in the problem"):
        timed(example(), orders)
