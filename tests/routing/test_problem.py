import pickle
from collections.abc import Callable

import pytest

from routing.problem import Break, Courier, Problem, Stop, Weights, Window
from tests.routing.days import office_day, town

STOP = Stop(key="a", place=1)
COURIER = Courier(key="x", start=0, end=0, shift_start=0, shift_end=3600)


@pytest.mark.parametrize(
    ("build", "culprit"),
    [
        (lambda: Window(opens=10, closes=9), "Window 10–9"),
        (lambda: Window(opens=0, closes=200_000), "Window"),
        (lambda: Stop(key="a", place=0, service_seconds=-1), "Stop a"),
        (lambda: Stop(key="", place=0), "key"),
        (lambda: Stop(key="a", place=0, cost_of_leaving=5), "Stop a is mandatory"),
        (lambda: Stop(key="a", place=0, mandatory=False), "Stop a is optional"),
        (lambda: Stop(key="a", place=0, promised_by=-5), "Stop a"),
        (lambda: Stop(key="a", place=0, windows=(Window(opens=5, closes=9), Window(opens=9, closes=12))), "overlap"),
        (lambda: Break(earliest=5, latest=4, seconds=1), "break"),
        (lambda: Courier(key="", start=0, end=0, shift_start=0, shift_end=1), "key"),
        (lambda: Courier(key="x", start=0, end=0, shift_start=9, shift_end=1), "Courier x"),
        (lambda: Courier(key="x", start=0, end=0, shift_start=0, shift_end=1, capacity=-1), "capacity"),
        (lambda: Courier(key="x", start=0, end=0, shift_start=0, shift_end=1, away={"a": -1}), "own area"),
        (
            lambda: Courier(
                key="x", start=0, end=0, shift_start=9, shift_end=99, rest=Break(earliest=1, latest=2, seconds=1)
            ),
            "break must begin",
        ),
        (lambda: Weights(late=-1), "Weight late"),
        (lambda: Problem(matrix=town(2), stops=(STOP, STOP), couriers=()), "stop a is there twice"),
        (lambda: Problem(matrix=town(2), stops=(), couriers=(COURIER, COURIER)), "courier x is there twice"),
        (lambda: Problem(matrix=town(1), stops=(STOP,), couriers=()), "Stop a: place 1"),
        (lambda: Problem(matrix=town(2), stops=(STOP,), couriers=(), locks={"x": ("a",)}), "x, who is not on duty"),
        (lambda: Problem(matrix=town(2), stops=(STOP,), couriers=(COURIER,), locks={"x": ("b",)}), "locked stop b"),
        (lambda: Problem(matrix=town(2), stops=(STOP,), couriers=(COURIER,), locks={"x": ("a", "a")}), "locked twice"),
        (
            lambda: Problem(
                matrix=town(2),
                stops=(),
                couriers=(Courier(key="x", start=0, end=0, shift_start=0, shift_end=1, own_matrix=town(3)),),
            ),
            "own matrix",
        ),
    ],
)
def test_nonsense_is_refused_by_name(build: Callable[[], object], culprit: str) -> None:
    """A planner that is fed nonsense answers nonsense; the sentence tells whose data to mend."""
    with pytest.raises(ValueError, match=culprit):
        build()


def test_the_fair_shares_follow_the_shifts_and_add_up() -> None:
    """Who works half a day is not behind the others."""
    day = office_day(20, 2)
    short = Courier(key="half", start=0, end=0, shift_start=0, shift_end=4 * 3600)
    shares = Problem(matrix=day.matrix, stops=day.stops, couriers=(day.couriers[0], short)).fair_shares
    assert shares["half"] == pytest.approx(shares["c0"] / 2, abs=1)


def test_a_problem_can_be_sent_to_another_process() -> None:
    """The night run plans in worker processes."""
    day = office_day(5, 1)
    assert pickle.loads(pickle.dumps(day)).stops == day.stops  # noqa: S301
