"""Paying by VietQR as people see it: the code large enough, the page that turns by itself when the bank tells."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from delivery.wiring import Wiring
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_courier_phone import SMALL, fits
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.delivery.made_transfers import transferred
from tests.delivery.web.courier.day import Day, make_day
from tests.factories import Town
from tests.tracking.conftest import token_of

Opens = Callable[[int], Page]
SignsIn = Callable[[Page, str], None]


@pytest.fixture
def day(wiring: Wiring, town: Town) -> Day:
    """Three households and an agency's point for courier.sg.1."""
    return make_day(wiring, town, agency_fee=30_000)


def test_at_the_door_the_page_turns_when_the_bank_tells(
    open_page: Opens, sign_in: SignsIn, wiring: Wiring, clock: HandClock, day: Day
) -> None:
    """The courier looks at one screen and presses nothing."""
    page = open_page(SMALL)
    sign_in(page, "courier.sg.1")
    page.get_by_role("button", name="Nhận túi phát").click()
    clock.set(8, 15)
    page.goto(f"/courier/stops/{day.doors[0]}")
    page.get_by_role("button", name="Khách chuyển khoản").click()
    fits(page, "the code and the wait", "Chờ ngân hàng báo có")
    code = page.locator("img.qr")
    assert code.evaluate("image => image.complete && image.naturalWidth > 0")
    box = code.bounding_box()
    assert box is not None
    assert box["width"] >= 280
    transferred(wiring, day.numbers[0])
    expect(page.get_by_text("Ngân hàng đã báo có: giao bưu gửi")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Chờ ngân hàng báo có")).to_be_hidden()
    page.get_by_role("link", name="Giao bưu gửi").click()
    fits(page, "the door after the notice", "Không phải thu tiền")


def test_when_the_minutes_are_over_the_page_says_what_is_left_to_do(
    open_page: Opens, sign_in: SignsIn, clock: HandClock, day: Day
) -> None:
    """The clock on the page is the server's: a phone's own may be wrong."""
    page = open_page(SMALL)
    sign_in(page, "courier.sg.1")
    page.get_by_role("button", name="Nhận túi phát").click()
    page.goto(f"/courier/stops/{day.doors[0]}")
    page.get_by_role("button", name="Khách chuyển khoản").click()
    expect(page.get_by_text("Chờ ngân hàng báo có")).to_be_visible()
    clock.forward(minutes=5)
    expect(page.get_by_text("Hết giờ chờ mà ngân hàng chưa báo có")).to_be_visible(timeout=20_000)
    fits(page, "what is left", "Hết giờ chờ mà ngân hàng chưa báo có")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_citizen_pays_before_the_visit_on_any_screen(
    open_page: Opens, wiring: Wiring, town: Town, clock: HandClock, width: int
) -> None:
    """Read by people of eighty and by screen readers."""
    post = Post(wiring, town, clock)
    number = post.one()
    page = open_page(width)
    page.goto(f"/t/{token_of(post, number)}")
    page.get_by_role("button", name="Hiện mã VietQR").click()
    expect(page.get_by_role("img", name="Mã VietQR trả")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    transferred(wiring, number)
    page.get_by_role("link", name="Kiểm tra lại").click()
    page.reload()
    expect(page.get_by_text("Bạn không phải trả thêm gì.")).to_be_visible()
