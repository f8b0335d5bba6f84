"""The chain of points: who is believed, and when."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from routing.communes import Anchor
from routing.geocoding import Geocoded, Located, Point, Remembered, Sought, Source, locate, metres, remember

TODAY = date(2026, 3, 10)
ANCHOR = Anchor(lat=10.776, lon=106.70, radius_m=1_200.0)
DOOR = Point(lat=10.7801, lon=106.6990)
FAR = Point(lat=11.5, lon=106.70)


@dataclass
class Book:
    """An address book with one entry for every key."""

    known: Remembered | None

    def recall(self, address_key: str) -> Remembered | None:
        return self.known


@dataclass
class Map:
    """A geocoder that answers everything alike and remembers what it was asked."""

    answer: Geocoded | None
    asked: list[str] = field(default_factory=list)

    def geocode(self, text: str) -> Geocoded | None:
        self.asked.append(text)
        return self.answer


def sought(anchor: Anchor = ANCHOR) -> Sought:
    return Sought(address_key="k", text="12 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh", anchor=anchor)


def entry(point: Point = DOOR, spread_m: float = 8.0, last: date = date(2026, 1, 5)) -> Remembered:
    return Remembered(point=point, spread_m=spread_m, hand_overs=3, last=last)


def test_where_a_courier_handed_over_comes_first_and_nothing_leaves_the_house() -> None:
    """The best point is also the private one: the geocoder is not asked."""
    atlas = Map(Geocoded(point=DOOR, accuracy_m=30.0))
    found = locate(sought(), today=TODAY, book=Book(entry()), geocoder=atlas)
    assert found == Located(lat=DOOR.lat, lon=DOOR.lon, source=Source.ADDRESS_BOOK, accuracy_m=20.0)
    assert atlas.asked == []


@pytest.mark.parametrize(
    "doubtful",
    [entry(last=date(2023, 1, 5)), entry(spread_m=900.0), entry(point=FAR)],
    ids=["too old", "too spread", "in another town"],
)
def test_a_doubtful_memory_is_passed_over(doubtful: Remembered) -> None:
    """People move, and some reports come from the office's gate."""
    found = locate(sought(), today=TODAY, book=Book(doubtful), geocoder=Map(Geocoded(point=DOOR, accuracy_m=30.0)))
    assert (found.source, found.accuracy_m) == (Source.GEOCODER, 30.0)


@pytest.mark.parametrize(
    "answer",
    [None, Geocoded(point=FAR, accuracy_m=10.0), Geocoded(point=DOOR, accuracy_m=5_000.0)],
    ids=["no answer", "another town", "only the commune"],
)
def test_without_a_better_point_the_communes_own_is_used_with_its_radius(answer: Geocoded | None) -> None:
    """A point that is only good to 1.2 km says so; none is invented."""
    found = locate(sought(), today=TODAY, book=Book(None), geocoder=Map(answer))
    assert found == Located(lat=ANCHOR.lat, lon=ANCHOR.lon, source=Source.COMMUNE, accuracy_m=1_200.0)


def test_a_mended_anchor_says_that_its_point_comes_from_the_old_units() -> None:
    """The desk must see that the commune's own point was not used."""
    mended = Anchor(lat=10.0, lon=105.0, radius_m=5_000.0, mended=True)
    assert locate(sought(mended), today=TODAY).source is Source.OLD_UNITS


def test_one_report_from_the_wrong_place_does_not_move_the_memory() -> None:
    """A courier who confirms at the office's gate must not move the address there."""
    days = [(DOOR, date(2026, 1, day)) for day in (1, 2, 3, 4)]
    known = remember([*days, (FAR, date(2026, 1, 5))])
    assert metres(known.point, DOOR) < 1
    assert (known.hand_overs, known.last, known.spread_m) == (5, date(2026, 1, 5), 0.0)


def test_a_memory_of_nothing_is_refused() -> None:
    """An entry without a hand-over would be an invented point."""
    with pytest.raises(ValueError, match="needs a hand-over"):
        remember([])


def test_a_point_off_the_earth_is_refused() -> None:
    """NaN from a phone must not reach the planner."""
    with pytest.raises(ValueError, match="no point on Earth"):
        Point(lat=float("nan"), lon=106.0)
