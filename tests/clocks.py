"""The clock that tests move by hand."""

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
"""Monday 30 November 2026, 08:00 in Vietnam: no holiday within two weeks."""


class HandClock:
    """A clock that stands still until the test moves it. Worlds' offsets count, as in the demo."""

    live_moves = True

    def __init__(self, start: datetime = MONDAY) -> None:
        self.at = start

    def real(self) -> datetime:
        """Where the test put it."""
        return self.at

    def now(self, offset: timedelta, *, live: bool) -> datetime:
        """The same in every world but for its offset."""
        return self.at + offset

    def forward(self, **by: float) -> None:
        """`clock.forward(days=1, hours=2)`."""
        self.at += timedelta(**by)

    def set(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Go to a Vietnamese time of day, `days` after the present day."""
        local = self.at + timedelta(hours=7)
        target = local.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
        self.at = target - timedelta(hours=7)
