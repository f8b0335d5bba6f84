"""Threads of tests meet at locks: nobody sleeps, and nobody guesses who comes first."""

from time import monotonic

from sqlalchemy import text

from delivery.store.work import Work

_LONGEST_SECONDS = 20


def until_somebody_waits_for(unit: Work) -> None:
    """Return once another transaction waits for a lock that this unit holds; AssertionError when none does."""
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    end = monotonic() + _LONGEST_SECONDS
    while not unit.session.scalar(waits):
        assert monotonic() < end, "Nobody waits."
