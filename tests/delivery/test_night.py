"""The night run: every office is planned once, whatever dies meanwhile."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from delivery import dispatch, night
from delivery.app import create_app
from delivery.night import Elsewhere, News, Night, Tally
from delivery.settings import Settings
from delivery.solvers import Cluster, Inline
from delivery.store.agencies import LIVE, World
from delivery.store.offices import Office
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem
from delivery.wiring import Wiring
from demo.postgres import ROOT
from routing.problem import Problem
from tests.conftest import MONDAY, SECRETS, HandClock
from tests.delivery.made_nights import open_offices
from tests.delivery.waiting import until_somebody_waits_for
from tests.factories import Town

P = ParamSpec("P")
T = TypeVar("T")

JOB = "job:test"
TOMORROW = date(2026, 12, 1)
SECONDS = 0.05


def _nearby(_office: int) -> Sequence[tuple[float, float]]:
    return [(0.001 * at, 0.002) for at in range(3)]


def _opened(wiring: Wiring, count: int) -> list[str]:
    """The codes of `count` offices with three households each, in the order in which a run takes them."""
    with wiring.work(JOB) as unit:
        return sorted(open_offices(unit, count, stops=_nearby).values())


def _run(
    wiring: Wiring,
    solvers: Executor,
    *,
    at_once: int = 2,
    stopping: Event | None = None,
    told: Callable[[News], None] = lambda _: None,
) -> Tally:
    with wiring.work(JOB) as unit:
        offices = night.offices_due(unit, TOMORROW)
    ordered = Night(day=TOMORROW, offices=offices, most_seconds=SECONDS, at_once=at_once)
    return night.run(wiring, solvers, ordered, stopping=stopping or Event(), told=told)


def _plans(wiring: Wiring) -> dict[str, list[tuple[UUID, PlanState]]]:
    """Every plan there is, by its office's code."""
    found: dict[str, list[tuple[UUID, PlanState]]] = {}
    with wiring.work(JOB) as unit:
        for code, plan_id, state in unit.session.execute(
            select(Office.code, Plan.id, Plan.state).join(Plan, Plan.office_id == Office.id).order_by(Plan.id)
        ):
            found.setdefault(code, []).append((plan_id, state))
    return found


def _assert_each_planned_once(wiring: Wiring, codes: Sequence[str]) -> None:
    plans = _plans(wiring)
    assert {code: [state for _, state in rows] for code, rows in plans.items()} == {
        code: [PlanState.READY] for code in codes
    }
    with wiring.work(JOB) as unit:
        routes = unit.session.scalars(
            select(func.count())
            .select_from(StopItem)
            .join(Stop, Stop.id == StopItem.stop_id)
            .join(Route, Route.id == Stop.route_id)
            .group_by(StopItem.item_id)
        ).all()
    assert routes == [1] * (3 * len(codes)), "each item is on one route"


class Dying(Inline):
    """Solvers that die with what `dies` says of a day, and otherwise solve."""

    def __init__(self, dies: Callable[[Problem], bool]) -> None:
        self._dies = dies
        self.died = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Fail as a pool does whose process was killed, or solve at once."""
        if not self._dies(cast(Problem, args[0])):
            return super().submit(fn, *args, **kwargs)
        self.died += 1
        broken: Future[T] = Future()
        broken.set_exception(BrokenExecutor("killed"))
        return broken


def test_an_office_whose_solver_dies_twice_is_given_up_and_its_neighbours_are_not(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """One poisoned day must not cost the country its morning."""
    codes = _opened(wiring, 3)
    with wiring.work(JOB) as unit:
        poisoned = unit.session.scalars(select(Office.id).where(Office.code == codes[1])).one()
        day = dispatch.problem_for(unit, office_id=poisoned, day=TOMORROW)
    solvers = Dying(lambda problem: problem.stops == day.problem.stops)
    tally = _run(wiring, solvers)
    assert (tally.planned, len(tally.failed), solvers.died, tally.left) == (2, 1, 2, 0)
    assert tally.failed[0].office.code == codes[1]
    assert "died twice" in tally.failed[0].trouble
    with wiring.work(JOB) as unit:
        row = unit.session.scalars(select(Plan).where(Plan.office_id == poisoned)).one()
        assert (row.state, row.lease_until) == (PlanState.FAILED, None)
        assert "hai lần" in row.trouble
    clock.forward(minutes=1)
    again = _run(wiring, Inline())
    assert (again.already, again.planned) == (2, 1), "what failed on an earlier night run is tried by the next"


def test_what_was_in_flight_when_a_process_died_is_solved_again(wiring: Wiring, town: Town) -> None:
    """A broken pool fails all that it was given; nobody knows yet whose fault it was."""
    codes = _opened(wiring, 3)
    first_two = iter((True, True))
    solvers = Dying(lambda _: next(first_two, False))
    assert (_run(wiring, solvers).planned, solvers.died) == (3, 2)
    _assert_each_planned_once(wiring, codes)


def test_a_day_that_cannot_be_read_ends_in_words_and_the_run_goes_on(
    wiring: Wiring, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """The dispatcher of that office reads a sentence; the log tells the administrator where."""
    codes = _opened(wiring, 3)
    with wiring.work(JOB) as unit:
        ill = unit.session.scalars(select(Office.id).where(Office.code == codes[0])).one()
        unit.session.execute(
            update(Office).where(Office.id == ill).values(lat=float("nan")).execution_options(synchronize_session=False)
        )
    tally = _run(wiring, Inline())
    assert (tally.planned, [failed.office.code for failed in tally.failed]) == (2, [codes[0]])
    assert "could not be read" in tally.failed[0].trouble
    assert "failed." in caplog.text
    assert "Nguyễn" not in caplog.text


def test_a_home_in_the_sea_or_nowhere_does_not_cost_its_neighbours_their_visit(wiring: Wiring, town: Town) -> None:
    """Swapped and broken numbers come in from agencies and phones: the office is planned all the same."""
    odd = [(0.001, 0.002), (float("nan"), 0.0), (-60.0, -130.0), (0.003, 0.002)]
    with wiring.work(JOB) as unit:
        open_offices(unit, 1, stops=lambda _: odd)
    tally = _run(wiring, Inline())
    assert (tally.planned, tally.failed) == (1, [])
    assert tally.stops >= 3
    assert tally.stops + tally.unplanned.total() == 4


def test_two_runs_at_once_share_the_offices(wiring: Wiring, town: Town) -> None:
    """Somebody starts it twice: no office is planned twice, and neither run ends before all are planned."""
    codes = _opened(wiring, 5)
    tallies: list[Tally] = []
    news: list[News] = []
    runs = [Thread(target=lambda: tallies.append(_run(wiring, Inline(), at_once=1, told=news.append))) for _ in "ab"]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert sum(tally.planned for tally in tallies) == 5
    assert all(tally.already + tally.planned + tally.elsewhere == 5 for tally in tallies)
    assert sum(isinstance(one, Elsewhere) for one in news) == sum(tally.elsewhere for tally in tallies)
    _assert_each_planned_once(wiring, codes)


def test_a_run_that_is_told_to_end_gives_back_what_nobody_has_begun(wiring: Wiring, town: Town) -> None:
    """SIGTERM: what is solved is stored, and the next run need not wait for any claim to end."""
    codes = _opened(wiring, 4)
    stopping = Event()
    tally = _run(wiring, Inline(), stopping=stopping, told=lambda _: stopping.set())
    assert 0 < tally.planned < 4
    assert tally.left == 4 - tally.planned
    assert not [code for code, ((_, state),) in _plans(wiring).items() if state is PlanState.SOLVING]
    assert _run(wiring, Inline()).planned == tally.left
    _assert_each_planned_once(wiring, codes)


def test_a_run_that_was_killed_half_way_and_started_again_plans_each_office_once(
    wiring: Wiring, town: Town, settings: Settings
) -> None:
    """kill -9: what is ready stays, and what was being solved is taken when its claim ends."""
    codes = _opened(wiring, 5)
    _set_clock(wiring)
    with wiring.work(JOB) as unit, _command(settings) as run:
        # Before the fourth office the run waits for us: two are planned then, and the third is on its way.
        unit.session.execute(select(Office.id).where(Office.code == codes[3]).with_for_update())
        until_somebody_waits_for(unit)
        run.kill()
        said, _ = run.communicate(timeout=20)
    assert [line.split()[0] for line in said.splitlines() if " planned: " in line] == codes[:2]
    before = _plans(wiring)
    assert {code: state for code, ((_, state),) in before.items()} == {
        codes[0]: PlanState.READY,
        codes[1]: PlanState.READY,
        codes[2]: PlanState.SOLVING,
    }
    later = create_app(settings, clock=HandClock(datetime.now(UTC) + timedelta(minutes=1)))
    again = later.test_cli_runner().invoke(args=["routes", "plan", "--all", "--date", str(TOMORROW), "--seconds", "1"])
    later.extensions["wiring"].engine.dispose()
    assert again.exit_code == 0, again.output
    for line in ("planned         3 offices", "planned before  2 offices", "failed          0 offices"):
        assert line in again.output
    peak = re.search(r"memory +([0-9]+) MB", again.output)
    assert peak is not None
    assert int(peak[1]) < 400
    _assert_each_planned_once(wiring, codes)
    after = _plans(wiring)
    assert all(after[code][0][0] == plan_id for code, ((plan_id, _),) in before.items()), "no plan was made anew"


def test_offices_are_planned_on_dask_though_a_worker_is_killed(wiring: Wiring, town: Town) -> None:
    """The same run on several machines, one of which fails in the night."""
    codes = _opened(wiring, 6)
    with _cluster() as (scheduler, workers), Cluster(scheduler) as solvers:

        def kill(_: News) -> None:
            workers[0].kill()

        tally = _run(wiring, solvers, at_once=4, told=kill)
        assert (tally.planned, tally.failed) == (6, [])
        assert tally.peak > 0
        with pytest.raises(BrokenExecutor):
            solvers.submit(os._exit, 1).result(20)
    _assert_each_planned_once(wiring, codes)


def test_without_its_scheduler_the_run_says_so_and_gives_everything_back(wiring: Wiring, town: Town) -> None:
    """Whoever starts it again loses nothing."""
    codes = _opened(wiring, 3)

    class Leaving(Inline):
        def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
            gone: Future[T] = Future()
            gone.cancel()
            gone.set_running_or_notify_cancel()
            return gone

    tally = _run(wiring, Leaving())
    assert (tally.gone, tally.left, tally.failed) == (True, 3, [])
    assert {state for ((_, state),) in _plans(wiring).values()} == {PlanState.REQUESTED}
    _run(wiring, Inline())
    _assert_each_planned_once(wiring, codes)


def _set_clock(wiring: Wiring) -> None:
    """Programs with a real clock live on the tests' Monday."""
    with wiring.work(JOB) as unit:
        unit.session.get_one(World, LIVE).clock_offset = MONDAY - datetime.now(UTC)


@contextmanager
def _command(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*(sys.executable, "-m", "flask", "routes", "plan", "--all", "--date", str(TOMORROW)), "--workers", "1"],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "NUMBA_CACHE_DIR")},
            **SECRETS,
            "FLASK_APP": "wsgi",
            "DATABASE_URL": settings.database_url,
            "PUBLIC_URL": settings.public_url,
            "TWILIO_ACCOUNT_SID": settings.sms.account_sid,
            "TWILIO_AUTH_TOKEN": settings.sms.auth_token,
            "TWILIO_SENDER": settings.sms.sender,
            "DELIVERY_DEMO": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


@contextmanager
def _cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler on loopback and two workers, each a process of its own."""
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    dask = [sys.executable, "-W", "ignore", "-m"]
    here = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            subprocess.Popen(
                [*dask, "distributed.cli.dask_scheduler", "--port", "0", *here],
                cwd=ROOT,
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(scheduler.kill)
        assert scheduler.stderr is not None
        address = next(found[1] for line in scheduler.stderr if (found := re.search(r"Scheduler at: +(tcp:\S+)", line)))
        drained = Thread(target=scheduler.stderr.read)
        drained.start()
        stack.callback(drained.join)
        stack.callback(scheduler.kill)
        workers = []
        for _ in range(2):
            command = [*dask, "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", *here]
            worker = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
            workers.append(stack.enter_context(worker))
            stack.callback(worker.kill)
        yield address, workers
