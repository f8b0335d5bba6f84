"""The table of timed jobs: what a worker does at each tick.

Every job is a sweep over what is due at the world's now: a missed tick costs nothing, and any number of
workers may run. A sweep over items is done by one worker at a time, who holds its lease in real time; messages,
endpoints and plans are claimed row by row, so that workers share them.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.exc import OperationalError

from delivery import dispatch, foresight, holding, learning, returning
from delivery.money import billing, equity
from delivery.numbering import number_events as number
from delivery.outbound import calling, geocoders, outbox, posting
from delivery.planning import Desk, Ended, Made, lease_for
from delivery.rules.calendar import ONE_DAY, vietnam_day, vietnam_instant, vietnam_time
from delivery.solvers import Inline
from delivery.steps import points
from delivery.store.agencies import LIVE
from delivery.store.messages import Message, MessageState
from delivery.store.queries.due import offices_without_plan
from delivery.store.queries.policies import working_calendar
from delivery.store.queries.sweeps import keep_lease, leave_lease, mark_swept, swept_to, take_lease, worlds_at_work
from delivery.store.work import Work
from delivery.wiring import Wiring

LIMIT: Final = 200
LEASE: Final = timedelta(minutes=5)
# A morning without its plan (no worker ran in the evening) is still planned until this hour.
CATCH_UP_UNTIL: Final = 7
POLL_SECONDS: Final = 0.5

_log = logging.getLogger(__name__)

Sweeping = Callable[[Work, int], int]
"""Does at most so many things that are due, and says how many: fewer means that nothing more is due now."""


@dataclass(frozen=True)
class Crew:
    """What one process lends its jobs: where plans are solved, and whether it is about to end."""

    solvers: Executor = field(default_factory=Inline)
    stopping: threading.Event = field(default_factory=threading.Event)


ALONE: Final = Crew()


class Job(Protocol):
    """A timed job. Says how many things it did."""

    def __call__(self, wiring: Wiring, crew: Crew = ALONE, /) -> int: ...


def send_messages(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Send the texts that are due, and ask after those whose fate is unknown."""
    sent = 0
    while not crew.stopping.is_set():
        posted = posting.post_due(wiring, on_settled=_settled)
        sent += posted.claimed
        if not posted.claimed:
            break
    _mark(wiring, "send_messages")
    return sent


def number_events(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Give committed events their positions in the feed, of all worlds."""
    return _shared(wiring, crew, "number_events", number, limit=5_000)


def put_webhooks(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Owe each endpoint the events that the feed has for it."""
    return _shared(wiring, crew, "put_webhooks", outbox.put_webhooks)


def call_webhooks(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Call agencies' endpoints with what is owed to them."""
    made = 0
    while not crew.stopping.is_set():
        called = calling.call_due(wiring)
        made += called.made
        if not called.made:
            break
    _mark(wiring, "call_webhooks")
    return made


def plan_evening(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Ask for a plan for each office that has something due on the next day, if that is a working day.

    From the hour of the settings on; and in the early morning for the day itself, where a plan is missing.
    """
    return _under_lease(
        wiring, crew, "plan_evening", LIVE, partial(_request_plans, plan_hour=wiring.settings.plan_hour)
    )


def solve_plans(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Solve the plans that were asked for, as many at once as the settings allow. Reads, solves, then writes."""
    settings = wiring.settings
    most, seconds = settings.solver_processes, settings.plan_seconds
    desk = Desk(wiring, crew.solvers, actor="job:solve_plans", most=most, most_seconds=seconds)
    ended: list[Ended] = []
    while True:
        while desk.has_room and not crew.stopping.is_set():
            with wiring.work("job:solve_plans") as unit:
                claim = dispatch.claim_plan(unit, lease=lease_for(seconds))
            if claim is None:
                break
            ended += desk.begin(claim)
        if desk.idle:
            _mark(wiring, "solve_plans")
            return sum(isinstance(one, Made) for one in ended)
        ended += desk.settle(POLL_SECONDS)


def foresee(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Forecast what is due before its trip, and ask the addressees in doubt. No plan waits for it."""
    sweep = partial(foresight.sweep, matcher=lambda: wiring.matcher)
    return sum(_under_lease(wiring, crew, "foresee", world, sweep) for world in _worlds(wiring, "foresee"))


def locate_items(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Ask the geocoder, where the house has set one, for addresses that nothing better is known of. Live ones only."""
    geocoder = wiring.geocoder
    return 0 if geocoder is None else geocoders.locate_due(wiring, geocoder, crew.stopping)


def learn_times(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Learn from recorded routes once a week, for the plans of the days to come. Says how many offices taught it."""
    name = "learn_times"

    @contextmanager
    def opening() -> Iterator[Work]:
        with wiring.work(f"job:{name}") as unit:
            keep_lease(unit, name, LEASE)
            yield unit

    with _leased(wiring, name, LIVE) as ours:
        if not ours:
            return 0
        with wiring.work(f"job:{name}") as unit:
            swept = swept_to(unit, name)
            if swept is not None and _week_of(vietnam_day(swept)) == _week_of(unit.today):
                return 0
        offices = learning.calibrate(opening).offices
        _mark(wiring, name)
        return offices


def draw_statements(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Draw each agency's statement of the months that are over, once a month: looking for them reads a whole month."""
    return sum(_draw_statements(wiring, crew, world_id) for world_id in _worlds(wiring, "statements"))


def publish_equity(wiring: Wiring, crew: Crew = ALONE, /) -> int:
    """Publish the equity account of each month that is over: of the live world, since it is for everybody."""
    return _under_lease(wiring, crew, "equity", LIVE, equity.sweep)


def _everywhere(name: str, sweep: Sweeping) -> Job:
    """A job that sweeps the live world and each test world at work."""

    def job(wiring: Wiring, crew: Crew = ALONE, /) -> int:
        return sum(_under_lease(wiring, crew, name, world, sweep) for world in _worlds(wiring, name))

    job.__name__, job.__doc__ = name, sweep.__doc__
    return job


JOBS: Final[Mapping[str, Job]] = MappingProxyType(
    {
        "plan_evening": plan_evening,
        "solve_plans": solve_plans,
        "foresee": foresee,
        "invitations": _everywhere("invitations", holding.sweep_invitations),
        "reminders": _everywhere("reminders", holding.sweep_reminders),
        "expire": _everywhere("expire", holding.sweep_expired),
        "returns": _everywhere("returns", returning.sweep_due),
        "locate_items": locate_items,
        "forget_doors": _everywhere("forget_doors", points.sweep_old),
        "learn_times": learn_times,
        "statements": draw_statements,
        "equity": publish_equity,
        "send_messages": send_messages,
        "number_events": number_events,
        "put_webhooks": put_webhooks,
        "call_webhooks": call_webhooks,
    }
)


def run(wiring: Wiring, name: str, crew: Crew = ALONE) -> int | None:
    """Run one job; a failure is logged and does not spread. None when it failed."""
    try:
        return JOBS[name](wiring, crew)
    except OperationalError as lost:
        _log.error("Job %s: the database cannot be reached (%s); it is tried again.", name, type(lost.orig).__name__)
        return None
    except Exception:
        _log.exception("Job %s failed; it is tried again at the next tick.", name)
        return None


def run_all(wiring: Wiring, crew: Crew = ALONE) -> dict[str, int | None]:
    """Run every job once, in the order of the table; what each did, None for those that failed."""
    return {name: run(wiring, name, crew) for name in JOBS}


def _shared(wiring: Wiring, crew: Crew, name: str, sweep: Sweeping, *, limit: int = LIMIT) -> int:
    """Sweep without a lease what locks its own rows: nobody waits for the lease of a worker that was killed."""
    total, done = 0, limit
    while done >= limit and not crew.stopping.is_set():
        with wiring.work(f"job:{name}") as unit:
            done = sweep(unit, limit)
            if done < limit:
                mark_swept(unit, name)
        total += done
    return total


def _worlds(wiring: Wiring, name: str) -> list[UUID]:
    with wiring.work(f"job:{name}") as unit:
        return [world.id for world in worlds_at_work(unit)]


def _under_lease(wiring: Wiring, crew: Crew, name: str, world_id: UUID, sweep: Sweeping) -> int:
    """Sweep in units of `LIMIT` until nothing more is due; 0 while another worker does."""
    mark = _mark_of(name, world_id)
    total = 0
    with _leased(wiring, name, world_id) as ours:
        while ours and not crew.stopping.is_set():
            with wiring.work(f"job:{name}", world_id) as unit:
                done = sweep(unit, LIMIT)
                keep_lease(unit, mark, LEASE)
                if done < LIMIT:
                    mark_swept(unit, mark)
            total += done
            if done < LIMIT:
                break
    return total


@contextmanager
def _leased(wiring: Wiring, name: str, world_id: UUID) -> Iterator[bool]:
    """Whether this worker has the job's lease; left at the end."""
    mark = _mark_of(name, world_id)
    with wiring.work(f"job:{name}", world_id) as unit:
        ours = take_lease(unit, mark, LEASE)
    try:
        yield ours
    finally:
        if ours:
            with wiring.work(f"job:{name}", world_id) as unit:
                leave_lease(unit, mark)


def _draw_statements(wiring: Wiring, crew: Crew, world_id: UUID) -> int:
    """Each in a unit of its own: who waits for an agency must not hold the invoices' series of all others."""
    actor, mark = "job:statements", _mark_of("statements", world_id)
    drawn = 0
    with _leased(wiring, "statements", world_id) as ours:
        if not ours:
            return 0
        with wiring.work(actor, world_id) as unit:
            swept = swept_to(unit, mark)
            if swept is not None and vietnam_day(swept).replace(day=1) == unit.today.replace(day=1):
                return 0
            due = billing.statements_due(unit)
        for agency_id, month in due:
            if crew.stopping.is_set():
                return drawn
            with wiring.work(actor, world_id) as unit:
                billing.draw(unit, agency_id=agency_id, month=month)
                keep_lease(unit, mark, LEASE)
            drawn += 1
        with wiring.work(actor, world_id) as unit:
            mark_swept(unit, mark)
    return drawn


def _week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def _mark_of(name: str, world_id: UUID) -> str:
    return name if world_id == LIVE else f"{name}@{world_id}"


def _mark(wiring: Wiring, name: str) -> None:
    with wiring.work(f"job:{name}") as unit:
        mark_swept(unit, name)


def _settled(unit: Work, message: Message) -> None:
    """An invitation counts from its receipt; one that nobody got becomes a letter."""
    if message.state is MessageState.DELIVERED:
        holding.prove(unit, message)
    else:
        holding.unprovable(unit, message)


def _request_plans(unit: Work, limit: int, *, plan_hour: int) -> int:
    hour = vietnam_time(unit.now).hour
    if CATCH_UP_UNTIL <= hour < plan_hour:
        return 0
    day = unit.today + ONE_DAY if hour >= plan_hour else unit.today
    if not working_calendar(unit).is_working(day):
        return 0
    offices = offices_without_plan(unit, day, vietnam_instant(day + ONE_DAY, time()))[:limit]
    for office_id in offices:
        dispatch.request_plan(unit, office_id=office_id, day=day)
    return len(offices)
