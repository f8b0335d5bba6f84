"""Watching a solve: its clock, its progress, and whether it is to end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

BREATH: Final = 0.05
"""Seconds between two moments at which other threads of the process get a chance to run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """The best plan so far: after how many `seconds`, its `cost` (seconds), after how many `solutions` looked at."""

    seconds: float
    cost: int
    solutions: int


class Watch:
    """Counts, reports and ends one solve."""

    def __init__(
        self,
        *,
        progress: Callable[[Progress], None] | None,
        stopped: Callable[[], bool] | None,
        begun: float,
        deadline: float,
        rounds: int | None,
    ) -> None:
        self._progress = progress
        self._stopped = stopped
        self.begun = begun
        self.deadline = deadline
        self.rounds = rounds
        self.solutions = 0
        self._best: float | None = None

    @property
    def whole(self) -> float:
        """All the seconds there are."""
        return self.deadline - self.begun

    def left(self) -> float:
        """Seconds until the deadline; without end where rounds are the limit."""
        return self.deadline - time.monotonic()

    def stopped(self) -> bool:
        """Whether the caller wants no more."""
        return self._stopped is not None and self._stopped()

    def tell(self, price: float) -> None:
        """Report a cost if it is the best so far."""
        if self._progress is not None and (self._best is None or price < self._best - 0.5):
            self._best = price
            seconds = time.monotonic() - self.begun
            self._progress(Progress(seconds=seconds, cost=round(price), solutions=self.solutions))

    def hear(self, price: float, tried: int) -> None:
        """The same, of a search that has made so many tries by now."""
        self.solutions = tried
        self.tell(price)


class Breath:
    """Hears of each solution of OR-Tools: tells it, lets other threads run, and ends the search when asked to."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._drawn = watch.begun

    def draw(self, model: Any, scale: int) -> None:
        """Hear of the solution that `model` is at; its cost is `scale` times ours."""
        now = time.monotonic()
        self._watch.solutions += 1
        self._watch.tell(int(model.CostVar().Max()) // scale)
        if now - self._drawn > BREATH:
            time.sleep(0)
            self._drawn = now
            if self._watch.stopped():
                model.CancelSearch()
