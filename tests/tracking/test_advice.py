"""What the page tells people to do, from values."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.calendar import HalfDay
from delivery.rules.states import State
from delivery.store.items import NextStep
from tracking.advice import Counter, Standing, Visit, what_to_do, where_it_is

TODAY = date(2026, 11, 30)
TOMORROW = date(2026, 12, 1)
OFFICE = Counter(name="Bưu cục Phường Sài Gòn", place="Thành phố Hồ Chí Minh", opens="07:00", closes="18:00")


def standing(
    state: State = State.AT_OFFICE,
    next_step: NextStep = NextStep.DELIVER,
    *,
    visit: Visit | None = None,
    office: Counter | None = OFFICE,
    due: int = 23_760,
    saved: int = 0,
    recalled: bool = False,
    held_until: date | None = None,
    address_until: date | None = None,
    address_given: bool = False,
) -> Standing:
    """An item of an agency's, for somebody who owes the postage."""
    return Standing(
        state=state,
        next_step=next_step,
        today=TODAY,
        agency="Sở Tư pháp",
        return_point="Một cửa P1, 1 Lê Duẩn",
        office=office,
        recalled=recalled,
        visit=visit,
        held_until=held_until,
        address_until=address_until,
        address_given=address_given,
        due=due,
        saved=saved,
    )


def told(given_standing: Standing) -> str:
    """All sentences in Vietnamese."""
    return " ".join(words.vi for words in what_to_do(given_standing))


def test_who_collects_reads_what_that_saves() -> None:
    """The sum on the page must be the one that the clerk asks for."""
    at_counter = told(standing(State.HELD, saved=3_240))
    assert "bạn trả 20.520 đ, đã giảm 3.240 đ vì tự đến nhận." in at_counter
    assert "23.760" not in at_counter
    assert "bạn trả 23.760 đ." in told(standing(State.AT_OFFICE, saved=3_240))


def test_who_is_visited_tomorrow_morning_is_asked_to_be_at_home() -> None:
    """The one sentence that saves a second visit."""
    visit = Visit(day=TOMORROW, half_day=HalfDay.MORNING, certain=True)
    first, *rest = what_to_do(standing(visit=visit))
    assert first.vi == "Hãy ở nhà buổi sáng ngày mai, thứ ba 01/12/2026."
    assert first.en == "Please be at home tomorrow, Tuesday 01/12/2026 in the morning."
    assert [words.vi for words in rest] == ["Chuẩn bị giấy tờ tùy thân để bưu tá xem.", "Khi nhận, bạn trả 23.760 đ."]


def test_who_is_asked_before_the_visit_is_not_told_that_nothing_is_to_do() -> None:
    """Two sentences that contradict each other are worse than none."""
    first, *rest = what_to_do(replace(standing(), asked=True))
    assert first.vi.startswith("Nếu sẽ có người nhận khi bưu tá đến, hãy bấm xác nhận.")
    assert [words.vi for words in rest] == [words.vi for words in what_to_do(standing())[1:]]


def test_the_hours_are_told_once_the_courier_has_the_item() -> None:
    """The text message named the same hours."""
    visit = Visit(day=TODAY, half_day=HalfDay.MORNING, hours=(9, 11), certain=True)
    assert "hôm nay, thứ hai 30/11/2026, từ 9 giờ đến 11 giờ" in told(standing(State.OUT_FOR_DELIVERY, visit=visit))


def test_who_waited_in_vain_is_told_that_the_courier_is_late() -> None:
    """Asked to be at home from nine to eleven at noon, people go out."""
    visit = Visit(day=TODAY, half_day=HalfDay.MORNING, hours=(9, 11), late=True, certain=True)
    assert "muộn hơn dự kiến" in told(standing(State.OUT_FOR_DELIVERY, visit=visit))


def test_nobody_is_kept_at_home_for_a_day_that_no_plan_has() -> None:
    """After a failed visit the next day is only the earliest: waiting in vain costs a day's pay."""
    visit = Visit(day=TOMORROW, half_day=HalfDay.AFTERNOON, certain=False)
    sentences = told(standing(visit=visit))
    assert "sớm nhất buổi chiều ngày mai" in sentences
    assert "Hãy ở nhà" not in sentences


def test_a_held_item_says_what_to_bring_where_until_when_and_the_hours() -> None:
    """Everything that a second trip to the counter would be for."""
    sentences = told(standing(State.HELD, NextStep.COUNTER, held_until=date(2026, 12, 14)))
    for part in ("giấy tờ tùy thân", OFFICE.name, "thứ hai 14/12/2026", "07:00", "18:00", "23.760 đ"):
        assert part in sentences


def test_a_wrong_address_is_asked_for_with_its_last_day() -> None:
    """After that day the item goes back, which nobody should learn too late."""
    sentences = told(standing(next_step=NextStep.ADDRESS, address_until=date(2026, 12, 14)))
    assert "địa chỉ đúng, chậm nhất thứ hai 14/12/2026" in sentences
    assert "về cơ quan gửi" in sentences


def test_who_gave_an_address_is_not_asked_for_it_again() -> None:
    """It waits for a clerk, not for the citizen."""
    assert "Bạn chưa cần làm gì." in told(standing(next_step=NextStep.ADDRESS, address_given=True))


@pytest.mark.parametrize(
    "end", [State.DELIVERED, State.RETURNED, State.CANCELLED, State.LOST, State.RETURNING, State.UNDER_INQUIRY]
)
def test_nobody_is_asked_to_pay_for_what_does_not_come(end: State) -> None:
    """Money is asked for at the door and nowhere else."""
    assert "bạn trả" not in told(standing(end))


def test_a_recalled_item_is_not_waited_for() -> None:
    """Its hand-over is blocked from that moment on, also while it is on a motorbike."""
    now = standing(State.OUT_FOR_DELIVERY, visit=Visit(day=TODAY, half_day=None, certain=True), recalled=True)
    assert what_to_do(now)[0].vi == "Bạn không cần làm gì."
    assert "rút lại" in where_it_is(now).vi


@given(
    st.builds(
        standing,
        st.sampled_from(State),
        st.sampled_from(NextStep),
        visit=st.none()
        | st.builds(
            Visit,
            day=st.dates(date(2026, 11, 30), date(2027, 2, 1)),
            half_day=st.none() | st.sampled_from(HalfDay),
            certain=st.booleans(),
            hours=st.none() | st.just((9, 11)),
        ),
        office=st.none() | st.just(OFFICE),
        due=st.integers(0, 500_000),
        recalled=st.booleans(),
        held_until=st.none() | st.just(TOMORROW),
        address_until=st.none() | st.just(TOMORROW),
    )
)
def test_every_standing_has_something_to_say_in_both_languages(any_standing: Standing) -> None:
    """An empty box at the top of the page would be worse than none."""
    sentences = (*what_to_do(any_standing), where_it_is(any_standing))
    assert len(sentences) >= 2
    for words in sentences:
        assert words.vi.endswith(".")
        assert words.en.endswith(".")
        assert "  " not in words.vi + words.en
