"""Citizens' pages in a real Chromium: by axe, by keyboard alone, without JavaScript, on a narrow phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from delivery.rules.reasons import Reason
from delivery.wiring import Wiring
from tests.browser.conftest import PHONE
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.factories import Town
from tests.tracking.conftest import token_of

NARROW = 320
"""CSS pixels: WCAG 2.2's width for reflow (1.4.10)."""
SIZES = """[...document.querySelectorAll("body *")]
    .filter(node => node.getClientRects().length && node.matches("select, input:not([type=radio]), :not(input)"))
    .filter(node => node.matches("select, input") || [...node.childNodes].some(part => part.nodeType === 3))
    .map(node => parseFloat(getComputedStyle(node).fontSize))"""
"""The font sizes of all that can be read; a radio button has no text of its own."""
LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """The office at work."""
    return Post(wiring, town, clock)


def link(post: Post, number: str) -> str:
    """What the text message carries."""
    return f"/t/{token_of(post, number)}"


def check(tab: Page) -> None:
    """Axe finds nothing, and nothing has to be scrolled sideways."""
    found = Axe().run(tab, options=LEVELS)
    assert found.violations_count == 0, found.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def open_all(tab: Page) -> None:
    """Unfold every way to receive."""
    for summary in tab.locator("summary").all():
        if not summary.evaluate("node => node.parentElement.open"):
            summary.click()


@pytest.mark.parametrize("width", [NARROW, 1024])
def test_axe_finds_nothing_wrong_with_any_page(open_page: Callable[[int], Page], post: Post, width: int) -> None:
    """WCAG 2.2 AA: who sees badly gets the same result in the same envelope."""
    tab = open_page(width)
    (out,) = post.out()
    tab.goto(link(post, out))
    open_all(tab)
    check(tab)
    post.fail(out, Reason.MOVED)
    tab.reload()
    check(tab)
    held = post.held()
    tab.goto(link(post, held))
    open_all(tab)
    check(tab)
    for path in ("/tra-cuu", f"/tra-cuu?ma={held}", "/tra-cuu?ma=x", f"/sms-that?ma={held}", "/sms-that", "/t/unknown"):
        tab.goto(path)
        check(tab)
    tab.goto("/lang/en?back=/sms-that")
    check(tab)


def test_another_day_is_chosen_by_keyboard_alone(open_page: Callable[[int], Page], post: Post) -> None:
    """Nobody needs a mouse or a finger on a small target."""
    tab = open_page(PHONE)
    tab.goto(link(post, post.one()))
    _to(tab, "Chọn cách nhận khác")
    tab.keyboard.press("Enter")
    _to(tab, "Ngày khác hoặc buổi khác")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_contain_text("Đã ghi nhận: bưu tá sẽ đến thứ tư 02/12/2026 buổi sáng")


def _to(tab: Page, words: str) -> None:
    """Tab forward until what has these words has the focus, which must show."""
    for _ in range(40):
        tab.keyboard.press("Tab")
        if words in tab.evaluate("document.activeElement.textContent"):
            assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"The keyboard does not reach “{words}”.")


def test_every_choice_works_without_javascript(chromium: Browser, live_url: str, post: Post) -> None:
    """Old phones, text browsers, and whoever switched it off."""
    first, second, third = post.shelved(3)
    window = chromium.new_context(
        base_url=live_url, viewport={"width": PHONE, "height": 800}, java_script_enabled=False
    )
    try:
        tab = window.new_page()
        for number, way, button, said in (
            (first, "Tự đến quầy bưu cục", "Tôi tự đến nhận", "bạn nhận tại quầy"),
            (second, "Ngày khác hoặc buổi khác", "Hẹn ngày này", "bưu tá sẽ đến"),
        ):
            tab.goto(link(post, number))
            tab.get_by_text(way).click()
            tab.get_by_role("button", name=button).click()
            expect(tab.get_by_role("status")).to_contain_text(said)
        tab.goto(link(post, third))
        tab.get_by_text("Nhờ người khác nhận").click()
        tab.get_by_label("Họ và tên người nhận thay").fill("Lê Văn Thử")
        tab.get_by_role("button", name="Cho phép người này nhận").click()
        expect(tab.get_by_role("status")).to_contain_text("người nhận thay")
        tab.get_by_text("Phát đến địa chỉ khác").click()
        tab.get_by_label("Địa chỉ mới").fill("5 Trần Hưng Đạo, Phường Tân Định")
        tab.get_by_role("button", name="Gửi địa chỉ này").click()
        expect(tab.get_by_role("status")).to_contain_text("địa chỉ mới")
    finally:
        window.close()


def test_what_to_do_is_read_without_scrolling_on_a_phone(open_page: Callable[[int], Page], post: Post) -> None:
    """The first screen answers the question that people come with."""
    tab = open_page(360)
    tab.goto(link(post, post.held()))
    box = tab.locator(".now").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 640
    open_all(tab)
    assert min(tab.evaluate(SIZES)) >= 16
