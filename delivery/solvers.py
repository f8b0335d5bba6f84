"""Where plans are solved: processes of their own, since OR-Tools keeps the interpreter to itself.

Measured: of 3 s that a solve of 150 stops took, another thread of the process ran 64 times for a
millisecond and waited up to 0.6 s in between. The modules that a process loads are this one and
routing's, so it knows nothing of the post office.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from routing.plan import Plan
from routing.problem import Problem

P = ParamSpec("P")
T = TypeVar("T")

LEAST = 0.15
PER_STOP = 0.004


def time_for(stops: int, most: float) -> float:
    """Seconds that a day of so many stops is worth, at most `most`: a commune office's is done in a blink."""
    return min(most, LEAST + PER_STOP * stops)


def solved(problem: Problem, seconds: float) -> Plan:
    """The best plan found in about `seconds`."""
    # Imported late: OR-Tools takes a second and much memory, and a server that plans nothing needs neither.
    from routing.solver import solve

    return solve(problem, seconds=seconds)


class Pool(Executor):
    """Solving processes, spawned at first use. They end with this process, however it ends.

    When one is killed (memory), what was being solved fails with BrokenExecutor, and new processes take over.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool = self._spawned()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call `fn`, importable by name, in one of the processes."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pool = self._spawned()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, after what they are solving."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _spawned(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_begin)


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


def _begin() -> None:
    # An interrupt at the terminal reaches the whole group: the worker decides when its solvers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
