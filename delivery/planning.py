"""Plans being made, for the timed worker and the night run: each claimed for a while, read, solved, stored.

Each step is a short unit of work of its own; while something is solved its claim is renewed, so that a worker that was
killed is known to be dead within seconds.
"""

import logging
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy.exc import OperationalError

from delivery import dispatch
from delivery.errors import NotFound, Refused, Trouble
from delivery.solvers import Solved, replanned, solved, time_for
from delivery.wiring import Wiring

LEASE_SECONDS: Final = 20
"""A claim lasts so much longer than the longest solve; nobody takes it before."""
KEEP_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


def lease_for(most_seconds: float) -> timedelta:
    """How long a plan is claimed for at a time, when a solve takes `most_seconds` at most."""
    return timedelta(seconds=LEASE_SECONDS + most_seconds)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A plan is stored. `seconds` were spent on reading, solving and storing it, without any waiting in between."""

    office_id: UUID
    solved: Solved
    seconds: float


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """A plan could not be made; its dispatcher reads why."""

    office_id: UUID
    trouble: Trouble


@dataclass(frozen=True, kw_only=True)
class Overtaken:
    """Another worker was faster, or somebody replaced the plan meanwhile."""

    office_id: UUID


Ended = Made | GivenUp | Overtaken


class SolversGone(RuntimeError):
    """What was being solved was cancelled by nobody here: the scheduler went away."""


@dataclass(kw_only=True)
class _Making:
    claim: dispatch.Claim
    task: dispatch.Task
    seconds: float
    read_in: float
    begun: float
    suspect: bool = False

    def percent(self) -> int:
        return round(100 * (monotonic() - self.begun) / self.seconds)


class Desk:
    """Makes at most `most` plans at a time with `solvers`, each in `most_seconds` at most.

    When a solving process dies, all that was being solved fails, and nobody knows whose fault it was: those plans are
    solved again one at a time, and the one with which a process dies again is given up.
    """

    def __init__(self, wiring: Wiring, solvers: Executor, *, actor: str, most: int, most_seconds: float) -> None:
        self._wiring = wiring
        self._solvers = solvers
        self._actor = actor
        self._most = most
        self._most_seconds = most_seconds
        self._running: dict[Future[Solved], _Making] = {}
        self._suspects: deque[_Making] = deque()
        self._kept = monotonic()

    @property
    def has_room(self) -> bool:
        """Whether another plan can be begun now."""
        return not self._suspects and len(self._running) < self._most

    @property
    def idle(self) -> bool:
        """Whether nothing is being made."""
        return not self._suspects and not self._running

    def begin(self, claim: dispatch.Claim) -> list[Ended]:
        """Read the day and hand its problem over; what ended at once because that could not be done."""
        begun = monotonic()
        try:
            with self._wiring.work(self._actor) as unit:
                task = dispatch.task_for(unit, claim)
            task = task.with_roads(self._wiring.roads)
        except OperationalError:
            raise
        except Exception as trouble:
            return [self._give_up(claim, trouble, _NOT_READ)]
        seconds = time_for(len(task.problem.stops), self._most_seconds)
        now = monotonic()
        making = _Making(claim=claim, task=task, seconds=seconds, read_in=now - begun, begun=now)
        return self._submit(making)

    def settle(self, timeout: float) -> list[Ended]:
        """Wait at most `timeout` seconds for something to end; store it, and keep the claims on the rest."""
        ended: list[Ended] = []
        if self._suspects and not self._running:
            ended += self._submit(self._suspects.popleft())
        finished, _ = wait(self._running, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in finished:
            ended += self._end(self._running.pop(future), future)
        if monotonic() - self._kept >= KEEP_SECONDS:
            self._keep()
        return ended

    def clear(self) -> int:
        """Give back what no process has begun to solve; how many plans that were."""
        waiting = [making for future, making in self._running.items() if future.cancel()]
        self._running = {future: making for future, making in self._running.items() if not future.cancelled()}
        waiting += self._suspects
        self._suspects.clear()
        if waiting:
            with self._wiring.work(self._actor) as unit:
                for making in waiting:
                    dispatch.give_back(unit, making.claim)
        return len(waiting)

    def _submit(self, making: _Making) -> list[Ended]:
        making.begun = monotonic()
        try:
            future = self._handed_over(making)
        except BrokenExecutor as trouble:
            return self._suspect(making, trouble)
        except Exception as trouble:
            return [self._give_up(making.claim, trouble, _NOT_SOLVED)]
        self._running[future] = making
        return []

    def _handed_over(self, making: _Making) -> Future[Solved]:
        task = making.task
        if task.in_force is None:
            return self._solvers.submit(solved, task.problem, making.seconds)
        return self._solvers.submit(replanned, task.problem, task.in_force, task.insert_only, making.seconds)

    def _end(self, making: _Making, future: Future[Solved]) -> list[Ended]:
        if future.cancelled():
            self._suspects.append(making)
            raise SolversGone
        try:
            result = future.result()
        except BrokenExecutor as trouble:
            return self._suspect(making, trouble)
        except Exception as trouble:
            return [self._give_up(making.claim, trouble, _NOT_SOLVED)]
        return [self._store(making, result)]

    def _store(self, making: _Making, result: Solved) -> Ended:
        claim, begun = making.claim, monotonic()
        try:
            with self._wiring.work(self._actor) as unit:
                dispatch.store(unit, claim, making.task, result.plan)
        except (Refused, NotFound):
            return Overtaken(office_id=claim.office_id)
        except OperationalError:
            raise
        except Exception as trouble:
            return self._give_up(claim, trouble, _NOT_STORED)
        seconds = making.read_in + result.seconds + monotonic() - begun
        return Made(office_id=claim.office_id, solved=result, seconds=seconds)

    def _suspect(self, making: _Making, trouble: BrokenExecutor) -> list[Ended]:
        if making.suspect:
            return [self._give_up(making.claim, trouble, _CRASHED)]
        making.suspect = True
        self._suspects.append(making)
        return []

    def _give_up(self, claim: dispatch.Claim, raised: Exception, otherwise: tuple[str, str]) -> GivenUp:
        if isinstance(raised, Trouble):
            trouble = raised
        else:
            if not isinstance(raised, BrokenExecutor):
                _log.error("Plan %s failed.", claim.plan_id, exc_info=raised)
            vi, en = otherwise
            kind = type(raised).__name__
            trouble = Refused("plan-not-made", vi=vi.format(kind=kind), en=en.format(kind=kind))
        with self._wiring.work(self._actor) as unit:
            dispatch.fail_plan(unit, claim, trouble=trouble.vi)
        return GivenUp(office_id=claim.office_id, trouble=trouble)

    def _keep(self) -> None:
        lease = lease_for(self._most_seconds)
        with self._wiring.work(self._actor) as unit:
            for making in (*self._running.values(), *self._suspects):
                making.claim = dispatch.keep_claim(unit, making.claim, lease=lease, percent=making.percent())
        self._kept = monotonic()


_NOT_READ: Final = (
    "Không đọc được việc phát của ngày này ({kind}). Hãy báo quản trị viên.",
    "What is due on this day could not be read ({kind}): the log says more.",
)
_NOT_SOLVED: Final = (
    "Không lập được tuyến cho ngày này ({kind}). Hãy lập lại; nếu còn lỗi, báo quản trị viên.",
    "The day could not be solved ({kind}): the log says more.",
)
_NOT_STORED: Final = (
    "Tuyến đã lập nhưng không lưu được ({kind}). Hãy lập lại; nếu còn lỗi, báo quản trị viên.",
    "The plan was made but could not be stored ({kind}): the log says more.",
)
_CRASHED: Final = (
    "Tiến trình lập tuyến hai lần dừng đột ngột. Hãy lập lại; nếu còn lỗi, báo quản trị viên.",
    "The solving process died twice while it planned this office.",
)
