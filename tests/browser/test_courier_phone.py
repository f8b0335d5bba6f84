"""The courier's pages on a small phone: no page wider than the glass, every target for a gloved thumb, axe-clean."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from delivery.store.attempts import Attempt
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.web.courier.day import CLERK, Day, make_day
from tests.factories import Town

SMALL = 360
"""Pixels across the cheapest phones in use."""
THUMB = 44
Opens = Callable[[int], Page]
SignsIn = Callable[[Page, str], None]


@pytest.fixture
def day(wiring: Wiring, town: Town) -> Day:
    """Three households and an agency's point for courier.sg.1."""
    return make_day(wiring, town, agency_fee=30_000)


@pytest.fixture
def without_scripts(chromium: Browser, live_url: str) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    window = chromium.new_context(
        base_url=live_url, viewport={"width": SMALL, "height": 740}, java_script_enabled=False
    )
    yield window.new_page()
    window.close()


def fits(page: Page, what: str, sign: str) -> None:
    """Measure the page only when its `sign` stands on it: after a tap the next document may still be on its way."""
    expect(page.get_by_text(sign).locator("visible=true").first).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") == SMALL, what
    small = page.evaluate(
        """least => [...document.querySelectorAll('main a, main button, main summary, main label:has(input)')]
            .filter(each => each.offsetParent && each.getBoundingClientRect().height < least)
            .map(each => each.textContent.trim())""",
        THUMB,
    )
    assert small == [], what
    found = Axe().run(page)
    assert found.violations_count == 0, (what, found.generate_report())


def test_every_page_fits_a_small_phone_and_a_gloved_thumb(
    open_page: Opens, sign_in: SignsIn, clock: HandClock, day: Day
) -> None:
    """They are used standing, in the sun, with one hand."""
    page = open_page(SMALL)
    sign_in(page, "courier.sg.1")
    fits(page, "the route before it is taken", "Nhận túi phát")
    page.get_by_role("button", name="Nhận túi phát").click()
    fits(page, "the route under way", "Mở điểm này")
    clock.set(9)
    page.goto(f"/courier/stops/{day.doors[1]}")
    fits(page, "a household", "Không giao được")
    page.get_by_text("Đã giao", exact=True).click()
    page.get_by_text("Giao cho người được ủy quyền", exact=True).click()
    fits(page, "what to ask before handing over", "Giao cho người được ủy quyền")
    page.get_by_text("Không giao được", exact=True).click()
    page.get_by_text("Người nhận hẹn ngày khác").click()
    fits(page, "why not, and the days to choose from", "Người nhận hẹn ngày khác")
    page.goto(f"/courier/stops/{day.point}")
    fits(page, "an agency's point", "Đã nhận những bưu gửi đã chọn")


def test_only_one_outcome_is_open_at_a_time(open_page: Opens, sign_in: SignsIn, day: Day) -> None:
    """A green button must not stand where the thumb expects a reason."""
    page = open_page(SMALL)
    sign_in(page, "courier.sg.1")
    page.get_by_role("button", name="Nhận túi phát").click()
    page.get_by_role("link", name="Mở điểm này").click()
    page.get_by_text("Đã giao", exact=True).click()
    expect(page.get_by_role("button", name="Đã giao, đã thu")).to_be_visible()
    page.get_by_text("Không giao được", exact=True).click()
    expect(page.get_by_role("button", name="Người nhận vắng nhà")).to_be_visible()
    expect(page.get_by_role("button", name="Đã giao, đã thu")).to_be_hidden()


def test_a_call_made_from_the_page_supports_the_visit(open_page: Opens, sign_in: SignsIn, day: Day) -> None:
    """Nobody thinks of ticking a box after an unanswered call."""
    page = open_page(SMALL)
    sign_in(page, "courier.sg.1")
    page.get_by_role("button", name="Nhận túi phát").click()
    page.get_by_role("link", name="Mở điểm này").click()
    page.evaluate("document.querySelector(\"a[href^='tel:']\").addEventListener('click', e => e.preventDefault())")
    page.get_by_role("link", name="Gọi 09xx xxx 001").click()
    page.get_by_text("Không giao được", exact=True).click()
    expect(page.get_by_label("Tôi đã gọi điện")).to_be_checked()


def test_a_refusal_is_asked_twice(open_page: Opens, sign_in: SignsIn, wiring: Wiring, day: Day) -> None:
    """It sends the envelope back to the agency at once: a slip of the thumb must not."""
    page = open_page(SMALL)
    sign_in(page, "courier.sg.1")
    page.get_by_role("button", name="Nhận túi phát").click()
    page.get_by_role("link", name="Mở điểm này").click()
    page.get_by_text("Không giao được", exact=True).click()
    page.get_by_text("Người nhận từ chối nhận").click()
    expect(page.get_by_text("Bưu gửi sẽ chuyển hoàn cơ quan ngay, không phát lại.")).to_be_visible()
    with wiring.work(CLERK) as unit:
        assert unit.session.scalars(select(Attempt)).all() == []
    page.get_by_role("button", name="Đúng, ghi lý do này").locator("visible=true").click()
    expect(page.get_by_text("sẽ chuyển hoàn cơ quan.")).to_be_visible()


def test_a_report_needs_no_scripts(
    without_scripts: Page, sign_in: SignsIn, clock: HandClock, wiring: Wiring, day: Day
) -> None:
    """Old phones and saving modes leave them out."""
    page = without_scripts
    sign_in(page, "courier.sg.1")
    page.get_by_role("button", name="Nhận túi phát").click()
    page.get_by_role("link", name="Mở điểm này").click()
    page.get_by_text("Không giao được", exact=True).click()
    page.get_by_text("Người nhận hẹn ngày khác").click()
    page.get_by_text("Thứ Năm").first.click()
    page.get_by_role("button", name="Ghi ngày hẹn").click()
    expect(page.get_by_text("Phát lại Thứ Năm 03/12.")).to_be_visible()
