"""The geocoder of the house: asked over real HTTP by geopy, seldom, with the address alone, and only when set."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from delivery import acceptance, jobs
from delivery.dispatch import problem_for
from delivery.outbound.geocoders import GeopyGeocoder, locate_due
from delivery.settings import GeocoderKind, GeocoderSettings
from delivery.store.people import Addressee, Opening
from delivery.wiring import Wiring
from routing.communes import Anchor
from routing.geocoding import Geocoded, GeocoderSilent, Point, Source
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town

NEAR = Anchor(lat=10.776, lon=106.70, radius_m=1_200.0)
HOUSE = {
    "lat": "10.7771",
    "lon": "106.7012",
    "display_name": "1",
    "boundingbox": ["10.77705", "10.77715", "106.70115", "106.70125"],
}
STREET = {**HOUSE, "boundingbox": ["10.7741", "10.7801", "106.6982", "106.7042"]}
FEATURE = {"geometry": {"coordinates": [106.7012, 10.7771]}, "properties": {"type": "house", "name": "1"}}


@dataclass
class Atlas:
    """A geocoder on loopback that answers every search alike and remembers what it was asked."""

    url: str = ""
    answer: object = field(default_factory=lambda: [HOUSE])
    status: int = 200
    elsewhere: str = ""
    hangs_up: bool = False
    asked: list[dict[str, list[str]]] = field(default_factory=list)


@contextmanager
def _serving() -> Iterator[Atlas]:
    atlas = Atlas()

    class Search(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            atlas.asked.append(parse_qs(urlsplit(self.path).query))
            if atlas.hangs_up:
                self.close_connection = True
                return
            body = json.dumps(atlas.answer).encode()
            self.send_response(atlas.status)
            if atlas.elsewhere:
                self.send_header("Location", atlas.elsewhere)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Search)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    atlas.url = f"http://127.0.0.1:{server.server_port}/geo"
    try:
        yield atlas
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def atlas() -> Iterator[Atlas]:
    """A geocoder that knows one house."""
    with _serving() as serving:
        yield serving


def _settings(atlas: Atlas, kind: GeocoderKind = GeocoderKind.NOMINATIM) -> GeocoderSettings:
    return GeocoderSettings(kind=kind, url=atlas.url, seconds=5, per_second=1_000)


@contextmanager
def _geocoder(atlas: Atlas, kind: GeocoderKind = GeocoderKind.NOMINATIM) -> Iterator[GeopyGeocoder]:
    client = GeopyGeocoder(_settings(atlas, kind))
    try:
        yield client
    finally:
        client.close()


def test_both_kinds_are_asked_as_they_want_it_and_say_how_exact_they_are(atlas: Atlas) -> None:
    """A road's middle is not a door: half across what was found is how far the door may be."""
    point = Point(lat=10.7771, lon=106.7012)
    with _geocoder(atlas) as nominatim:
        assert nominatim.geocode("1 Lê Lợi", near=NEAR) == Geocoded(point=point, accuracy_m=30.0)
        atlas.answer = [STREET]
        road = nominatim.geocode("Lê Lợi", near=NEAR)
        assert road is not None
        assert 400 < road.accuracy_m < 500
        atlas.answer = []
        assert nominatim.geocode("ở đâu đó", near=NEAR) is None
    assert atlas.asked[0]["q"] == ["1 Lê Lợi"]
    assert (atlas.asked[0]["countrycodes"], atlas.asked[0]["bounded"]) == (["vn"], ["1"])
    with _geocoder(atlas, GeocoderKind.PHOTON) as photon:
        atlas.answer = {"features": [FEATURE]}
        assert photon.geocode("1 Lê Lợi", near=NEAR) == Geocoded(point=point, accuracy_m=30.0)
    assert atlas.asked[-1]["lat"] == ["10.776"]


@pytest.mark.parametrize(("status", "answer"), [(503, {}), (200, {"no": "list"}), (200, [{"lat": "x"}])])
def test_a_geocoder_that_cannot_be_understood_is_silent_and_its_words_are_not_repeated(
    atlas: Atlas, status: int, answer: object
) -> None:
    """geopy's errors quote the request, and so somebody's address: none of that reaches a log."""
    atlas.status, atlas.answer = status, answer
    with _geocoder(atlas) as client, pytest.raises(GeocoderSilent) as silence:
        client.geocode("1 Lê Lợi", near=NEAR)
    assert "Lê" not in str(silence.value)
    assert silence.value.__cause__ is None


def test_a_redirect_is_not_followed_and_a_failure_is_neither_repeated_nor_logged_with_the_address(
    atlas: Atlas, caplog: pytest.LogCaptureFixture
) -> None:
    """The house chose one host; who redirects there chose another, and urllib3 warns of each try with its URL."""
    with _serving() as other, _geocoder(atlas) as client:
        atlas.status, atlas.elsewhere = 302, f"{other.url}/search?q=1"
        with pytest.raises(GeocoderSilent):
            client.geocode("1 Lê Lợi", near=NEAR)
        assert other.asked == []
        atlas.hangs_up = True
        with pytest.raises(GeocoderSilent):
            client.geocode("1 Lê Lợi", near=NEAR)
    assert (len(atlas.asked), caplog.records) == (2, [])


@pytest.fixture
def asking(wiring: Wiring, atlas: Atlas) -> Iterator[Wiring]:
    """The application with that geocoder set."""
    with _geocoder(atlas) as client:
        set_ = replace(wiring, settings=replace(wiring.settings, geocoder=_settings(atlas)))
        set_.__dict__["geocoder"] = client
        yield set_


def _shelved(wiring: Wiring, town: Town, count: int, *, first: int = 1, located: bool = False) -> None:
    with wiring.work("staff:clerk") as unit:
        made = made_items(unit, town, count, first=first, household=f"{first} Nguyễn Huệ", located=located)
        numbers = [item.number for item in made]
    with wiring.work("staff:clerk") as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )


def test_a_household_is_looked_up_once_and_planned_there_and_nothing_else_of_it_leaves(
    asking: Wiring, town: Town, atlas: Atlas, clock: HandClock
) -> None:
    """Two results for one door are one question; the answer is sealed, and its asking is on record."""
    _shelved(asking, town, 2)
    _shelved(asking, town, 1, first=7, located=True)
    assert jobs.JOBS["locate_items"](asking) == 1
    assert jobs.JOBS["locate_items"](asking) == 0
    (query,) = atlas.asked
    assert query["q"] == ["1 Nguyễn Huệ, Phường Sài Gòn, Thành phố Hồ Chí Minh"]
    assert not any("Thị" in text or "+84" in text for values in query.values() for text in values)
    with asking.work("staff:clerk") as unit:
        day = problem_for(unit, office_id=town.sai_gon, day=unit.today)
        found = {call.located.source: call for call in day.calls.values() if call.located is not None}
        assert set(found) == {Source.GEOCODER, Source.GIVEN}
        assert len(found[Source.GEOCODER].items) == 2
        assert "geocode" in set(unit.session.scalars(select(Opening.reason)))
        assert b"10.77" not in b"".join(filter(None, unit.session.scalars(select(Addressee.geocoded))))


def test_what_is_not_found_is_asked_for_again_after_a_day_and_a_silent_geocoder_is_left_alone(
    asking: Wiring, town: Town, atlas: Atlas, clock: HandClock
) -> None:
    """A service that is down must not be hammered, nor one address be asked for at every tick."""
    _shelved(asking, town, 1)
    atlas.answer = []
    for _ in range(2):
        locate_due(asking, asking.geocoder, threading.Event())  # type: ignore[arg-type]
    assert len(atlas.asked) == 1
    clock.forward(days=1, minutes=1)
    atlas.status = 503
    _shelved(asking, town, 1, first=5)
    assert jobs.JOBS["locate_items"](asking) == 0
    assert len(atlas.asked) == 2, "the first silence ends the round"
    clock.forward(minutes=9)
    assert jobs.JOBS["locate_items"](asking) == 0
    assert len(atlas.asked) == 2
    clock.forward(minutes=2)
    atlas.status, atlas.answer = 200, [HOUSE]
    assert jobs.JOBS["locate_items"](asking) == 1
    clock.forward(days=1)
    assert jobs.JOBS["locate_items"](asking) == 1


def test_a_house_without_a_geocoder_asks_nobody(wiring: Wiring, town: Town) -> None:
    """Off by default: no address leaves."""
    _shelved(wiring, town, 1)
    assert wiring.geocoder is None
    assert jobs.JOBS["locate_items"](wiring) == 0
