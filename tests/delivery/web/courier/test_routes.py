"""The courier's day: today's route in order, the bundle taken, nobody else's route."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from delivery.rules.states import State
from delivery.store.items import Item
from delivery.store.people import Opening
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.web.courier.day import CLERK, Day, Phone, make_day
from tests.factories import Town


@pytest.fixture
def day(wiring: Wiring, town: Town) -> Day:
    """One route for courier.sg.1."""
    return make_day(wiring, town, agency_fee=30_000)


def test_a_day_without_a_route_says_so(app: Flask, town: Town) -> None:
    """An empty page would leave a courier waiting for one that never loads."""
    assert "Hôm nay bạn không có tuyến nào" in Phone(app).read("/courier/")


def test_the_first_page_is_todays_route_with_the_bundle_to_take(app: Flask, day: Day) -> None:
    """With one route there is nothing to choose."""
    page = Phone(app).read("/courier/")
    assert f"/courier/routes/{day.route}/take" in page
    assert "4 bưu gửi · 4 điểm · 7,4 km" in page
    assert page.index("1 Nguyễn Huệ") < page.index("45 Lê Lợi") < page.index("2 Nguyễn Huệ") < page.index("Một cửa P1")


def test_taking_the_bundle_sends_its_envelopes_out(app: Flask, wiring: Wiring, day: Day) -> None:
    """Until then a plan is paper: nothing has left the shelf."""
    phone = Phone(app)
    phone.read("/courier/")
    page = phone.follow(phone.send(f"/courier/routes/{day.route}/take"))
    assert "Đã nhận 4 bưu gửi." in page
    assert "0/4" in page
    with wiring.work(CLERK) as unit:
        states = unit.session.scalars(select(Item.state).where(Item.number.in_(day.numbers))).all()
        assert set(states) == {State.OUT_FOR_DELIVERY}


def test_the_next_stop_comes_first_and_what_is_done_last(app: Flask, day: Day) -> None:
    """A courier looks at the phone for a second: the top is where to go."""
    phone = Phone(app)
    phone.read("/courier/")
    phone.send(f"/courier/routes/{day.route}/take")
    phone.handed_over(day.doors[0], day.numbers[0])
    page = phone.read(f"/courier/routes/{day.route}")
    assert "1/4" in page
    order = ["Điểm tiếp theo", "45 Lê Lợi", "Các điểm sau", "2 Nguyễn Huệ", "Đã xong: 1 điểm", "đã giao"]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    assert "1 Nguyễn Huệ" not in page


def test_a_list_opens_addresses_only_and_says_why(app: Flask, wiring: Wiring, day: Day) -> None:
    """Names and phones are opened at the door, one stop at a time, and each opening is on record."""
    page = Phone(app).read("/courier/")
    assert "Nguyễn Thị" not in page
    assert "tel:" not in page
    with wiring.work(CLERK) as unit:
        opened = unit.session.scalars(
            select(func.count()).where(Opening.fields == "addressees.address", Opening.reason == "delivery")
        ).one()
        assert opened == 3


def test_what_was_recalled_before_the_start_stays_behind_by_name(app: Flask, wiring: Wiring, day: Day) -> None:
    """The envelope must not leave, and the courier must know that it is missing on purpose."""
    with wiring.work("client:live_h29main") as unit:
        item = unit.session.scalars(select(Item).where(Item.number == day.numbers[0])).one()
        item.recalled_at = unit.now
    phone = Phone(app)
    phone.read("/courier/")
    page = phone.follow(phone.send(f"/courier/routes/{day.route}/take"))
    assert "Đã nhận 3 bưu gửi. 1 bưu gửi ở lại bưu cục" in page
    assert "không mang theo" in page
    assert "1/4" in page


def test_anothers_route_and_stops_do_not_exist(app: Flask, town: Town, day: Day) -> None:
    """An address list of strangers is not for a curious colleague."""
    other = Phone(app, "courier.sg.2")
    assert "Hôm nay bạn không có tuyến nào" in other.read("/courier/")
    for path in (f"/courier/routes/{day.route}", f"/courier/stops/{day.doors[0]}", f"/courier/routes/{uuid4()}"):
        assert other.get(path).status_code == 404
    for path in (f"/courier/routes/{day.route}/take", f"/courier/stops/{day.doors[0]}/report"):
        answer = other.send(path, number=day.numbers[0], outcome="NOT_HOME")
        assert answer.status_code == 404


def test_a_clerk_is_told_that_this_is_not_their_page(app: Flask, town: Town) -> None:
    """Reports are signed by who stood at the door."""
    assert Phone(app, "clerk.sg").get("/courier/").status_code == 403


def test_yesterdays_route_is_asked_back_while_it_is_open(app: Flask, clock: HandClock, day: Day) -> None:
    """Nothing stays in a bag overnight unnoticed."""
    phone = Phone(app)
    phone.read("/courier/")
    phone.send(f"/courier/routes/{day.route}/take")
    clock.set(7, days=1)
    phone = Phone(app)
    page = phone.read("/courier/")
    assert "Tuyến ngày 30/11/2026 chưa kết thúc" in page
    assert f"/courier/routes/{day.route}" in page
