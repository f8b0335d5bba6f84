"""A plan by real roads: asked for while no transaction is open, and the desk reads what its times rest on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from delivery import acceptance, dispatch
from delivery.jobs import JOBS
from delivery.settings import RoadEngine, RoadSettings, Settings
from delivery.wiring import Wiring
from demo.postgres import APPLICATION, Server
from tests.conftest import settings_for
from tests.delivery.made_items import made_items
from tests.delivery.outbound.road_server import RoadServer, Spot, round_the_corner
from tests.delivery.web.person import Person
from tests.factories import Town

CLERK = "staff:clerk"
TODAY, TOMORROW = date(2026, 11, 30), date(2026, 12, 1)
OPEN = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)


@pytest.fixture
def roads() -> Iterator[RoadServer]:
    """The road server of a town of right-angled streets."""
    with RoadServer() as roads:
        yield roads


@pytest.fixture
def settings(server: Server, database: str, roads: RoadServer) -> Settings:
    """An installation with a road server."""
    settings = RoadSettings(engine=RoadEngine.OSRM, url=roads.url)
    return replace(settings_for(server.url(APPLICATION, database)), roads=settings)


def _planned(wiring: Wiring, town: Town, day: date, *, first: int) -> UUID:
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, 3, first=first, located=True)]
    with wiring.work(CLERK) as unit:
        point = town.points["H29", "P1"]
        acceptance.accept(unit, wiring.books, point_id=point, numbers=numbers, office_id=town.sai_gon)
        plan = dispatch.request_plan(unit, office_id=town.sai_gon, day=day)
    assert JOBS["solve_plans"](wiring) == 1
    return plan.id


def test_a_plan_by_road_says_so_and_one_without_says_why(
    wiring: Wiring, town: Town, roads: RoadServer, clerk: Person
) -> None:
    """Waiting for a server may take seconds, for which no item may be locked; and a dispatcher knows what to expect."""
    held: list[int] = []

    def street(here: Spot, there: Spot) -> float:
        with wiring.engine.connect() as connection:
            held.append(connection.execute(OPEN).scalar_one())
        return round_the_corner(here, there)

    roads.street = street
    by_road = _planned(wiring, town, TODAY, first=1)
    assert held
    assert not any(held)
    page = clerk.get(f"/desk/plans/{by_road}").text
    assert "theo đường thật (OSRM)" in page
    roads.reply = 503, {}, b""
    without = _planned(wiring, town, TOMORROW, first=60)
    page = clerk.get(f"/desk/plans/{without}").text
    assert "ước theo đường chim bay: máy chủ đường đi OSRM từ chối (mã HTTP 503)." in page
    told = clerk.get(f"/desk/plans/{without}.json").json
    assert told is not None
    assert [(each["source"], each["straight"]) for each in told["roads"]] == [
        ("great-circle", told["roads"][0]["legs"])
    ]
