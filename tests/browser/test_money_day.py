"""Money from the book to the agency's account, at the pages of everybody who touches it."""

import re
from collections.abc import Callable
from importlib import resources
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from delivery.money.tying import check
from delivery.store.items import Item
from delivery.store.money import Quote
from delivery.store.queries.money import quote_of
from delivery.wiring import Wiring
from demo.bank import Bank, Credit
from demo.client import Server
from tests.browser.conftest import PHONE
from tests.conftest import BANK_HOOK_SECRET, HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town
from tests.tracking.conftest import token_of

Opens = Callable[[int], Page]
SignsIn = Callable[[Page, str], None]
CODE, BEGINS = "thu-2026-12", "2026-12-01"
# What an envelope of 80 g within one commune costs by the new book: 19,400 đ and 8 % VAT on it.
POSTAGE, FEE = "20.952 đ", 50_000


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """The office of Sài Gòn on Monday 30 November 2026."""
    return Post(wiring, town, clock)


def test_from_a_published_book_to_the_agencys_account(
    post: Post, clock: HandClock, open_page: Opens, sign_in: SignsIn, live_url: str
) -> None:
    """Two people publish, anybody asks the price, one pays by VietQR and one in cash, and every đồng arrives."""
    _published_by_two(open_page, sign_in)
    clock.set(8, days=1)
    _asked_by_anybody(open_page)
    transferring, in_cash = _accepted(post)
    _paid_by_vietqr(post, open_page, live_url, transferring)
    clock.set(9)
    _handed_over(open_page, sign_in, post, transferring, in_cash)
    clock.set(17)
    post.back([transferring])
    _shift_closed(open_page, sign_in)
    _remitted(open_page, sign_in)
    with post.work("job:ledger") as unit:
        tied = check(unit)
        assert tied.faults == ()
        assert tied.entries > 0


def _published_by_two(open_page: Opens, sign_in: SignsIn) -> None:
    text = resources.files("tariffs").joinpath("books/illustrative-2025-07.toml").read_text("utf-8")
    for old, new in (
        ("illustrative-2025-07", CODE),
        ("in_force_from = 2025-07-01", f"in_force_from = {BEGINS}"),
        ("same_commune = 19000", "same_commune = 19400"),
    ):
        text = text.replace(old, new, 1)
    first = open_page(1280)
    sign_in(first, "admin")
    first.goto("/treasury/tariffs")
    first.locator("input[type=file]").set_input_files(
        {"name": "thu.toml", "mimeType": "application/toml", "buffer": text.encode()}
    )
    first.get_by_role("button", name="Gửi đề xuất").click()
    expect(first.get_by_text(f"Đã đề xuất biểu cước {CODE}")).to_be_visible()
    expect(first.get_by_text("19.400").first).to_be_visible()
    assert first.get_by_role("button", name="Duyệt và ban hành").count() == 0, "nobody approves the own proposal"
    second = open_page(1280)
    sign_in(second, "admin.2")
    second.goto(urlsplit(first.url).path)
    second.get_by_role("button", name="Duyệt và ban hành").click()
    expect(second.get_by_text(f"Đã ban hành biểu cước {CODE}")).to_be_visible()


def _asked_by_anybody(open_page: Opens) -> None:
    page = open_page(PHONE)
    page.goto("/cuoc")
    page.get_by_label("Cơ quan trả kết quả ở đâu?").fill("Phường Sài Gòn, Thành phố Hồ Chí Minh")
    page.get_by_label("Gửi đến đâu?").fill("phuong sai gon, tphcm")
    page.get_by_text("Chọn thêm").click()
    page.get_by_label("Khối lượng chính xác, gam").fill("80")
    page.get_by_role("button", name="Tính cước").click()
    expect(page.get_by_text(POSTAGE).first).to_be_visible()
    expect(page.get_by_text(re.compile("minh họa", re.IGNORECASE)).first).to_be_visible()


def _accepted(post: Post) -> tuple[str, str]:
    """Two envelopes by the new book, the second with a fee of its agency to collect."""
    numbers = post.shelved(2)
    with post.work(CLERK) as unit:
        for number, fee in zip(numbers, (0, FEE), strict=True):
            item = unit.session.query(Item).filter_by(number=number).one()
            item.agency_fee = fee
            row = quote_of(unit, item.id)
            assert isinstance(row, Quote)
            assert row.book == CODE
    return numbers[0], numbers[1]


def _paid_by_vietqr(post: Post, open_page: Opens, live_url: str, number: str) -> None:
    page = open_page(PHONE)
    page.goto(f"/t/{token_of(post, number)}")
    page.get_by_role("button", name="Hiện mã VietQR").click()
    expect(page.get_by_role("img", name=f"Mã VietQR trả {POSTAGE}")).to_be_visible()
    port = urlsplit(live_url).port
    assert port is not None
    with post.work("job:test") as unit:
        paid_at = unit.now
    credit = Credit(reference="FT26120100001", amount=20_952, content=f"{number} tra cuoc", paid_at=paid_at)
    bank, at = Bank(secret=BANK_HOOK_SECRET), int(paid_at.timestamp())
    told = [bank.tell(Server(port), credit, at=at) for _ in range(2)]
    assert told == ["matched", "matched"], "told twice, taken once"
    page.reload()
    expect(page.get_by_text("Bạn không phải trả thêm gì.")).to_be_visible()


def _handed_over(open_page: Opens, sign_in: SignsIn, post: Post, paid: str, in_cash: str) -> None:
    post.go_out([paid, in_cash])
    phone = open_page(PHONE)
    sign_in(phone, "courier.sg.1")
    for number, due in ((paid, ""), (in_cash, "70.952 đ")):
        phone.goto(f"/courier/stops/{post.stops[number]}")
        if due:
            expect(phone.get_by_text(due).first).to_be_visible()
        phone.get_by_text("Đã giao", exact=True).click()
        for box in phone.locator("input[name=proof]:visible").all():
            box.check()
        phone.get_by_role("button", name=re.compile("^Đã giao")).first.click()
        expect(phone.get_by_role("status").first).to_be_visible()
    phone.goto("/courier/cash")
    expect(phone.get_by_text("70.952 đ").first).to_be_visible()


def _shift_closed(open_page: Opens, sign_in: SignsIn) -> None:
    desk = open_page(1280)
    sign_in(desk, "clerk.sg")
    desk.goto("/desk/cash")
    desk.get_by_role("link", name="Đếm và chốt ca").click()
    for label, notes in (("50.000 đ", "1"), ("20.000 đ", "1"), ("Tiền lẻ khác (đồng)", "952")):
        desk.get_by_label(label, exact=True).fill(notes)
    desk.get_by_role("button", name="Chốt ca theo số đã đếm").click()
    expect(desk.get_by_text("Đã chốt ca.")).to_be_visible()
    expect(desk.get_by_text("70.952 đ").first).to_be_visible()


def _remitted(open_page: Opens, sign_in: SignsIn) -> None:
    first = open_page(1280)
    sign_in(first, "admin")
    first.goto("/treasury/remittances")
    first.get_by_role("link", name="Xem trước").first.click()
    first.get_by_role("button", name="Lập bảng kê").click()
    expect(first.get_by_text("Đã lập bảng kê")).to_be_visible()
    expect(first.get_by_text("50.000").first).to_be_visible()
    second = open_page(1280)
    sign_in(second, "admin.2")
    second.goto(urlsplit(first.url).path)
    second.get_by_label("Mã giao dịch của ngân hàng").fill("CT2612010001")
    second.get_by_role("button", name="Đã chuyển").click()
    expect(second.get_by_text("Đã ghi nhận chuyển trả")).to_be_visible()
