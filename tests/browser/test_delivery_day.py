"""One delivery day in a real browser, from the dispatcher's plan to what the citizen reads about a failed visit."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from delivery.jobs import solve_plans
from delivery.outbound import linking
from delivery.store.items import Item
from delivery.wiring import Wiring
from tests.browser.conftest import PHONE
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.factories import Town

Opens = Callable[[int], Page]
SignsIn = Callable[[Page, str], None]


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """The office of Sài Gòn at work."""
    return Post(wiring, town, clock)


def _link(post: Post, number: str) -> str:
    """The path in the addressee's text message."""
    with post.wiring.work("job:test") as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        return f"/t/{linking.token_for(unit, item)}"


def test_a_failed_visit_reported_on_the_phone_is_on_the_citizens_page(
    post: Post, clock: HandClock, open_page: Opens, sign_in: SignsIn
) -> None:
    """The promise of the whole: who plans, who knocks and who waits see the same envelope, each at their own page."""
    number = post.one()

    desk = open_page(1280)
    sign_in(desk, "dispatcher.sg")
    desk.goto("/desk/plan")
    desk.get_by_label("Ngày phát").fill("2026-12-01")
    desk.get_by_role("button", name="Lập tuyến").click()
    expect(desk.get_by_text("Máy đang sắp xếp tuyến")).to_be_visible()
    assert solve_plans(post.wiring) == 1
    desk.reload()
    courier = desk.locator("tbody th[scope=row] a").inner_text()

    clock.set(9, days=1)
    phone = open_page(PHONE)
    sign_in(phone, courier)
    phone.get_by_role("button", name="Nhận túi phát").click()
    expect(phone.get_by_text("Đã nhận 1 bưu gửi.")).to_be_visible()
    # Three taps: the stop, that it could not be handed over, why.
    phone.get_by_role("link", name="Mở điểm này").click()
    phone.get_by_text("Không giao được", exact=True).click()
    phone.get_by_role("button", name="Người nhận vắng nhà").click()
    expect(phone.get_by_role("status").first).to_contain_text("Đã ghi: Người nhận vắng nhà. Phát lại chiều hôm nay.")
    expect(phone.get_by_text("1/1", exact=True)).to_be_visible()

    citizen = open_page(PHONE)
    citizen.goto(_link(post, number))
    expect(citizen.get_by_text("Chưa phát được").first).to_be_visible()
    expect(citizen.get_by_text("vắng nhà").first).to_be_visible()
