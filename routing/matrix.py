"""How long and how far it is between places: great circle × detour factor × speed profile.

Good without any map: a courier's real way through Vietnamese towns is about 1.3
times the straight line, so plans are right in shape and their times are off by
minutes, which the calibration of recorded routes then mends.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_METRES = 6_371_008.8
"""Mean radius of the IUGG; a sphere is off by at most 0.5 %, far less than any detour factor."""

Ints = NDArray[np.int32]


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How somebody moves: `metres_per_second` on the way, and `seconds_per_leg` to park and set off again."""

    name: str
    metres_per_second: float
    seconds_per_leg: int

    def __post_init__(self) -> None:
        if not 0 < self.metres_per_second < math.inf:
            raise ValueError(f"Profile {self.name}: a speed of {self.metres_per_second} m/s takes nobody anywhere.")
        if self.seconds_per_leg < 0:
            raise ValueError(f"Profile {self.name}: {self.seconds_per_leg} s per leg is below zero.")


MOTORBIKE = Profile(name="motorbike", metres_per_second=20 / 3.6, seconds_per_leg=20)
WALKING = Profile(name="walking", metres_per_second=4.5 / 3.6, seconds_per_leg=0)


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
    def legs(self) -> list[list[int]]:
        """`seconds` as nested lists: one by one, Python reads them four times faster than an array."""
        rows: list[list[int]] = self.seconds.tolist()
        return rows


def great_circle(points: Sequence[Point], *, profile: Profile = MOTORBIKE, detour: float = 1.3) -> Matrix:
    """The matrix between `points`, in their order: haversine distance × `detour`, at the speed of `profile`.

    Two stops at one point (two households of one building) are 0 s apart. Raises
    ValueError when `detour` is below 1: no road is shorter than the straight line.
    """
    if not 1 <= detour < math.inf:
        raise ValueError(f"A detour factor of {detour} would make roads shorter than the straight line.")
    lat = np.radians(np.array([point.lat for point in points], dtype=np.float64))
    lon = np.radians(np.array([point.lon for point in points], dtype=np.float64))
    chord = np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
    chord += np.cos(lat)[:, None] * np.cos(lat)[None, :] * np.sin((lon[:, None] - lon[None, :]) / 2) ** 2
    metres = 2 * EARTH_RADIUS_METRES * detour * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    seconds = metres / profile.metres_per_second + profile.seconds_per_leg * (metres >= 1)
    return Matrix(seconds=np.rint(seconds).astype(np.int32), metres=np.rint(metres).astype(np.int32))
