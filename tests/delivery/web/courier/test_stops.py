"""One stop on the phone: handing over, reporting a failure in three taps, collecting at an agency."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from delivery.money.charging import Due, due_at_door, dues_at_door
from delivery.rules.reasons import ON_PHONE
from delivery.rules.states import State
from delivery.store.attempts import Attempt
from delivery.store.items import HolderKind, Item, NextStep
from delivery.store.money import Payment
from delivery.store.people import Opening
from delivery.store.routes import Manifest, Stop
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.waiting import until_somebody_waits_for
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


def _item(wiring: Wiring, number: str) -> Item:
    with wiring.work(CLERK) as unit:
        return unit.session.scalars(select(Item).where(Item.number == number)).one()


def test_the_door_shows_whom_to_call_what_to_ask_and_what_to_collect(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Everything that must happen before the envelope leaves the hand stands above the button."""
    page = phone.read(f"/courier/stops/{day.doors[0]}")
    assert "Nguyễn Thị 1" in page
    assert 'href="tel:+84900000001"' in page
    assert "Gọi 09xx xxx 001" in page
    assert "xem giấy tờ tùy thân" in page
    assert "lấy chữ ký" in page
    with wiring.work(CLERK) as unit:
        actors = unit.session.scalars(select(Opening.actor).where(Opening.fields == "addressees")).all()
        assert len(actors) == 1
        assert actors[0].startswith("staff:")


def test_a_failed_visit_takes_three_taps_and_says_what_follows(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Stop, "could not", reason: each of the twelve is a button of its own."""
    page = phone.read(f"/courier/stops/{day.doors[0]}")
    assert all(f'name="outcome" value="{reason}"' in page for reason in ON_PHONE)
    answer = phone.failed(day.doors[0], "NOT_HOME", day.numbers[0], called="yes")
    assert answer.location == f"/courier/stops/{day.doors[1]}"
    told = phone.follow(answer)
    assert "Đã ghi: Người nhận vắng nhà. Phát lại chiều hôm nay." in told
    with wiring.work(CLERK) as unit:
        attempt = unit.session.scalars(select(Attempt)).one()
        assert (attempt.reason, attempt.counts, attempt.weak) == ("NOT_HOME", True, False)
        assert unit.session.get_one(Stop, day.doors[0]).done_at is not None


def test_a_report_sent_twice_acts_once_and_leads_to_the_same_page(phone: Phone, wiring: Wiring, day: Day) -> None:
    """A phone without coverage repeats itself; nobody's visit may be counted twice for that."""
    report = str(uuid4())
    path = f"/courier/stops/{day.doors[0]}/report"
    answers = [phone.send(path, report_id=report, number=day.numbers[0], outcome="NOT_HOME") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with wiring.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_handing_over_takes_the_money_and_goes_on(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Postage and the agency's fee are collected in one sum and kept as two payments."""
    answer = phone.handed_over(day.doors[0], day.numbers[0])
    assert answer.location == f"/courier/stops/{day.doors[1]}"
    assert "Đã ghi: giao 1 bưu gửi. Đã thu" in phone.follow(answer)
    assert _item(wiring, day.numbers[0]).state is State.DELIVERED
    with wiring.work(CLERK) as unit:
        assert set(unit.session.scalars(select(Payment.kind))) == {"postage", "agency_fee"}


def test_without_proof_or_payment_nothing_is_handed_over_and_the_page_says_why(
    phone: Phone, wiring: Wiring, day: Day
) -> None:
    """The courier is still at the door and can ask."""
    unproven = phone.handed_over(day.doors[0], day.numbers[0], proof=["signature"])
    assert unproven.status_code == 409
    assert "còn thiếu giấy tờ tùy thân" in unproven.text
    unpaid = phone.handed_over(day.doors[0], day.numbers[0], paid="none")
    assert unpaid.status_code == 409
    assert "thu tiền rồi mới giao" in unpaid.text
    assert 'name="outcome" open' in unpaid.text
    assert _item(wiring, day.numbers[0]).state is State.OUT_FOR_DELIVERY


def test_a_recalled_envelope_is_not_to_be_handed_over(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The agency called it back while it was on the motorbike."""
    with wiring.work("client:live_h29main") as unit:
        unit.session.scalars(select(Item).where(Item.number == day.numbers[0])).one().recalled_at = unit.now
    page = phone.read(f"/courier/stops/{day.doors[0]}")
    assert "cơ quan đã rút lại. Không giao, mang về bưu cục." in page
    assert 'value="delivered"' not in page


def test_a_hand_over_after_the_recall_is_refused_in_place(
    phone: Phone, wiring: Wiring, clock: HandClock, day: Day
) -> None:
    """The page was open before the recall arrived."""
    with wiring.work("client:live_h29main") as unit:
        unit.session.scalars(select(Item).where(Item.number == day.numbers[0])).one().recalled_at = unit.now
    clock.forward(minutes=1)
    answer = phone.handed_over(day.doors[0], day.numbers[0])
    assert answer.status_code == 409
    assert "không giao, mang về bưu cục" in answer.text


def test_a_household_is_reported_together_or_one_by_one(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The mother takes her own envelope; her son's waits for him."""
    first, second = day.household
    page = phone.read(f"/courier/stops/{day.doors[1]}")
    assert "Giờ hẹn: <b>buổi sáng</b>" in page
    assert page.count(f'name="number" value="{first}"') == page.count(f'name="number" value="{second}"') > 0
    alone = phone.read(f"/courier/stops/{day.doors[1]}?number={first}")
    assert f'name="number" value="{second}"' not in alone
    answer = phone.handed_over(day.doors[1], first)
    assert answer.location == f"/courier/stops/{day.doors[1]}"
    answer = phone.failed(day.doors[1], "NOT_HOME", second)
    assert answer.location == f"/courier/stops/{day.doors[2]}"
    assert _item(wiring, first).state is State.DELIVERED
    assert _item(wiring, second).state is State.OUT_FOR_DELIVERY


def test_when_one_of_a_household_is_refused_none_is_recorded(
    phone: Phone, wiring: Wiring, clock: HandClock, day: Day
) -> None:
    """A half-written report would leave the courier guessing."""
    with wiring.work("client:live_h29main") as unit:
        unit.session.scalars(select(Item).where(Item.number == day.household[1])).one().recalled_at = unit.now
    clock.forward(minutes=1)
    assert phone.handed_over(day.doors[1], *day.household).status_code == 409
    assert _item(wiring, day.household[0]).state is State.OUT_FOR_DELIVERY


def test_the_day_that_the_addressee_names_is_kept(phone: Phone, wiring: Wiring, day: Day) -> None:
    """Asked for at the door, promised at the door."""
    page = phone.read(f"/courier/stops/{day.doors[0]}")
    assert 'name="asked_for" value="2026-12-03"' in page
    assert "Thứ Năm<br><b>03/12</b>" in page
    told = phone.follow(phone.failed(day.doors[0], "REQUESTED_LATER", day.numbers[0], asked_for="2026-12-03"))
    assert "Phát lại Thứ Năm 03/12." in told
    too_far = phone.failed(day.doors[1], "REQUESTED_LATER", *day.household, asked_for="2027-06-01")
    assert too_far.status_code == 422
    assert "chậm nhất là" in too_far.text


@pytest.mark.parametrize(
    ("reason", "words", "step"),
    [
        ("REFUSED", "sẽ chuyển hoàn cơ quan", NextStep.RETURN),
        ("MOVED", "chờ địa chỉ mới đến", NextStep.ADDRESS),
        ("NOT_ENOUGH_TIME", "Phát lại Thứ Ba 01/12", NextStep.DELIVER),
    ],
)
def test_every_reason_tells_the_courier_what_follows(
    phone: Phone, wiring: Wiring, day: Day, reason: str, words: str, step: NextStep
) -> None:
    """What the citizen will hear by text, the courier can say at once."""
    assert words in phone.follow(phone.failed(day.doors[0], reason, day.numbers[0]))
    assert _item(wiring, day.numbers[0]).next_step is step


def test_found_at_home_after_all_is_handed_over_the_same_day(phone: Phone, wiring: Wiring, day: Day) -> None:
    """A neighbour calls the addressee back: a failed visit is no reason to carry the envelope home."""
    phone.failed(day.doors[0], "NOT_HOME", day.numbers[0])
    page = phone.read(f"/courier/stops/{day.doors[0]}")
    assert 'value="delivered"' in page
    assert 'value="NOT_HOME"' not in page
    assert phone.handed_over(day.doors[0], day.numbers[0]).status_code == 303
    assert _item(wiring, day.numbers[0]).state is State.DELIVERED


def test_the_second_visit_of_a_day_is_reported_like_the_first(
    phone: Phone, wiring: Wiring, clock: HandClock, day: Day
) -> None:
    """In the afternoon the courier passes again: now it counts, and the envelope goes to the counter."""
    phone.failed(day.doors[0], "NOT_HOME", day.numbers[0])
    clock.set(14)
    assert 'value="NOT_HOME"' in phone.read(f"/courier/stops/{day.doors[0]}")
    told = phone.follow(phone.failed(day.doors[0], "NOT_HOME", day.numbers[0]))
    assert "lưu tại quầy đến" in told
    assert _item(wiring, day.numbers[0]).next_step is NextStep.COUNTER


def test_nothing_can_be_reported_before_the_bundle_is_taken(app: Flask, day: Day) -> None:
    """What lies on the shelf was not at any door."""
    early = Phone(app)
    page = early.read(f"/courier/stops/{day.doors[0]}")
    assert "Bạn chưa nhận túi phát" in page
    assert 'name="outcome"' not in page
    assert early.failed(day.doors[0], "NOT_HOME", day.numbers[0]).status_code == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "GONE_FISHING"},
        {"outcome": ""},
        {"outcome": "WRONG_NUMBER"},
        {"receiver": "dog"},
        {"proof": ["word of honour"]},
        {"paid": "shells"},
        {"outcome": "REQUESTED_LATER", "asked_for": "tomorrow"},
        {"occurred_at": "08:15"},
        {"number": []},
    ],
)
def test_a_report_that_makes_no_sense_changes_nothing(
    phone: Phone, wiring: Wiring, day: Day, fields: dict[str, str | list[str]]
) -> None:
    """Old pages and other programs send such things; the page comes back with a sentence."""
    report = {"number": [day.numbers[0]], "outcome": "delivered", "paid": "cash", **fields}
    answer = phone.send(f"/courier/stops/{day.doors[0]}/report", **report)
    assert answer.status_code == 422
    assert "Chưa thực hiện được." in answer.text
    assert _item(wiring, day.numbers[0]).state is State.OUT_FOR_DELIVERY


@pytest.mark.parametrize("place", [("", ""), ("nan", "106.7"), ("95", "106.7"), ("10.77", "east")])
def test_a_location_that_is_none_never_stops_a_report(phone: Phone, day: Day, place: tuple[str, str]) -> None:
    """Geolocation is an extra: a phone without a fix reports like any other."""
    answer = phone.failed(day.doors[0], "NOT_HOME", day.numbers[0], lat=place[0], lon=place[1])
    assert answer.status_code == 303


def test_what_an_agency_did_not_hand_over_is_unticked(phone: Phone, wiring: Wiring, town: Town, day: Day) -> None:
    """Custody passes for what is in the bag, not for what was announced."""
    page = phone.read(f"/courier/stops/{day.point}")
    assert all(f'name="number" value="{number}" checked' in page for number in day.announced)
    phone.send(f"/courier/stops/{day.point}/collect", number=day.announced[0], ticked="yes")
    taken, left = (_item(wiring, number) for number in day.announced)
    assert (taken.state, taken.holder_kind) == (State.ACCEPTED, HolderKind.COURIER)
    assert taken.holder_id == town.couriers["courier.sg.1"]
    assert left.state is State.REGISTERED
    with wiring.work(CLERK) as unit:
        assert unit.session.get_one(Stop, day.point).done_at is not None
        made = unit.session.scalars(select(Manifest).order_by(Manifest.id.desc())).first()
        assert made is not None
        assert [line.item.number for line in made.items] == [day.announced[0]]


def test_a_call_that_went_to_a_colleague_is_still_reported_by_who_has_the_envelopes(
    app: Flask, wiring: Wiring, town: Town, day: Day
) -> None:
    """A phone without a network shows the old list; custody follows the hands, and nobody goes there in vain."""
    first, stop = Phone(app, "courier.sg.2"), f"/courier/stops/{day.point}"
    assert "đã chuyển sang tuyến của courier.sg.1" in first.read(stop)
    assert first.send(f"{stop}/collect", ticked="yes").status_code == 422
    assert "Đã nhận 2 bưu gửi của cơ quan." in first.follow(first.send(f"{stop}/collect"))
    assert {_item(wiring, number).holder_id for number in day.announced} == {town.couriers["courier.sg.2"]}
    with wiring.work(CLERK) as unit:
        assert unit.session.get_one(Stop, day.point).done_at is not None
    assert Phone(app, "courier.td.1").get(stop).status_code == 404


def test_a_stop_that_is_taken_away_at_this_moment_takes_the_report_with_it_in_words(
    phone: Phone, wiring: Wiring, day: Day
) -> None:
    """A dispatcher changes the day while an agency's envelopes are counted: one of the two comes second."""
    with ThreadPoolExecutor(1) as courier:
        with wiring.work(CLERK) as unit:
            stop = unit.session.get_one(Stop, day.point, with_for_update=True)
            answer = courier.submit(phone.send, f"/courier/stops/{day.point}/collect")
            until_somebody_waits_for(unit)
            unit.session.delete(stop)
        assert answer.result().status_code == 404
    assert _item(wiring, day.announced[0]).state is State.REGISTERED


def test_naming_no_number_collects_all_but_unticking_all_collects_none(phone: Phone, wiring: Wiring, day: Day) -> None:
    """An empty list means "all" to a program, and must not to a person who unticked everything."""
    path = f"/courier/stops/{day.point}/collect"
    unticked = phone.send(path, ticked="yes")
    assert unticked.status_code == 422
    assert "Không có gì để nhận" in unticked.text
    assert _item(wiring, day.announced[0]).state is State.REGISTERED
    told = phone.follow(phone.send(path))
    assert "Đã nhận 2 bưu gửi của cơ quan." in told
    assert {_item(wiring, number).state for number in day.announced} == {State.ACCEPTED}


def test_an_agency_without_anything_ready_is_still_a_stop_that_was_made(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The round goes on, and the manifest is not invented."""
    told = phone.follow(phone.send(f"/courier/stops/{day.point}/collect", nothing="yes"))
    assert "không có gì để nhận tại Một cửa P1" in told
    assert "1/4" in told
    assert _item(wiring, day.announced[0]).state is State.REGISTERED


def test_a_stop_left_out_comes_back_after_the_last(phone: Phone, day: Day) -> None:
    """A courier who starts elsewhere, because of a closed road, is led on from there and then back."""
    onward = [
        phone.handed_over(day.doors[1], *day.household).location,
        phone.handed_over(day.doors[2], day.numbers[1]).location,
        phone.send(f"/courier/stops/{day.point}/collect").location,
    ]
    assert onward == [f"/courier/stops/{stop}" for stop in (day.doors[2], day.point, day.doors[0])]


def test_the_sum_on_the_page_is_the_sum_that_is_taken(phone: Phone, wiring: Wiring, day: Day) -> None:
    """The list reads a whole route at once, the hand-over one envelope: they must never differ by a đồng."""
    with wiring.work(CLERK) as unit:
        items = unit.session.scalars(select(Item).where(Item.number.in_(day.numbers))).all()
        dues = dues_at_door(unit, items)
        assert dues == {item.id: due_at_door(unit, item) for item in items}
        assert min(due.total for due in dues.values()) > 30_000
    phone.handed_over(day.doors[0], day.numbers[0])
    with wiring.work(CLERK) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == day.numbers[0])).one()
        assert sum(unit.session.scalars(select(Payment.amount))) == dues[item.id].total
        assert dues_at_door(unit, [item]) == {item.id: Due(postage=0, agency_fee=0)}


def test_after_the_last_stop_the_route_says_what_to_bring_back(phone: Phone, day: Day) -> None:
    """The evening scan waits for these."""
    phone.failed(day.doors[0], "NOT_HOME", day.numbers[0])
    phone.handed_over(day.doors[1], *day.household)
    phone.handed_over(day.doors[2], day.numbers[1])
    answer = phone.send(f"/courier/stops/{day.point}/collect")
    assert answer.location == f"/courier/routes/{day.route}"
    page = phone.follow(answer)
    assert "Đã hết điểm phát." in page
    assert "Mang 1 bưu gửi còn lại về bưu cục." in page
    assert "4/4" in page
