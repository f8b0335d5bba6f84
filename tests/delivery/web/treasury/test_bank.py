"""The bank's page: a person sees what a decision does before it is taken, and a statement before it acts."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from delivery.money.charging import due_at_door
from delivery.store.people import Opening
from delivery.store.treasury import BankTransfer, TransferState
from delivery.wiring import Wiring
from tests.delivery.money.bank_notices import item_of, payable, told
from tests.delivery.web.person import SITE, Person, at_work
from tests.factories import Town

HEAD = "Ngày giao dịch,Số tham chiếu,Ghi có,Nội dung\n"


@pytest.fixture
def admin(town: Town, client: FlaskClient) -> Person:
    """An administrator, signed in."""
    return at_work(client, "admin")


def state_of(wiring: Wiring, reference: str) -> TransferState:
    with wiring.work("job:test") as unit:
        query = select(BankTransfer.state).where(BankTransfer.bank_reference == reference)
        return unit.session.scalars(query).one()


def uploads(person: Person, text: str | bytes) -> TestResponse:
    """Send a file for the preview."""
    page = person.get("/treasury/bank").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    data = text if isinstance(text, bytes) else text.encode()
    form = {"csrf_token": token[1], "report_id": "x", "file": (io.BytesIO(data), "statement.csv")}
    return person.client.post("/treasury/bank/statement", data=form, base_url=SITE)


def test_an_empty_desk_says_so(admin: Person) -> None:
    """Nothing to do is good news, not a blank page."""
    page = admin.get("/treasury/bank").text
    assert "Không có khoản nào chờ" in page
    assert "Chưa có khoản báo có nào" in page


def test_the_list_opens_nothing_and_the_transfer_is_opened_on_record(admin: Person, wiring: Wiring, town: Town) -> None:
    """Who looked at what a payer wrote can be asked later."""
    got = told(wiring, "NGUYEN VAN A quen so", 30_000)
    listed = admin.get("/treasury/bank").text
    assert "30.000 đ" in listed
    assert "không có số bưu gửi" in listed
    assert "NGUYEN" not in listed
    assert "NGUYEN VAN A quen so" in admin.get(f"/treasury/bank/{got.transfer_id}").text
    with wiring.work("job:test") as unit:
        opened = unit.session.scalars(select(Opening).where(Opening.fields == "bank_transfers.content")).all()
        assert [(one.subject_id, one.actor) for one in opened] == [(got.transfer_id, f"staff:{town.staff['admin']}")]


def test_what_is_due_is_shown_before_the_money_is_given_to_an_item(admin: Person, wiring: Wiring, town: Town) -> None:
    """A mistyped number shows another commune and another sum."""
    number, due = payable(wiring, town)
    path = f"/treasury/bank/{told(wiring, 'quen so', due + 1000).transfer_id}"
    seen = admin.get(f"{path}?number={number.lower()}").text
    assert "Phường Sài Gòn" in seen
    assert f"{due:,}".replace(",", ".") in seen
    assert "phần thừa 1.000 đ" in seen
    done = admin.post(f"{path}/assign", number=number)
    assert done.status_code == 303
    assert number in admin.get(done.location).text
    with wiring.work("job:test") as unit:
        assert due_at_door(unit, item_of(unit, number)).total == 0


def test_a_number_that_does_not_fit_offers_no_button(admin: Person, wiring: Wiring, town: Town) -> None:
    """And says why; the form is refused all the same."""
    number, due = payable(wiring, town)
    path = f"/treasury/bank/{told(wiring, '', due - 1).transfer_id}"
    seen = admin.get(f"{path}?number={number}").text
    assert "Ít hơn số phải thu" in seen
    assert "Ghi khoản này" not in seen
    refused = admin.post(f"{path}/assign", number=number)
    assert (refused.status_code, "còn phải thu" in refused.text) == (409, True)
    assert state_of(wiring, "FT1") is TransferState.WAITING


@pytest.mark.parametrize(
    ("number", "status", "words"), [("RR123456785VN", 404, "Không có"), ("abc", 422, "không phải")]
)
def test_a_number_that_is_unknown_leaves_the_page_open(
    admin: Person, wiring: Wiring, town: Town, number: str, status: int, words: str
) -> None:
    """The clerk corrects it in its field."""
    path = f"/treasury/bank/{told(wiring, '', 1000).transfer_id}"
    answer = admin.get(f"{path}?number={number}")
    assert (answer.status_code, words in answer.text, "Xem số phải thu" in answer.text) == (status, True, True)


def test_a_transfer_goes_back_by_two_administrators(admin: Person, app: Flask, wiring: Wiring, town: Town) -> None:
    """The first decides, the second has seen the bank return it."""
    path = f"/treasury/bank/{told(wiring, 'nham', 30_000).transfer_id}"
    admin.get(path)
    assert admin.post(f"{path}/give-back", why="because").status_code == 422
    assert admin.post(f"{path}/give-back", why="not-for-us").status_code == 303
    assert "một quản trị viên khác" in admin.get(path).text
    assert admin.post(f"{path}/sent-back", bank_reference="FT9").status_code == 409
    second = at_work(app.test_client(), "admin.2")
    assert "Chờ ngân hàng chuyển trả" in second.get("/treasury/bank").text
    second.get(path)
    assert second.post(f"{path}/sent-back", bank_reference="FT9").status_code == 303
    after = second.get("/treasury/bank").text
    assert "Chờ ngân hàng chuyển trả" not in after
    assert "đã chuyển trả" in after


def test_an_auditor_reads_and_decides_nothing(app: Flask, wiring: Wiring, town: Town) -> None:
    """Every button is somebody's responsibility."""
    path = f"/treasury/bank/{told(wiring, 'nham', 30_000).transfer_id}"
    auditor = at_work(app.test_client(), "auditor")
    assert '<input id="f-file"' not in auditor.get("/treasury/bank").text
    assert "Trả lại</button>" not in auditor.get(path).text
    assert auditor.post(f"{path}/give-back", why="not-for-us").status_code == 403
    assert at_work(app.test_client(), "clerk.sg").get("/treasury/bank").status_code == 403


def test_a_statement_is_previewed_then_taken_in_once(admin: Person, wiring: Wiring, town: Town) -> None:
    """Nothing happens before somebody has seen what will."""
    number, due = payable(wiring, town)
    text = HEAD + f"30/11/2026,FT1,{due},{number}\n30/11/2026,FT2,5000,<b>?\nmai,FT3,1000,x\n"
    preview = uploads(admin, text)
    assert preview.status_code == 200
    assert "Chưa ghi gì" in preview.text
    assert "Dòng 4:" in preview.text
    assert "<b>?" not in preview.text
    with wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.count()).select_from(BankTransfer)) == 0
    for _again in range(2):
        assert "Đã nhập sao kê" in admin.post("/treasury/bank/statement", confirmed="1", text=text).text
    assert state_of(wiring, "FT1") is TransferState.MATCHED
    assert state_of(wiring, "FT2") is TransferState.WAITING
    with wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.count()).select_from(BankTransfer)) == 2


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        ("a,b\n", 422, "bốn cột"),
        (b"", 422, "Chọn tệp"),
        (b"\xff\xe0", 422, "UTF-8"),
        (HEAD.encode() + b"x" * 300_000, 409, "flask bank import"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(admin: Person, file: str | bytes, status: int, words: str) -> None:
    """On the page it came from."""
    answer = uploads(admin, file)
    assert answer.status_code == status
    assert words in answer.text
    assert "Nhập sao kê của ngân hàng" in answer.text
