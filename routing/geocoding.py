"""Where an address lies: the best point that somebody can vouch for, with its source and accuracy.

A chain: where a courier really handed over → the point that came with the address → a geocoder's answer, when the
house has set one → the middle of its street, as far as couriers know it → the commune's own point. A proven hand-over
comes before a given point: the phone stood at the very door, while a given point may be the middle of a hamlet or an
agency's typing. Whatever lies outside the commune's reach is another town's and is passed over. No point is ever made
up or spread out: what is known only to the commune says so by its accuracy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import isfinite
from statistics import median
from typing import Protocol

from geopy.distance import geodesic

from routing.communes import Anchor


class Source(StrEnum):
    """Who vouches for a point."""

    ADDRESS_BOOK = "address_book"
    GIVEN = "given"
    GEOCODER = "geocoder"
    STREET = "street"
    COMMUNE = "commune"
    OLD_UNITS = "old_units"

    @property
    def coarse(self) -> bool:
        """Whether it only says in which commune."""
        return self in (Source.COMMUNE, Source.OLD_UNITS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """WGS 84 degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lat) and isfinite(self.lon) and -90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"{self.lat}, {self.lon} is no point on Earth.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """A point with its source; the address lies, as far as the source knows, within `accuracy_m` of it.

    `hand_overs` is how many the address book knows there; 0 for every other source.
    """

    lat: float
    lon: float
    source: Source
    accuracy_m: float
    hand_overs: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What the address book knows of an address: the middle of its hand-overs, their spread, how many, the last."""

    point: Point
    spread_m: float
    hand_overs: int
    last: date

    def __post_init__(self) -> None:
        if self.hand_overs < 1 or not self.spread_m >= 0:
            raise ValueError(f"An address book entry of {self.hand_overs} hand-overs, {self.spread_m} m apart.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Along:
    """What couriers know of a street: its middle, how far the farthest square lies from it, how many squares."""

    point: Point
    reach_m: float
    squares: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Geocoded:
    """A geocoder's answer with the accuracy that it claims or that its kind of answer implies."""

    point: Point
    accuracy_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """An address to place: its key, its street's if one was read, and its commune's anchor."""

    address_key: bytes
    anchor: Anchor
    street_key: bytes | None = None


class Knowledge(Protocol):
    """What the house knows of addresses. Asked in the chain's order and no further than needed."""

    def handed_over(self, address_key: bytes) -> Remembered | None:
        """Where couriers handed over before."""

    def given(self, address_key: bytes) -> Point | None:
        """The point that agency or citizen gave with the address."""

    def geocoded(self, address_key: bytes) -> Geocoded | None:
        """What a geocoder answered, if the house asked one."""

    def street(self, street_key: bytes) -> Along | None:
        """What couriers know of the street."""


class Geocoder(Protocol):
    """Turns an address into a point. Asked only when the house has set one: the address leaves the house."""

    def geocode(self, text: str, *, near: Anchor) -> Geocoded | None:
        """The point of `text`, or None when nothing is found. Raises GeocoderSilent when it does not answer."""


class GeocoderSilent(Exception):
    """The geocoder did not answer, or not in words that it promised: nothing is known of the address by that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """When an answer is believed. Distances in metres; `reach` is in radii of the commune.

    A single hand-over may have been told from across the road, so it counts as good to `lone_error_m`; the same goes
    for a given point, of which nobody says how it was found.
    """

    oldest: timedelta = timedelta(days=730)
    widest_spread_m: float = 150.0
    gps_error_m: float = 20.0
    lone_error_m: float = 50.0
    least_squares: int = 3
    reach: float = 3.0
    least_reach_m: float = 3_000.0


def locate(sought: Sought, *, today: date, knowledge: Knowledge, trust: Trust | None = None) -> Located:
    """The best point for `sought`. An answer outside the commune's reach is another town's and is passed over."""
    trust = trust or Trust()
    anchor = sought.anchor
    known = knowledge.handed_over(sought.address_key)
    if known is not None and _believed(known, anchor, today, trust):
        error = trust.lone_error_m if known.hand_overs == 1 else trust.gps_error_m
        return Located(
            lat=known.point.lat,
            lon=known.point.lon,
            source=Source.ADDRESS_BOOK,
            accuracy_m=max(error, known.spread_m),
            hand_overs=known.hand_overs,
        )
    given = knowledge.given(sought.address_key)
    if given is not None and within(given, anchor, trust):
        return _at(given, Source.GIVEN, max(trust.lone_error_m, trust.gps_error_m))
    answer = knowledge.geocoded(sought.address_key)
    # A geocoder that answers with the middle of the commune knows no more than we do.
    if answer is not None and answer.accuracy_m < anchor.radius_m and within(answer.point, anchor, trust):
        return _at(answer.point, Source.GEOCODER, max(trust.gps_error_m, answer.accuracy_m))
    street = knowledge.street(sought.street_key) if sought.street_key is not None else None
    if street is not None and _traced(street, anchor, trust):
        return _at(street.point, Source.STREET, max(trust.widest_spread_m, street.reach_m))
    return Located(
        lat=anchor.lat,
        lon=anchor.lon,
        source=Source.OLD_UNITS if anchor.mended else Source.COMMUNE,
        accuracy_m=max(trust.gps_error_m, anchor.radius_m),
    )


def remember(hand_overs: Sequence[tuple[Point, date]]) -> Remembered:
    """The address book's entry for one address, from its proven hand-overs (point, Vietnam's day), in any order.

    The middle is the median, so that one report from the gate of the office moves nothing; the spread is the
    distance from it that half of them keep. ValueError when there is none.
    """
    if not hand_overs:
        raise ValueError("An address book entry needs a hand-over.")
    middle = _middle([point for point, _ in hand_overs])
    return Remembered(
        point=middle,
        spread_m=round(median(metres(middle, point) for point, _ in hand_overs), 1),
        hand_overs=len(hand_overs),
        last=max(day for _, day in hand_overs),
    )


def along(squares: Iterable[Point]) -> Along | None:
    """What is known of a street from the distinct squares in which couriers handed over; None without any."""
    known = sorted(set(squares), key=lambda point: (point.lat, point.lon))
    if not known:
        return None
    middle = _middle(known)
    reach = max(metres(middle, point) for point in known)
    return Along(point=middle, reach_m=round(reach, 1), squares=len(known))


def metres(a: Point, b: Point) -> float:
    """Geodesic distance (WGS 84 ellipsoid, geopy)."""
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).m)


def within(point: Point, anchor: Anchor, trust: Trust | None = None) -> bool:
    """Whether a point lies where a commune can be: within three of its radii, and never refused within 3 km."""
    trust = trust or Trust()
    reach = max(trust.least_reach_m, trust.reach * anchor.radius_m)
    return metres(point, Point(lat=anchor.lat, lon=anchor.lon)) <= reach


def _at(point: Point, source: Source, accuracy_m: float) -> Located:
    return Located(lat=point.lat, lon=point.lon, source=source, accuracy_m=accuracy_m)


def _middle(points: Sequence[Point]) -> Point:
    return Point(lat=median(point.lat for point in points), lon=median(point.lon for point in points))


def _traced(street: Along, anchor: Anchor, trust: Trust) -> bool:
    """Whether a street is known well enough: in several squares, and more narrowly than its commune."""
    return (
        street.squares >= trust.least_squares
        and street.reach_m < anchor.radius_m
        and within(street.point, anchor, trust)
    )


def _believed(known: Remembered, anchor: Anchor, today: date, trust: Trust) -> bool:
    return (
        today - known.last <= trust.oldest
        and known.spread_m <= trust.widest_spread_m
        and within(known.point, anchor, trust)
    )
