"""What our client makes of OSRM and Valhalla themselves, on the map of an invented town."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from delivery.outbound.roads import road_tables
from delivery.settings import RoadEngine, RoadSettings
from routing.matrix import MOTORBIKE, WALKING, Point, great_circle
from tests.delivery.outbound import road_engines_at_work as at_work
from tests.delivery.outbound.road_engines_at_work import BLOCK, BLOCKS, INSTALLED, NORTHERN_BANK, SOUTH, WEST, Serving


def _crossing(north: float, east: float) -> Point:
    return Point(lat=SOUTH + north * BLOCK, lon=WEST + east * BLOCK)


@pytest.mark.skipif(not INSTALLED.joinpath("osrm").is_dir(), reason="No wheel of OSRM and Valhalla for this machine.")
@pytest.mark.parametrize(
    ("engine", "serve"), [(RoadEngine.OSRM, at_work.osrm), (RoadEngine.VALHALLA, at_work.valhalla)]
)
def test_a_real_server_knows_the_one_way_street_and_the_only_bridge(
    engine: RoadEngine, serve: Callable[[], AbstractContextManager[Serving]]
) -> None:
    """Our reading of their documentation is worth what they themselves say to it; and the plan goes on without them."""
    west_end, east_end = _crossing(0, 0), _crossing(0, BLOCKS)
    south_bank, north_bank = _crossing(NORTHERN_BANK - 1, BLOCKS), _crossing(NORTHERN_BANK, BLOCKS)
    at_sea, hamlet = Point(lat=9, lon=109), _crossing(-5, 0)
    points = [west_end, east_end, south_bank, north_bank, at_sea, hamlet]
    # More places than this server takes at once, so that the parts are put together right.
    points += [_crossing(north, east) for north in range(BLOCKS + 1) for east in range(1, BLOCKS)]
    with serve() as server:
        settings = RoadSettings(engine=engine, url=server.url, walking_url=server.url)
        tables = road_tables(settings)
        travel = tables.travel(points, MOTORBIKE)
        walked = tables.travel(points, WALKING)
        server.stop()
        again = tables.travel(points, MOTORBIKE)
        gone = road_tables(settings).travel(points, MOTORBIKE)
    metres, straight = travel.matrix.metres, great_circle(points)
    block = great_circle([_crossing(0, 0), _crossing(0, 1)]).metres[0, 1] / MOTORBIKE.detour
    assert (travel.source, travel.why_en) == (engine, "")
    assert metres[0, 1] == pytest.approx(BLOCKS * block, rel=0.02)
    assert metres[1, 0] == pytest.approx((BLOCKS + 2) * block, rel=0.02)
    assert travel.matrix.seconds[1, 0] > travel.matrix.seconds[0, 1] > metres[0, 1] / 14
    assert metres[2, 3] == pytest.approx((2 * BLOCKS + 1) * block, rel=0.02)
    assert metres[2, 3] > 5 * straight.metres[2, 3]
    for place in (4, 5):
        assert (metres[place] == straight.metres[place]).all()
    assert travel.straight == 2 * (len(points) - 1) + 2 * (len(points) - 2)
    if engine is RoadEngine.VALHALLA:
        # The same server knows walkers, who need not mind the one-way street.
        assert walked.matrix.metres[1, 0] == pytest.approx(BLOCKS * block, rel=0.02)
        assert walked.matrix.seconds[1, 0] > 2 * travel.matrix.seconds[0, 1]
    assert (again.matrix.seconds == travel.matrix.seconds).all()
    assert (gone.source, gone.straight) == ("great-circle", gone.legs)
    assert "does not answer" in gone.why_en
    assert (gone.matrix.seconds == straight.seconds).all()
