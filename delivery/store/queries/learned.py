"""Recorded routes as legs, what was learned from them, and what of it is in force."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Subquery, Time, cast, extract, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from delivery.rules.calendar import VIETNAM
from delivery.store.learned import LearnedTime, Scope
from delivery.store.offices import Office
from delivery.store.routes import Route, Stop, StopItem, StopKind
from delivery.store.work import Work
from routing.learning import OWN_PACE, STANDARD_SERVICE, Leg, Pair, Service, speeds_there
from routing.matrix import VEHICLES, HalfDay, Speeds

NOON: Final = time(12)
BROUGHT_BACK: Final = "brought_back"
# A route that was changed under way is timed anew to the minute; what is more than that was planned as a rest.
_ROUNDING: Final = 60

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class TimesInForce:
    """The times that an office's day is planned with."""

    speeds: Speeds
    service: Service
    paced: dict[UUID, Speeds]
    """The speeds of those couriers who differ enough from the office's; the others travel by `speeds`."""


@dataclass(frozen=True, kw_only=True)
class DrivenDay:
    """A day of an office or a courier from first to last report, added up over its routes; seconds."""

    day: date
    routes: int
    stops: int
    planned: int
    recorded: int


def times_in_force(unit: Work, *, commune_id: int, couriers: Collection[UUID], day: date) -> TimesInForce:
    """What was learned and counts on `day` for the office of a commune and these couriers; else the standard.

    A commune's way counts beside the speeds that were learned with it. A vehicle's half-day that was not seen enough
    then goes by the speed of an earlier day, or by the standard, as where nothing is known of the commune.
    """
    usable = LearnedTime.used_from <= day
    way, service, since = 1.0, STANDARD_SERVICE, None
    for row in _newest(unit, usable, LearnedTime.commune_id == commune_id, by=(LearnedTime.commune_id,)):
        way, service, since = row.way or way, _service(row), row.computed_on
    beside: dict[Pair, float] = {}
    others: dict[Pair, float] = {}
    which = [usable, LearnedTime.scope == Scope.VEHICLE]
    if since is not None:
        which.append(LearnedTime.computed_on <= since)
    for row in _newest(unit, *which, by=(LearnedTime.vehicle, LearnedTime.half_day)):
        vehicle = next((known for known in VEHICLES if known == row.vehicle), None)
        if vehicle is not None and row.half_day is not None and row.metres_per_second is not None:
            speeds = beside if row.computed_on == since else others
            speeds[vehicle, HalfDay(row.half_day)] = row.metres_per_second
    elsewhere = speeds_there(others)
    paced = {
        row.courier_id: speeds_there(beside, way=way, pace=row.way, standard=elsewhere)
        for row in _newest(unit, usable, LearnedTime.courier_id.in_(couriers), by=(LearnedTime.courier_id,))
        if row.courier_id is not None and row.way is not None and abs(row.way - 1) > OWN_PACE
    }
    return TimesInForce(speeds=speeds_there(beside, way=way, standard=elsewhere), service=service, paced=paced)


def newest_of(unit: Work, *, commune_id: int | None = None, courier_id: UUID | None = None) -> LearnedTime | None:
    """What was learned last of a commune or a courier, whether it counts yet or not."""
    if commune_id is not None:
        rows = _newest(unit, LearnedTime.commune_id == commune_id, by=(LearnedTime.commune_id,))
    else:
        rows = _newest(unit, LearnedTime.courier_id == courier_id, by=(LearnedTime.courier_id,))
    return next(iter(rows), None)


def newest_speeds(unit: Work) -> Sequence[LearnedTime]:
    """What was learned last of each vehicle's half-days, whether it counts yet or not."""
    return _newest(unit, LearnedTime.scope == Scope.VEHICLE, by=(LearnedTime.vehicle, LearnedTime.half_day))


def offices_that_drove(unit: Work, *, since: date, before: date) -> Sequence[UUID]:
    """The offices with a route that was taken in these days (`before` is not one), by id."""
    taken = select(Route.office_id).where(Route.taken_at.is_not(None), Route.day >= since, Route.day < before)
    return unit.session.scalars(select(Office.id).where(Office.id.in_(taken)).order_by(Office.id)).all()


def legs_of(unit: Work, offices: Collection[UUID], *, since: date, before: date) -> Iterable[tuple[int, Leg]]:
    """Each leg of the offices' routes that was driven as planned, with the office's commune.

    Left out: the way from the office (nobody reports setting out), stops visited in another order than planned, and
    legs on which the plan itself has a rest or waits for a window.
    """
    seen = _visited(Route.office_id.in_(offices), Route.day >= since, Route.day < before)
    query = select(
        seen.c.commune_id,
        seen.c.vehicle,
        (cast(func.timezone(VIETNAM.key, seen.c.since), Time) < NOON).label("early"),
        seen.c.courier_id,
        seen.c.day,
        seen.c.leg_metres,
        seen.c.envelopes,
        (seen.c.leg_seconds + seen.c.service_seconds).label("planned"),
        cast(extract("epoch", seen.c.done_at - seen.c.since), Integer).label("observed"),
    ).where(
        seen.c.kind == StopKind.DELIVERY,
        seen.c.came_from == seen.c.before,
        seen.c.leg_metres.is_not(None),
        seen.c.starts == seen.c.arrives,
        seen.c.arrives - seen.c.left <= seen.c.leg_seconds + _ROUNDING,
        seen.c.envelopes > 0,
    )
    for row in unit.session.execute(query):
        vehicle = next((known for known in VEHICLES if known == row.vehicle), None)
        if vehicle is not None:
            yield (
                row.commune_id,
                Leg(
                    vehicle=vehicle,
                    half_day=HalfDay.MORNING if row.early else HalfDay.AFTERNOON,
                    courier=str(row.courier_id),
                    day=row.day,
                    metres=row.leg_metres,
                    items=row.envelopes,
                    planned=row.planned,
                    observed=row.observed,
                ),
            )


def driven_days(
    unit: Work, *, since: date, office_id: UUID | None = None, courier_id: UUID | None = None
) -> list[DrivenDay]:
    """The days of an office, or of one courier, on which a route had two reports or more, the first first."""
    whose = Route.office_id == office_id if office_id is not None else Route.courier_id == courier_id
    seen = _visited(whose, Route.day >= since)
    routes = (
        select(
            seen.c.day,
            func.count().label("stops"),
            (func.max(seen.c.leaves) - func.min(seen.c.leaves)).label("planned"),
            cast(extract("epoch", func.max(seen.c.done_at) - func.min(seen.c.done_at)), Integer).label("recorded"),
        )
        .group_by(seen.c.route_id, seen.c.day)
        .having(func.count() > 1)
        .subquery()
    )
    query = (
        select(
            routes.c.day,
            func.count().label("routes"),
            func.sum(routes.c.stops).label("stops"),
            func.sum(routes.c.planned).label("planned"),
            func.sum(routes.c.recorded).label("recorded"),
        )
        .group_by(routes.c.day)
        .order_by(routes.c.day)
    )
    return [
        DrivenDay(day=row.day, routes=row.routes, stops=row.stops, planned=row.planned, recorded=row.recorded)
        for row in unit.session.execute(query)
    ]


def _visited(*which: ColumnElement[bool]) -> Subquery:
    """The stops that were visited, each with the one visited before it. What came back unvisited is none.

    Whatever is asked of a stop's route is joined here: how few rows a filter on a window leaves cannot be foreseen, and
    a join outside of it was planned as a loop over all routes for each stop.
    """

    unvisited = select(StopItem.stop_id).where(StopItem.stop_id == Stop.id, StopItem.outcome == BROUGHT_BACK).exists()
    return (
        select(
            Stop.id,
            Stop.route_id,
            Route.courier_id,
            Route.day,
            Route.vehicle,
            Office.commune_id,
            Stop.kind,
            Stop.came_from,
            Stop.arrives,
            Stop.starts,
            Stop.leaves,
            Stop.done_at,
            Stop.leg_metres,
            Stop.leg_seconds,
            Stop.service_seconds,
            select(func.count()).where(StopItem.stop_id == Stop.id).scalar_subquery().label("envelopes"),
            _last(Stop.id).label("before"),
            _last(Stop.done_at).label("since"),
            _last(Stop.leaves).label("left"),
        )
        .join(Route, Route.id == Stop.route_id)
        .join(Office, Office.id == Route.office_id)
        .where(Stop.done_at.is_not(None), Route.taken_at.is_not(None), ~unvisited, *which)
        .subquery()
    )


def _last(column: InstrumentedAttribute[T]) -> ColumnElement[T]:
    """The column of the stop visited before on the route."""
    return func.lag(column).over(partition_by=Stop.route_id, order_by=(Stop.done_at, Stop.position))


def _newest(unit: Work, *which: ColumnElement[bool], by: Sequence[InstrumentedAttribute[Any]]) -> Sequence[LearnedTime]:
    """The newest row of each, by the columns that name what it is about."""
    query = select(LearnedTime).where(*which).order_by(*by, LearnedTime.computed_on.desc())
    return unit.session.scalars(query.ext(distinct_on(*by))).all()


def _service(row: LearnedTime) -> Service:
    assert row.door_seconds is not None, "A commune's row has the time at its doors."
    assert row.further_seconds is not None, "A commune's row has the time of further items."
    return Service(door=row.door_seconds, further=row.further_seconds)
