"""Where an address lies: the best point that somebody can vouch for, with its source and accuracy.

A chain: where a courier really handed over → a geocoder, when one is set → the commune's own point. No point
is ever made up or spread out: what is known only to the commune says so by its accuracy.
"""

from collections.abc import Sequence
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
    GEOCODER = "geocoder"
    COMMUNE = "commune"
    OLD_UNITS = "old_units"


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
    """A point with its source; the address lies, as far as the source knows, within `accuracy_m` of it."""

    lat: float
    lon: float
    source: Source
    accuracy_m: float


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
class Geocoded:
    """A geocoder's answer with the accuracy that it claims or that its kind of answer implies."""

    point: Point
    accuracy_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """An address to place: its key in the address book, its text, and its commune's anchor."""

    address_key: str
    text: str
    anchor: Anchor


class AddressBook(Protocol):
    """Where couriers handed over before."""

    def recall(self, address_key: str) -> Remembered | None:
        """What is known of the address, or None."""


class Geocoder(Protocol):
    """Turns an address into a point. Asked only when the house has set one: the address leaves the house."""

    def geocode(self, text: str) -> Geocoded | None:
        """The point of `text`, or None when it is not found or the geocoder does not answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """When an answer is believed. Distances in metres; `reach` is in radii of the commune."""

    oldest: timedelta = timedelta(days=730)
    widest_spread_m: float = 150.0
    gps_error_m: float = 20.0
    reach: float = 3.0
    least_reach_m: float = 3_000.0


def locate(
    sought: Sought,
    *,
    today: date,
    book: AddressBook | None = None,
    geocoder: Geocoder | None = None,
    trust: Trust | None = None,
) -> Located:
    """The best point for `sought`. An answer outside the commune's reach is another town's and is passed over."""
    trust = trust or Trust()
    if book is not None:
        known = book.recall(sought.address_key)
        if known is not None and _believed(known, sought.anchor, today, trust):
            return Located(
                lat=known.point.lat,
                lon=known.point.lon,
                source=Source.ADDRESS_BOOK,
                accuracy_m=max(trust.gps_error_m, known.spread_m),
            )
    if geocoder is not None:
        answer = geocoder.geocode(sought.text)
        # A geocoder that answers with the middle of the commune knows no more than we do.
        finer = answer is not None and answer.accuracy_m < sought.anchor.radius_m
        if answer is not None and finer and _within(answer.point, sought.anchor, trust):
            return Located(
                lat=answer.point.lat, lon=answer.point.lon, source=Source.GEOCODER, accuracy_m=answer.accuracy_m
            )
    anchor = sought.anchor
    return Located(
        lat=anchor.lat,
        lon=anchor.lon,
        source=Source.OLD_UNITS if anchor.mended else Source.COMMUNE,
        accuracy_m=anchor.radius_m,
    )


def remember(hand_overs: Sequence[tuple[Point, date]]) -> Remembered:
    """The address book's entry for one address, from its proven hand-overs (point, Vietnam's day).

    The middle is the median, so that one report from the gate of the office moves nothing; the spread is the
    distance from it that half of them keep. ValueError when there is none.
    """
    if not hand_overs:
        raise ValueError("An address book entry needs a hand-over.")
    middle = Point(lat=median(p.lat for p, _ in hand_overs), lon=median(p.lon for p, _ in hand_overs))
    return Remembered(
        point=middle,
        spread_m=round(median(metres(middle, point) for point, _ in hand_overs), 1),
        hand_overs=len(hand_overs),
        last=max(day for _, day in hand_overs),
    )


def metres(a: Point, b: Point) -> float:
    """Geodesic distance (WGS 84 ellipsoid, geopy)."""
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).m)


def _believed(known: Remembered, anchor: Anchor, today: date, trust: Trust) -> bool:
    return (
        today - known.last <= trust.oldest
        and known.spread_m <= trust.widest_spread_m
        and _within(known.point, anchor, trust)
    )


def _within(point: Point, anchor: Anchor, trust: Trust) -> bool:
    reach = max(trust.least_reach_m, trust.reach * anchor.radius_m)
    return metres(point, Point(lat=anchor.lat, lon=anchor.lon)) <= reach
