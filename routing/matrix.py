"""How long and how far it is between places: great circle × detour factor × speed profile.

Good without any map: a courier's real way through Vietnamese towns is about 1.3
times the straight line, so plans are right in shape and their times are off by
minutes, which the calibration of recorded routes then mends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_METRES = 6_371_008.8
"""Mean radius of the IUGG; a sphere is off by at most 0.5 %, far less than any detour factor."""

# Whoever is slower stands still; a longer way round is a record gone wrong. Within both, the way to the
# antipodes still fits 32 bits, in metres and in seconds.
SLOWEST: Final = 0.2
LONGEST_DETOUR: Final = 5.0
LONGEST_STAND: Final = 3_600

HALF_A_DAY: Final = 43_200

MOST_LISTED = 1_500
"""Places up to which a matrix is also kept as lists."""

Ints = NDArray[np.int32]
Vehicle = Literal["motorbike", "walking"]
VEHICLES: Final[tuple[Vehicle, ...]] = get_args(Vehicle)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A place on Earth in degrees (WGS 84). Refuses NaN, infinities and anything off the globe."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # Written so that NaN, which compares false with everything, is refused too.
        if not -90 <= self.lat <= 90:
            raise ValueError(f"Latitude {self.lat} is not between -90 and 90 degrees.")
        if not -180 <= self.lon <= 180:
            raise ValueError(f"Longitude {self.lon} is not between -180 and 180 degrees.")


class HalfDay(StrEnum):
    """The two parts of a day that traffic tells apart; the second begins at noon."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How somebody moves, by `vehicle`, in the average over some hours.

    `metres_per_second` on the road, which is `detour` times as long as the straight line; `seconds_per_leg` to park
    and set off again.
    """

    vehicle: Vehicle
    metres_per_second: float
    seconds_per_leg: int
    detour: float = 1.3

    def __post_init__(self) -> None:
        if self.vehicle not in VEHICLES:
            raise ValueError(f"Nobody drives by {self.vehicle!r}: a profile is for {' or '.join(VEHICLES)}.")
        if not SLOWEST <= self.metres_per_second <= 50:
            raise ValueError(f"Profile {self.vehicle}: {self.metres_per_second} m/s is not from {SLOWEST} to 50.")
        if not 0 <= self.seconds_per_leg <= LONGEST_STAND:
            raise ValueError(f"Profile {self.vehicle}: {self.seconds_per_leg} s per leg is not from 0 to an hour.")
        if not 1 <= self.detour <= LONGEST_DETOUR:
            raise ValueError(
                f"Profile {self.vehicle}: a detour factor of {self.detour} is not from 1, the straight line, "
                f"to {LONGEST_DETOUR}."
            )


MOTORBIKE = Profile(vehicle="motorbike", metres_per_second=20 / 3.6, seconds_per_leg=20)
WALKING = Profile(vehicle="walking", metres_per_second=4.5 / 3.6, seconds_per_leg=0)


@dataclass(frozen=True, kw_only=True)
class Speeds:
    """The profile of each vehicle in each half-day, as an office knows them; every pair is there."""

    profiles: Mapping[tuple[Vehicle, HalfDay], Profile]

    def __post_init__(self) -> None:
        for vehicle, half_day in product(VEHICLES, HalfDay):
            profile = self.profiles.get((vehicle, half_day))
            if profile is None:
                raise ValueError(f"Speeds: nothing is said about {vehicle} in the {half_day}.")
            if profile.vehicle != vehicle:
                raise ValueError(f"Speeds: a profile of {profile.vehicle} stands where {vehicle} should.")

    def during(self, vehicle: Vehicle, opens: int, closes: int) -> Profile:
        """The profile that is right on average from `opens` to `closes`, in seconds after midnight.

        Hours count by their number. Of speeds it is the harmonic mean, weighted by the roads' lengths too: what adds
        up over a day is time. Hours after midnight are the next morning's. Raises ValueError for a span that runs
        backward or begins before the day.
        """
        if not 0 <= opens <= closes:
            raise ValueError(f"From {opens} to {closes} s is no span of a day.")
        early, late = (self.profiles[vehicle, half_day] for half_day in (HalfDay.MORNING, HalfDay.AFTERNOON))
        afternoon = _after_noon(closes) - _after_noon(opens)
        if opens == closes:
            return late if opens // HALF_A_DAY % 2 else early
        share = afternoon / (closes - opens)
        if early == late or share == 0:
            return early
        if share == 1:
            return late
        detour = (1 - share) * early.detour + share * late.detour
        pace = (1 - share) * early.detour / early.metres_per_second + share * late.detour / late.metres_per_second
        return Profile(
            vehicle=vehicle,
            metres_per_second=detour / pace,
            seconds_per_leg=round((1 - share) * early.seconds_per_leg + share * late.seconds_per_leg),
            detour=detour,
        )


STANDARD: Final = Speeds(
    profiles={(profile.vehicle, half_day): profile for profile in (MOTORBIKE, WALKING) for half_day in HalfDay}
)
"""Estimates, alike all day, until recorded routes say better."""


def _after_noon(seconds: int) -> int:
    """How many of the first `seconds` after midnight lie between a noon and the midnight after it."""
    days, rest = divmod(seconds, 2 * HALF_A_DAY)
    return days * HALF_A_DAY + max(rest - HALF_A_DAY, 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """Travel between every two of n places: `seconds` and `metres`, both n × n whole numbers, [from, to].

    Not symmetric in general (one-way streets); the way from a place to itself is 0.
    The arrays are made read-only, so a matrix may be shared between problems.
    """

    seconds: Ints
    metres: Ints

    def __post_init__(self) -> None:
        for name, table in (("seconds", self.seconds), ("metres", self.metres)):
            if table.ndim != 2 or table.shape[0] != table.shape[1]:
                raise ValueError(f"Matrix of {name}: the shape {table.shape} is not square.")
            if not np.issubdtype(table.dtype, np.integer):
                raise ValueError(f"Matrix of {name}: {table.dtype} is not a whole-number type.")
            if table.size and int(table.min()) < 0:
                raise ValueError(f"Matrix of {name}: there is a leg below zero.")
            if np.diagonal(table).any():
                raise ValueError(f"Matrix of {name}: the way from a place to itself must be 0.")
            table.flags.writeable = False
        if self.seconds.shape != self.metres.shape:
            raise ValueError(f"Matrix: {self.seconds.shape} of seconds do not fit {self.metres.shape} of metres.")

    @property
    def places(self) -> int:
        """How many places it knows."""
        return int(self.seconds.shape[0])

    @cached_property
    def legs(self) -> Sequence[Sequence[int]]:
        """`seconds` by row: one by one, Python reads lists four times faster than an array.

        Of very many places the lists would take 32 bytes a leg, so those are read where they are.
        """
        if self.places > MOST_LISTED:
            return [memoryview(row) for row in np.ascontiguousarray(self.seconds)]
        rows: list[list[int]] = self.seconds.tolist()
        return rows


def great_circle(points: Sequence[Point], *, profile: Profile = MOTORBIKE) -> Matrix:
    """The matrix between `points`, in their order: great-circle distance × detour factor, at the speed of `profile`.

    Two stops at one point (two households of one building) are 0 s apart. A point in the sea is as far as it is.
    """
    # By chords through the globe: right at the poles, across the date line and for neighbours, and a million sines and
    # cosines cheaper than haversines.
    lat = np.radians(np.array([point.lat for point in points], dtype=np.float64))
    lon = np.radians(np.array([point.lon for point in points], dtype=np.float64))
    on_globe = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    table = np.zeros((len(points), len(points)))
    for axis in on_globe:
        table += (axis[:, None] - axis[None, :]) ** 2
    np.sqrt(table, out=table)
    table /= 2
    np.minimum(table, 1, out=table)
    np.arcsin(table, out=table)
    table *= 2 * EARTH_RADIUS_METRES * profile.detour
    metres = np.rint(table).astype(np.int32)
    stands = profile.seconds_per_leg * (table >= 1)
    table /= profile.metres_per_second
    table += stands
    return Matrix(seconds=np.rint(table, out=table).astype(np.int32), metres=metres)
