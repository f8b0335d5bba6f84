"""Prices for anybody: no token, the book behind each figure, and nothing guessed."""

import hashlib
import json
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

import tracking
from delivery.app import create_app
from delivery.settings import Settings
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.web.agency_api.program import Reply

pytestmark = pytest.mark.usefixtures("town")

OLD_WARD = {"text": "phường Bến Nghé, quận 1, TP HCM"}
TAN_DINH = {"text": "phường Tân Định, quận 1, TP HCM"}


def quote(client: FlaskClient, **changes: Any) -> Reply:
    """POST a question of 80 g within HCMC, unless changed."""
    body = {"origin": OLD_WARD, "destination": TAN_DINH, "weight_g": 80, **changes}
    return Reply(client.post("/api/v1/quotes", json=body))


def test_anybody_gets_a_price_whose_lines_add_up(client: FlaskClient) -> None:
    """No token: 23,000 and 8 %, with the rule and the source of the line."""
    reply = quote(client)
    assert reply.status_code == 200
    assert reply.json["answered"] == "priced"
    assert reply.json["origin"]["commune"]["name"] == "Phường Sài Gòn"
    price = reply.json["price"]
    assert (price["net"], price["vat"], price["gross"], price["due_from_addressee"]) == (23_000, 1_840, 24_840, 24_840)
    assert price["book"] == "illustrative-2025-07"
    assert (price["label"], price["zone"], price["day"]) == ("illustrative", "same_province", "2026-11-30")
    (line,) = price["lines"]
    assert line["rule"] == "services.result_return.steps[1].price.same_province"
    assert line["source"] == "Số liệu minh họa, chưa có căn cứ pháp lý"
    assert price["gross"] <= price["legal_maximum"] == 27_000


def test_the_ways_to_pay_less_are_told_without_being_asked(client: FlaskClient) -> None:
    """A program that shows a price can show the reliefs beside it."""
    ways = {way["waiver"]: (way["at_home"], way["at_counter"]) for way in quote(client).json["price"]["ways"]}
    assert ways[None] == (24_840, 21_600)
    assert ways["poor_household"] == (0, 0)
    assert ways["near_poor_household"] == (12_420, 10_800)
    assert "remote_commune" not in ways


def test_an_agency_sees_the_volume_discount_that_last_month_earned(client: FlaskClient) -> None:
    """5 % from 1,000 items, 10 % from 5,000; it does not act when the addressee pays."""
    prices = [
        quote(client, payer=payer, items_last_month=count).json["price"]
        for payer, count in (("agency", 999), ("agency", 1_000), ("agency", 5_000), ("addressee", 5_000))
    ]
    assert [price["net"] for price in prices] == [23_000, 21_800, 20_700, 23_000]
    assert prices[1]["due_from_agency"] == 23_544
    assert prices[1]["ways"] == []


def test_an_unclear_place_is_answered_with_candidates_and_settled_by_an_id(client: FlaskClient) -> None:
    """A guess would be a wrong price."""
    asked = quote(client, destination={"text": "xã Tân Phú"})
    assert (asked.status_code, asked.json["answered"], asked.json["price"]) == (200, "ask", None)
    assert asked.json["destination"]["commune"] is None
    candidates = asked.json["destination"]["candidates"]
    tay_ninh = next(one["commune"] for one in candidates if one["commune"]["province"] == "Tỉnh Tây Ninh")
    settled = quote(client, destination={"text": "xã Tân Phú", "commune": tay_ninh["id"]}).json
    assert settled["destination"]["commune"] == tay_ninh
    assert settled["price"]["zone"] == "same_region"
    assert quote(client, destination={"commune": tay_ninh["id"]}).json["price"] == settled["price"]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"destination": {"text": "qwerty"}}, "place-unknown", "/destination/text"),
        ({"origin": {"text": "Hà Nội"}}, "place-too-wide", "/origin/text"),
        ({"origin": {"commune": 2**31 - 1}}, "commune-unknown", "/origin/commune"),
        ({"weight_g": 5_001}, "too-heavy", "/weight_g"),
        ({"options": ["gold"]}, "unknown-option", "/options"),
        ({"waivers": ["rich"]}, "unknown-waiver", "/waivers"),
        ({"day": "2026-11-29"}, "day-gone-by", "/day"),
        ({"weight_g": 0}, "greater-than-equal", "/weight_g"),
        ({"destination": {}}, "missing", "/destination"),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" not in value else "",
)
def test_what_cannot_be_priced_is_refused_at_its_member(
    client: FlaskClient, changes: dict[str, Any], code: str, pointer: str
) -> None:
    """Whoever writes the program sees what to mend, in words."""
    reply = quote(client, **changes)
    assert (reply.status_code, reply.mimetype) == (422, "application/problem+json")
    (fault,) = reply.json["errors"]
    assert (fault["code"], fault["pointer"]) == (code, pointer)
    assert fault["detail"]


def test_the_day_changes_at_midnight_in_vietnam(client: FlaskClient, clock: HandClock) -> None:
    """One second before, the book of 2025; at 00:00, the book of 2027. In UTC it is five in the afternoon."""
    clock.set(23, 59, days=31)
    clock.forward(seconds=59)
    before = quote(client).json["price"]
    clock.forward(seconds=1)
    after = quote(client).json["price"]
    assert (before["day"], before["book"], before["gross"]) == ("2026-12-31", "illustrative-2025-07", 24_840)
    assert (after["day"], after["book"], after["gross"]) == ("2027-01-01", "illustrative-2027-01", 25_300)


def test_a_later_day_is_priced_by_its_own_book(client: FlaskClient) -> None:
    """Agencies plan next year's budget now."""
    assert quote(client, day="2027-01-01").json["price"]["book"] == "illustrative-2027-01"


def test_the_list_shows_the_book_in_force_and_those_to_come(client: FlaskClient, clock: HandClock) -> None:
    """With every cell and its legal maximum; a book that has ended is left out."""
    items = Reply(client.get("/api/v1/tariffs")).json["items"]
    assert [item["code"] for item in items] == ["illustrative-2025-07", "illustrative-2027-01"]
    assert (items[0]["until"], items[1]["until"]) == ("2026-12-31", None)
    step = items[0]["services"][0]["steps"][1]
    assert (step["over_g"], step["to_g"], step["price"]["same_province"]) == (50, 100, 23_000)
    assert step["legal_maximum"]["same_province"] == 27_000
    assert {"regions": ["north", "south"], "zone": "distant_region"} in items[0]["between"]
    assert len({code for held in items[0]["regions"].values() for code in held}) == 34
    assert all(not source["confirmed"] for source in items[0]["sources"])
    clock.forward(days=60)
    assert [item["code"] for item in Reply(client.get("/api/v1/tariffs")).json["items"]] == ["illustrative-2027-01"]


def test_a_days_book_is_found_and_a_day_before_all_books_says_so(client: FlaskClient) -> None:
    """A frozen price names its day: whoever doubts it asks for that day's book."""
    for day, code in (("2025-07-01", "illustrative-2025-07"), ("2028-01-01", "illustrative-2027-01")):
        (item,) = Reply(client.get(f"/api/v1/tariffs?day={day}")).json["items"]
        assert item["code"] == code
    early = Reply(client.get("/api/v1/tariffs?day=2025-06-30"))
    assert (early.status_code, early.json["errors"][0]["pointer"]) == (422, "/day")


def test_the_exact_text_is_given_and_hashes_to_the_digest(client: FlaskClient) -> None:
    """So that a price can be recomputed by somebody who does not trust us."""
    for item in Reply(client.get("/api/v1/tariffs")).json["items"]:
        reply = Reply(client.get(item["text"]))
        assert reply.content_type == "application/toml"
        assert hashlib.sha256(reply.data).hexdigest() == item["digest"]
        assert tomllib.loads(reply.text)["code"] == item["code"]
        again = client.get(item["text"], headers={"If-None-Match": reply.headers["ETag"]})
        assert again.status_code == 304
    assert Reply(client.get("/api/v1/tariffs/gold")).status_code == 404


def test_an_unchanged_list_is_not_sent_twice(client: FlaskClient) -> None:
    """Whoever keeps a copy asks each morning."""
    tag = client.get("/api/v1/tariffs").headers["ETag"]
    assert client.get("/api/v1/tariffs", headers={"If-None-Match": tag}).status_code == 304


def test_the_document_says_that_these_are_public_and_its_examples_run(client: FlaskClient) -> None:
    """An example that fails is worse than none."""
    document = Reply(client.get("/api/v1/openapi.json")).json
    paths = document["paths"]
    for operation in (
        paths["/api/v1/tariffs"]["get"],
        paths["/api/v1/tariffs/{code}"]["get"],
        paths["/api/v1/quotes"]["post"],
    ):
        assert operation["security"] == []
        assert not {"401", "403"} & operation["responses"].keys()
    assert list(paths["/api/v1/tariffs/{code}"]["get"]["responses"]["200"]["content"]) == ["application/toml"]
    examples = document["components"]["schemas"]["QuoteIn"]["examples"]
    assert len(examples) == 2
    for example in examples:
        reply = Reply(client.post("/api/v1/quotes", data=json.dumps(example), content_type="application/json"))
        assert reply.json["answered"] == "priced", example


def test_one_address_that_asks_too_often_waits_and_others_do_not(settings: Settings, clock: HandClock) -> None:
    """Without a token a network address is all there is to count by."""
    app = create_app(replace(settings, requests_per_minute=3), guests=[tracking.init_app], clock=clock)
    wiring: Wiring = app.extensions["wiring"]
    hasty, other = app.test_client(), app.test_client()
    answers = [Reply(hasty.get("/api/v1/tariffs")) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"]
    assert other.get("/api/v1/tariffs", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
    wiring.engine.dispose()
