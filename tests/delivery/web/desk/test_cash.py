"""The evening at the desk: the purse is counted, explained where it differs, and the till goes to the bank."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.delivery.money.cash import FEE, carrying, purse
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Two items were handed over for cash."""
    return carrying(wiring, town, clock)


@pytest.fixture
def clerk(post: Post, client: FlaskClient) -> Person:
    """A clerk of that office, signed in."""
    return at_work(client, "clerk.sg")


def notes(amount: int) -> dict[str, str]:
    """`amount` as a clerk counts it: two notes of 50.000 and the rest in smaller ones and change."""
    return {"notes_50000": "2", "notes_10000": str((amount - 100_000) // 10_000), "loose": str(amount % 10_000)}


def test_the_page_names_who_carries_cash_but_not_how_much(post: Post, clerk: Person) -> None:
    """Who knows the sum counts until it comes out: the count comes first."""
    page = clerk.get("/desk/cash").text
    assert "courier.sg.1" in page
    assert "2 bưu gửi" in page
    counting = clerk.get(f"/desk/cash/couriers/{post.courier}").text
    for shown in (page, counting):
        assert f"{purse(post):,}".replace(",", ".") not in shown


def test_an_exact_count_closes_and_gives_a_receipt(post: Post, clerk: Person) -> None:
    """One form, one paper that both sign, and the money is in the till."""
    expected = purse(post)
    path = f"/desk/cash/couriers/{post.courier}"
    clerk.get(path)
    answer = clerk.post(path, **notes(expected))
    assert answer.status_code == 303
    receipt = clerk.get(answer.location).text
    assert "Biên nhận chốt ca" in receipt
    assert f"{expected:,}".replace(",", ".") in receipt
    assert receipt.count('class="s10"') == 4
    page = clerk.get("/desk/cash").text
    assert "Không bưu tá nào đang giữ tiền" in page
    assert "đủ" in page
    assert clerk.get(path).status_code == 200


def test_a_difference_asks_for_a_reason_and_keeps_the_count(post: Post, clerk: Person) -> None:
    """The clerk counts again with the expected sum in sight, then says why and who answers."""
    counted = purse(post) - 10_000
    path = f"/desk/cash/couriers/{post.courier}"
    clerk.get(path)
    asked = clerk.post(path, **notes(counted))
    assert asked.status_code == 409
    assert "Thiếu 10.000" in asked.text
    assert 'name="notes_50000" value="2"' in asked.text
    assert "tìm lại được" not in asked.text, "money found again is no shortage"
    expected = re.search(r'name="expected" value="(\d+)"', asked.text)
    assert expected is not None
    told = clerk.post(path, **notes(counted), expected=expected[1], reason="wrong_change", owner=str(post.courier))
    assert told.status_code == 303
    receipt = clerk.get(told.location).text
    assert "thối nhầm tiền" in receipt
    assert "10.000" in receipt


def test_a_form_sent_twice_closes_once(post: Post, clerk: Person) -> None:
    """An impatient finger must not read that there is nothing to close."""
    path = f"/desk/cash/couriers/{post.courier}"
    clerk.get(path)
    report = "01890000-0000-7000-8000-000000000001"
    first = clerk.post(path, report_id=report, **notes(purse(post)))
    assert clerk.post(path, report_id=report).location == first.location


@pytest.mark.parametrize(
    "typed", [{"loose": "nhiều"}, {"notes_1000": "-5"}, {"notes_1000": "1000000"}, {"reason": "x"}, {"owner": "x"}]
)
def test_what_cannot_be_read_is_refused_with_the_page(post: Post, clerk: Person, typed: dict[str, str]) -> None:
    """The other fields keep what was typed."""
    path = f"/desk/cash/couriers/{post.courier}"
    clerk.get(path)
    answer = clerk.post(path, **{"notes_20000": "3", **typed})
    assert answer.status_code == 422
    assert 'name="notes_20000" value="3"' in answer.text


def test_the_till_goes_to_the_bank(post: Post, clerk: Person) -> None:
    """The form proposes all that is there."""
    path = f"/desk/cash/couriers/{post.courier}"
    clerk.get(path)
    clerk.post(path, **notes(purse(post)))
    assert f'value="{2 * FEE}"' in clerk.get("/desk/cash").text
    refused = clerk.post("/desk/cash/deposit", postage="9.000.000", agency_fee="0", slip="NT 1")
    assert refused.status_code == 409
    assert "Két chỉ có" in refused.text
    answer = clerk.post("/desk/cash/deposit", postage="1.000", agency_fee="100.000", slip="nt 1")
    assert answer.status_code == 303
    assert "NT 1" in clerk.get("/desk/cash").text


def test_another_offices_cash_is_not_shown(post: Post, clerk: Person, app: Flask) -> None:
    """Each office closes its own couriers and prints its own receipts."""
    path = f"/desk/cash/couriers/{post.courier}"
    clerk.get(path)
    receipt = clerk.post(path, **notes(purse(post))).location
    neighbour = at_work(app.test_client(), "manager.td")
    assert neighbour.get(receipt).status_code == 404
    assert neighbour.get("/desk/cash").status_code == 200
    assert neighbour.post(path, loose="1").status_code == 404
