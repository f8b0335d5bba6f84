"""Travel times from a road server: believed when they look right, and replaced in words when they do not."""

import json
import random
from collections.abc import Iterator
from time import monotonic

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.outbound.road_engines import Engine, Line, NoRoads, Osrm, Valhalla
from delivery.outbound.roads import CELLS_PER_DEGREE, FRESH_SECONDS, REST_SECONDS, RoadTables, road_tables
from delivery.settings import RoadEngine, RoadSettings
from routing.matrix import MOTORBIKE, WALKING, Point, great_circle
from tests.delivery.outbound.road_server import METRES_A_SECOND, RoadServer, Spot, round_the_corner

OFFICE = Point(lat=10.77, lon=106.7)


class HandTime:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[RoadServer]:
    """The road server of a town of right-angled streets."""
    with RoadServer() as server:
        yield server


@pytest.fixture(params=[Osrm, Valhalla])
def engine(request: pytest.FixtureRequest, server: RoadServer) -> Engine:
    """Both engines, each asking the server in its own language."""
    made: Engine = request.param(url=server.url, vehicle="motorbike")
    return made


def _town(count: int) -> list[Point]:
    """The office, and households in cells of their own around it."""
    chance = random.Random(count)
    cells = chance.sample([(north, east) for north in range(-30, 30) for east in range(-30, 30)], count - 1)
    jitter = 0.2 / CELLS_PER_DEGREE
    return [
        OFFICE,
        *(
            Point(
                lat=OFFICE.lat + (north + 0.5) / CELLS_PER_DEGREE * 2 + chance.uniform(-jitter, jitter),
                lon=OFFICE.lon + (east + 0.5) / CELLS_PER_DEGREE * 2 + chance.uniform(-jitter, jitter),
            )
            for north, east in cells
        ),
    ]


def _centre(point: Point) -> Spot:
    lat, lon = (round(degrees * CELLS_PER_DEGREE) / CELLS_PER_DEGREE for degrees in (point.lat, point.lon))
    return round(lat, 5), round(lon, 5)


def _tables(engine: Engine, *, seconds: float = 5.0, clock: HandTime | None = None) -> RoadTables:
    return RoadTables({"motorbike": engine}, seconds=seconds, clock=clock or HandTime())


def test_more_places_than_a_server_takes_at_once_are_asked_about_in_parts(engine: Engine, server: RoadServer) -> None:
    """A busy ward has three times as many stops as OSRM answers about in one table."""
    points = _town(130)
    travel = _tables(engine).travel(points, MOTORBIKE)
    assert (travel.source, travel.legs, travel.straight, travel.why_vi) == (engine.name, 130 * 129, 0, "")
    assert max(max(part) for part in server.asked) <= engine.most
    for here, there in ((0, 1), (1, 0), (7, 129), (128, 60)):
        metres = round_the_corner(_centre(points[here]), _centre(points[there]))
        assert travel.matrix.metres[here, there] == pytest.approx(metres, abs=1)
        assert travel.matrix.seconds[here, there] == pytest.approx(metres / METRES_A_SECOND + 20, abs=1)


def test_a_server_set_for_smaller_tables_is_asked_for_smaller_ones(engine: Engine, server: RoadServer) -> None:
    """Its administrator's limit is not ours to know."""
    for pairs in (100, 30):
        server.pairs = pairs
        travel = _tables(engine).travel(_town(40), MOTORBIKE)
        assert (travel.source, travel.straight) == (engine.name, 0)
    server.pairs = 0
    travel = _tables(engine).travel(_town(4), MOTORBIKE)
    assert (travel.source, travel.straight) == ("great-circle", 12)


def test_a_server_that_hangs_up_after_some_answers_is_called_again(engine: Engine, server: RoadServer) -> None:
    """OSRM does after 512; what was asked last would be lost, and with it the whole table."""
    server.hangs_up_after = 1
    travel = _tables(engine).travel(_town(60), MOTORBIKE)
    assert (travel.source, travel.straight, travel.why_en) == (engine.name, 0, "")


def test_where_no_road_leads_the_straight_line_is_taken_and_counted(engine: Engine, server: RoadServer) -> None:
    """A household on an island still gets a time, and the dispatcher sees how many were guessed."""
    points = _town(12)
    island = _centre(points[5])
    server.street = lambda here, there: None if there == island else round_the_corner(here, there)
    travel = _tables(engine).travel(points, MOTORBIKE)
    straight = great_circle(points)
    assert travel.straight == 11
    assert (travel.matrix.seconds[:, 5] == straight.seconds[:, 5]).all()
    assert travel.matrix.metres[5, 0] == pytest.approx(round_the_corner(island, _centre(OFFICE)), abs=1)


def test_a_place_far_from_every_road_goes_by_the_straight_line(engine: Engine, server: RoadServer) -> None:
    """A server puts it on the nearest road it knows, hundreds of metres off, and reckons as if it lay there."""
    points = _town(12)
    hamlet = _centre(points[5])
    # OSRM always names a nearest road; Valhalla gives up after some kilometres.
    far = {"osrm": 301, "valhalla": float("inf")}[engine.name]
    server.off = lambda spot: far if spot == hamlet else 299
    travel = _tables(engine).travel(points, MOTORBIKE)
    assert travel.straight == 22
    assert (travel.matrix.metres[5] == great_circle(points).metres[5]).all()
    assert travel.matrix.metres[1, 2] != great_circle(points).metres[1, 2]


def test_nothing_is_asked_about_a_point_in_the_sea(engine: Engine, server: RoadServer) -> None:
    """Servers refuse a whole table for one point that is too far away."""
    points = [*_town(5), Point(lat=-80, lon=-170)]
    server.street = lambda here, there: round_the_corner(here, there) if min(here[0], there[0]) > 0 else 1 / 0
    travel = _tables(engine).travel(points, MOTORBIKE)
    assert (travel.source, travel.straight) == (engine.name, 10)


def test_what_was_learned_is_not_asked_again_until_it_is_a_day_old(engine: Engine, server: RoadServer) -> None:
    """The noon plan of an office has the morning's households; only what came since is asked about."""
    clock = HandTime()
    tables, points = _tables(engine, clock=clock), _town(20)
    first = tables.travel(points, MOTORBIKE)
    server.asked.clear()
    again = tables.travel(points[:10], MOTORBIKE)
    assert server.asked == []
    assert (again.matrix.seconds == first.matrix.seconds[:10, :10]).all()
    more = tables.travel([*points, Point(lat=10.8, lon=106.8)], MOTORBIKE)
    assert sorted(server.asked)[-2:] in ([(1, 21), (20, 1)], [(1, 1), (20, 1)])
    assert (more.matrix.seconds[:20, :20] == first.matrix.seconds).all()
    server.asked.clear()
    clock.now = FRESH_SECONDS + 1
    tables.travel(points, MOTORBIKE)
    assert (20, 20) in server.asked


def test_neighbours_in_one_cell_are_asked_about_once(engine: Engine, server: RoadServer) -> None:
    """The server does not learn which door it is; next door is the straight line."""
    home = _town(3)[1]
    lat, lon = _centre(home)
    points = [OFFICE, Point(lat=lat + 0.0001, lon=lon), Point(lat=lat - 0.0001, lon=lon)]
    tables = _tables(engine)
    among_themselves = tables.travel(points[1:], MOTORBIKE)
    assert (server.paths, among_themselves.source, among_themselves.why_en) == ([], "great-circle", "")
    travel = tables.travel(points, MOTORBIKE)
    assert server.asked[-1] == (2, 2)
    assert travel.straight == 2
    assert (travel.matrix.metres[1, 2], travel.matrix.seconds[1, 2]) == (29, 25)
    assert travel.matrix.seconds[0, 1] == travel.matrix.seconds[0, 2]


def _says(content: bytes, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, content


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        (_says(b"", 500), "500"),
        (_says(b'{"code": "InvalidUrl"}', 400), "400"),
        (_says(b'{"code": "Ok"}', 302, Location="/elsewhere"), "302"),
        (_says(b"<html>Not here</html>", 404), "cannot be read"),
        (_says(b""), "cannot be read"),
        (_says(b"[[" * 50_000), "cannot be read"),
        (_says(b"null"), "cannot be read"),
        (_says(b'{"code": "Ok", "sources": [{"distance": -1}, {"distance": 0}, {"distance": 0}]}'), "cannot be read"),
        (_says(b'{"code": "Ok", "sources": [{"distance": 0}]}'), "cannot be read"),
        (_says(b'{"code": "Ok", "sources": 3}'), "cannot be read"),
    ],
)
def test_an_answer_that_is_none_leaves_the_straight_line_and_says_why(
    engine: Engine, server: RoadServer, reply: tuple[int, dict[str, str], bytes], word: str
) -> None:
    """The evening's plans are made whatever the road server does, and the page says what they rest on."""
    server.reply = reply
    travel = _tables(engine).travel(_town(3), MOTORBIKE)
    assert (travel.source, travel.straight) == ("great-circle", travel.legs)
    assert (travel.matrix.seconds == great_circle(_town(3)).seconds).all()
    assert engine.label in travel.why_vi
    assert word in travel.why_en or engine.name == "valhalla"
    assert len(server.paths) == 1


@pytest.mark.parametrize(
    "table",
    [
        [[1, 2], [3, 4]],
        [[0, 1, 2], [1, 0], [2, 1, 0]],
        [[0, 1, "x"], [1, 0, 1], [2, 1, 0]],
        [[0, 1, -2], [1, 0, 1], [2, 1, 0]],
        [[0, 1, 10**400], [1, 0, 1], [2, 1, 0]],
        [[0, 1, {}], [1, 0, 1], [2, 1, 0]],
        None,
    ],
)
def test_a_table_of_another_shape_is_not_believed(engine: Engine, server: RoadServer, table: object) -> None:
    """A server of another version, or something that is no road server at all."""
    server.street = lambda here, there: 1.0
    right = server.answer

    def wrong(path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        status, headers, content = right(path, body)
        return status, headers, _with_durations(content, table)

    server.answer = wrong  # type: ignore[method-assign]
    travel = _tables(engine).travel(_town(3), MOTORBIKE)
    assert travel.source == "great-circle"
    assert "cannot be read" in travel.why_en


def _with_durations(content: bytes, table: object) -> bytes:
    answer = json.loads(content)
    if isinstance(answer, dict):
        place = answer.get("sources_to_targets", answer)
        if len(place["durations"][0]) > 1:
            place["durations"] = table
    return json.dumps(answer).encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "sources", "durations", "distances", "distance", "edges", "sources_to_targets"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(answer=json_values, status=st.sampled_from([200, 200, 400]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_whatever_keeps_an_office_from_its_plan(
    engine: Engine, server: RoadServer, answer: object, status: int
) -> None:
    """What comes over a network is anybody's."""
    server.reply = _says(json.dumps(answer).encode(), status)
    travel = _tables(engine).travel(_town(2), MOTORBIKE)
    assert travel.source == "great-circle"
    assert travel.why_en


def test_a_server_that_dawdles_is_cut_off_in_time(engine: Engine, server: RoadServer) -> None:
    """A byte now and then keeps a time-out between bytes from ever coming."""
    server.drips.set()
    begun = monotonic()
    travel = _tables(engine, seconds=0.15).travel(_town(30), MOTORBIKE)
    assert monotonic() - begun < 1
    assert "did not answer within 0.15 s" in travel.why_en
    assert "0.15 giây" in travel.why_vi


def test_a_server_that_ends_the_connection_with_its_answer_is_cut_off_in_time_too(server: RoadServer) -> None:
    """Behind nginx's defaults each answer does, and one that dripped held a worker past any deadline."""
    server.drips.set()
    server.reply = _says(b" " * 300, Connection="close")
    begun = monotonic()
    with Line(server.url, "OSRM", 0.15) as line, pytest.raises(NoRoads, match=r"did not answer within 0\.15 s"):
        line.ask("/x")
    assert monotonic() - begun < 1


def test_a_place_too_far_for_a_number_is_not_believed(server: RoadServer) -> None:
    """JSON's whole numbers have no end, and one of 400 digits stopped the evening's plans."""
    server.reply = _says(json.dumps([{"edges": [{"correlated_lat": 10**400, "correlated_lon": 1}]}] * 3).encode())
    travel = _tables(Valhalla(url=server.url, vehicle="motorbike")).travel(_town(3), MOTORBIKE)
    assert (travel.source, "cannot be read" in travel.why_en) == ("great-circle", True)


def test_a_server_that_is_gone_is_not_asked_again_for_a_minute(engine: Engine, server: RoadServer) -> None:
    """A night run of 3,321 offices must not wait for it 3,321 times; and it is found again when it is back."""
    clock = HandTime()
    tables, points = _tables(engine, clock=clock), _town(4)
    server.reply = _says(b"", 503)
    assert "503" in tables.travel(points, MOTORBIKE).why_en
    server.reply = None
    clock.now = REST_SECONDS - 1
    assert "503" in tables.travel(points, MOTORBIKE).why_en
    assert len(server.paths) == 1
    clock.now = REST_SECONDS + 1
    assert tables.travel(points, MOTORBIKE).source == engine.name


def test_a_closed_port_is_a_sentence(engine: Engine, server: RoadServer) -> None:
    """The most usual failure: the server was not started."""
    server.close()
    assert "does not answer" in _tables(engine).travel(_town(3), MOTORBIKE).why_en


def test_a_map_of_elsewhere_is_a_sentence(engine: Engine, server: RoadServer) -> None:
    """A server with the map of another province puts everything on its border."""
    server.off = lambda spot: 120_000
    travel = _tables(engine).travel(_town(3), MOTORBIKE)
    assert travel.source == "great-circle"
    assert "knows no road" in travel.why_en


def test_walkers_ask_their_own_server_and_go_straight_without_one(server: RoadServer) -> None:
    """An OSRM server knows one way of moving: a walker is not told a motorbike's times. Valhalla knows both."""
    points = _town(3)
    osrm = road_tables(RoadSettings(engine=RoadEngine.OSRM, url=server.url))
    walked = osrm.travel(points, WALKING)
    assert (walked.source, walked.why_en) == ("great-circle", "")
    assert server.paths == []
    for settings_ in (
        RoadSettings(engine=RoadEngine.OSRM, url="http://127.0.0.1:9", walking_url=server.url),
        RoadSettings(engine=RoadEngine.VALHALLA, url=server.url),
    ):
        walked = road_tables(settings_).travel(points, WALKING)
        metres = round_the_corner(_centre(points[0]), _centre(points[1]))
        assert walked.source == settings_.engine
        assert walked.matrix.seconds[0, 1] == pytest.approx(metres / METRES_A_SECOND, abs=1)
    assert any(path.startswith("/table/v1/foot/") for path in server.paths)


def test_without_a_road_server_nothing_needs_an_excuse() -> None:
    """The setting's default: the straight line by choice."""
    travel = road_tables(None).travel(_town(5), MOTORBIKE)
    assert travel.note() == {
        "vehicle": "motorbike",
        "source": "great-circle",
        "legs": 20,
        "straight": 20,
        "why_vi": "",
        "why_en": "",
    }
    assert (travel.matrix.metres == great_circle(_town(5)).metres).all()


def test_a_cache_that_is_full_forgets_the_office_planned_longest_ago(server: RoadServer) -> None:
    """A worker plans thousands of offices in a night, in bounded memory."""
    tables = RoadTables({"motorbike": Osrm(url=server.url, vehicle="motorbike")}, clock=HandTime(), cached_legs=20)
    first = [Point(lat=10 + at / 100, lon=106) for at in range(3)]
    second = [Point(lat=11 + at / 100, lon=106) for at in range(3)]
    third = [Point(lat=12 + at / 100, lon=106) for at in range(3)]
    for points in (first, second, first, third):
        tables.travel(points, MOTORBIKE)
    server.paths.clear()
    tables.travel(first, MOTORBIKE)
    tables.travel(third, MOTORBIKE)
    assert server.paths == []
    tables.travel(second, MOTORBIKE)
    assert len(server.paths) == 2
    assert np.array_equal(
        tables.travel(second, MOTORBIKE).matrix.metres, tables.travel(second, MOTORBIKE).matrix.metres
    )
