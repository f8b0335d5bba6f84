import math
from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from geopy.distance import great_circle as by_geopy
from hypothesis import given
from hypothesis import strategies as st

from routing.matrix import (
    MOTORBIKE,
    SLOWEST,
    STANDARD,
    VEHICLES,
    WALKING,
    HalfDay,
    Matrix,
    Point,
    Profile,
    Speeds,
    great_circle,
)
from tests.routing.days import town

points = st.builds(Point, lat=st.floats(8, 23.5), lon=st.floats(102, 110))
anywhere = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180))
HOUR = 3_600
MORNING, AFTERNOON = HalfDay.MORNING, HalfDay.AFTERNOON
RUSH = Speeds(
    profiles={
        **STANDARD.profiles,
        ("motorbike", MORNING): Profile(vehicle="motorbike", metres_per_second=6, seconds_per_leg=30, detour=1.2),
        ("motorbike", AFTERNOON): Profile(vehicle="motorbike", metres_per_second=3, seconds_per_leg=10, detour=1.8),
    }
)


@pytest.mark.parametrize(("lat", "lon"), [(math.nan, 106), (10, math.nan), (91, 0), (0, -181), (math.inf, 0)])
def test_a_point_off_the_globe_is_refused(lat: float, lon: float) -> None:
    """A NaN from a broken geocoder would silently become a stop at no distance from everything."""
    with pytest.raises(ValueError, match="itude"):
        Point(lat=lat, lon=lon)


@given(points, points)
def test_metres_are_geopys_times_the_detour(a: Point, b: Point) -> None:
    """An independent judge of the formula."""
    metres = int(great_circle([a, b], profile=replace(MOTORBIKE, detour=1.5)).metres[0, 1])
    expected = by_geopy((a.lat, a.lon), (b.lat, b.lon)).m * 1.5
    assert metres == pytest.approx(expected, rel=1e-5, abs=1)


@given(st.lists(points, min_size=1, max_size=6))
def test_both_directions_are_alike_and_nothing_is_nowhere(places: list[Point]) -> None:
    """A great circle has no one-way streets, and two households at one point are 0 s apart."""
    matrix = great_circle([*places, places[0]])
    assert (matrix.seconds == matrix.seconds.T).all()
    assert matrix.seconds[0, -1] == 0


def test_walking_a_kilometre_takes_longer_than_riding_it() -> None:
    """1 km: 180 s at 20 km/h and 20 s to park, 800 s on foot."""
    ends = [Point(lat=10, lon=106), Point(lat=10 + 1000 / 111_195.08, lon=106)]
    assert great_circle(ends, profile=replace(MOTORBIKE, detour=1)).seconds[0, 1] == 200
    assert great_circle(ends, profile=replace(WALKING, detour=1)).seconds[0, 1] == 800


@given(anywhere, anywhere)
def test_the_whole_globe_is_measured_alike(a: Point, b: Point) -> None:
    """A swapped or mistyped point lies in the sea, at a pole or beyond the date line: far, but never an exception."""
    metres = great_circle([a, b], profile=replace(MOTORBIKE, detour=1)).metres
    assert metres[0, 1] == metres[1, 0]
    assert metres[0, 1] == pytest.approx(by_geopy((a.lat, a.lon), (b.lat, b.lon)).m, rel=1e-6, abs=2)


def test_the_slowest_way_to_the_other_end_of_the_world_still_fits() -> None:
    """32 bits hold 68 years; what overflowed would come out below zero and be refused."""
    crawl = Profile(vehicle="walking", metres_per_second=SLOWEST, seconds_per_leg=HOUR, detour=5)
    matrix = great_circle([Point(lat=90, lon=0), Point(lat=-90, lon=0)], profile=crawl)
    assert matrix.metres[0, 1] == pytest.approx(5 * 20_015_115, rel=1e-6)
    assert matrix.seconds[0, 1] == pytest.approx(matrix.metres[0, 1] / SLOWEST + HOUR, rel=1e-6)


def test_the_date_line_is_no_way_round_the_world() -> None:
    """Two places 0.2 degrees apart on either side of it."""
    across = great_circle([Point(lat=0, lon=179.9), Point(lat=0, lon=-179.9)], profile=replace(WALKING, detour=1))
    assert across.metres[0, 1] == 22_239


@pytest.mark.parametrize(
    ("hours", "profile"),
    [
        ((7.5, 12), RUSH.profiles["motorbike", MORNING]),
        ((12, 17.5), RUSH.profiles["motorbike", AFTERNOON]),
        ((9, 9), RUSH.profiles["motorbike", MORNING]),
        ((12, 12), RUSH.profiles["motorbike", AFTERNOON]),
        ((24, 30), RUSH.profiles["motorbike", MORNING]),
        ((30, 36), RUSH.profiles["motorbike", MORNING]),
        ((36, 40), RUSH.profiles["motorbike", AFTERNOON]),
    ],
)
def test_hours_within_a_half_day_have_its_profile(hours: tuple[float, float], profile: Profile) -> None:
    """The plan made anew at noon is reckoned by the afternoon's traffic alone."""
    assert RUSH.during("motorbike", int(hours[0] * HOUR), int(hours[1] * HOUR)) == profile


def test_a_day_over_noon_takes_as_long_as_its_halves_together() -> None:
    """Of speeds the harmonic mean: who drives a way once in each half-day needs twice the mean's time for it."""
    early, late = RUSH.profiles["motorbike", MORNING], RUSH.profiles["motorbike", AFTERNOON]
    day = RUSH.during("motorbike", 8 * HOUR, 16 * HOUR)
    way = [Point(lat=10, lon=106), Point(lat=10.1, lon=106.1)]
    by_day, by_early, by_late = (great_circle(way, profile=one) for one in (day, early, late))
    assert 2 * by_day.seconds[0, 1] == pytest.approx(by_early.seconds[0, 1] + by_late.seconds[0, 1], abs=2)
    assert 2 * by_day.metres[0, 1] == pytest.approx(by_early.metres[0, 1] + by_late.metres[0, 1], abs=2)
    mostly_early = RUSH.during("motorbike", 6 * HOUR, 13 * HOUR)
    assert early.metres_per_second > mostly_early.metres_per_second > day.metres_per_second > late.metres_per_second


@given(st.integers(0, 172_800), st.integers(0, 172_800), st.sampled_from(VEHICLES))
def test_what_is_alike_all_day_is_so_over_any_hours(one: int, other: int, vehicle: str) -> None:
    """The standard speeds until somebody has learned better: one matrix serves everybody."""
    assert STANDARD.during(vehicle, min(one, other), max(one, other)) in (MOTORBIKE, WALKING)  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [(10, 9), (-1, 5)])
def test_hours_that_run_backward_are_refused(hours: tuple[int, int]) -> None:
    """A shift typed the wrong way round."""
    with pytest.raises(ValueError, match="no span"):
        STANDARD.during("motorbike", *hours)


def test_speeds_say_something_about_every_vehicle_in_every_half_day() -> None:
    """A gap would be found by a courier who walks in the afternoon."""
    with pytest.raises(ValueError, match="walking in the afternoon"):
        Speeds(profiles={pair: one for pair, one in STANDARD.profiles.items() if pair != ("walking", AFTERNOON)})
    with pytest.raises(ValueError, match="a profile of walking stands where motorbike should"):
        Speeds(profiles={**STANDARD.profiles, ("motorbike", MORNING): WALKING})


@pytest.mark.parametrize(
    "wrong",
    [
        {"vehicle": "balloon"},
        {"metres_per_second": 0},
        {"metres_per_second": math.nan},
        {"metres_per_second": 51},
        {"seconds_per_leg": -1},
        {"seconds_per_leg": 3_601},
    ],
)
def test_a_profile_that_takes_nobody_anywhere_is_refused(wrong: dict[str, object]) -> None:
    """Profiles are learned from records, and records are wrong now and then."""
    with pytest.raises(ValueError, match=r"drives by|m/s|per leg"):
        replace(MOTORBIKE, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("detour", [0.9, math.nan, math.inf])
def test_a_road_shorter_than_the_straight_line_is_refused(detour: float) -> None:
    """The factor is calibrated from recorded routes, and a wrong record must not shrink the country."""
    with pytest.raises(ValueError, match="detour"):
        replace(MOTORBIKE, detour=detour)


def test_a_matrix_refuses_what_is_no_matrix() -> None:
    """Matrices also come from routing servers."""
    square = np.zeros((2, 2), dtype=np.int32)
    for wrong in (np.zeros((2, 3), dtype=np.int32), square - 1, square + 1, square + 0.0, np.zeros((3, 3), int)):
        with pytest.raises(ValueError, match="Matrix"):
            Matrix(seconds=wrong, metres=square)  # type: ignore[arg-type]


def test_a_matrix_cannot_be_changed() -> None:
    """It is shared between problems."""
    matrix = town(3)
    with pytest.raises(ValueError, match="read-only"):
        matrix.seconds[0, 1] = 5


def test_a_thousand_places_give_a_million_legs_in_a_fifth_of_a_second() -> None:
    """The busiest office, on one core: both ways of each pair, and no leg from a place to itself."""
    places = [Point(lat=10 + at / 10_000, lon=106 + at % 37 / 1000) for at in range(1000)]
    taken = []
    for _ in range(3):
        begun = process_time()
        matrix = great_circle(places)
        taken.append(process_time() - begun)
    assert min(taken) < 0.2
    assert matrix.seconds.shape == matrix.metres.shape == (1000, 1000)
    assert not matrix.seconds.diagonal().any()
    assert (matrix.seconds == matrix.seconds.T).all()
