"""Each solve in a process of its own, so that memory is the engine's and a crash is a result, not an end.

Every engine gets the same two cores for the same wall time: ours and VROOM use two threads;
OR-Tools and PyVRP use one, so two of their runs with different seeds go side by side and the
better plan counts. Code is loaded and compiled before the clock starts.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

from benchmarks.routing.days import Day, Kind, day
from benchmarks.routing.engines import ANYTIME, SINGLE_THREADED, Engine, run, warm_up
from benchmarks.routing.evaluator import judge
from benchmarks.routing.peers import CannotState, Moment, Orders
from routing.problem import Problem

SECOND_SEED: Final = 1_000
"""How far the seed of the run at its side lies from the first."""
PATIENCE: Final = 180.0
"""Seconds beyond three times what was asked for after which a process is ended (a first compilation takes some)."""
GOODBYE: Final = 10.0
"""Seconds that a process may take to end once it has answered."""
NIGHT_SECONDS: Final = 0.2
"""What an office's day is given when all are planned in a night."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What an engine had of a day after `mark` seconds (`seconds` by the clock). `cost` is None without a plan.

    `found_by` is the seed whose run had the plan, `seed` or the one at its side.
    """

    case: str
    digest: str
    engine: str
    seed: int
    mark: float
    seconds: float
    cost: int | None
    good: bool
    mandatory_left: int
    megabytes: int
    found_by: int
    faults: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    engine: Engine
    problem: Problem
    marks: tuple[float, ...]
    seed: int
    start: Orders | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """By mark; None where there was no plan yet. Or why there is none at all."""

    moments: tuple[Moment | None, ...] = ()
    megabytes: int = 0
    failed: str = ""


def peak_megabytes() -> int:
    """The most memory this process has had resident."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux hands the parent's peak on to getrusage of a spawned child, not to this.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 1024)


def measure(case: Day, engine: Engine, *, marks: Sequence[float], seed: int, version: str = "") -> list[Record]:
    """One engine on one day, a record for each mark. Raises CannotState."""
    seeds = (seed, seed + SECOND_SEED) if engine in SINGLE_THREADED else (seed,)
    ordered = tuple(sorted(marks))
    # A fresh copy: what the problem has worked out so far in this process is not to be sent along.
    problem = replace(case.problem, matrix=replace(case.problem.matrix))
    answers = _side_by_side([_Task(engine, problem, ordered, one, case.start) for one in seeds])
    megabytes = max(answer.megabytes for answer in answers)
    failed = next((answer.failed for answer in answers if answer.failed), "no plan yet")
    records = []
    for at, mark in enumerate(ordered):
        verdicts = [
            (judge(case.problem, moment.orders), moment.seconds, one)
            for answer, one in zip(answers, seeds, strict=True)
            if answer.moments and (moment := answer.moments[at]) is not None
        ]
        best = min(verdicts, key=lambda tried: (not tried[0].good, tried[0].cost), default=None)
        everything = sum(stop.mandatory for stop in case.problem.stops)
        records.append(
            Record(
                case=case.name,
                digest=case.digest,
                engine=engine.value,
                seed=seed,
                mark=mark,
                seconds=round(max((seconds for _, seconds, _ in verdicts), default=mark), 3),
                cost=None if best is None else best[0].cost,
                good=best is not None and best[0].good,
                mandatory_left=everything if best is None else best[0].mandatory_left,
                megabytes=megabytes,
                faults=(failed,) if best is None else best[0].faults[:3],
                version=version,
                found_by=seed if best is None else best[2],
            )
        )
    return records


def _side_by_side(tasks: Sequence[_Task]) -> list[_Answer]:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(len(tasks))
    running = []
    for task in tasks:
        here, there = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_work, args=(there, barrier, task), daemon=True)
        process.start()
        there.close()
        running.append((process, here, time.monotonic() + 3 * sum(task.marks) + PATIENCE))
    answers = []
    for process, here, end in running:
        answer = _Answer(failed="did not end in time")
        try:
            if here.poll(max(0.0, end - time.monotonic())):
                answer = here.recv()
        except EOFError:
            answer = _Answer(failed="the process died")
        here.close()
        if not answer.failed:
            process.join(GOODBYE)
        process.kill()
        process.join()
        answers.append(answer)
    for answer in answers:
        if answer.failed.startswith("cannot state "):
            raise CannotState(answer.failed.removeprefix("cannot state "))
    return answers


def _work(there: Connection, barrier: Barrier, task: _Task) -> None:
    """In the spawned process."""
    try:
        warm_up(task.engine)
        barrier.wait(PATIENCE)
        moments = _moments(task)
        there.send(_Answer(moments=tuple(moments), megabytes=peak_megabytes()))
    except CannotState as error:
        there.send(_Answer(failed=f"cannot state {error}"))
    except Exception as error:
        barrier.abort()
        there.send(_Answer(failed=f"{type(error).__name__}: {error}"[:300]))


def _moments(task: _Task) -> list[Moment | None]:
    def trace(seconds: float) -> list[Moment]:
        return run(task.engine, task.problem, seconds=seconds, seed=task.seed, start=task.start)

    if task.engine not in ANYTIME:
        return [trace(mark)[-1] for mark in task.marks]
    whole = trace(task.marks[-1])
    return [*(at_mark(whole, mark) for mark in task.marks[:-1]), whole[-1]]


def at_mark(trace: Sequence[Moment], mark: float) -> Moment | None:
    """What a run had at `mark` seconds; None when it had no plan yet."""
    before = [moment for moment in trace if moment.seconds <= mark]
    return before[-1] if before else None


def night_seconds_per_office(days: int) -> float:
    """Wall seconds per office of two processes that plan commune days at the same time, both reckoned together.

    Building the day, the solve and the check are in it; reading and storing in a database are not.
    """
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    running = []
    for first in (1, 1 + days):
        here, there = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_night, args=(there, barrier, first, days), daemon=True)
        process.start()
        there.close()
        running.append((process, here))
    seconds = 0.0
    for process, here in running:
        try:
            seconds = max(seconds, float(here.recv()))
        except EOFError as error:
            raise RuntimeError("A process of the night run died.") from error
        here.close()
        process.join()
    return seconds / (2 * days)


def _night(there: Connection, barrier: Barrier, first: int, days: int) -> None:
    warm_up(Engine.OURS)
    barrier.wait(PATIENCE)
    begun = time.perf_counter()
    for number in range(first, first + days):
        office = day(Kind.COMMUNE, number)
        judge(office.problem, run(Engine.OURS, office.problem, seconds=NIGHT_SECONDS, seed=1)[-1].orders)
    there.send(time.perf_counter() - begun)
