"""The feed: what happened to an agency's items, thin, complete and in order (contracts C13, C20)."""

import pytest
from flask.testing import FlaskClient

from delivery.numbering import number_events
from delivery.wiring import Wiring
from tests.delivery.submitted import NOWHERE
from tests.delivery.web.agency_api.program import Program, result
from tests.factories import Town


@pytest.fixture
def program(client: FlaskClient, town: Town) -> Program:
    """H29's live program."""
    return Program(client, town.clients["H29"])


def number(wiring: Wiring) -> None:
    """What the worker does every few seconds."""
    with wiring.work("job:number_events") as unit:
        number_events(unit)


def test_following_next_tells_every_event_once_and_in_order(program: Program, wiring: Wiring) -> None:
    """An agency behind a firewall polls: it must end up knowing all of it."""
    for n in range(3):
        program.post("/items", result(f"A-{n}", address=NOWHERE))
    number(wiring)
    told: list[tuple[str, int, str]] = []
    where = "/events?limit=2"
    for turn in range(5):
        page = program.get(where).json
        told += [(event["agency_reference"], event["seq"], event["event"]) for event in page["items"]]
        where = page["next"]
        if turn == 2:
            program.post("/items/" + program.get("/items").json["items"][0]["code"] + ":recall")
            number(wiring)
    assert told == [
        *((f"A-{n}", seq, event) for n in range(3)
          for seq, event in ((1, "item.registered"), (2, "item.address_unresolved"))),
        ("A-0", 3, "item.cancelled"),
    ]  # fmt: skip


def test_an_event_holds_codes_and_days_only(program: Program, wiring: Wiring) -> None:
    """The feed passes through many hands: no name, phone, address, digest or id of ours."""
    program.post("/items", result(address=NOWHERE))
    number(wiring)
    registered, unresolved = program.get("/events").json["items"]
    assert registered["details"] == {}
    assert unresolved["details"] == {"verdict": "ask", "until": "2026-12-14"}


def test_an_agency_sees_its_own_events_of_its_own_world(
    client: FlaskClient, program: Program, wiring: Wiring, town: Town
) -> None:
    """Neither another agency's nor the sandbox's."""
    program.post("/items", result())
    number(wiring)
    for other in ("H30", "test"):
        assert Program(client, town.clients[other]).get("/events").json["items"] == []
    assert len(program.get("/events").json["items"]) == 1


@pytest.mark.parametrize("query", ["limit=501", "limit=0", "after=-1", "after=x", "colour=red", f"after={2**63}"])
def test_a_wrong_query_is_named(program: Program, query: str) -> None:
    """A silent default would skip or repeat events."""
    answer = program.get(f"/events?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_an_empty_feed_says_where_to_go_on(program: Program) -> None:
    """The poller needs no special case."""
    page = program.get("/events?after=7").json
    assert (page["items"], page["next"]) == ([], "/api/v1/events?after=7&limit=500")
