"""The only caller of `datetime.now`.

The clock of business belongs to a world: live, or one test client's. A world's
offset is a database row, so that server and workers agree; live's offset counts
only under a `MovableClock`, which only the demo's settings install. Leases,
tokens, sessions and rate limits use `real`.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where units of work get the time from."""

    @property
    def live_moves(self) -> bool:
        """Whether the live world's offset counts."""

    def real(self) -> datetime:
        """The machine's time, UTC."""

    def now(self, offset: timedelta, *, live: bool) -> datetime:
        """The time in a world with this offset, UTC."""


class SystemClock:
    """The clock of every real installation: live time is the machine's time."""

    live_moves = False

    def real(self) -> datetime:
        """The machine's time, UTC."""
        return datetime.now(UTC)

    def now(self, offset: timedelta, *, live: bool) -> datetime:
        """Test worlds are moved by their offset, live never is."""
        return self.real() if live and not self.live_moves else self.real() + offset


class MovableClock(SystemClock):
    """The demo's clock: the live world's offset counts too."""

    live_moves = True
