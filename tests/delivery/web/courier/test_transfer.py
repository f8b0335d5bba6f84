"""Paying by VietQR at the door: the code on the phone, the minutes, the bank's notice, and never twice."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from delivery.money.charging import dues_at_door
from delivery.rules.states import State
from delivery.store.items import Item
from delivery.store.money import Payment
from delivery.store.treasury import PaymentRequest
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_transfers import transferred
from tests.delivery.web.courier.day import CLERK, Day, Phone, make_day
from tests.factories import Town


@pytest.fixture
def day(wiring: Wiring, town: Town) -> Day:
    """One route for courier.sg.1, with 30.000 đ of the agency's fee to collect for each envelope."""
    return make_day(wiring, town, agency_fee=30_000)


@pytest.fixture
def phone(app: Flask, day: Day, clock: HandClock) -> Phone:
    """The courier at the first stop, bundle in hand, at a quarter past eight."""
    carried = Phone(app)
    carried.read("/courier/")
    carried.send(f"/courier/routes/{day.route}/take")
    clock.set(8, 15)
    return carried


def asked(phone: Phone, day: Day, stop: int = 0, *numbers: str) -> str:
    """Press "Khách chuyển khoản" at a stop; the page that follows."""
    path = f"/courier/stops/{day.doors[stop]}"
    assert "Khách chuyển khoản" in phone.read(path)
    return phone.follow(phone.send(f"{path}/transfer", number=list(numbers or day.numbers[:1])))


def rows(wiring: Wiring) -> int:
    """How many requests there are."""
    with wiring.work(CLERK) as unit:
        return unit.session.scalar(select(func.count()).select_from(PaymentRequest)) or 0


def due(wiring: Wiring, number: str) -> int:
    """What is to be collected for an item."""
    with wiring.work(CLERK) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        return dues_at_door(unit, [item])[item.id].total


def test_the_code_stands_on_the_glass_with_the_sum_and_the_time_left(
    phone: Phone, wiring: Wiring, clock: HandClock, day: Day
) -> None:
    """The person at the door scans it from the courier's hand; nobody types a number."""
    page = asked(phone, day)
    sum_due = f"{due(wiring, day.numbers[0]):,} đ".replace(",", ".")
    assert sum_due in page
    assert "lệ phí 30.000 đ" in page
    assert day.numbers[0] in page
    assert "5:00" in page
    picture = phone.get(f"/courier/stops/{day.doors[0]}/transfer/{day.numbers[0]}.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert f"{day.numbers[0]}</title>" in picture.text
    clock.forward(minutes=3, seconds=30)
    assert "1:30" in asked(phone, day)
    assert rows(wiring) == 1


def test_after_the_minutes_it_is_cash_or_not_paid(phone: Phone, clock: HandClock, day: Day) -> None:
    """The route goes on: who cannot show the bank's notice pays in cash or does not get the envelope."""
    asked(phone, day)
    clock.forward(minutes=5)
    page = phone.read(f"/courier/stops/{day.doors[0]}/transfer")
    over = page.partition('data-when="over"')[2]
    assert over.startswith(">")
    assert "Thu tiền mặt, hoặc ghi lý do “Chưa trả tiền" in over or "Thu tiền mặt, hoặc ghi lý do “" in over
    assert "không phải bằng chứng" in page


def test_once_the_bank_has_told_the_form_asks_for_no_money(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The page switches by itself, and the hand-over takes nothing."""
    number, path = day.numbers[0], f"/courier/stops/{day.doors[0]}"
    asked(phone, day)
    state = phone.get(f"{path}/transfer/{number}.json")
    assert state.json == {"state": "waiting", "seconds_left": 300}
    transferred(wiring, number)
    assert phone.get(f"{path}/transfer/{number}.json").json == {"state": "paid", "seconds_left": 0}
    assert phone.get(f"{path}/transfer/{number}.svg").status_code == 404
    assert "Đã nhận tiền." in phone.read(f"{path}/transfer")
    door = phone.read(path)
    assert "Không phải thu tiền" in door
    assert "Ngân hàng đã báo có" in door
    assert "Khách chuyển khoản" not in door
    page = phone.follow(phone.handed_over(day.doors[0], number, paid="none"))
    assert "Đã ghi: giao 1 bưu gửi." in page
    assert "Đã thu" not in page


def test_cash_in_hand_when_the_notice_comes_goes_back_to_its_owner(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The courier's page was older than the notice: nobody pays twice."""
    number = day.numbers[0]
    phone.read(f"/courier/stops/{day.doors[0]}")
    transferred(wiring, number)
    page = phone.follow(phone.handed_over(day.doors[0], number, paid="cash"))
    assert "trả lại phần đó cho khách" in page
    with wiring.work(CLERK) as unit:
        assert unit.session.scalars(select(Payment).where(Payment.courier_id.is_not(None))).all() == []


def test_a_hand_over_on_the_word_of_a_screenshot_is_refused(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Pictures of transfers are easily made."""
    asked(phone, day)
    answer = phone.handed_over(day.doors[0], day.numbers[0], paid="transfer")
    assert answer.status_code == 409
    assert "Ảnh chụp màn hình không phải bằng chứng" in answer.text
    with wiring.work(CLERK) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == day.numbers[0])).one()
        assert item.state is State.OUT_FOR_DELIVERY


def test_a_household_has_a_code_for_each_envelope_one_at_a_time(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Two codes on one glass, and a camera takes the wrong one."""
    first, second = day.household
    page = asked(phone, day, 1, first, second)
    assert page.count('class="qr"') == 1
    assert f"/transfer/{first}.svg" in page
    assert f"/transfer?number={second}" in page
    transferred(wiring, first)
    page = phone.read(f"/courier/stops/{day.doors[1]}/transfer?number={first}")
    assert "Đã nhận tiền." in page
    assert f"/transfer?number={second}" in page
    transferred(wiring, second)
    assert "Giao bưu gửi" in phone.read(f"/courier/stops/{day.doors[1]}/transfer?number={second}")


def test_a_code_is_its_couriers_alone(app: Flask, phone: Phone, day: Day) -> None:
    """Another courier's door, and an item that is elsewhere, show nothing."""
    asked(phone, day)
    other = Phone(app, "courier.sg.2")
    assert other.get(f"/courier/stops/{day.doors[0]}/transfer").status_code == 404
    assert other.get(f"/courier/stops/{day.doors[0]}/transfer/{day.numbers[0]}.svg").status_code == 404
    assert phone.get(f"/courier/stops/{day.doors[0]}/transfer/{day.numbers[1]}.json").status_code == 404
    assert phone.get(f"/courier/stops/{day.doors[2]}/transfer").location == f"/courier/stops/{day.doors[2]}"


def test_opening_a_page_asks_nobody(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The minutes begin with the press of the button."""
    phone.read(f"/courier/stops/{day.doors[0]}")
    phone.get(f"/courier/stops/{day.doors[0]}/transfer")
    assert rows(wiring) == 0
