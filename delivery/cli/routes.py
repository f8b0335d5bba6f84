"""Routes on a terminal: the night run."""

import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import date, datetime
from threading import Event
from types import FrameType
from typing import Final, Protocol

import click

from delivery import night
from delivery.cli.ending import end
from delivery.cli.speaking import look_at_database, speaking, wiring_here
from delivery.night import Elsewhere, Failed, News, Night, Planned, Tally, Waiting
from delivery.settings import Settings
from delivery.solvers import MEBIBYTE, PATIENCE, Cluster, Pool, SolversAway, processors
from delivery.store.queries.due import DueOffice

AT_ONCE: Final = 2
"""Problems in flight for each worker: one that is solved, one that waits for it."""


@click.command("plan")
@click.option("--all", "everything", is_flag=True, help="Every office that has something due.")
@click.option("--office", "codes", multiple=True, metavar="CODE", help="Only this office; may be given again.")
@click.option("--date", "at", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day to plan.")
@click.option("--workers", type=click.IntRange(1, 256), help="Solving at a time  [default: one a processor]")
@click.option("--seconds", type=click.FloatRange(0.05, 600), help="An office at most  [default: PLAN_SECONDS]")
@click.option("--dry-run", is_flag=True, help="Only list the offices.")
@speaking
def plan(
    everything: bool, codes: tuple[str, ...], at: datetime, workers: int | None, seconds: float | None, dry_run: bool
) -> None:
    """Plan the day of every office that has something due on it and no plan yet.

    May be killed and run again, and run by several at once: each office gets one plan. Solves in processes of this
    machine, or on the workers of the Dask scheduler in DASK_SCHEDULER. Exit 1 when an office is left without a plan.
    """
    if everything == bool(codes):
        raise click.UsageError("Say which offices: --all, or --office CODE (once or more).")
    wiring, day = wiring_here(), at.date()
    look_at_database(wiring)
    with wiring.work(night.ACTOR) as unit:
        offices = night.offices_due(unit, day, codes)
    if dry_run or not offices:
        _list(offices, day)
        return
    with _solvers(wiring.settings, workers) as (solvers, processes), _told_to_end() as stopping:
        ordered = Night(
            day=day,
            offices=offices,
            most_seconds=seconds or wiring.settings.plan_seconds,
            at_once=AT_ONCE * processes,
        )
        click.echo(f"{len(offices):,} offices have something due on {day}; {processes} solve at a time.")
        with _reporting(ordered) as report:
            tally = night.run(wiring, solvers, ordered, stopping=stopping, told=report.tell)
    _sum_up(tally)
    if tally.failed or tally.left:
        sys.exit(1)


def _list(offices: Sequence[DueOffice], day: date) -> None:
    for office in offices:
        state = "no plan" if office.plan is None else office.plan
        click.echo(f"{office.code}  {office.items:>5} items {office.points:>3} agencies  {state:<10}{office.name}")
    click.echo(f"{len(offices):,} offices have something due on {day}.")


@contextmanager
def _solvers(settings: Settings, workers: int | None) -> Iterator[tuple[Executor, int]]:
    try:
        solvers = (
            Cluster(settings.dask_scheduler)
            if settings.dask_scheduler is not None
            else Pool(workers or processors(), patience=PATIENCE)
        )
    except SolversAway as away:
        end(str(away))
    with solvers:
        yield solvers, workers or solvers.processes


@contextmanager
def _told_to_end() -> Iterator[Event]:
    """Set by the first SIGINT or SIGTERM; the second acts as it always does."""
    stopping = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def told(number: int, _frame: FrameType | None) -> None:
        stopping.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, told)
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Report(Protocol):
    """What shows the news of a run."""

    def tell(self, news: News, /) -> None: ...


class _Lines:
    """A line for each thing that happens: for logs."""

    def __init__(self) -> None:
        self._waiting_for: Sequence[DueOffice] = ()

    def tell(self, news: News, /) -> None:
        if isinstance(news, Waiting):
            if news.offices == self._waiting_for:
                return
            self._waiting_for = news.offices
        click.echo(_words(news))


class _Bar:
    """A bar that fills; above it only what went wrong."""

    def __init__(self, total: int, done: int) -> None:
        self._bar = click.progressbar(
            length=total, label="Planning", show_pos=True, item_show_func=lambda shown: shown or ""
        )
        self._bar.update(done)

    def __enter__(self) -> "_Bar":
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.render_finish()

    def tell(self, news: News, /) -> None:
        if isinstance(news, Failed):
            click.echo(f"\r\033[K{_words(news)}")
        if isinstance(news, Waiting):
            self._bar.update(0, _words(news))
        else:
            self._bar.update(1, news.office.name)


@contextmanager
def _reporting(ordered: Night) -> Iterator[Report]:
    if not sys.stdout.isatty():
        yield _Lines()
        return
    ready = sum(office.plan == "ready" for office in ordered.offices)
    with _Bar(len(ordered.offices), ready) as bar:
        yield bar


def _words(news: News) -> str:
    match news:
        case Planned(office=office):
            left = f", {news.unplanned} not visited" if news.unplanned else ""
            return (
                f"{office.code} planned: {news.stops} stops on {news.routes} routes{left}, "
                f"{news.metres / 1000:.1f} km, {news.seconds:.2f} s"
            )
        case Failed(office=office, trouble=trouble):
            return f"{office.code} has no plan: {trouble}"
        case Elsewhere(office=office):
            return f"{office.code} was planned by another run."
        case Waiting(offices=offices):
            return f"Waiting for {len(offices)} offices that another run is at, or was when it died."


def _sum_up(tally: Tally) -> None:
    lines = [
        (
            "planned",
            f"{tally.planned:,} offices" + (f", {tally.elsewhere:,} more by others" if tally.elsewhere else ""),
        ),
        ("planned before", f"{tally.already:,} offices"),
        ("failed", f"{len(tally.failed):,} offices"),
        ("stops", f"{tally.stops:,} on {tally.routes:,} routes, {tally.metres / 1000:,.1f} km"),
    ]
    reasons = ", ".join(f"{count:,} {why}" for why, count in tally.unplanned.most_common())
    lines.append(("not visited", reasons or "none"))
    pace = f", {60 * tally.planned / tally.seconds:,.0f} offices a minute" if tally.planned else ""
    lines.append(("time", f"{tally.seconds:,.1f} s{pace}"))
    if tally.peak:
        lines.append(("memory", f"{tally.peak / MEBIBYTE:,.0f} MB in a solving process, at its peak"))
    slowest = ", ".join(f"{one.office.code} {one.seconds:.2f} s ({one.stops} stops)" for one in tally.slowest)
    if slowest:
        lines.append(("slowest", slowest))
    for name, value in lines:
        click.echo(f"{name:<16}{value}")
    for failed in tally.failed:
        click.echo(f"{failed.office.code} {failed.office.name}: {failed.trouble}")
    if tally.gone:
        click.echo("The Dask scheduler went away.")
    if tally.left:
        click.echo(f"Ended early: {tally.left:,} offices are left. The same command goes on from here.")
