"""The public calculator in a real Chromium: by axe, by keyboard alone, without JavaScript, on a narrow phone."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_citizen import NARROW, SIZES, check, open_all
from tests.tracking.test_calculator import HERE

pytestmark = pytest.mark.usefixtures("town")
FULL = {**HERE, "den": "xã Cần Giuộc, Tây Ninh", "can": "1250", "le_phi": "640000", "dien": "near_poor_household"}


@pytest.mark.parametrize("width", [NARROW, 1024])
def test_axe_finds_nothing_wrong_with_any_answer(open_page: Callable[[int], Page], width: int) -> None:
    """WCAG 2.2 AA: the form, a price, a question asked back, a refusal, the whole table, and all in English."""
    tab = open_page(width)
    unclear, wrong = {**HERE, "den": "xã Tân Phú"}, {**HERE, "den": "qwerty"}
    for path in ("/cuoc", *(f"/cuoc?{urlencode(asked)}" for asked in (HERE, FULL, unclear, wrong)), "/cuoc/bang-gia"):
        tab.goto(path)
        open_all(tab)
        check(tab)
        assert min(tab.evaluate(SIZES)) >= 16
    tab.goto(f"/lang/en?{urlencode({'back': '/cuoc?' + urlencode(FULL)})}")
    check(tab)


def test_a_price_is_asked_and_a_place_chosen_without_javascript(chromium: Browser, live_url: str) -> None:
    """Old phones, text browsers, and whoever switched it off; and the answer has a URL of its own."""
    window = chromium.new_context(
        base_url=live_url, viewport={"width": PHONE, "height": 800}, java_script_enabled=False
    )
    try:
        tab = window.new_page()
        tab.goto("/tra-cuu")
        tab.get_by_role("link", name="phải trả bao nhiêu?").click()
        tab.get_by_label("Cơ quan trả kết quả ở đâu?").fill("phường Bến Nghé, quận 1, TP HCM")
        tab.get_by_label("Gửi đến đâu?").fill("xã Tân Phú")
        tab.get_by_label("Trong phong bì có gì?").select_option("20")
        tab.get_by_role("button", name="Tính cước").click()
        expect(tab.get_by_role("status")).to_contain_text("Chưa chắc là nơi nào")
        tab.get_by_label("Xã Tân Phú, Tỉnh Tây Ninh").check()
        tab.get_by_role("button", name="Tính cước").click()
        expect(tab.locator(".sum")).to_have_text("28.080 đ")
        shared = tab.url
        tab.goto("about:blank")
        tab.goto(shared)
        expect(tab.locator(".sum")).to_have_text("28.080 đ")
    finally:
        window.close()


def test_the_answer_is_read_without_scrolling_on_a_phone(open_page: Callable[[int], Page]) -> None:
    """The first screen says how many notes to have ready."""
    tab = open_page(360)
    tab.goto(f"/cuoc?{urlencode(HERE)}")
    box = tab.locator(".now").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 640


def test_a_price_is_asked_by_keyboard_alone(open_page: Callable[[int], Page]) -> None:
    """Nobody needs a mouse."""
    tab = open_page(PHONE)
    tab.goto("/cuoc")
    tab.get_by_label("Cơ quan trả kết quả ở đâu?").focus()
    tab.keyboard.type("phường Bến Nghé, quận 1, TP HCM")
    tab.keyboard.press("Tab")
    tab.keyboard.type("phường Tân Định, quận 1, TP HCM")
    tab.keyboard.press("Enter")
    expect(tab.locator(".sum")).to_have_text("24.840 đ")
