import time
from dataclasses import replace
from threading import Event, Lock, Thread

import pytest

import routing.improve
from routing.improve import REPEATEDLY, TEMPERS, Found, Limit, improve, kernel
from routing.improve.kernel import Day, Tour
from routing.insertion import fitting, kept_locks
from routing.plan import cost, timed
from routing.problem import Problem
from tests.routing.days import office_day


def found(day: Problem, limit: Limit, *, seed: int = 1, start: dict[str, list[str]] | None = None) -> list[Found]:
    """What the searches over a whole day find."""
    return improve(day, day.stops, kept_locks(day), start=start or {}, limit=limit, seed=seed)


def soon() -> float:
    """A deadline that rounds end before."""
    return time.monotonic() + 600


def test_the_same_seed_and_rounds_find_the_same_and_another_seed_another() -> None:
    """However the two threads are scheduled: a fault report must be repeatable."""
    day = office_day(80, 3, tight=True)
    limit = Limit(deadline=soon(), rounds=150)
    assert found(day, limit) == found(day, limit)
    assert found(day, limit, seed=2) != found(day, limit)


def test_two_tempers_search_and_the_better_comes_first() -> None:
    """A portfolio: where one is unlucky the other often is not."""
    searches = found(office_day(60, 2), Limit(deadline=soon(), rounds=100))
    assert len(searches) == len(TEMPERS) == 2
    assert [each.cost for each in searches] == sorted(each.cost for each in searches)
    assert all(each.rounds == 100 for each in searches)


def test_a_plan_at_hand_is_never_made_worse() -> None:
    """The plan in force is where a re-plan starts, however hot the search."""
    day = office_day(60, 2)
    good = found(day, Limit(deadline=soon(), rounds=2_000))[0]
    again = found(day, Limit(deadline=soon(), rounds=3), start=good.orders)
    # Fractions of squares add up in another order.
    assert all(each.cost <= good.cost + 1e-3 for each in again)


def test_locked_stops_stay_at_the_beginning() -> None:
    """What is driven or pinned is not the planner's to change."""
    day = replace(office_day(40, 2), locks={"c0": ("s7", "s21"), "c1": ("s3",)})
    start = {key: [stop.key for stop in stops] for key, stops in fitting(day, {}).items()}
    for each in found(day, Limit(deadline=soon(), rounds=300), start=start):
        assert each.orders["c0"][:2] == ["s7", "s21"]
        assert each.orders["c1"][:1] == ["s3"]


def test_a_search_tells_how_far_it_is_and_ends_when_told() -> None:
    """A page shows the best so far; its reader may have seen enough."""
    day = office_day(120, 3)
    heard: list[float] = []
    limit = Limit(deadline=soon(), stopped=lambda: len(heard) >= 3)
    begun = time.monotonic()
    first, *_ = improve(
        day, day.stops, kept_locks(day), start={}, limit=limit, told=lambda price, rounds: heard.append(price)
    )
    assert time.monotonic() - begun < 300
    assert heard == sorted(heard, reverse=True)
    assert first.cost <= heard[-1]


def test_what_it_says_it_costs_is_what_it_costs() -> None:
    """The evaluator has the last word, and here nothing to correct but fractions of squares."""
    day = office_day(50, 3, breaks=True)
    best = found(day, Limit(deadline=soon(), rounds=500))[0]
    assert abs(cost(day, timed(day, best.orders)).total - best.cost) <= len(day.couriers)


def test_searches_go_on_from_the_best_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was unlucky does not warm up its own poor plan again, and a repeated run still finds the same."""
    monkeypatch.setattr(routing.improve, "MANY", 100)
    day = office_day(80, 3, tight=True)
    told: list[list[float]] = []
    again = kernel.again

    def noted(flat_day: Day, tour: Tour) -> None:
        again(flat_day, tour)
        with writing:
            told.append([tour.totals[0], tour.totals[1]])

    writing = Lock()
    monkeypatch.setattr(routing.improve, "again", noted)
    limit = Limit(deadline=soon(), rounds=400)
    first = found(day, limit)
    assert len(told) == 2 * (len(REPEATEDLY) - 1)
    for at in range(0, len(told), 2):
        assert told[at] == pytest.approx(told[at + 1])
    assert found(day, limit) == first
    assert all(each.cost <= told[-1][1] + 1e-3 for each in first)


def test_a_search_that_fails_leaves_the_other_nobody_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solve ends with the fault that stopped it, not never."""
    monkeypatch.setattr(routing.improve, "MANY", 100)
    failed = Event()

    def failing(flat_day: Day, tour: Tour) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("planted")

    monkeypatch.setattr(routing.improve, "again", failing)
    with pytest.raises(RuntimeError, match="planted"):
        found(office_day(40, 2), Limit(deadline=soon(), rounds=400))


def test_a_search_that_ends_early_leaves_the_other_nobody_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan in force that only one of them finds out of the rules, or a day that is over."""
    monkeypatch.setattr(routing.improve, "MANY", 100)
    begin = kernel.begin
    ended = Event()

    def ending(flat_day: Day, tour: Tour, generosity: float) -> bool:
        begun: bool = begin(flat_day, tour, generosity)
        first = not ended.is_set()
        ended.set()
        return begun and not first

    monkeypatch.setattr(routing.improve, "begin", ending)
    searches = found(office_day(40, 2), Limit(deadline=soon(), rounds=400))
    assert sorted(each.rounds for each in searches) == [0, 400]


def test_a_thread_that_cannot_begin_leaves_the_other_nobody_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a machine has no thread to spare."""
    monkeypatch.setattr(routing.improve, "MANY", 100)
    begin_thread = Thread.start
    begun: list[Thread] = []

    def starting(thread: Thread) -> None:
        begun.append(thread)
        if len(begun) == 2:
            raise RuntimeError("can't start new thread")
        begin_thread(thread)

    monkeypatch.setattr(Thread, "start", starting)
    with pytest.raises(RuntimeError, match="start new thread"):
        found(office_day(40, 2), Limit(deadline=soon(), rounds=400))
