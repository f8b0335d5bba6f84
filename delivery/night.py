"""The night run: every office that has something due on a day gets its plan, once.

The plans' rows are the truth about who has one and who is at it, so a run may be killed at any moment and started
again, and any number of runs share the work: what is ready stays, what another run is at is left to it, and what a
dead one was at is taken when its claim ends, within seconds.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date, time
from threading import Event
from time import monotonic
from typing import Final

from delivery import dispatch
from delivery.errors import NotFound, Trouble
from delivery.planning import Desk, Ended, GivenUp, Made, SolversGone, lease_for
from delivery.rules.calendar import ONE_DAY, vietnam_instant
from delivery.store.queries.due import DueOffice, due_offices
from delivery.store.routes import PlanState
from delivery.store.work import Work
from delivery.wiring import Wiring
from routing.plan import Why

ACTOR: Final = "job:night"
POLL_SECONDS: Final = 0.5
SLOWEST: Final = 5


@dataclass(frozen=True, kw_only=True)
class Night:
    """What is to be planned: `offices` for `day`, each within `most_seconds`, `at_once` of them at a time."""

    day: date
    offices: Sequence[DueOffice]
    most_seconds: float
    at_once: int


@dataclass(frozen=True, kw_only=True)
class Planned:
    """An office got its plan from this run."""

    office: DueOffice
    stops: int
    unplanned: int
    routes: int
    metres: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Failed:
    """An office has no plan, and why."""

    office: DueOffice
    trouble: str


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Another run, or the timed worker, made this office's plan meanwhile."""

    office: DueOffice


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Nothing is left to do but to see whether these offices get their plans from whoever is at them."""

    offices: Sequence[DueOffice]


News = Planned | Failed | Elsewhere | Waiting


@dataclass(kw_only=True)
class Tally:
    """How far a run has come. `peak` is the most memory that a solving process held, in bytes."""

    offices: int
    already: int = 0
    planned: int = 0
    elsewhere: int = 0
    failed: list[Failed] = field(default_factory=list)
    routes: int = 0
    stops: int = 0
    unplanned: Counter[Why] = field(default_factory=Counter)
    metres: int = 0
    peak: int = 0
    seconds: float = 0.0
    slowest: list[Planned] = field(default_factory=list)
    gone: bool = False

    @property
    def left(self) -> int:
        """Offices that are still without a plan, because the run was told to end."""
        return self.offices - self.already - self.planned - self.elsewhere - len(self.failed)


def offices_due(unit: Work, day: date, codes: Sequence[str] = ()) -> list[DueOffice]:
    """The offices with something due on `day`: those with the given codes, all when none is given.

    Raises Invalid for a day that is over or too far ahead, NotFound for a code with nothing due.
    """
    dispatch.check_day(unit, day)
    due = due_offices(unit, day, vietnam_instant(day + ONE_DAY, time()))
    if not codes:
        return due
    named = {office.code: office for office in due}
    for code in codes:
        if code not in named:
            raise NotFound(
                "nothing-due",
                vi=f"Bưu cục {code} không có gì phải phát ngày {day:%d/%m/%Y}, hoặc không có bưu cục này.",
                en=f"Office {code} has nothing due on {day:%Y-%m-%d}, or there is no such office.",
            )
    return [named[code] for code in dict.fromkeys(codes)]


def run(wiring: Wiring, solvers: Executor, night: Night, *, stopping: Event, told: Callable[[News], None]) -> Tally:
    """Plan the offices, telling what happens as it happens.

    Once `stopping` is set nothing is begun, what is being solved is finished, and the rest is given back.
    """
    return _Run(wiring, solvers, night, stopping, told).through()


class _Run:
    def __init__(
        self, wiring: Wiring, solvers: Executor, night: Night, stopping: Event, told: Callable[[News], None]
    ) -> None:
        self._wiring = wiring
        self._night = night
        self._stopping = stopping
        self._told = told
        self._desk = Desk(wiring, solvers, actor=ACTOR, most=night.at_once, most_seconds=night.most_seconds)
        self._named = {office.id: office for office in night.offices}
        self._open = deque(office for office in night.offices if office.plan is not PlanState.READY)
        self._busy: list[DueOffice] = []
        self._tally = Tally(offices=len(night.offices), already=len(night.offices) - len(self._open))

    def through(self) -> Tally:
        begun = monotonic()
        with self._wiring.work(ACTOR) as unit:
            self._since = unit.now
        try:
            while self._go_on():
                pass
        except SolversGone:
            self._tally.gone = True
        finally:
            self._desk.clear()
        self._tally.seconds = monotonic() - begun
        return self._tally

    def _go_on(self) -> bool:
        while self._open and self._desk.has_room and not self._stopping.is_set():
            self._take(self._open.popleft())
        if self._stopping.is_set():
            self._desk.clear()
        if not self._desk.idle:
            self._note(self._desk.settle(POLL_SECONDS))
            return True
        if self._stopping.is_set() or not (self._open or self._busy):
            return False
        if not self._open:
            self._told(Waiting(offices=tuple(self._busy)))
            self._stopping.wait(POLL_SECONDS)
            self._open.extend(self._busy)
            self._busy.clear()
        return True

    def _take(self, office: DueOffice) -> None:
        try:
            with self._wiring.work(ACTOR) as unit:
                plan, claim = dispatch.claim_missing(
                    unit,
                    office_id=office.id,
                    day=self._night.day,
                    lease=lease_for(self._night.most_seconds),
                    since=self._since,
                )
        except Trouble as trouble:
            # The day went by while the run was at it.
            self._fail(office, trouble.en)
            return
        if claim is not None:
            self._note(self._desk.begin(claim))
        elif plan.state is PlanState.FAILED:
            self._fail(office, plan.trouble)
        elif plan.state is PlanState.READY:
            self._tally.elsewhere += 1
            self._told(Elsewhere(office=office))
        else:
            self._busy.append(office)

    def _note(self, ended: Sequence[Ended]) -> None:
        for one in ended:
            office = self._named[one.office_id]
            match one:
                case Made():
                    self._made(office, one)
                case GivenUp(trouble=trouble):
                    self._fail(office, trouble.en)
                case _:
                    # Whoever was faster has a plan, or gave up, or is at it: its row says so.
                    self._open.append(office)

    def _made(self, office: DueOffice, made: Made) -> None:
        plan, tally = made.solved.plan, self._tally
        planned = Planned(
            office=office,
            stops=sum(len(route.visits) for route in plan.routes),
            unplanned=len(plan.unplanned),
            routes=len(plan.routes),
            metres=plan.metres,
            seconds=made.seconds,
        )
        tally.planned += 1
        tally.routes += planned.routes
        tally.stops += planned.stops
        tally.metres += planned.metres
        tally.unplanned.update(left.reason.why for left in plan.unplanned)
        tally.peak = max(tally.peak, made.solved.peak)
        tally.slowest = sorted([*tally.slowest, planned], key=lambda one: -one.seconds)[:SLOWEST]
        self._told(planned)

    def _fail(self, office: DueOffice, trouble: str) -> None:
        failed = Failed(office=office, trouble=trouble)
        self._tally.failed.append(failed)
        self._told(failed)
