"""What recorded routes teach: how fast a vehicle really gets on, and how long a call at a door really takes.

A courier's report at one door and the next are a `Leg`: the way and the call together, in seconds. Of a commune's legs
`fit` finds what explains them best, `learn` joins the communes: speeds hold everywhere, what is left is the commune's.
Everything is drawn towards the standard as long as little was seen, and kept within bounds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.matrix import STANDARD, VEHICLES, HalfDay, Profile, Speeds, Vehicle

SPEED_LIMITS: Final[Mapping[Vehicle, tuple[float, float]]] = {
    "motorbike": (5 / 3.6, 45 / 3.6),
    "walking": (2 / 3.6, 7 / 3.6),
}
"""Metres per second that are believed."""
DOOR_LIMITS: Final = (30, 600)
FURTHER_LIMITS: Final = (5, 300)
WAY_LIMITS: Final = (0.25, 4.0)
PACE_LIMITS: Final = (0.5, 2.0)
OWN_PACE: Final = 0.10
"""A courier's own pace is planned with where it differs by more than this from the office's: each costs a matrix."""

# Legs of one day share its weather and its courier, so days count, not legs; but a day of few legs is not a whole one.
LEGS_OF_A_DAY: Final = 8
DAYS_TO_BELIEVE: Final = 5
"""After so many days half of the difference to the standard is believed: n / (n + 5)."""

# Two reports within this time are one call reported twice; so much beyond the plan holds a rest that nobody recorded.
SHORTEST: Final = 20
PAUSE: Final = 600
PAUSE_TIMES: Final = 3

# In parts of the time that a leg is expected to take: how far legs are usually off, at the least, and what is no whole
# leg however much the others are off.
USUAL_SPREAD: Final = 0.2
LEAST_SPREAD: Final = 0.02
LEAST_PART: Final = 0.25

Pair = tuple[Vehicle, HalfDay]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """Seconds at a household: at the `door` with one item, and for each `further` one."""

    door: int
    further: int

    def __post_init__(self) -> None:
        for name, seconds, (least, most) in (
            ("at a door", self.door, DOOR_LIMITS),
            ("for a further item", self.further, FURTHER_LIMITS),
        ):
            if not least <= seconds <= most:
                raise ValueError(f"{seconds} s {name} are not from {least} to {most}.")

    def of(self, items: int) -> int:
        """How long a call with so many items takes."""
        return self.door + self.further * (items - 1)


STANDARD_SERVICE: Final = Service(door=150, further=30)
"""Estimates, until recorded routes say better."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """From the report at one stop to the report at the next household, which was also the next by the plan.

    `metres` are those of the plan's matrix. `planned` and `observed` are seconds on the way and at the door together.
    """

    vehicle: Vehicle
    half_day: HalfDay
    courier: str
    day: date
    metres: int
    items: int
    planned: int
    observed: int

    def __post_init__(self) -> None:
        if self.metres < 0 or self.planned < 0 or self.items < 1:
            raise ValueError(f"A leg of {self.metres} m with {self.items} items, planned as {self.planned} s, is none.")

    @property
    def pair(self) -> Pair:
        """The vehicle and the half-day, which have a speed together."""
        return self.vehicle, self.half_day

    @property
    def tells(self) -> bool:
        """Whether it tells of driving and calling: not two reports in one go, nor a rest."""
        return SHORTEST <= self.observed <= PAUSE_TIMES * self.planned + PAUSE


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """How much was seen: legs, and on how many days."""

    legs: int = 0
    days: int = 0

    @property
    def weight(self) -> float:
        """How much of the difference to the standard is believed, from 0 to below 1."""
        n = min(self.days, self.legs / LEGS_OF_A_DAY)
        return n / (n + DAYS_TO_BELIEVE)


@dataclass(frozen=True, kw_only=True, slots=True)
class CourierFit:
    """One courier against the commune's own: a factor of the time on the way, seconds at a door, and the mean way."""

    way: float
    door: float
    mean_way: float
    seen: Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How one vehicle gets on in a half-day, and the legs and days that it was seen on."""

    seconds_per_metre: float
    legs: int
    days: frozenset[date]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What explains a commune's legs best, as seen, with nothing believed or refused yet."""

    paces: Mapping[Pair, Pace]
    door: float
    further: float
    seen: Seen
    couriers: Mapping[str, CourierFit]


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedSpeed:
    """A vehicle's speed in a half-day, in metres per second."""

    metres_per_second: float
    seen: Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedPlace:
    """What a commune adds: a factor of the time on the way, and the time at its doors. Also of a courier (`way`)."""

    way: float
    service: Service
    seen: Seen


@dataclass(frozen=True, kw_only=True)
class Learned:
    """All that was learned at once. What is missing was not seen, and is the standard."""

    vehicles: Mapping[Pair, LearnedSpeed]
    communes: Mapping[int, LearnedPlace]
    couriers: Mapping[str, LearnedPlace]


def fit(legs: Iterable[Leg], standard: Speeds = STANDARD) -> Fit | None:
    """Find what explains a commune's legs, in whatever order they come; None when none of them tells anything."""
    told = sorted((leg for leg in legs if leg.tells), key=_in_order)
    if not told:
        return None
    pairs = sorted({leg.pair for leg in told})
    ways = {pair: _ways(told, pair, standard) for pair in pairs}
    further = np.array([STANDARD_SERVICE.further * (leg.items - 1) for leg in told], dtype=np.float64)
    columns = [*ways.values(), np.full(len(told), float(STANDARD_SERVICE.door)), further]
    found = _robust(np.column_stack(columns), _beyond_parking(told, standard))
    door, more = found[-2] * STANDARD_SERVICE.door, found[-1] * STANDARD_SERVICE.further
    expected = sum((factor * way for factor, way in zip(found, ways.values(), strict=False)), np.zeros(len(told)))
    return Fit(
        paces={
            pair: Pace(
                seconds_per_metre=float(factor) / standard.profiles[pair].metres_per_second,
                legs=sum(leg.pair == pair for leg in told),
                days=frozenset(leg.day for leg in told if leg.pair == pair),
            )
            for pair, factor in zip(pairs, found, strict=False)
        },
        door=float(door),
        further=float(more),
        seen=_seen(told),
        couriers=_couriers(told, expected, float(door), found[-1] * further, standard),
    )


def learn(fits: Mapping[int, Fit], standard: Speeds = STANDARD) -> Learned:
    """Join what was found in each commune, by its id. Depends on no order; without a fit nothing is learned."""
    vehicles: dict[Pair, LearnedSpeed] = {}
    for pair in product(VEHICLES, HalfDay):
        here = [one.paces[pair] for one in fits.values() if pair in one.paces]
        if not here:
            continue
        days = frozenset[date]().union(*(one.days for one in here))
        seen = Seen(legs=sum(one.legs for one in here), days=len(days))
        usual = 1 / standard.profiles[pair].metres_per_second
        pace = _believed(usual, _weighted_median([(one.seconds_per_metre, one.legs) for one in here]), seen)
        vehicles[pair] = LearnedSpeed(metres_per_second=_within(1 / pace, SPEED_LIMITS[pair[0]]), seen=seen)
    communes = {key: _place(one, vehicles) for key, one in sorted(fits.items())}
    couriers: dict[str, LearnedPlace] = {}
    for key, one in sorted(fits.items()):
        for name, own in one.couriers.items():
            # Who helps out elsewhere is known best where most was seen.
            if name not in couriers or own.seen.legs > couriers[name].seen.legs:
                couriers[name] = _person(own, one, communes[key].service)
    return Learned(vehicles=vehicles, communes=communes, couriers=couriers)


def speeds_there(
    vehicles: Mapping[Pair, float], *, way: float = 1.0, pace: float = 1.0, standard: Speeds = STANDARD
) -> Speeds:
    """The speeds of an office: learned ones in m/s where there are any, slowed by the commune's `way` and a `pace`.

    Both are factors of the time on the way. `way` is against the learned speeds that it was fitted with, and says
    nothing of a vehicle's half-day that has none. With nothing learned it is `standard` itself.
    """
    if not vehicles and pace == 1.0:
        return standard

    def profile(pair: Pair) -> Profile:
        usual = standard.profiles[pair]
        speed = vehicles[pair] / way if pair in vehicles else usual.metres_per_second
        return replace(usual, metres_per_second=_within(speed / pace, SPEED_LIMITS[pair[0]]))

    return Speeds(profiles={pair: profile(pair) for pair in product(VEHICLES, HalfDay)})


def _couriers(
    told: Sequence[Leg], ways: Floats, door: float, further: Floats, standard: Speeds
) -> dict[str, CourierFit]:
    beyond = _beyond_parking(told, standard) - further
    rows: dict[str, list[int]] = defaultdict(list)
    for row, leg in enumerate(told):
        rows[leg.courier].append(row)
    found = {}
    for courier, own in sorted(rows.items()):
        way, at_door = _robust(np.column_stack([ways[own], np.full(len(own), door)]), beyond[own])
        found[courier] = CourierFit(
            way=float(way),
            door=float(at_door) * door,
            mean_way=float(ways[own].mean()),
            seen=_seen([told[r] for r in own]),
        )
    return found


def _place(one: Fit, vehicles: Mapping[Pair, LearnedSpeed]) -> LearnedPlace:
    legs = sum(pace.legs for pace in one.paces.values())
    # The mean over what was driven here, so that a vehicle seen twice does not outweigh the daily one.
    ways = (p.seconds_per_metre * vehicles[pair].metres_per_second * p.legs for pair, p in one.paces.items())
    way = sum(ways) / legs
    return LearnedPlace(
        way=_within(_believed(1.0, way, one.seen), WAY_LIMITS),
        service=Service(
            door=round(_within(_believed(STANDARD_SERVICE.door, one.door, one.seen), DOOR_LIMITS)),
            further=round(_within(_believed(STANDARD_SERVICE.further, one.further, one.seen), FURTHER_LIMITS)),
        ),
        seen=one.seen,
    )


def _person(own: CourierFit, place: Fit, usual: Service) -> LearnedPlace:
    """A problem has one service time per stop: what a courier takes longer at doors is put onto the way there."""
    longer = own.door - place.door
    pace = own.way + longer / max(own.mean_way, 1.0)
    return LearnedPlace(
        way=_within(_believed(1.0, _within(pace, PACE_LIMITS), own.seen), PACE_LIMITS),
        service=Service(door=round(_within(usual.door + own.seen.weight * longer, DOOR_LIMITS)), further=usual.further),
        seen=own.seen,
    )


def _robust(columns: Floats, seconds: Floats) -> Floats:
    """The factors of `columns` that explain `seconds`, whatever a fifth of the rows says; about 1 where nothing tells.

    Least absolute values first, then Tukey's bisquare, then least squares over what is left: route times add up, and
    the mean of what is no outlier adds up with them. A leg's spread grows with the time that it is expected to take,
    so all is judged in parts of that.
    """
    found = np.ones(columns.shape[1])
    for _ in range(20):
        expected = _expected(columns, found)
        odd = np.maximum(np.abs(_oddness(seconds / expected)), LEAST_SPREAD)
        found = _weighted(columns, seconds, 1 / (odd * USUAL_SPREAD * expected**2))
    for _ in range(20):
        expected = _expected(columns, found)
        odd = _oddness(seconds / expected)
        spread = _spread(odd)
        near = np.maximum(1 - (odd / (4.685 * spread)) ** 2, 0.0)
        found = _weighted(columns, seconds, (near / (spread * expected)) ** 2)
    expected = _expected(columns, found)
    parts = seconds / expected
    spread = _spread(_oddness(parts))
    # Around the mean both sides are cut alike, else what is left would be longer than what was driven; at twice the
    # spread, since rests that are shorter than it look like a slow road.
    kept = (np.abs(parts - 1) <= 2 * spread) & (parts >= LEAST_PART)
    return _weighted(columns, seconds, kept / (spread * expected) ** 2)


def _weighted(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Least squares, held at 1 as loosely as half a factor: a column of zeros must not make the others run away."""
    held = 1 / 0.5**2
    left = (x * weights[:, None]).T @ x + held * np.eye(x.shape[1])
    found = np.linalg.solve(left, x.T @ (weights * y) + held)
    bounded: Floats = np.maximum(found, 0.05)
    return bounded


def _expected(columns: Floats, found: Floats) -> Floats:
    """Seconds by what was found so far; a leg of next to no time would outweigh all others."""
    expected: Floats = np.maximum(columns @ found, SHORTEST)
    return expected


def _oddness(parts: Floats) -> Floats:
    """How odd a leg is that took so many parts of what was expected: 0 for one.

    A fifth of it is as odd as more than twice of it: by its difference alone no leg would be too short to be believed,
    by its logarithm alone a rest of twice the leg would be.
    """
    odd: Floats = np.where(parts < 1, np.log(np.clip(parts, 0.01, 1.0)), parts - 1)
    return odd


def _spread(odd: Floats) -> float:
    """The spread of the oddness by its median, in the units of a standard deviation."""
    return max(float(np.median(np.abs(odd))) * 1.4826, LEAST_SPREAD)


def _ways(told: Sequence[Leg], pair: Pair, standard: Speeds) -> Floats:
    speed = standard.profiles[pair].metres_per_second
    return np.array([leg.metres / speed if leg.pair == pair else 0.0 for leg in told], dtype=np.float64)


def _beyond_parking(told: Sequence[Leg], standard: Speeds) -> Floats:
    """What was observed, without the time to park, which is not told apart from the time at the door."""
    return np.array(
        [leg.observed - (standard.profiles[leg.pair].seconds_per_leg if leg.metres else 0) for leg in told],
        dtype=np.float64,
    )


def _seen(told: Sequence[Leg]) -> Seen:
    return Seen(legs=len(told), days=len({leg.day for leg in told}))


def _believed(usual: float, found: float, seen: Seen) -> float:
    return usual + seen.weight * (found - usual)


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def _weighted_median(values: Sequence[tuple[float, int]]) -> float:
    """The value with half of the weight on either side: one odd commune moves a country's speed nowhere."""
    half, so_far = sum(weight for _, weight in values) / 2, 0
    ordered = sorted(values)
    for at, (value, weight) in enumerate(ordered):
        so_far += weight
        if so_far == half:
            return (value + ordered[at + 1][0]) / 2
        if so_far > half:
            return value
    raise ValueError("Nothing has no median.")


def _in_order(leg: Leg) -> tuple[object, ...]:
    return leg.day, leg.courier, leg.vehicle, leg.half_day, leg.metres, leg.items, leg.planned, leg.observed
