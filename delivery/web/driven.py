"""Driven days as a drawing: what a route was planned to take, as a line, and what it took, as dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from delivery.store.queries.learned import DrivenDay

HEIGHT: Final = 200
"""Pixels from no time at all, at the bottom, to the uppermost line."""
_LEFT, _RIGHT = 11.0, 98.0
_HOUR: Final = 3_600


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
    """The marks of the days, and the lines that hours are read off: hours and their height in pixels from the top."""

    marks: tuple[Mark, ...]
    hours: tuple[tuple[int, float], ...]

    @property
    def planned_line(self) -> tuple[tuple[Mark, Mark], ...]:
        """The line in pieces: percentages cannot stand in a path."""
        return tuple(zip(self.marks, self.marks[1:], strict=False))


def drawn(days: Sequence[DrivenDay]) -> Drawing | None:
    """The days in their order, for a mean route of each; None when there is nothing to draw."""
    if not days:
        return None
    longest = max(max(day.planned, day.recorded) / day.routes for day in days)
    step = next((step for step in (1, 2, 3, 4) if longest <= 4 * step * _HOUR), 6)
    top = max(1, -(-int(longest) // (step * _HOUR))) * step
    apart = (_RIGHT - _LEFT) / max(len(days) - 1, 1)

    def y(seconds: float) -> float:
        return round(HEIGHT * (1 - seconds / (top * _HOUR)), 1)

    return Drawing(
        marks=tuple(
            Mark(
                day=day.day,
                x=round(_LEFT + at * apart, 2) if len(days) > 1 else (_LEFT + _RIGHT) / 2,
                planned_y=y(day.planned / day.routes),
                recorded_y=y(day.recorded / day.routes),
                planned_minutes=round(day.planned / day.routes / 60),
                recorded_minutes=round(day.recorded / day.routes / 60),
            )
            for at, day in enumerate(days)
        ),
        hours=tuple((hour, y(hour * _HOUR)) for hour in range(0, top + 1, step)),
    )
