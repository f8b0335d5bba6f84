"""Plan and record: how long routes took against how they were planned, and what the office's plans learned from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import g, render_template

from delivery.learning import LEAST_DAYS
from delivery.rules.calendar import ONE_DAY
from delivery.store.learned import LearnedTime
from delivery.store.queries.learned import TimesInForce, driven_days, newest_of, newest_speeds, times_in_force
from delivery.web.desk.blueprint import desk, work
from delivery.web.driven import drawn
from routing.learning import STANDARD_SERVICE
from routing.matrix import STANDARD, HalfDay, Vehicle

_SHOWN = timedelta(days=28)
_KM_H = 3.6


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeedHere:
    """A vehicle's speed in the office's commune in one half-day, in km/h: by the standard, as recorded, as planned."""

    vehicle: Vehicle
    half_day: HalfDay
    standard: float
    recorded: float
    planned: float
    row: LearnedTime


@desk.get("/learned")
def learned() -> str:
    """The last four weeks of the office, and its times. Names no courier."""
    with work() as unit:
        commune = g.office.commune_id
        days = driven_days(unit, since=unit.today - _SHOWN, office_id=g.office.id)
        place = newest_of(unit, commune_id=commune)
        used = times_in_force(unit, commune_id=commune, couriers=(), day=unit.today + ONE_DAY)
        return render_template(
            "desk/learned.html",
            days=days[::-1],
            chart=drawn(days),
            place=place,
            used=used,
            speeds=list(_speeds_here(newest_speeds(unit), place, used)),
            standard=STANDARD_SERVICE,
            least=LEAST_DAYS,
        )


def _speeds_here(rows: Iterable[LearnedTime], place: LearnedTime | None, used: TimesInForce) -> Iterable[SpeedHere]:
    known = {(row.vehicle, row.half_day): row for row in rows}
    for (vehicle, half_day), standard in STANDARD.profiles.items():
        row = known.get((vehicle, half_day))
        if row is not None and row.metres_per_second is not None:
            beside = place if place is not None and place.computed_on == row.computed_on else None
            way = beside.way if beside is not None and beside.way is not None else 1.0
            yield SpeedHere(
                vehicle=vehicle,
                half_day=half_day,
                standard=standard.metres_per_second * _KM_H,
                recorded=row.metres_per_second / way * _KM_H,
                planned=used.speeds.profiles[vehicle, half_day].metres_per_second * _KM_H,
                row=row,
            )
