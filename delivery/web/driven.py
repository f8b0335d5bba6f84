"""Driven days as a drawing: what a route was planned to take, as a line, and what it took, as dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from delivery.store.queries.learned import DrivenDay

HEIGHT: Final = 200
"""Pixels from the lowest line to the uppermost."""
_LEFT, _RIGHT = 13.0, 98.0
# Minutes from line to line: the first that needs no more than five lines.
_STEPS: Final = (15, 30, 60, 120, 240, 480)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A day on the drawing: `x` in percent of the width, heights in pixels from the top, minutes for a mean route."""

    day: date
    x: float
    planned_y: float
    recorded_y: float
    planned_minutes: int
    recorded_minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """The marks of the days, and the lines that times are read off: minutes and their height in pixels from the top."""

    marks: tuple[Mark, ...]
    lines: tuple[tuple[int, float], ...]

    @property
    def planned_line(self) -> tuple[tuple[Mark, Mark], ...]:
        """The line in pieces: percentages cannot stand in a path."""
        return tuple(zip(self.marks, self.marks[1:], strict=False))


def drawn(days: Sequence[DrivenDay]) -> Drawing | None:
    """The days in their order, for a mean route of each; None when there is nothing to draw."""
    if not days:
        return None
    times = [seconds / day.routes / 60 for day in days for seconds in (day.planned, day.recorded)]
    low, high, step = _scale(min(times), max(times))
    apart = (_RIGHT - _LEFT) / max(len(days) - 1, 1)

    def y(minutes: float) -> float:
        return round(HEIGHT * (high - minutes) / (high - low), 1)

    return Drawing(
        marks=tuple(
            Mark(
                day=day.day,
                x=round(_LEFT + at * apart, 2) if len(days) > 1 else (_LEFT + _RIGHT) / 2,
                planned_y=y(day.planned / day.routes / 60),
                recorded_y=y(day.recorded / day.routes / 60),
                planned_minutes=round(day.planned / day.routes / 60),
                recorded_minutes=round(day.recorded / day.routes / 60),
            )
            for at, day in enumerate(days)
        ),
        lines=tuple((minutes, y(minutes)) for minutes in range(low, high + 1, step)),
    )


def _scale(least: float, most: float) -> tuple[int, int, int]:
    """The lowest and the uppermost line, and what lies between two, in minutes: close around what is shown."""
    for step in _STEPS:
        low, high = int(least // step) * step, (int(most // step) + 1) * step
        if (high - low) // step <= 4:
            break
    return low, high, step
