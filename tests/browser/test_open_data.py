"""The public account in a real Chromium: by axe, on a phone, without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from delivery.wiring import Wiring
from tests.browser.test_citizen import check
from tests.tracking.test_open_data import NOVEMBER, OCTOBER, a_month

NARROW, WIDE = 320, 1280


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("size", [0, 6])
def test_axe_finds_nothing_wrong_with_the_account(
    open_page: Callable[[int], Page], wiring: Wiring, width: int, size: int
) -> None:
    """A public account is for everybody, a table of hidden cells included."""
    tab = open_page(width)
    tab.goto("/minh-bach")
    check(tab)
    a_month(wiring, OCTOBER, seed=2)
    a_month(wiring, NOVEMBER, size=size)
    tab.goto("/minh-bach")
    check(tab)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_letters_of_the_chart_keep_their_size_and_never_meet(
    open_page: Callable[[int], Page], wiring: Wiring, width: int
) -> None:
    """A chart that shrinks with the phone cannot be read on one."""
    a_month(wiring, NOVEMBER)
    tab = open_page(width)
    tab.goto("/minh-bach")
    texts = tab.locator("svg.account-chart text")
    sizes = texts.evaluate_all("nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize))")
    assert min(sizes) >= 16
    boxes = [box for text in texts.all() if (box := text.bounding_box())]
    for name, number in zip(boxes[::2], boxes[1::2], strict=True):
        assert name["x"] + name["width"] < number["x"]
