"""Our own search for better routes: slack induction by string removals, compiled, in two threads.

Two searches of different temper run side by side, each in a thread of its own, since compiled code lets go of the
interpreter; the better one wins. A run limited by rounds is a function of (problem, seed, rounds); a run limited by
time takes what the machine gives. `routing.improve.kernel` holds the search, `routing.improve.arrays` the translation.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

import numpy as np

from routing.improve.arrays import Flat, flat
from routing.improve.kernel import ANY_COST, BEST, FOUND, ROUNDS, Setting, Tour, again, begin, search
from routing.matrix import Matrix
from routing.problem import DAY, Courier, Problem, Stop

SLICE: Final = 0.004
"""Seconds that compiled code runs between two looks at the clock."""
FIRST_ROUNDS: Final = 32
FEWEST_ROUNDS: Final = 4
LOOK: Final = 0.02
"""Seconds between two reports of progress."""

Orders = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Temper:
    """How one search goes about it: stops taken out in a round on average, the longest string of one route, how many
    exchanges between two routes follow, and the temperature at its beginning and end, in ways to a near neighbour (the
    mean of each stop's two nearest)."""

    removed: float
    longest: float
    exchanges: int
    hot: float
    cold: float


TEMPERS: Final = (
    (
        Temper(removed=10.0, longest=10.0, exchanges=5, hot=4.0, cold=0.1),
        Temper(removed=25.0, longest=15.0, exchanges=20, hot=8.0, cold=0.1),
    ),
    (
        Temper(removed=15.0, longest=10.0, exchanges=5, hot=4.0, cold=0.1),
        Temper(removed=30.0, longest=15.0, exchanges=20, hot=12.0, cold=0.06),
    ),
)
"""For each thread: where routes are short, and where they are long and whole clusters must change hands."""
SHORT: Final = 25
"""Stops of a route, on average of the first tour, below which it is short."""
ONCE: Final = ((1.0, 1.0),)
REPEATEDLY: Final = ((0.4, 1.0), (0.15, 0.3), (0.15, 0.3), (0.15, 0.3), (0.15, 0.3))
"""Coolings: the share of the time, and the temperature at the beginning as a share of the temper's."""
LONG, MANY = 3.0, 100_000
"""Seconds, or rounds, from which on warming up again pays; before that one slow fall is better."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """When a search ends: at `deadline` (time.monotonic) or, if given, after so many rounds; or when `stopped` says."""

    deadline: float
    rounds: int | None = None
    stopped: Callable[[], bool] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one search found: the orders of stops, their cost in the kernel's arithmetic, and how much was tried."""

    orders: Orders
    cost: float
    rounds: int
    better: int


def improve(
    problem: Problem,
    stops: Sequence[Stop],
    locks: Mapping[str, Sequence[Stop]],
    *,
    start: Mapping[str, Sequence[str]],
    limit: Limit,
    seed: int = 1,
    threads: int = len(TEMPERS),
    told: Callable[[float, int], None] | None = None,
) -> list[Found]:
    """The best orders of each search over `stops` (locked ones among them), the cheapest first.

    `start` are faultless orders to begin from, empty but for the locks if there is no plan in force; a search never
    returns worse ones. `told` hears the best cost so far and the rounds made. Raises what a search raises.
    """
    day = flat(problem, stops, locks)
    tempers = TEMPERS[:threads]
    meeting = _Meeting(len(tempers))
    searches = [_Search(day, start, each, seed * len(TEMPERS) + at, meeting) for at, each in enumerate(tempers)]
    course = _Course.of(limit)
    with ThreadPoolExecutor(len(searches), thread_name_prefix="improve") as pool:
        try:
            running: set[Future[None]] = {pool.submit(each.run, course) for each in searches}
            while running:
                done, running = wait(running, timeout=LOOK)
                for each in done:
                    each.result()
                if told is not None and any(each.begun for each in searches):
                    best = min(each.best for each in searches if each.begun)
                    told(best, sum(each.rounds for each in searches))
                if limit.stopped is not None and limit.stopped():
                    course.ended.set()
        finally:
            course.ended.set()
            meeting.leave()
    return sorted((each.found() for each in searches), key=lambda found: found.cost)


def warm() -> None:
    """Compile or load what a first solve would have to wait for: once a process, about 15 s if nothing is on disk."""
    matrix = Matrix(seconds=np.zeros((3, 3), dtype=np.int32), metres=np.zeros((3, 3), dtype=np.int32))
    stops = tuple(Stop(key=str(place), place=place) for place in (1, 2))
    courier = Courier(key="warm", start=0, end=0, shift_start=0, shift_end=DAY)
    problem = Problem(matrix=matrix, stops=stops, couriers=(courier,))
    limit = Limit(deadline=time.monotonic() + DAY, rounds=1)
    improve(problem, stops, {"warm": ()}, start={}, limit=limit, threads=1)


class _Meeting:
    """Where the searches of one day wait for one another, to go on from the best that any of them has found."""

    def __init__(self, searches: int) -> None:
        self._all_here = threading.Barrier(searches)
        self._all: list[_Search] = []

    def join(self, search: "_Search") -> None:
        self._all.append(search)

    def share(self, mine: "_Search") -> None:
        """Take over the best tour, the first of equals. Whoever is alone, since another failed, keeps its own."""
        with contextlib.suppress(threading.BrokenBarrierError):
            self._all_here.wait()
            best = min(self._all, key=lambda each: each.best)
            if best is not mine:
                mine.take_over(best)
            self._all_here.wait()

    def leave(self) -> None:
        """Nobody is waited for any more."""
        self._all_here.abort()


class _Search:
    """One temper's tour through the day."""

    def __init__(
        self,
        day: Flat,
        start: Mapping[str, Sequence[str]],
        tempers: tuple[Temper, Temper],
        seed: int,
        meeting: _Meeting,
    ) -> None:
        self._flat = day
        self._meeting = meeting
        meeting.join(self)
        self._tour: Tour = day.tour(start, seed)
        self._tempers = tempers
        self.begun = False

    @property
    def best(self) -> float:
        return float(self._tour.totals[1])

    @property
    def rounds(self) -> int:
        return int(self._tour.counts[ROUNDS])

    def found(self) -> Found:
        return Found(
            orders=self._flat.orders(self._tour),
            cost=self.best,
            rounds=self.rounds,
            better=int(self._tour.counts[FOUND]),
        )

    def take_over(self, other: "_Search") -> None:
        """Make another's best tour the best of this search too."""
        theirs, mine = other._tour, self._tour
        mine.nodes[BEST] = theirs.nodes[BEST]
        mine.routes["best_size"] = theirs.routes["best_size"]
        mine.totals[1] = theirs.totals[1]

    def run(self, course: "_Course") -> None:
        """Cool down from hot until the limit; with time, then a few times from warm, each time from the best of all."""
        try:
            self._run(course)
        finally:
            self._meeting.leave()

    def _run(self, course: "_Course") -> None:
        day, tour = self._flat.day, self._tour
        fits = begin(day, tour, ANY_COST)
        self.begun = True
        if not fits or not len(day.stops) or not len(day.couriers):
            return
        sizes = tour.routes["size"]
        temper = self._tempers[int(sizes.sum() >= SHORT * np.count_nonzero(sizes))]
        near = max(1.0, day.travel_weight * float(np.mean(day.stops["lonely"])) / 2)
        cold, done = temper.cold * near, 0.0
        for at, (share, heat) in enumerate(course.coolings):
            if course.ended.is_set():
                return
            if at:
                self._meeting.share(self)
                again(day, tour)
            phase = course.phase(done, share, hot=heat * temper.hot * near, cold=cold)
            self._cool(phase, Setting(temper.removed, temper.longest, temper.exchanges), course.ended)
            done += share

    def _cool(self, phase: "_Phase", setting: Setting, ended: threading.Event) -> None:
        """One fall of the temperature. Slices of a run limited by rounds do not depend on the clock."""
        day, tour = self._flat.day, self._tour
        whole = max(1e-6, phase.ends - phase.begun)
        made, rounds, now = 0, FIRST_ROUNDS, time.monotonic()
        done = (now - phase.begun) / whole if phase.rounds is None else 0.0
        while done < 1.0 and not ended.is_set():
            if phase.rounds is not None:
                rounds = min(FIRST_ROUNDS, phase.rounds - made)
                if rounds <= 0:
                    return
                made += rounds
                following = made / phase.rounds
            else:
                following = min(1.0, done + SLICE / whole)
            search(day, tour, setting, rounds, phase.temperature(done), phase.temperature(following))
            if phase.rounds is not None:
                done = following
                continue
            before, now = now, time.monotonic()
            rounds = max(FEWEST_ROUNDS, min(2 * rounds, int(rounds * SLICE / max(1e-6, now - before))))
            done = (now - phase.begun) / whole


@dataclass(frozen=True, kw_only=True, slots=True)
class _Course:
    """How all searches of one day go through the time: decided once, since they wait for one another in between."""

    limit: Limit
    begun: float
    coolings: Sequence[tuple[float, float]]
    ended: threading.Event

    @classmethod
    def of(cls, limit: Limit) -> "_Course":
        begun = time.monotonic()
        long = limit.deadline - begun >= LONG if limit.rounds is None else limit.rounds >= MANY
        return cls(limit=limit, begun=begun, coolings=REPEATEDLY if long else ONCE, ended=threading.Event())

    def phase(self, done: float, share: float, *, hot: float, cold: float) -> "_Phase":
        """The cooling that begins after a share of all and takes another."""
        whole = self.limit.deadline - self.begun
        return _Phase(
            hot=hot,
            cold=cold,
            begun=self.begun + done * whole,
            ends=self.begun + (done + share) * whole,
            rounds=None if self.limit.rounds is None else _part(self.limit.rounds, done, share),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phase:
    """One cooling, from `begun` to `ends` (time.monotonic), or for so many rounds."""

    hot: float
    cold: float
    begun: float
    ends: float
    rounds: int | None

    def temperature(self, done: float) -> float:
        return float(self.hot * (self.cold / self.hot) ** min(1.0, max(0.0, done)))


def _part(rounds: int, done: float, share: float) -> int:
    """The rounds from one share of all to another, so that all parts add up to all."""
    return round(rounds * (done + share)) - round(rounds * done)
