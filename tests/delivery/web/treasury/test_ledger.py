"""The ledger on a page: an auditor sees what is held and owed, asks for proof, and follows a fault to its postings."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from delivery.store.items import Item
from delivery.wiring import Wiring
from tests.arrangements import Builder
from tests.delivery.money.full_day import FullDay, full_day
from tests.delivery.web.person import Person, at_work


@pytest.fixture
def arrangement(request: pytest.FixtureRequest) -> Builder | None:
    """The full day, for those who ask for it."""
    return full_day if "day" in request.fixturenames else None


@pytest.fixture
def day(arranged: FullDay) -> FullDay:
    """A day on which money moved in every way."""
    return arranged


@pytest.fixture
def auditor(day: FullDay, client: FlaskClient) -> Person:
    """An auditor, signed in."""
    return at_work(client, "auditor")


def test_both_books_are_shown_in_words_with_who_owes(auditor: Person) -> None:
    """Accounts have names that a person knows, and sums have owners."""
    page = auditor.get("/treasury/").text
    for words in ("Cước của bưu điện", "Lệ phí của cơ quan", "Tiền chờ xác định", "H29", "courier.sg.1", "20.000"):
        assert words in page
    assert "Không thu được" in page
    assert "Đối chiếu lúc" not in page


def test_an_auditor_asks_for_proof_without_changing_anything(auditor: Person) -> None:
    """The proof is made when it is asked for: an old one proves nothing."""
    page = auditor.get("/treasury/?check=yes").text
    assert "bút toán khớp" in page


def test_a_fault_leads_to_the_items_postings(auditor: Person, day: FullDay, wiring: Wiring) -> None:
    """The sentence names the item, the link shows what was posted about it."""
    with wiring.work("job:thief") as unit:
        unit.session.execute(update(Item).where(Item.number == day.at_door[0]).values(agency_fee=1))
    page = auditor.get("/treasury/?check=yes").text
    assert "không khớp" in page
    assert f"Bưu gửi {day.at_door[0]}" in page
    item = auditor.get(f"/treasury/items/{day.at_door[0]}").text
    assert "thu tiền" in item
    assert "courier.sg.1" in item


def test_an_items_postings_are_found_by_its_number_as_people_write_it(auditor: Person, day: FullDay) -> None:
    """From a paper, with spaces and in small letters."""
    number = day.weighed
    answer = auditor.get(f"/treasury/items?number={number[:2].lower()}+{number[2:6]}+{number[6:]}")
    assert answer.location == f"/treasury/items/{number}"
    page = auditor.get(answer.location).text
    assert "điều chỉnh cước" in page
    assert auditor.get("/treasury/items/RR000000000VN").status_code == 404
    assert auditor.get("/treasury/items").location == "/treasury/"


def test_a_clerk_does_not_open_the_ledger(day: FullDay, app: Flask) -> None:
    """Money of all offices is the head office's to see."""
    assert at_work(app.test_client(), "clerk.sg").get("/treasury/").status_code == 403
