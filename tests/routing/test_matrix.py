import math
from dataclasses import replace

import numpy as np
import pytest
from geopy.distance import great_circle as by_geopy
from hypothesis import given
from hypothesis import strategies as st

from routing.matrix import MOTORBIKE, WALKING, Matrix, Point, great_circle
from tests.routing.days import town

points = st.builds(Point, lat=st.floats(8, 23.5), lon=st.floats(102, 110))


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


def test_a_thousand_places_give_a_million_legs() -> None:
    """The busiest office: both ways of each pair, and no leg from a place to itself."""
    places = [Point(lat=10 + at / 10_000, lon=106 + at % 37 / 1000) for at in range(1000)]
    matrix = great_circle(places)
    assert matrix.seconds.shape == matrix.metres.shape == (1000, 1000)
    assert not matrix.seconds.diagonal().any()
    assert (matrix.seconds == matrix.seconds.T).all()
