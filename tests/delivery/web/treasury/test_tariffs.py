"""The pages of tariff books: brought by one person, read in words and đồng, approved by another."""

import io
import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from delivery.money.charging import freeze
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tariffs import sheet, shelf
from tests.conftest import HandClock
from tests.delivery.money.test_charging import registered
from tests.delivery.web.person import SITE, Person, at_work
from tests.factories import Town

SHIPPED = shelf.shipped_texts()["illustrative-2027-01.toml"]
NEXT = (
    SHIPPED.replace('"illustrative-2027-01"', '"next"')
    .replace("in_force_from = 2027-01-01", "in_force_from = 2027-02-01")
    .replace("same_commune = 18000, same_province = 22000", "same_commune = 17500, same_province = 22500", 1)
)
LIST = "/treasury/tariffs"


@pytest.fixture
def admin(town: Town, client: FlaskClient) -> Person:
    """An administrator, signed in."""
    return at_work(client, "admin")


@pytest.fixture
def second(town: Town, app: Flask) -> Person:
    """Another administrator at another browser."""
    return at_work(app.test_client(), "admin.2")


def brings(person: Person, content: bytes | str, name: str) -> TestResponse:
    """Send a file through the form of the list."""
    person.get(LIST)
    packed = content.encode() if isinstance(content, str) else content
    form = {"csrf_token": person._token, "report_id": str(uuid4()), "file": (io.BytesIO(packed), name)}
    answer = person.client.post(LIST, data=form, base_url=SITE)
    # The test client keeps a large body in a file of its own.
    answer.request.environ["wsgi.input"].close()
    return answer


def proposed(person: Person, content: bytes | str = NEXT, name: str = "next.toml") -> str:
    """The address of the proposal's page."""
    answer = brings(person, content, name)
    assert answer.status_code == 303, answer.text
    return answer.location


def words(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


def test_the_list_shows_what_is_in_force_and_that_it_only_illustrates(admin: Person) -> None:
    """Nobody may take an illustrative book for the operator's prices."""
    page = words(admin.get(LIST))
    assert re.search(r"Đang có hiệu lực .* illustrative-2025-07 minh họa 01/07/2025 theo bản phát hành", page)
    assert "Biểu cước này chỉ để minh họa" in page
    assert re.search(r"Sắp có hiệu lực .* illustrative-2027-01 minh họa 01/01/2027", page)
    assert "Không có đề xuất nào chờ duyệt." in page


def test_a_book_is_proposed_read_and_approved_by_another(admin: Person, second: Person, wiring: Wiring) -> None:
    """The whole way of a price, by two people (contracts C36)."""
    place = proposed(admin)
    mine = admin.get(place)
    assert "một quản trị viên khác phải xem và duyệt" in words(mine)
    assert "/approve" not in mine.text
    page = words(second.get(place))
    assert "Thay đổi so với illustrative-2027-01" in page
    assert "1 mức cước tăng, 1 giảm, 43 giữ nguyên." in page
    assert "17.500 đ trước: 18.000 đ ▼ −500 đ" in page
    assert "22.500 đ trước: 22.000 đ ▲ +500 đ" in page
    assert "Biểu cước: có hiệu lực từ 01/01/2027 → 01/02/2027." in page
    assert second.post(f"{place}/approve").status_code == 303
    assert [book.code for book in wiring.books][-1] == "next"
    assert "Đã ban hành biểu cước next, có hiệu lực từ 01/02/2027." in words(second.get(place))


def test_the_proposer_cannot_approve_by_hand_either(admin: Person) -> None:
    """A hidden button is no rule."""
    place = proposed(admin)
    admin.get(place)
    answer = admin.post(f"{place}/approve")
    assert answer.status_code == 409
    assert "người khác phải duyệt" in answer.text


def test_the_page_says_what_last_months_items_would_have_cost(
    admin: Person, wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """In sums and numbers: who was poor is nobody's business here."""
    number = registered(wiring, town, weight_g=50, waivers=("poor_household",))
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        item.accepted_at = unit.now
        freeze(unit, item, wiring.books)
    clock.forward(days=3)
    admin.signs_in("admin")
    answer = admin.get(proposed(admin))
    page = words(answer)
    assert "Nếu áp dụng cho bưu gửi tháng 11/2026" in page
    assert "1 bưu gửi đắt hơn, 0 rẻ hơn, 0 không đổi." in page
    assert "Ngân sách 23.760 đ 24.750 đ ▲ +990 đ" in page
    assert "poor" not in answer.text
    assert "Hộ nghèo" not in answer.text.partition("Nếu áp dụng cho")[2]


def test_a_month_without_items_says_so(admin: Person) -> None:
    """An empty table would look like a fault."""
    assert "Tháng trước không có bưu gửi nào được chấp nhận." in words(admin.get(proposed(admin)))


def test_a_workbook_is_downloaded_edited_and_brought_back(admin: Person) -> None:
    """The way of a clerk who never sees TOML."""
    found = re.search(r'href="(/treasury/tariffs/[0-9a-f-]+\.xlsx)"', admin.get(LIST).text)
    assert found is not None
    book = load_workbook(io.BytesIO(admin.get(found[1]).data))
    book["Chung"]["B2"].value, book["Chung"]["B6"].value = "from-excel", "01/03/2027"
    packed = io.BytesIO()
    book.save(packed)
    place = proposed(admin, packed.getvalue(), "cước.xlsx")
    assert "có hiệu lực từ 01/01/2027 → 01/03/2027" in words(admin.get(place))
    text = admin.get(f"{place}.toml")
    assert shelf.read(text.text, place="x").code == "from-excel"
    assert text.headers["Content-Disposition"] == 'attachment; filename="from-excel.toml"'


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (NEXT.replace("over_g = 50", "over_g = 60", 1), "b.toml", "b.toml: services.result_return.steps[1].over_g"),
        (sheet.write(NEXT.replace("over_g = 50", "over_g = 60", 1)), "b.xlsx", "b.xlsx: Cước trả kết quả!B7"),
        (b"not a zip", "b.xlsx", "b.xlsx: không phải tệp Excel"),
        (b"\xff\xfe", "b.toml", "b.toml không phải tệp TOML"),
        (b"0" * 1_000_001, "b.toml", "b.toml lớn hơn 1 MB"),
        (b"", "", "Hãy chọn tệp biểu cước"),
    ],
)
def test_a_mistake_is_told_at_the_form(admin: Person, content: bytes | str, name: str, told: str) -> None:
    """The clerk stays on the page, reads the cell and tries again."""
    answer = brings(admin, content, name)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'type="file"' in answer.text


def test_a_book_that_reaches_back_is_refused_at_the_form(admin: Person) -> None:
    """Nothing is retroactive."""
    answer = brings(admin, NEXT.replace("2027-02-01", "2026-11-30"), "b.toml")
    assert answer.status_code == 409
    assert "không có hiệu lực trở về trước" in answer.text


def test_a_proposal_is_withdrawn_with_its_reason(admin: Person) -> None:
    """The reason stays to be read."""
    place = proposed(admin)
    admin.get(place)
    assert "Hãy ghi lý do" in admin.post(f"{place}/withdraw", why=" ").text
    assert admin.post(f"{place}/withdraw", why="Sai giá <b>").status_code == 303
    answer = admin.get(place)
    assert "Sai giá &lt;b&gt;" in answer.text
    assert "đã thu hồi" in words(answer)
    assert "/withdraw" not in answer.text
    assert "Đã thu hồi" in words(admin.get(LIST))


def test_a_published_book_is_withdrawn_by_two(admin: Person, second: Person) -> None:
    """One asks and says why; another reads it and confirms, or keeps the book (contracts C36)."""
    place = proposed(admin)
    second.get(place)
    second.post(f"{place}/approve")
    admin.get(place)
    assert admin.post(f"{place}/withdraw", why="Sai giá").status_code == 409
    assert "Hãy ghi lý do" in admin.post(f"{place}/withdrawal", why=" ").text
    assert admin.post(f"{place}/withdrawal", why="Sai giá <b>").status_code == 303
    mine = admin.get(place)
    assert "một quản trị viên khác phải xác nhận" in words(mine)
    assert "/withdrawal/confirm" not in mine.text
    assert admin.post(f"{place}/withdrawal/confirm").status_code == 409
    assert "chờ xác nhận thu hồi" in words(admin.get(LIST))
    theirs = second.get(place)
    assert "Sai giá &lt;b&gt;" in theirs.text
    assert second.post(f"{place}/withdrawal/drop").status_code == 303
    assert "chờ xác nhận thu hồi" not in words(second.get(place))
    assert second.post(f"{place}/withdrawal", why="Sai giá").status_code == 303
    admin.get(place)
    assert admin.post(f"{place}/withdrawal/confirm").status_code == 303
    gone = admin.get(place)
    assert "đã thu hồi" in words(gone)
    assert "/withdrawal" not in gone.text


def test_a_form_sent_twice_proposes_once(admin: Person) -> None:
    """A double click is one proposal."""
    admin.get(LIST)
    report = str(uuid4())
    answers = [
        admin.client.post(
            LIST,
            data={"csrf_token": admin._token, "report_id": report, "file": (io.BytesIO(NEXT.encode()), "b.toml")},
            base_url=SITE,
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location


def test_an_auditor_reads_and_cannot_act(admin: Person, app: Flask) -> None:
    """An auditor sees the diff and no button."""
    place = proposed(admin)
    auditor = at_work(app.test_client(), "auditor")
    page = auditor.get(place)
    assert page.status_code == 200
    assert "/approve" not in page.text
    assert "/withdraw" not in page.text
    assert auditor.post(f"{place}/withdrawal/confirm").status_code == 403
    assert 'type="file"' not in auditor.get(LIST).text
    assert auditor.post(f"{place}/approve").status_code == 403


def test_an_unknown_book_is_not_found(admin: Person) -> None:
    """An old bookmark."""
    for end in ("", ".toml", ".xlsx"):
        assert admin.get(f"{LIST}/{uuid4()}{end}").status_code == 404


def test_the_first_book_of_all_shows_its_prices_without_a_comparison(admin: Person) -> None:
    """There is nothing before it."""
    found = re.search(r'href="(/treasury/tariffs/[0-9a-f-]+)">illustrative-2025-07', admin.get(LIST).text)
    assert found is not None
    page = words(admin.get(found[1]))
    assert "Bảng cước" in page
    assert "29.500 đ" in page
    assert "▲" not in page
