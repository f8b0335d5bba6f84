"""The price changes while a courier's page is open: what was shown is what is taken, or nothing is."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from delivery.money.charging import due_at_door
from delivery.money.correcting import see_paper, weigh_again
from delivery.rules.states import State
from delivery.store.money import Payment
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_transfers import transferred
from tests.delivery.web.courier.day import CLERK, Day, Phone, make_day
from tests.factories import Town


@pytest.fixture
def day(wiring: Wiring, town: Town) -> Day:
    """One route for courier.sg.1, without agency's fees."""
    return make_day(wiring, town)


@pytest.fixture
def phone(app: Flask, day: Day, clock: HandClock) -> Phone:
    """The courier at the first stop, bundle in hand, at a quarter past eight."""
    carried = Phone(app)
    carried.read("/courier/")
    carried.send(f"/courier/routes/{day.route}/take")
    clock.set(8, 15)
    return carried


def shown(page: str) -> str:
    """The sum that the green button sends along."""
    found = re.search(r'name="shown" value="(\d+)"', page)
    assert found
    return found[1]


def due(wiring: Wiring, *numbers: str) -> int:
    """What is to be collected for the items together."""
    with wiring.work(CLERK) as unit:
        return sum(due_at_door(unit, locked_by_number(unit, number)).total for number in numbers)


def dong(amount: int) -> str:
    """As people read it."""
    return f"{amount:,} đ".replace(",", ".")


def heavier(wiring: Wiring, number: str) -> None:
    """The office weighs again."""
    with wiring.work(CLERK) as unit:
        assert weigh_again(unit, locked_by_number(unit, number), wiring.books, weight_g=900)


def waived(wiring: Wiring, number: str) -> None:
    """The office sees the paper that spares the addressee the postage."""
    with wiring.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        assert see_paper(unit, item, wiring.books, kind="poor_household", login="clerk.sg")


def taken(wiring: Wiring) -> int:
    """All money that was taken."""
    with wiring.work(CLERK) as unit:
        return sum(unit.session.scalars(select(Payment.amount)))


def state(wiring: Wiring, number: str) -> State:
    """Where the item stands."""
    with wiring.work(CLERK) as unit:
        return locked_by_number(unit, number).state


def test_a_price_that_rose_is_told_before_anything_is_recorded(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The courier who took the old sum would answer for the difference in the evening."""
    number, path = day.numbers[0], f"/courier/stops/{day.doors[0]}"
    before = shown(phone.read(path))
    heavier(wiring, number)
    answer = phone.handed_over(day.doors[0], number, shown=before)
    now = due(wiring, number)
    assert now > int(before)
    assert answer.status_code == 409
    page = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{dong(int(before))}, nay là {dong(now)}" in page
    assert f"thu thêm {dong(now - int(before))}" in page
    assert (state(wiring, number), taken(wiring)) == (State.OUT_FOR_DELIVERY, 0)
    assert shown(page) == str(now)
    assert phone.handed_over(day.doors[0], number, shown=shown(page)).status_code == 303
    assert taken(wiring) == now


def test_a_price_that_was_waived_is_given_back_at_the_door(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Cash that no book knows of would stay in the courier's pocket."""
    number, path = day.numbers[0], f"/courier/stops/{day.doors[0]}"
    before = shown(phone.read(path))
    waived(wiring, number)
    answer = phone.handed_over(day.doors[0], number, shown=before)
    assert answer.status_code == 409
    assert f"trả lại khách {dong(int(before))}" in answer.text
    assert shown(answer.text) == "0"
    assert phone.handed_over(day.doors[0], number, paid="none", shown="0").status_code == 303
    assert taken(wiring) == 0


def test_a_household_is_asked_for_one_sum(phone: Phone, wiring: Wiring, day: Day) -> None:
    """One envelope grew dearer and the other did not: what was shown for both is compared with what both cost."""
    path = f"/courier/stops/{day.doors[1]}"
    before = shown(phone.read(path))
    assert int(before) == due(wiring, *day.household)
    heavier(wiring, day.household[1])
    answer = phone.handed_over(day.doors[1], *day.household, shown=before)
    assert answer.status_code == 409
    now = due(wiring, *day.household)
    assert shown(answer.text) == str(now)
    assert taken(wiring) == 0
    assert phone.handed_over(day.doors[1], *day.household, shown=str(now)).status_code == 303
    assert taken(wiring) == now


def test_one_envelope_of_a_household_is_shown_again_alone(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The mother pays for hers: the page with the new sum is still about hers."""
    number = day.household[0]
    page = phone.read(f"/courier/stops/{day.doors[1]}?number={number}")
    action = f"/courier/stops/{day.doors[1]}/report?number={number}"
    assert f'action="{action}"' in page
    heavier(wiring, number)
    told: dict[str, str | list[str]] = {"receiver": "addressee", "proof": ["identity", "signature"], "paid": "cash"}
    answer = phone.send(action, number=number, outcome="delivered", shown=shown(page), **told)
    assert answer.status_code == 409
    assert shown(answer.text) == str(due(wiring, number))


def test_cash_shown_before_the_banks_notice_still_goes_back(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The money is there: the envelope is handed over, and the courier told to return the cash."""
    number = day.numbers[0]
    before = shown(phone.read(f"/courier/stops/{day.doors[0]}"))
    transferred(wiring, number)
    page = phone.follow(phone.handed_over(day.doors[0], number, shown=before))
    assert "trả lại phần đó cho khách" in page
    assert state(wiring, number) is State.DELIVERED


def test_a_form_that_says_nothing_of_the_sum_is_taken_as_before(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Pages that were open when this came, and other programs."""
    number = day.numbers[0]
    heavier(wiring, number)
    now = due(wiring, number)
    assert phone.handed_over(day.doors[0], number).status_code == 303
    assert taken(wiring) == now


def test_a_sum_that_is_none_is_refused(phone: Phone, wiring: Wiring, day: Day) -> None:
    """A forged form takes nothing."""
    answer = phone.handed_over(day.doors[0], day.numbers[0], shown="-1")
    assert answer.status_code == 422
    assert taken(wiring) == 0
