"""A day of an office as values: what is due, merged into calls, and the problem that a solver gets."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from delivery.outbound.roads import RoadTables
from delivery.rules.calendar import HalfDay, WorkingCalendar, vietnam_day, vietnam_instant
from delivery.rules.reasons import Reason as Failure
from delivery.rules.urgency import WHOLE_DAY, Hours, common_hours, cost_of_leaving, last_day, visiting_hours
from delivery.steps.points import located
from delivery.store.base import Json
from delivery.store.items import Item
from delivery.store.offices import Office
from delivery.store.queries.due import chosen_days, couriers_on_duty, due_items, last_failures, points_to_call_at
from delivery.store.queries.learned import TimesInForce, times_in_force
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.queries.shelves import office_named
from delivery.store.routes import StopKind
from delivery.store.staff import Courier
from delivery.store.work import Work
from routing.geocoding import Located
from routing.learning import OWN_PACE, STANDARD_SERVICE, Service
from routing.matrix import Matrix, Point, Profile, Vehicle, great_circle
from routing.problem import Break, Kind, Problem, Stop, Window
from routing.problem import Courier as OnDuty

# Seconds at an agency's desk and for each envelope there: estimates. What doors take is learned from recorded routes.
AT_THE_DESK: Final = 180
AT_THE_DESK_PER_ITEM: Final = 2
AT_THE_DESK_AT_MOST: Final = 900
SIX_HOURS: Final = 6 * 3_600
REST: Final = 1_800
NOON_FROM: Final = 11 * 3_600
NOON_UNTIL: Final = 13 * 3_600
# Leaving a pick-up for tomorrow, in seconds of driving: less than an item that has a day to spare.
PICKUP_LEFT: Final = 5_400


@dataclass(frozen=True, kw_only=True)
class PlannedItem:
    """An item as it was when the day was read; what changes until the plan is accepted falls out of it."""

    id: UUID
    number: str
    not_before: datetime | None
    half_day: str | None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One stop: a household with its items, or an agency's hand-over point (then without items).

    `hours` are those that all items share, `last` the earliest of their last days; `located` is where a household
    lies, by the best that anybody vouches for. `service` is how long households take there.
    """

    key: str
    kind: StopKind
    hours: Hours = WHOLE_DAY
    last: date | None = None
    items: tuple[PlannedItem, ...] = ()
    located: Located | None = field(repr=False, default=None)
    service: Service = STANDARD_SERVICE
    point_id: UUID | None = None
    waiting: int = 0

    @property
    def service_seconds(self) -> int:
        """How long it takes."""
        if self.kind is StopKind.PICKUP:
            return min(AT_THE_DESK + AT_THE_DESK_PER_ITEM * self.waiting, AT_THE_DESK_AT_MOST)
        return self.service.of(len(self.items))


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """How fast an office's couriers get on and how long its doors take, as learned by that day or by the standard.

    `profile` is the one that the office's matrix is for. A courier has another one on foot, or where learned pace and
    hours of work make more than a tenth of difference: each costs a matrix.
    """

    times: TimesInForce
    profile: Profile

    def own_profile(self, courier: Courier) -> Profile | None:
        """The courier's, when the office's does not do."""
        speeds = self.times.paced.get(courier.id, self.times.speeds)
        vehicle: Vehicle = "walking" if courier.vehicle == "walking" else "motorbike"
        own = speeds.during(vehicle, courier.shift_start * 60, courier.shift_end * 60)
        same = own.vehicle == self.profile.vehicle
        if same and abs(own.metres_per_second / self.profile.metres_per_second - 1) <= OWN_PACE:
            return None
        return own


@dataclass(frozen=True, kw_only=True)
class OfficeDay:
    """What an office has to do on a day: the problem for the solver, and what each of its stops means.

    `points` are the problem's places, the office first, and `tempo` is what its times were reckoned with; couriers who
    get on otherwise are in `own_profiles`, by their keys in the problem. `roads` says which road server the times are
    from, as in `plans.roads`.
    """

    office_id: UUID
    day: date
    problem: Problem
    calls: Mapping[str, Call]
    points: tuple[Point, ...]
    tempo: Tempo
    own_profiles: Mapping[str, Profile] = field(default_factory=dict)
    roads: tuple[Json, ...] = ()

    def vehicle_of(self, courier: str) -> Vehicle:
        """What the courier of that key in the problem gets on with."""
        return self.own_profiles.get(courier, self.tempo.profile).vehicle

    def with_roads(self, tables: RoadTables) -> "OfficeDay":
        """The same day with travel times by road, if a road server is set. May take seconds: hold no transaction."""
        if not tables.has_servers:
            return self
        profiles = dict.fromkeys((self.tempo.profile, *self.own_profiles.values()))
        travels = {profile: tables.travel(self.points, profile) for profile in profiles}
        # Of several profiles of one vehicle, the office's or the first says it for all: the server is the same.
        notes: dict[str, Json] = {}
        for travel in travels.values():
            notes.setdefault(travel.vehicle, travel.note())
        couriers = tuple(
            replace(one, own_matrix=travels[self.own_profiles[one.key]].matrix) if one.key in self.own_profiles else one
            for one in self.problem.couriers
        )
        problem = replace(self.problem, matrix=travels[self.tempo.profile].matrix, couriers=couriers)
        return replace(self, problem=problem, roads=tuple(notes.values()))


def problem_for(unit: Work, *, office_id: UUID, day: date) -> OfficeDay:
    """Everything due at the office on `day`, with its couriers, as a problem. Reads only (and records openings)."""
    office = office_named(unit, office_id)
    couriers = couriers_on_duty(unit, office_id)
    end = max((courier.shift_end for courier in couriers), default=24 * 60)
    before = vietnam_instant(day, time()) + timedelta(minutes=end)
    items = due_items(unit, office_id, before)
    tempo = _tempo(unit, office, couriers, day)
    calls = _households(unit, items, day, tempo.times.service)
    points = [Point(lat=office.lat, lon=office.lon)]
    points += [Point(lat=call.located.lat, lon=call.located.lon) for call in calls if call.located is not None]
    for point, count in points_to_call_at(unit, office_id):
        key = f"{point.agency.code}/{point.code}"
        calls.append(Call(key=key, kind=StopKind.PICKUP, point_id=point.id, waiting=count))
        points.append(Point(lat=point.lat, lon=point.lon))
    calendar, travel = working_calendar(unit), travel_between(points)
    problem = Problem(
        matrix=travel(tempo.profile),
        stops=tuple(
            _pickup(call, place) if call.last is None else _delivery(call, place, call.last, day, calendar)
            for place, call in enumerate(calls, start=1)
        ),
        couriers=tuple(on_duty(courier, tempo, travel) for courier in couriers),
    )
    return OfficeDay(
        office_id=office_id,
        day=day,
        problem=problem,
        calls={call.key: call for call in calls},
        points=tuple(points),
        tempo=tempo,
        own_profiles={str(courier.id): own for courier in couriers if (own := tempo.own_profile(courier)) is not None},
    )


def _tempo(unit: Work, office: Office, couriers: Sequence[Courier], day: date) -> Tempo:
    ids = [courier.id for courier in couriers]
    times = times_in_force(unit, commune_id=office.commune_id, couriers=ids, day=day)
    opens = min((courier.shift_start for courier in couriers), default=0)
    closes = max((courier.shift_end for courier in couriers), default=24 * 60)
    return Tempo(times=times, profile=times.speeds.during("motorbike", opens * 60, closes * 60))


def _households(unit: Work, items: Sequence[Item], day: date, service: Service) -> list[Call]:
    """Items of one household as one call, as far as their hours meet; with the place to go to."""
    last_days = _last_days(unit, items)
    houses: dict[bytes, list[Item]] = defaultdict(list)
    for item in items:
        houses[item.addressee.address_key].append(item)
    visits: list[tuple[Hours, list[Item]]] = []
    for house in houses.values():
        groups: list[tuple[Hours, list[Item]]] = []
        for item in house:
            hours = _hours(unit, item, day, service)
            if hours is not None:
                _join(groups, item, hours, service)
        visits += groups
    spots = located(unit, [members for _, members in visits])
    return [
        Call(
            key=members[0].number,
            kind=StopKind.DELIVERY,
            hours=hours,
            last=min(last_days[item.id] for item in members),
            items=tuple(
                PlannedItem(id=i.id, number=i.number, not_before=i.not_before, half_day=i.half_day) for i in members
            ),
            located=spot,
            service=service,
        )
        for (hours, members), spot in zip(visits, spots, strict=True)
    ]


def _join(groups: list[tuple[Hours, list[Item]]], item: Item, hours: Hours, service: Service) -> None:
    for at, (known, members) in enumerate(groups):
        shared = common_hours(known, hours)
        if shared is not None and shared[1] - shared[0] >= service.of(len(members) + 1):
            groups[at] = shared, [*members, item]
            return
    groups.append((hours, [item]))


def _hours(unit: Work, item: Item, day: date, service: Service) -> Hours | None:
    half_day = HalfDay(item.half_day) if item.half_day else None
    hours = visiting_hours(policy_of(unit, item), day, not_before=item.not_before, half_day=half_day)
    return hours if hours is not None and hours[1] - hours[0] >= service.of(1) else None


def _last_days(unit: Work, items: Sequence[Item]) -> dict[UUID, date]:
    ids = [item.id for item in items]
    failures, choices, calendar = last_failures(unit, ids), chosen_days(unit, ids), working_calendar(unit)
    found = {}
    for item in items:
        failure = failures.get(item.id)
        chosen = choices.get(item.id)
        asked_for = None
        if chosen is not None and (failure is None or chosen[1] >= failure.recorded_at):
            asked_for = chosen[0]
        elif failure is not None and failure.reason == Failure.REQUESTED_LATER and item.not_before is not None:
            asked_for = vietnam_day(item.not_before)
        found[item.id] = last_day(
            due_day=item.due_day,
            accepted_on=vietnam_day(item.accepted_at or item.registered_at),
            failed_on=vietnam_day(failure.occurred_at) if failure is not None else None,
            asked_for=asked_for,
            policy=policy_of(unit, item),
            calendar=calendar,
        )
    return found


def _pickup(call: Call, place: int) -> Stop:
    # What comes back from an agency comes by the crate, which no courier's bag is measured against.
    return Stop(
        key=call.key,
        place=place,
        kind=Kind.PICKUP,
        service_seconds=call.service_seconds,
        mandatory=False,
        cost_of_leaving=PICKUP_LEFT,
        volume=0,
    )


def _delivery(call: Call, place: int, last: date, day: date, calendar: WorkingCalendar) -> Stop:
    opens, closes = call.hours
    cost = cost_of_leaving(last, day, len(call.items), calendar)
    return Stop(
        key=call.key,
        place=place,
        service_seconds=call.service_seconds,
        # Service must be over, not only begun, when the hours end: a half-day is judged by the report.
        windows=(Window(opens=opens, closes=closes - call.service_seconds),),
        mandatory=cost is None,
        cost_of_leaving=cost or 0,
        volume=len(call.items),
    )


def _rest(courier: Courier) -> Break | None:
    """Half an hour around noon for whoever works six hours or more (Labour Code 45/2019/QH14, article 109)."""
    opens, closes = courier.shift_start * 60, courier.shift_end * 60
    if closes - opens < SIX_HOURS or opens > NOON_FROM or closes < NOON_UNTIL + REST:
        return None
    return Break(earliest=NOON_FROM, latest=NOON_UNTIL, seconds=REST)


def travel_between(points: Sequence[Point]) -> Callable[[Profile], Matrix]:
    """The matrix of these places for a profile, the same one each time: who gets on alike shares it."""

    @cache
    def matrix(profile: Profile) -> Matrix:
        return great_circle(points, profile=profile)

    return matrix


def on_duty(courier: Courier, tempo: Tempo, travel: Callable[[Profile], Matrix]) -> OnDuty:
    """The courier's whole day, from the office and back to it; `travel` gives the problem's matrices."""
    own = tempo.own_profile(courier)
    return OnDuty(
        key=str(courier.id),
        start=0,
        end=0,
        shift_start=courier.shift_start * 60,
        shift_end=courier.shift_end * 60,
        capacity=courier.capacity,
        rest=_rest(courier),
        own_matrix=None if own is None else travel(own),
    )
