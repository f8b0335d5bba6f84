"""What planning saves: the ways as planned against the same stops in the order in which the items came in.

Both are measured by the demo's own yardstick, and not by the product's figures: great circle × 1.3, ridden at 20 km/h,
and 20 s a leg for parking and setting off; from the office, and back to it. Time at the doors is the same either way,
and is left out.

First come: the clerk cuts the pile on the shelf, as it came in, into as many equal stacks as there are couriers, since
whoever has no planner takes a bundle off the pile and does not deal it out letter by letter. Each courier rides the
stack from top to bottom, but does all stops of one point together, where the first of them lies. It keeps to no
appointment and no capacity, which is in its favour; nobody mends it by knowing the streets, which is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_008.8
DETOUR = 1.3
METRES_A_SECOND = 20 / 3.6
SECONDS_A_LEG = 20.0

Spot = tuple[float, float]
"""Latitude and longitude, in degrees."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Where a courier stops, and the S10 numbers of what is for there; none where an agency's results are collected."""

    spot: Spot
    numbers: tuple[str, ...] = ()

    @property
    def came(self) -> tuple[str, Spot]:
        """Its place in the pile: numbers are given as items are registered, and an agency called before any came."""
        return min(self.numbers, default=""), self.spot


@dataclass(frozen=True, kw_only=True)
class Way:
    """How far it is, and how long one is on the road."""

    metres: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: "Way") -> "Way":
        """Both, one after the other."""
        return Way(metres=self.metres + other.metres, seconds=self.seconds + other.seconds)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The ways of some routes both ways; `numbers` are the items that were taken along, each once however often."""

    planned: Way = Way()
    first_come: Way = Way()
    numbers: frozenset[str] = frozenset()

    def __add__(self, other: "Comparison") -> "Comparison":
        """Both days, or both offices."""
        return Comparison(
            planned=self.planned + other.planned,
            first_come=self.first_come + other.first_come,
            numbers=self.numbers | other.numbers,
        )


def compare(office: Spot, routes: Sequence[Sequence[Stop]]) -> Comparison:
    """One office's day: its routes, each in planned order, against first come."""
    return Comparison(
        planned=_ways(office, routes),
        first_come=_ways(office, first_come(routes)),
        numbers=frozenset(number for route in routes for stop in route for number in stop.numbers),
    )


def first_come(routes: Sequence[Sequence[Stop]]) -> list[list[Stop]]:
    """The same stops, dealt to as many couriers in the order in which their items came in."""
    together: dict[Spot, list[Stop]] = {}
    for stop in sorted((stop for route in routes for stop in route), key=lambda stop: stop.came):
        together.setdefault(stop.spot, []).append(stop)
    stacks: list[list[Stop]] = [[] for _ in routes]
    whole, dealt = sum(map(len, together.values())), 0
    for stops in together.values():
        stacks[dealt * len(stacks) // whole] += stops
        dealt += len(stops)
    return stacks


def way(office: Spot, stops: Sequence[Stop]) -> Way:
    """From the office along the stops and back; whoever has no stop stays there."""
    if not stops:
        return Way()
    spots = [office, *(stop.spot for stop in stops), office]
    metres = DETOUR * sum(_great_circle(here, there) for here, there in pairwise(spots))
    return Way(metres=metres, seconds=metres / METRES_A_SECOND + SECONDS_A_LEG * (len(spots) - 1))


def _ways(office: Spot, routes: Iterable[Sequence[Stop]]) -> Way:
    return sum((way(office, route) for route in routes), Way())


def _great_circle(here: Spot, there: Spot) -> float:
    """Metres, by the haversine formula, which is exact enough for two doors of one street."""
    north, south = radians(here[0]), radians(there[0])
    across = radians(there[1] - here[1])
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(half))
