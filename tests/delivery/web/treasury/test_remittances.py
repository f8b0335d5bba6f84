"""The money desk lists fees and remits them: one draws, another records the transfer."""

import pytest
from flask.testing import FlaskClient

from delivery.wiring import Wiring
from tests.delivery.made_papers import frozen, paid
from tests.delivery.web.person import Person, at_work
from tests.factories import Town

NUMBER = "CT20261130-H29-1"


@pytest.fixture
def fees(wiring: Wiring, town: Town) -> list[str]:
    """Two fees of H29 in a till, a third with a courier."""
    numbers = [frozen(wiring, town, f"F-{n}", agency_fee=50_000) for n in range(3)]
    for number in numbers[:2]:
        paid(wiring, number, office=town.sai_gon)
    paid(wiring, numbers[2], courier=town.couriers["courier.sg.1"])
    return numbers


@pytest.fixture
def drawer(client: FlaskClient, fees: list[str]) -> Person:
    """The administrator who draws the list."""
    return at_work(client, "admin")


def _draw(drawer: Person, town: Town) -> None:
    answer = drawer.post("/treasury/remittances", agency=str(town.agencies["H29"]), through="2026-11-30")
    assert answer.location == f"/treasury/remittances/{NUMBER}", answer.text


def test_one_draws_and_another_records_the_transfer(client: FlaskClient, drawer: Person, town: Town) -> None:
    """Two pairs of eyes on the State's money, and both see the same sum."""
    assert "Bưu tá còn giữ" in drawer.get("/treasury/remittances").text
    preview = drawer.get(f"/treasury/remittances/draw?agency={town.agencies['H29']}").text
    assert "100.000 đ" in preview
    assert "vào bảng kê sau khi chốt ca" in preview
    _draw(drawer, town)
    assert "người khác phải chuyển khoản" in drawer.get(f"/treasury/remittances/{NUMBER}").text
    refused = drawer.post(f"/treasury/remittances/{NUMBER}/paid", bank_reference="FT1")
    assert refused.status_code == 409
    assert "do chính anh/chị lập" in refused.text
    other = at_work(client.application.test_client(), "admin.2")
    other.get(f"/treasury/remittances/{NUMBER}")
    other.post(f"/treasury/remittances/{NUMBER}/paid", bank_reference="FT26335123456")
    shown = other.get(f"/treasury/remittances/{NUMBER}").text
    assert "mã giao dịch FT26335123456" in shown
    assert "Hủy bảng kê" not in shown
    assert other.get(f"/treasury/remittances/{NUMBER}.pdf").mimetype == "application/pdf"


def test_a_csv_holds_each_fee_with_its_receipt(drawer: Person, fees: list[str], town: Town) -> None:
    """The agency's accountant matches receipts by machine."""
    _draw(drawer, town)
    lines = drawer.get(f"/treasury/remittances/{NUMBER}.csv").text.splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == fees[:2]
    assert all(",BL26-" in line for line in lines[1:])


def test_a_cancelled_list_says_so_and_its_fees_wait_again(drawer: Person, town: Town) -> None:
    """A wrong day is mended without a trace lost."""
    _draw(drawer, town)
    drawer.post(f"/treasury/remittances/{NUMBER}/cancel")
    assert "đã hủy" in drawer.get(f"/treasury/remittances/{NUMBER}").text
    assert "Xem trước" in drawer.get("/treasury/remittances").text


def test_before_any_fee_the_page_says_so(client: FlaskClient, town: Town) -> None:
    """The first day of an installation."""
    admin = at_work(client, "admin")
    page = admin.get("/treasury/remittances").text
    assert "Chưa thu hộ khoản lệ phí nào" in page
    assert "Chưa lập bảng kê nào" in page
    none = admin.get(f"/treasury/remittances/draw?agency={town.agencies['H29']}")
    assert "Chưa thu hộ khoản lệ phí nào cho cơ quan này" in none.text
    assert admin.get("/treasury/remittances/draw?agency=x").status_code == 422
    assert admin.get("/treasury/remittances/CT1").status_code == 404


def test_an_auditor_reads_and_pays_nothing(client: FlaskClient, drawer: Person, town: Town) -> None:
    """Who checks the books must not write them."""
    _draw(drawer, town)
    auditor = at_work(client.application.test_client(), "auditor")
    page = auditor.get(f"/treasury/remittances/{NUMBER}")
    assert page.status_code == 200
    assert "Ghi nhận chuyển khoản" not in page.text
    assert auditor.post(f"/treasury/remittances/{NUMBER}/paid", bank_reference="FT1").status_code == 403
