"""The small print of every paper: numbers, days, refusals."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.paper import words


def test_money_is_grouped_as_vietnam_writes_it() -> None:
    """A courier who reads 1.250 as one and a quarter collects too little."""
    assert words.in_dong(0) == "0 đ"
    assert words.in_dong(1_250_000) == "1.250.000 đ"


@given(st.integers(min_value=0, max_value=10**12))
def test_grouping_loses_no_digit(amount: int) -> None:
    """Whatever the amount, the paper asks for exactly it."""
    assert int(words.in_dong(amount).removesuffix(" đ").replace(".", "")) == amount


def test_an_instant_is_printed_on_vietnams_clock() -> None:
    """18:30 in Greenwich is the next morning at the counter."""
    assert words.at_moment(datetime(2026, 3, 9, 18, 30, tzinfo=UTC)) == "01:30 10/03/2026"
    assert words.on_day(date(2026, 3, 10)) == "10/03/2026"


def test_decomposed_letters_are_composed() -> None:
    """A name typed on a telephone as e + circumflex + dot has to print as one letter."""
    assert words.clean("Nguye\u0302\u0303n\t Th\u0069\u0323\n Hằng") == "Nguyễn Thị Hằng"


@pytest.mark.parametrize("number", ["", "CH167101883VN", "CH167101882XX", "ch167101882vn", "CH 167 101 882 VN"])
def test_a_number_that_a_scanner_would_refuse_is_not_printed(number: str) -> None:
    """A label with a wrong check digit stops at the next office."""
    with pytest.raises(ValueError, match="S10"):
        words.require_number(number)


@pytest.mark.parametrize("phone", ["0901234567", "090 123 4567", "+84901234567", "9012345678"])
def test_a_whole_phone_number_is_refused_and_not_repeated(phone: str) -> None:
    """The refusal may be logged; a log holds no phone number either."""
    with pytest.raises(ValueError, match="not masked") as refusal:
        words.require_masked("Label: the phone", phone)
    assert phone not in str(refusal.value)


@pytest.mark.parametrize("time", ["8:00", "24:00", "08:60", "08h00", ""])
def test_a_time_that_no_watch_shows_is_refused(time: str) -> None:
    """A stop planned for 24:00 is a fault of the plan, found before it is printed."""
    with pytest.raises(ValueError, match="HH:MM"):
        words.require_time_of_day("Stop 1: the arrival", time)
