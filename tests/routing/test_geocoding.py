"""The chain of points: who is believed, and when."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.communes import Anchor
from routing.geocoding import (
    Along,
    Geocoded,
    Located,
    Point,
    Remembered,
    Sought,
    Source,
    Trust,
    along,
    locate,
    metres,
    remember,
    within,
)

TODAY = date(2026, 3, 10)
ANCHOR = Anchor(lat=10.776, lon=106.70, radius_m=1_200.0)
DOOR = Point(lat=10.7801, lon=106.6990)
GIVEN = Point(lat=10.7790, lon=106.7010)
FAR = Point(lat=11.5, lon=106.70)


@dataclass
class Known:
    """What a house knows of one address, and in which order it was asked."""

    door: Remembered | None = None
    point: Point | None = None
    answer: Geocoded | None = None
    road: Along | None = None
    asked: list[str] = field(default_factory=list)

    def handed_over(self, address_key: bytes) -> Remembered | None:
        self.asked.append("door")
        return self.door

    def given(self, address_key: bytes) -> Point | None:
        self.asked.append("given")
        return self.point

    def geocoded(self, address_key: bytes) -> Geocoded | None:
        self.asked.append("geocoder")
        return self.answer

    def street(self, street_key: bytes) -> Along | None:
        self.asked.append("street")
        return self.road


def entry(point: Point = DOOR, spread_m: float = 8.0, last: date = date(2026, 1, 5), count: int = 3) -> Remembered:
    return Remembered(point=point, spread_m=spread_m, hand_overs=count, last=last)


def found(known: Known, anchor: Anchor = ANCHOR) -> Located:
    return locate(Sought(address_key=b"k", street_key=b"s", anchor=anchor), today=TODAY, knowledge=known)


ATLAS = Geocoded(point=DOOR, accuracy_m=30.0)
ROAD = Along(point=DOOR, reach_m=240.0, squares=4)


def test_each_source_gives_way_to_a_better_one() -> None:
    """Where a courier stood beats what was typed, which beats a map, which beats the street, which beats the ward."""
    known = Known(door=entry(), point=GIVEN, answer=ATLAS, road=ROAD)
    assert found(known) == Located(
        lat=DOOR.lat, lon=DOOR.lon, source=Source.ADDRESS_BOOK, accuracy_m=20.0, hand_overs=3
    )
    assert known.asked == ["door"], "nobody's data are opened beyond what is needed"
    assert found(Known(point=GIVEN, answer=ATLAS, road=ROAD)).source is Source.GIVEN
    assert found(Known(answer=ATLAS, road=ROAD)).source is Source.GEOCODER
    assert (found(Known(road=ROAD)).source, found(Known(road=ROAD)).accuracy_m) == (Source.STREET, 240.0)
    assert found(Known()) == Located(lat=ANCHOR.lat, lon=ANCHOR.lon, source=Source.COMMUNE, accuracy_m=1_200.0)


@pytest.mark.parametrize(
    "doubtful",
    [
        Known(door=entry(last=date(2023, 1, 5))),
        Known(door=entry(spread_m=900.0)),
        Known(door=entry(point=FAR)),
        Known(point=FAR),
        Known(answer=Geocoded(point=FAR, accuracy_m=10.0)),
        Known(answer=Geocoded(point=DOOR, accuracy_m=5_000.0)),
        Known(road=Along(point=DOOR, reach_m=240.0, squares=2)),
        Known(road=Along(point=DOOR, reach_m=1_500.0, squares=5)),
        Known(road=Along(point=FAR, reach_m=240.0, squares=5)),
    ],
    ids=[
        "book too old", "book too spread", "book in another town", "given in another town", "geocoder in another town",
        "geocoder knows only the commune", "a street of two squares", "a street as wide as its ward",
        "a street elsewhere",
    ],
)  # fmt: skip
def test_what_is_doubtful_is_passed_over_for_the_communes_own_point(doubtful: Known) -> None:
    """People move, agencies mistype; a point that is only good to 1.2 km says so, and none is invented."""
    assert found(doubtful) == Located(lat=ANCHOR.lat, lon=ANCHOR.lon, source=Source.COMMUNE, accuracy_m=1_200.0)


def test_one_hand_over_alone_is_believed_less_exactly_than_several() -> None:
    """The courier may have pressed the button across the road."""
    assert found(Known(door=entry(spread_m=0.0, count=1))).accuracy_m == 50.0
    assert found(Known(door=entry(spread_m=0.0, count=2))).accuracy_m == 20.0


def test_a_mended_anchor_says_that_its_point_comes_from_the_old_units() -> None:
    """The desk must see that the commune's own point was not used."""
    assert found(Known(), Anchor(lat=10.0, lon=105.0, radius_m=5_000.0, mended=True)).source is Source.OLD_UNITS


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
    assert along([]) is None


def test_a_point_off_the_earth_is_refused() -> None:
    """NaN from a phone must not reach the planner."""
    with pytest.raises(ValueError, match="no point on Earth"):
        Point(lat=float("nan"), lon=106.0)


around = st.builds(Point, lat=st.floats(10.5, 11.1), lon=st.floats(106.4, 107.0))
some_metres = st.floats(0, 5_000)
doors = st.lists(st.tuples(around, st.dates(TODAY - timedelta(days=900), TODAY)), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(
    doors=st.none() | doors,
    known=st.builds(
        Known,
        point=st.none() | around,
        answer=st.none() | st.builds(Geocoded, point=around, accuracy_m=some_metres),
        road=st.none() | st.builds(Along, point=around, reach_m=some_metres, squares=st.integers(1, 9)),
    ),
    radius_m=st.floats(100, 9_000),
)
def test_an_answer_lies_in_the_communes_reach_and_never_claims_more_than_a_phone_knows(
    doors: list[tuple[Point, date]] | None, known: Known, radius_m: float
) -> None:
    """Whatever the sources say: no courier is sent to another town, and none is promised the very door."""
    known.door = remember(doors) if doors else None
    anchor = Anchor(lat=10.776, lon=106.70, radius_m=radius_m)
    answer = found(known, anchor)
    assert within(Point(lat=answer.lat, lon=answer.lon), anchor)
    assert answer.accuracy_m >= Trust().gps_error_m
    assert (answer.hand_overs > 0) == (answer.source is Source.ADDRESS_BOOK)


@settings(max_examples=30, deadline=None)
@given(doors=doors, seed=st.integers(0, 99))
def test_the_order_of_hand_overs_makes_no_difference(doors: list[tuple[Point, date]], seed: int) -> None:
    """Couriers' reports wait for a network and come in any order."""
    shuffled = random.Random(seed).sample(doors, len(doors))
    assert remember(shuffled) == remember(doors)
    assert along([point for point, _ in shuffled]) == along([point for point, _ in doors])
