"""Timed jobs: swept by one worker at a time, harmless when repeated, done by whoever is there."""

from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, wait
from datetime import date, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from delivery import acceptance, dispatch
from delivery.jobs import JOBS, Crew, run, run_all
from delivery.rules.states import State
from delivery.solvers import Pool, solved, time_for
from delivery.store.agencies import World, WorldKind
from delivery.store.events import FeedPosition
from delivery.store.items import Item, NextStep
from delivery.store.messages import Message, Sweep
from delivery.store.queries.sweeps import take_lease
from delivery.store.routes import Plan, PlanState, Route
from delivery.store.work import Work
from delivery.wiring import Wiring
from routing.matrix import Point, great_circle
from routing.problem import Courier, Problem, Stop
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town

CLERK = "staff:clerk"
TOMORROW = date(2026, 12, 1)


def _on_the_shelf(wiring: Wiring, town: Town, count: int, **more: object) -> list[str]:
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, count, **more)]  # type: ignore[arg-type]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
    return numbers


def _plans(unit: Work) -> Sequence[Plan]:
    return unit.session.scalars(select(Plan).order_by(Plan.id)).all()


def _swept(wiring: Wiring, job: str) -> Sweep | None:
    with wiring.work(CLERK) as unit:
        return unit.session.get(Sweep, job)


def _small_day(stops: int = 8) -> Problem:
    points = [Point(lat=10.77 + at * 0.001, lon=106.7 + at % 3 * 0.001) for at in range(stops + 1)]
    return Problem(
        matrix=great_circle(points),
        stops=tuple(Stop(key=str(at), place=at, service_seconds=120) for at in range(1, stops + 1)),
        couriers=(Courier(key="c", start=0, end=0, shift_start=27_000, shift_end=63_000),),
    )


def test_the_evening_asks_for_a_plan_for_each_office_with_something_due_and_a_worker_makes_it(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """Couriers find their routes in the morning, although nobody pressed anything."""
    numbers = _on_the_shelf(wiring, town, 4)
    assert JOBS["plan_evening"](wiring) == 0
    clock.set(18, 30)
    assert JOBS["plan_evening"](wiring) == 1
    assert JOBS["plan_evening"](wiring) == 0
    assert JOBS["solve_plans"](wiring) == 1
    with wiring.work(CLERK) as unit:
        (plan,) = _plans(unit)
        assert (plan.office_id, plan.day, plan.state) == (town.sai_gon, TOMORROW, PlanState.READY)
        planned = {line.item.number for route in plan.routes for stop in route.stops for line in stop.items}
        assert planned == set(numbers)


def test_no_plan_is_made_by_itself_for_a_day_that_is_not_worked(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Friday evening plans nothing; Sunday evening plans Monday, with what has come since."""
    _on_the_shelf(wiring, town, 1)
    clock.set(19, days=4)
    assert JOBS["plan_evening"](wiring) == 0
    clock.set(19, days=2)
    assert JOBS["plan_evening"](wiring) == 1
    with wiring.work(CLERK) as unit:
        assert _plans(unit)[0].day == date(2026, 12, 7)


def test_an_evening_without_a_worker_is_made_up_for_before_the_couriers_come(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """A missed tick costs nothing."""
    _on_the_shelf(wiring, town, 1)
    clock.set(5, 30, days=1)
    assert JOBS["plan_evening"](wiring) == 1
    with wiring.work(CLERK) as unit:
        assert _plans(unit)[0].day == TOMORROW


def test_a_plan_that_failed_is_not_asked_for_again_by_itself(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """It would fail at every tick all night; the dispatcher reads why and asks again."""
    _on_the_shelf(wiring, town, 1)
    clock.set(19)
    JOBS["plan_evening"](wiring)
    with wiring.work(CLERK) as unit:
        plan = dispatch.claim_plan(unit, lease=timedelta(minutes=1))
        assert plan is not None
        dispatch.fail_plan(unit, plan, trouble="Hết bộ nhớ.")
    assert JOBS["plan_evening"](wiring) == 0
    with wiring.work(CLERK) as unit:
        assert dispatch.request_plan(unit, office_id=town.sai_gon, day=TOMORROW).id != plan.plan_id


@pytest.mark.parametrize("trouble", [BrokenExecutor("killed"), ValueError("no such courier")])
def test_a_solver_that_dies_leaves_a_sentence_for_the_dispatcher(
    wiring: Wiring, town: Town, trouble: Exception
) -> None:
    """A page that polls must not wait for ever, nor a worker stumble over the same plan again and again."""

    class Dying(Pool):
        def submit(self, *_: object, **__: object) -> object:  # type: ignore[override]
            raise trouble

    _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        dispatch.request_plan(unit, office_id=town.sai_gon, day=unit.today)
    with Dying(1) as solvers:
        assert JOBS["solve_plans"](wiring, Crew(solvers=solvers)) == 0
    with wiring.work(CLERK) as unit:
        (plan,) = _plans(unit)
        assert plan.state is PlanState.FAILED
        assert "lập lại" in plan.trouble


def test_solving_leaves_the_other_jobs_their_turn(wiring: Wiring, town: Town) -> None:
    """OR-Tools keeps the interpreter to itself: in this process a message would wait until a plan is done."""
    ticks = 0
    with Pool(1) as solvers:
        future = solvers.submit(solved, _small_day(60), 1.0)
        while not future.done():
            wait([future], timeout=0.01)
            ticks += 1
        plan = future.result().plan
    assert sum(len(route.visits) for route in plan.routes) == 60
    assert ticks > 3, "held for the whole second, this loop would turn once or twice"


def test_small_offices_take_little_of_the_evening() -> None:
    """3,321 offices are planned each evening, most of them with a dozen stops; a busy ward may take all it needs."""
    assert time_for(12, 5.0) < 0.1
    assert time_for(50, 5.0) <= 0.2
    assert time_for(150, 5.0) < 1.5
    assert time_for(5_000, 5.0) == 5.0


def test_one_worker_sweeps_at_a_time_and_a_dead_ones_lease_ends(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Any number of workers may run, and one may be killed at any moment."""
    (number,) = _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        item.next_step = NextStep.COUNTER
        assert take_lease(unit, "invitations", timedelta(minutes=5))
    assert JOBS["invitations"](wiring) == 0
    clock.forward(minutes=6)
    assert JOBS["invitations"](wiring) > 0


def test_the_feed_waits_for_no_lease(wiring: Wiring, town: Town) -> None:
    """Agencies read it by the second: what a killed worker leaves behind must not stop it."""
    _on_the_shelf(wiring, town, 2)
    with wiring.work(CLERK) as unit:
        assert take_lease(unit, "number_events", timedelta(minutes=5))
    assert JOBS["number_events"](wiring) == 6
    with wiring.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(FeedPosition)) == 6


def test_a_sweep_says_up_to_what_time_it_has_swept(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """An alarm watches this mark: a job that no longer runs is seen within the hour."""
    assert town
    clock.set(10)
    JOBS["invitations"](wiring)
    mark = _swept(wiring, "invitations")
    assert mark is not None
    assert (mark.swept_to, mark.lease_until) == (clock.at, None)


def test_test_worlds_are_swept_by_their_own_clocks(wiring: Wiring, town: Town) -> None:
    """A sandbox that was moved to next month sees its returns now, and live sees nothing of it."""
    with wiring.work(CLERK) as unit:
        world = unit.session.scalars(select(World).where(World.kind == WorldKind.TEST)).one()
        world.clock_offset = timedelta(days=30)
    JOBS["returns"](wiring)
    assert _swept(wiring, f"returns@{world.id}") is None
    with wiring.work(CLERK, world.id) as unit:
        made_items(unit, town, 1)
    JOBS["returns"](wiring)
    mark, live = _swept(wiring, f"returns@{world.id}"), _swept(wiring, "returns")
    assert mark is not None
    assert live is not None
    assert mark.swept_to is not None
    assert live.swept_to is not None
    assert mark.swept_to - live.swept_to == timedelta(days=30)


def test_every_job_may_run_again_at_once_and_changes_nothing(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Ticks overlap, workers are many: what is done twice is done once."""
    _on_the_shelf(wiring, town, 3)
    clock.set(19)
    first = run_all(wiring)
    assert None not in first.values(), first
    assert (first["plan_evening"], first["solve_plans"]) == (1, 1)
    again = run_all(wiring)
    assert (again["plan_evening"], again["solve_plans"], again["number_events"]) == (0, 0, 0)
    with wiring.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Message)) == 3
        assert unit.session.scalar(select(func.count()).select_from(Plan)) == 1
        assert unit.session.scalars(select(Route)).first() is not None


def test_a_job_that_fails_is_logged_and_stops_no_other(
    wiring: Wiring, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """One poisoned row must not stop invitations and returns for the whole country."""
    numbers = _on_the_shelf(wiring, town, 1)
    broken = Wiring(wiring.settings, wiring.engine, wiring.sessions, _BrokenClock(), wiring.sms)
    assert run(broken, "returns") is None
    assert "Job returns failed" in caplog.text
    assert numbers[0] not in caplog.text
    assert run(wiring, "returns") == 0


class _BrokenClock(HandClock):
    """A clock that cannot be read."""

    def real(self) -> datetime:
        raise RuntimeError("no clock")


def test_a_worker_that_is_told_to_end_begins_nothing_new(wiring: Wiring, town: Town) -> None:
    """SIGTERM drains: what waits is left to the next worker."""
    _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        dispatch.request_plan(unit, office_id=town.sai_gon, day=unit.today)
    stopping = Event()
    stopping.set()
    crew = Crew(stopping=stopping)
    assert [JOBS[name](wiring, crew) for name in ("solve_plans", "number_events", "send_messages")] == [0, 0, 0]
    with wiring.work(CLERK) as unit:
        assert _plans(unit)[0].state is PlanState.REQUESTED


def test_two_workers_share_the_plans_and_make_each_once(wiring: Wiring, town: Town) -> None:
    """Claims are atomic: a plan solved twice would cost the time of another office."""
    _on_the_shelf(wiring, town, 2)
    with wiring.work(CLERK) as unit:
        for ahead in range(6):
            dispatch.request_plan(unit, office_id=town.sai_gon, day=unit.today + timedelta(days=ahead))
    made: list[int] = []
    workers = [Thread(target=lambda: made.append(JOBS["solve_plans"](wiring))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(made) == 6
    with wiring.work(CLERK) as unit:
        assert {plan.state for plan in _plans(unit)} == {PlanState.READY}


def test_what_waits_for_the_counter_is_put_there_by_the_sweep(wiring: Wiring, town: Town) -> None:
    """After the last visit nobody has to press anything: the item is held and its addressee invited."""
    (number,) = _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        item.next_step = NextStep.COUNTER
    JOBS["invitations"](wiring)
    with wiring.work(CLERK) as unit:
        assert unit.session.scalars(select(Item.state).where(Item.number == number)).one() is State.HELD
