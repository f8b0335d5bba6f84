"""Solving processes: what dies is replaced, what grows or hangs is ended, and a scheduler that is away is named."""

import gc
import os
import signal
import sys
import time
from concurrent.futures import BrokenExecutor

import pytest

import routing.solver
from delivery.solvers import Cluster, Pool, Solved, SolversAway, peak_memory, processors, solved
from routing.plan import Plan
from tests.routing.days import office_day

EMPTY = Plan(routes=(), unplanned=())


def _grown(peak: int) -> Solved:
    """What a process says that has held so many bytes."""
    return Solved(plan=EMPTY, seconds=0, peak=peak)


def _endless() -> None:
    time.sleep(3600)


def test_processes_that_die_or_hang_or_grow_are_replaced() -> None:
    """One pool through a bad night: each time the next office is solved by somebody else."""
    with Pool(1, patience=0.5, most_bytes=1000) as pool:
        first = pool.submit(os.getpid).result(60)
        with pytest.raises(BrokenExecutor):
            pool.submit(os.kill, first, signal.SIGKILL).result(60)
        second = pool.submit(os.getpid).result(60)
        assert second != first
        assert pool.submit(_grown, 1000).result(60).peak == 1000
        assert pool.submit(os.getpid).result(60) == second, "within its limit a process is kept"
        assert pool.submit(_grown, 1001).result(60).peak == 1001
        third = pool.submit(os.getpid).result(60)
        assert third != second
        with pytest.raises(BrokenExecutor):
            pool.submit(_endless).result(60)


def test_a_solve_leaves_nothing_behind() -> None:
    """A model that its own call-back keeps alive costs 20 MB a second: a worker would be dead before midnight."""
    assert solved(office_day(8, 1), 0.05).peak <= peak_memory()
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one).__module__ == routing.solver.__name__]


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator corrects a setting; nothing was claimed yet."""
    monkeypatch.setattr("delivery.solvers.ANSWERS_WITHIN", 0.2)
    with pytest.raises(SolversAway, match=r"127\.0\.0\.1:9 does not answer .* DASK_SCHEDULER"):
        Cluster("tcp://127.0.0.1:9")


def test_without_dask_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: most installations do without."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SolversAway, match="extra “dask”"):
        Cluster("tcp://127.0.0.1:9")


def test_there_is_a_processor() -> None:
    """As many offices are solved at a time as this process may use."""
    assert 1 <= processors() <= (os.cpu_count() or 1)
