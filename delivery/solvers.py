"""Where plans are solved: processes of their own, since OR-Tools keeps the interpreter to itself.

Measured: of 3 s that a solve of 150 stops took, another thread of the process ran 64 times for a
millisecond and waited up to 0.6 s in between. The modules that a process loads are this one and
routing's, so it knows nothing of the post office. The only module that knows Dask.
"""

import math
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from routing.plan import Plan
from routing.problem import Problem

P = ParamSpec("P")
T = TypeVar("T")

LEAST = 0.05
PER_SQUARE = 6e-5
"""Seconds for each square of the number of stops: 50 stops take 0.2 s, 300 the 5 s that the settings allow."""
MEBIBYTE = 2**20
MOST_BYTES = 300 * MEBIBYTE
"""A process that has held so much is replaced: OR-Tools does not give back what it took, and 400 MB is the limit."""
PATIENCE = 120.0
"""Seconds beyond its limit after which a solve is taken for endless and its process ended."""
ANSWERS_WITHIN = 5.0
"""Seconds in which a Dask scheduler answers."""


class SolversAway(RuntimeError):
    """The solvers of another machine cannot be used; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Solved:
    """A plan, the `seconds` that it took, and the most memory that its process has held so far (`peak`, bytes)."""

    plan: Plan
    seconds: float
    peak: int


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def time_for(stops: int, most: float) -> float:
    """Seconds that a day of so many stops is worth, at most `most`: a commune office's is done in a blink."""
    return min(most, LEAST + PER_SQUARE * stops**2)


def solved(problem: Problem, seconds: float) -> Solved:
    """The best plan found in about `seconds`."""
    _warm()
    # Imported late: OR-Tools takes a second and much memory, and a server that plans nothing needs neither.
    from routing.solver import solve

    begun = time.monotonic()
    plan = solve(problem, seconds=seconds)
    return Solved(plan=plan, seconds=time.monotonic() - begun, peak=peak_memory())


def replanned(problem: Problem, in_force: Plan, insert_only: bool, seconds: float) -> Solved:
    """A plan in force changed for `problem` in about `seconds`; `insert_only` moves nothing and needs no search."""
    from routing.replan import replan

    if not insert_only:
        _warm()
    begun = time.monotonic()
    plan = replan(problem, in_force, seconds=seconds, insert_only=insert_only)
    return Solved(plan=plan, seconds=time.monotonic() - begun, peak=peak_memory())


def peak_memory() -> int:
    """The most bytes that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # A spawned process inherits its parent's peak in getrusage, but not here.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class Pool(Executor):
    """Solving processes, spawned at first use. They end with this process, however it ends.

    When one is killed (memory), what was being solved fails with BrokenExecutor, and new processes take over. So it
    does when something takes longer than `patience` seconds. Processes that have held more than `most_bytes` finish
    what they were given and make room for new ones.
    """

    def __init__(self, processes: int, *, patience: float = math.inf, most_bytes: int = MOST_BYTES) -> None:
        self.processes = processes
        self._patience = patience
        self._most_bytes = most_bytes
        self._pool = self._spawned()
        self._given: list[Future[Any]] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call `fn`, importable by name, in one of the processes."""
        if any(self._has_grown(future) for future in self._given if future.done()):
            # The pool's own max_tasks_per_child stops for ever in Python 3.11 to 3.13 (gh-115634).
            self._pool.shutdown(wait=False)
            self._renew()
        try:
            future = self._pool.submit(_patiently, self._patience, fn, *args, **kwargs)
        except BrokenExecutor:
            self._renew()
            future = self._pool.submit(_patiently, self._patience, fn, *args, **kwargs)
        self._given = [*(given for given in self._given if not given.done()), future]
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, after what they are solving."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _renew(self) -> None:
        self._pool, self._given = self._spawned(), []

    def _spawned(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.processes, mp_context=context, initializer=_begin)

    def _has_grown(self, future: Future[Any]) -> bool:
        if future.cancelled() or future.exception() is not None:
            return False
        result = future.result()
        return isinstance(result, Solved) and result.peak > self._most_bytes


class Cluster(Executor):
    """The workers of a Dask scheduler, who must have this program installed. Raises SolversAway when it cannot be used.

    What its workers died of again and again fails with BrokenExecutor, as in a `Pool`. When the scheduler goes away,
    what was being solved is cancelled.
    """

    def __init__(self, scheduler: str) -> None:
        try:
            # Imported late: an extra that most installations do without.
            import distributed
            from distributed.scheduler import KilledWorker
        except ImportError:
            raise SolversAway(
                "DASK_SCHEDULER is set, but Dask is not installed: install the extra “dask”, or unset it."
            ) from None
        connect: Any = distributed.Client
        try:
            self._client: Any = connect(scheduler, timeout=ANSWERS_WITHIN, set_as_default=False)
        except (OSError, ValueError) as away:
            raise SolversAway(
                f"The Dask scheduler {scheduler} does not answer within {ANSWERS_WITHIN:g} s: start it, or correct "
                f"or unset DASK_SCHEDULER. ({type(away).__name__})"
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=ANSWERS_WITHIN)
        except TimeoutError:
            self._client.close()
            raise SolversAway(
                f"The Dask scheduler {scheduler} has no worker: start some with “dask worker {scheduler}”."
            ) from None
        self._killed: type[Exception] = KilledWorker
        self._solvers: Executor = self._client.get_executor(pure=False)
        self.processes = sum(self._client.nthreads().values())

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call `fn`, importable by name, on one of the workers."""
        there = self._solvers.submit(fn, *args, **kwargs)
        here: Future[T] = Future()
        here.add_done_callback(partial(_call_off, there))
        there.add_done_callback(partial(self._pass_on, here))
        return here

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the scheduler; what its workers still solve for us is called off."""
        self._solvers.shutdown(wait=False)
        self._client.close()

    def _pass_on(self, here: Future[T], there: Future[T]) -> None:
        if here.done():
            return
        if there.cancelled():
            here.cancel()
            here.set_running_or_notify_cancel()
        elif (raised := there.exception()) is None:
            here.set_result(there.result())
        elif isinstance(raised, self._killed):
            here.set_exception(BrokenExecutor(str(raised)))
        else:
            here.set_exception(raised)


class Inline(Executor):
    """Runs what is submitted at once, in the caller's thread: for `flask worker --once` and for tests."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The result or the error of calling `fn` now."""
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as raised:
            done.set_exception(raised)
        return done


@lru_cache
def _warm() -> None:
    """Compile the search engine, once a process."""
    from routing.solver import warm

    warm()


def _call_off(there: Future[T], here: Future[T]) -> None:
    if here.cancelled():
        there.cancel()


def _patiently(patience: float, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `fn` in the only task of this process; after `patience` seconds the process ends."""
    if math.isfinite(patience):
        # The signal's default action: no handler of Python's would run while OR-Tools keeps the interpreter.
        signal.setitimer(signal.ITIMER_REAL, patience)
    try:
        return fn(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _begin() -> None:
    # An interrupt at the terminal reaches the whole group: the worker decides when its solvers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _warm()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
