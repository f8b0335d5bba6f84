"""Learning from recorded routes: what was driven against what was planned becomes dated rows that plans use.

Never to punish: a courier's own pace plans that courier's own day and nothing else (docs/decisions/0016).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select

from delivery.rules.calendar import ONE_DAY
from delivery.store.learned import LearnedTime, Scope
from delivery.store.queries.learned import legs_of, offices_that_drove
from delivery.store.work import Work
from routing.agreement import Agreement, Stretch, agreement, stretches
from routing.learning import Fit, Learned, LearnedPlace, Leg, Seen, fit, learn

DAYS_READ: Final = 56
LEAST_DAYS: Final = 10
"""Days of recorded routes before what they teach is used: two working weeks."""
OFFICES_AT_ONCE: Final = 50
COURIERS_KEPT: Final = timedelta(days=365)

Opening = Callable[[], AbstractContextManager[Work]]
"""Opens a unit of work: one for each batch of offices, so that none is open while numbers are crunched."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What a calibration found. `apart` compares on the last days, which were kept out; None when there are too few."""

    since: date
    before: date
    offices: int
    legs: int
    learned: Learned
    apart: Agreement | None


def calibrate(
    opening: Opening, *, days: int = DAYS_READ, least_days: int = LEAST_DAYS, dry_run: bool = False
) -> Calibration:
    """Learn from the routes of the last `days` days, today's not included, of all offices.

    What was seen on `least_days` days counts from tomorrow; the rest is kept to be shown. Again on the same day, it
    replaces that day's rows; earlier days' stay, but for couriers' own, which go after a year.
    """
    with opening() as unit:
        since, before = unit.today - timedelta(days=days), unit.today
        offices = offices_that_drove(unit, since=since, before=before)
    fits: dict[int, Fit] = {}
    earlier: dict[int, Fit] = {}
    kept_out: list[Stretch] = []
    legs = 0
    for batch in _batches(offices):
        with opening() as unit:
            found = _by_commune(legs_of(unit, batch, since=since, before=before))
        for commune, own in found.items():
            whole = fit(own)
            if whole is None:
                continue
            fits[commune] = whole
            legs += whole.seen.legs
            last = _last_days(own)
            former = fit(leg for leg in own if leg.day not in last) if last else None
            if former is not None:
                earlier[commune] = former
                kept_out += stretches(commune, (leg for leg in own if leg.day in last))
    learned = learn(fits)
    if not dry_run:
        with opening() as unit:
            _keep(unit, learned, least_days)
    return Calibration(
        since=since,
        before=before,
        offices=len(fits),
        legs=legs,
        learned=learned,
        apart=agreement(kept_out, learn(earlier)),
    )


def _keep(unit: Work, learned: Learned, least_days: int) -> None:
    # The weekly job and the terminal may calibrate at once: who comes second replaces the rows of who came first.
    unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("learned-times", 0))))
    old = unit.today - COURIERS_KEPT
    unit.session.execute(delete(LearnedTime).where(LearnedTime.computed_on == unit.today))
    unit.session.execute(delete(LearnedTime).where(LearnedTime.scope == Scope.COURIER, LearnedTime.computed_on < old))

    def row(scope: Scope, seen: Seen) -> LearnedTime:
        return LearnedTime(
            scope=scope,
            legs=seen.legs,
            days=seen.days,
            computed_on=unit.today,
            used_from=unit.today + ONE_DAY if seen.days >= least_days else None,
        )

    def place(scope: Scope, found: LearnedPlace) -> LearnedTime:
        made = row(scope, found.seen)
        made.way, made.door_seconds, made.further_seconds = found.way, found.service.door, found.service.further
        return made

    for (vehicle, half_day), speed in learned.vehicles.items():
        made = row(Scope.VEHICLE, speed.seen)
        made.vehicle, made.half_day, made.metres_per_second = vehicle, half_day, speed.metres_per_second
        unit.session.add(made)
    for commune, found in learned.communes.items():
        made = place(Scope.COMMUNE, found)
        made.commune_id = commune
        unit.session.add(made)
    for courier, found in learned.couriers.items():
        made = place(Scope.COURIER, found)
        made.courier_id = UUID(courier)
        unit.session.add(made)
    unit.session.flush()


def _by_commune(rows: Iterable[tuple[int, Leg]]) -> dict[int, list[Leg]]:
    found: dict[int, list[Leg]] = defaultdict(list)
    for commune, leg in rows:
        found[commune].append(leg)
    return found


def _last_days(legs: Sequence[Leg]) -> frozenset[date]:
    """The last fifth of the days, to be kept out; none while there are fewer than five."""
    days = sorted({leg.day for leg in legs})
    return frozenset(days[len(days) - len(days) // 5 :])


def _batches(offices: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(offices)
    while batch := list(islice(rest, OFFICES_AT_ONCE)):
        yield batch
